/** Inference: `npm run bench -- inference`. */
import type { BenchOptions } from './main';
import { speed } from './speed';

export const bench = (options: BenchOptions) => speed('inference', options);
