/** Curves of several runs each: the median as a line, and from the smallest to the largest value as a band. */
import { type Figure, INK, palette, vegaLite } from '../display';
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

interface Drawn {
  series: string;
  x: number;
  middle: number;
  low: number;
  high: number;
}

export function spreadChart(series: readonly Runs[], options: SpreadChartOptions): Figure {
  const drawn = pointsOf(series, options);
  const names = series.map(({ name }) => name);
  const axis = (title: string, isLog?: boolean): object => ({
    type: 'quantitative',
    title,
    scale: { zero: false, ...(isLog ? { type: 'log', nice: false } : {}) },
  });
  const x = { field: 'x', ...axis(options.x, options.logX) };
  const y = (field: string): object => ({ field, ...axis(options.y, options.logY) });
  const color = {
    field: 'series',
    type: 'nominal',
    title: null,
    legend: { symbolOpacity: 1 },
    scale: { domain: names, range: names.map((_, i) => palette[i % palette.length]) },
  };
  const spec = {
    title: options.title,
    width: options.width ?? WIDTH,
    height: options.height ?? 280,
    data: { values: drawn },
    layer: [
      ...(options.horizontal ? across(options.horizontal, options.width) : []),
      { mark: { type: 'area', opacity: 0.18 }, encoding: { x, y: y('low'), y2: { field: 'high' }, color } },
      { mark: { type: 'line', strokeWidth: 1.8 }, encoding: { x, y: y('middle'), color } },
    ],
  };
  const ends = names.map(name => endOf(name, drawn, options.x));
  return vegaLite(spec, { text: [options.title, ...ends].join('\n') });
}

const WIDTH = 480;

function pointsOf(series: readonly Runs[], { logX }: SpreadChartOptions): Drawn[] {
  const rows = series.flatMap(({ name, runs, xs }) =>
    Array.from({ length: Math.max(0, ...runs.map(({ length }) => length)) }, (_, i) => {
      const values = runs.flatMap(run => (Number.isFinite(run[i]) ? [run[i]] : []));
      return { series: name, x: xs?.[i] ?? i + 1, values };
    }),
  );
  return rows
    .filter(({ values, x }) => values.length && !(logX && x <= 0))
    .map(({ values, ...row }) => ({
      ...row,
      middle: median(values),
      low: Math.min(...values),
      high: Math.max(...values),
    }));
}

/** A dashed line with its label at the right end. */
function across(line: { at: number; label: string }, width = WIDTH): object[] {
  const data = { values: [line] };
  const y = { field: 'at', type: 'quantitative' };
  return [
    { data, mark: { type: 'rule', color: INK, strokeDash: [5, 4] }, encoding: { y } },
    {
      data,
      mark: { type: 'text', color: INK, align: 'right', baseline: 'bottom', dy: -2 },
      encoding: { x: { value: width }, y, text: { field: 'label' } },
    },
  ];
}

/** What text says of a series: where it ends. */
function endOf(name: string, drawn: readonly Drawn[], x: string): string {
  const last = drawn.filter(row => row.series === name).at(-1);
  if (!last) return `  ${name}: no values`;
  const shown = (value: number): string => String(Number(value.toPrecision(3)));
  return `  ${name}: ${shown(last.middle)} (${shown(last.low)} to ${shown(last.high)}) at ${x} ${shown(last.x)}`;
}
