/** PyTorch's answers in float64 to some settings of the grid; grid.py writes them. */
import fs from 'node:fs';
import path from 'node:path';
import type { Given, Setting } from './grid';

export interface Pinned {
  setting: Setting;
  numbers: Given;
  y: number[];
  dx: number[];
  dFilter: number[];
}

export function pinned(): Pinned[] {
  const { cases } = JSON.parse(fs.readFileSync(path.join(__dirname, 'grid.json'), 'utf8')) as {
    cases: (Omit<Pinned, 'numbers'> & Record<keyof Given, number[]>)[];
  };
  return cases.map(({ x, filter, dy, ...rest }) => ({
    ...rest,
    numbers: { x: Float64Array.from(x), filter: Float64Array.from(filter), dy: Float64Array.from(dy) },
  }));
}
