/** Steps of training: `npm run bench -- training`. */
import type { BenchOptions } from './main';
import { speed } from './speed';

export const bench = (options: BenchOptions) => speed('training', options);
