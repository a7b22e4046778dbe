/** Curves of several runs each: the median as a line, and from the smallest to the largest value as a band. */
import { type Figure, palette, vegaLite } from '../display';
import { median } from './experiment';

export interface Runs {
  name: string;
  /** For each run its values at x = 1, 2, ... or at `xs`. Shorter runs count only as far as they go. */
  runs: readonly (readonly number[])[];
  xs?: readonly number[];
}

export interface SpreadChartOptions {
  title: string;
  x: string;
  y: string;
  logX?: boolean;
  logY?: boolean;
  /** A dashed line across the chart. */
  horizontal?: { at: number; label: string };
  width?: number;
  height?: number;
}

export function spreadChart(series: readonly Runs[], options: SpreadChartOptions): Figure {
  const rows = series.flatMap(({ name, runs, xs }) =>
    Array.from({ length: Math.max(0, ...runs.map(({ length }) => length)) }, (_, i) => {
      const values = runs.flatMap(run => (Number.isFinite(run[i]) ? [run[i]] : []));
      return { series: name, x: xs?.[i] ?? i + 1, values };
    }),
  );
  const drawn = rows
    .filter(({ values, x }) => values.length && !(options.logX && x <= 0))
    .map(({ values, ...row }) => ({
      ...row,
      middle: median(values),
      low: Math.min(...values),
      high: Math.max(...values),
    }));
  const names = series.map(({ name }) => name);
  const x = {
    field: 'x',
    type: 'quantitative',
    title: options.x,
    scale: { zero: false, ...(options.logX ? { type: 'log', nice: false } : {}) },
  };
  const y = (field: string): object => ({
    field,
    type: 'quantitative',
    title: options.y,
    scale: { zero: false, ...(options.logY ? { type: 'log', nice: false } : {}) },
  });
  const colour = {
    field: 'series',
    type: 'nominal',
    title: null,
    legend: { symbolOpacity: 1 },
    scale: { domain: names, range: names.map((_, i) => palette[i % palette.length]) },
  };
  const across = options.horizontal && [
    {
      data: { values: [options.horizontal] },
      mark: { type: 'rule', color: '#555', strokeDash: [5, 4] },
      encoding: { y: { field: 'at', type: 'quantitative' } },
    },
    {
      data: { values: [options.horizontal] },
      mark: { type: 'text', color: '#555', align: 'right', baseline: 'bottom', dy: -2 },
      encoding: {
        x: { value: options.width ?? 480 },
        y: { field: 'at', type: 'quantitative' },
        text: { field: 'label' },
      },
    },
  ];
  const ends = names.map(name => {
    const last = drawn.filter(row => row.series === name).at(-1);
    const shown = (value: number): string => String(Number(value.toPrecision(3)));
    return last
      ? `  ${name}: ${shown(last.middle)} (${shown(last.low)} to ${shown(last.high)}) at ${options.x} ${shown(last.x)}`
      : `  ${name}: no values`;
  });
  const spec = {
    title: options.title,
    width: options.width ?? 480,
    height: options.height ?? 280,
    data: { values: drawn },
    layer: [
      ...(across ?? []),
      {
        mark: { type: 'area', opacity: 0.18 },
        encoding: { x, y: y('low'), y2: { field: 'high' }, color: colour },
      },
      { mark: { type: 'line', strokeWidth: 1.8 }, encoding: { x, y: y('middle'), color: colour } },
    ],
  };
  return vegaLite(spec, { text: [options.title, ...ends].join('\n') });
}
