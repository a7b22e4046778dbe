import {
  boolean,
  check,
  type Checks,
  listOf,
  number,
  numbers,
  positive,
  refuse,
  wholeNumber,
  words,
} from '../base/options';
import type { Figure } from './figure';
import { labelSides, type Side, SIDES } from './labelSides';
import { textWidth } from './raster';
import { thin } from './thin';
import { formatNumber, rangeOf } from './text';
import { palette, vegaLite, type VegaLiteSpec } from './vegaLite';

/** A place on an axis, drawn as a dashed line across the chart. */
export type Rule = number | { at: number; label?: string };

export interface ChartOptions {
  title?: string;
  /** Label of the horizontal axis, with its unit. */
  x?: string;
  /** Label of the vertical axis, with its unit. */
  y?: string;
  /** Size of the plot without its axes, in pixels. */
  width?: number;
  height?: number;
}

export interface AxisOptions extends ChartOptions {
  /** Logarithmic axes leave out what is not above 0. */
  logX?: boolean;
  logY?: boolean;
  /** Lines across the chart at values of y. */
  horizontal?: Rule | Rule[];
  /** Lines across the chart at values of x. */
  vertical?: Rule | Rule[];
}

export interface Series {
  name: string;
  /** Points, or the y of x = 1, 2, ... */
  values: ArrayLike<number> | readonly { x: number; y: number }[];
}

export interface Bar {
  label: string;
  value: number;
  /** Bars of one label stand side by side, one for each series. */
  series?: string;
}

export interface Point {
  x: number;
  y: number;
  label?: string;
  series?: string;
}

const WIDTH = 480;
const HEIGHT = 280;

const CHART_OPTIONS: Checks<ChartOptions> = {
  title: words,
  x: words,
  y: words,
  width: (what, value) => positive(what, value),
  height: (what, value) => positive(what, value),
};

const AXIS_OPTIONS: Checks<AxisOptions> = {
  ...CHART_OPTIONS,
  logX: boolean,
  logY: boolean,
  horizontal: rulesOf,
  vertical: rulesOf,
};

function rulesOf(what: string, value: Rule | Rule[]): void {
  for (const rule of [value].flat()) {
    const at: unknown = typeof rule === 'object' && rule !== null ? rule.at : rule;
    if (!Number.isFinite(at)) refuse(what, value, 'a number, { at, label }, or an array of them');
  }
}

/** @throws unless each item is an object whose values the checks take; of those that may be missing, where it is there */
function refuseItems<Item extends object>(
  what: string,
  items: readonly Item[],
  checks: Checks<Item>,
  needed: (keyof Item)[],
): void {
  const expected = `an array of objects with ${Object.keys(checks).join(', ')}`;
  listOf(what, items, expected, (which, item: Item) => {
    if (typeof item !== 'object' || item === null)
      refuse(which, item, `an object with ${Object.keys(checks).join(', ')}`);
    for (const name of Object.keys(checks) as (keyof Item & string)[]) {
      if (item[name] !== undefined || needed.includes(name)) checks[name](`${name} of ${which}`, item[name] as never);
    }
  });
  if (!items.length) refuse(what, items, `${expected}, at least one`);
}

function points(what: string, values: Series['values']): void {
  const isPoint = (value: unknown): boolean =>
    typeof value === 'object' && value !== null && ['x', 'y'].every(axis => typeof (value as Row)[axis] === 'number');
  if (Array.isArray(values) && values.length && values.every(isPoint)) return;
  numbers(what, values);
}

type Row = Record<string, unknown>;

/** Lines, one for each series. Series of more than 1,000 points are drawn by their extremes. */
export function lineChart(series: readonly Series[], options: AxisOptions = {}): Figure {
  check('lineChart', options, AXIS_OPTIONS);
  refuseItems('list of series of lineChart', series, { name: words, values: points }, ['name', 'values']);
  const lines = series.map(({ name, values }) => {
    const points = Array.from(values as ArrayLike<number | { x: number; y: number }>, (value, index) =>
      typeof value === 'number' ? { x: index + 1, y: value } : { x: value.x, y: value.y },
    );
    return { name, points: points.filter(point => isDrawable(point, options)), all: points };
  });
  const dense = lines.some(({ points }) => points.length > 400);
  const few = lines.every(({ points }) => points.length <= 40);
  const text = [
    options.title ?? 'Line chart',
    ...lines.map(({ name, all }) => {
      const range = rangeOf(all.map(({ y }) => y));
      const [low, high] = range?.map(value => formatNumber(value)) ?? [];
      const last = all.at(-1);
      return range && last
        ? `  ${name}: ${formatNumber(last.y)} at ${options.x ?? 'x'} ${formatNumber(last.x)}, from ${low} to ${high} in all`
        : `  ${name}: no values`;
    }),
    ...leftOut(lines.flatMap(({ all }) => all).length - lines.flatMap(({ points }) => points).length),
  ].join('\n');
  const spec = {
    ...frame(options),
    data: {
      values: lines.flatMap(({ name, points }) => thin(points, 1000).map(point => ({ series: name, ...point }))),
    },
    layer: [
      ...rules(options),
      {
        mark: { type: 'line', strokeWidth: dense ? 1 : 1.8, point: few && { size: 24 } },
        encoding: {
          x: quantity('x', options.x, options.logX, wholeTicks(lines.flatMap(({ points }) => points.map(p => p.x)))),
          y: quantity('y', options.y, options.logY),
          color: colours(lines.map(({ name }) => name)),
        },
      },
    ],
  };
  return vegaLite(spec, { text });
}

/** Bars in the order given, from 0; `horizontal` lays them down, which suits long labels. */
export function barChart(bars: readonly Bar[], options: ChartOptions & { horizontal?: boolean } = {}): Figure {
  check('barChart', options, { ...CHART_OPTIONS, horizontal: boolean });
  refuseItems('list of bars of barChart', bars, { label: words, value: number, series: words }, ['label', 'value']);
  const { horizontal = false, width, height } = options;
  const names = [...new Set(bars.flatMap(({ series }) => series ?? []))];
  const labels = [...new Set(bars.map(({ label }) => label))];
  const grouped = names.length > 0;
  const category = {
    field: 'label',
    type: 'nominal',
    sort: labels,
    title: (horizontal ? options.y : options.x) ?? null,
    axis: { labelAngle: horizontal || labels.join('').length < 50 ? 0 : -40 },
  };
  const value = { field: 'value', type: 'quantitative', title: (horizontal ? options.x : options.y) ?? null };
  const offset = grouped ? { [horizontal ? 'yOffset' : 'xOffset']: { field: 'series', sort: names } } : {};
  const text = [
    options.title ?? 'Bar chart',
    ...bars.map(({ label, value, series }) => `  ${label}${series ? ` (${series})` : ''}: ${formatNumber(value)}`),
  ].join('\n');
  const spec = {
    ...frame(options),
    ...(horizontal ? { height: height ?? { step: grouped ? 12 : 20 } } : { width: width ?? WIDTH }),
    data: { values: bars },
    mark: { type: 'bar', color: palette[0] },
    encoding: {
      ...(horizontal ? { y: category, x: value } : { x: category, y: value }),
      ...offset,
      ...(grouped ? { color: colours(names) } : {}),
    },
  };
  return vegaLite(spec, { text });
}

/** Points, each with its label beside it where there is room. */
export function scatterChart(points: readonly Point[], options: AxisOptions = {}): Figure {
  check('scatterChart', options, AXIS_OPTIONS);
  refuseItems('list of points of scatterChart', points, { x: number, y: number, label: words, series: words }, [
    'x',
    'y',
  ]);
  const drawn = points.filter(point => isDrawable(point, options));
  const names = [...new Set(drawn.flatMap(({ series }) => series ?? []))];
  const { width = WIDTH, height = HEIGHT } = options;
  const x = domain([...drawn.map(point => point.x), ...at(options.vertical)], options.logX);
  const y = domain([...drawn.map(point => point.y), ...at(options.horizontal)], options.logY);
  const marks = drawn.map(point => ({
    x: share(point.x, x, options.logX) * width,
    y: (1 - share(point.y, y, options.logY)) * height,
    radius: RADIUS,
    label: point.label ?? '',
  }));
  const places = labelSides(marks, [width, height]).map(placeBeside);
  const position = {
    x: withDomain(quantity('x', options.x, options.logX), x),
    y: withDomain(quantity('y', options.y, options.logY), y),
  };
  const text = [
    options.title ?? 'Scatter chart',
    ...drawn.map(({ x, y, label, series }) =>
      [label, series && `(${series})`, `${formatNumber(x)}, ${formatNumber(y)}`].filter(Boolean).join(' '),
    ),
    ...leftOut(points.length - drawn.length),
  ];
  const spec = {
    ...frame(options),
    data: { values: drawn.map((point, index) => ({ ...point, label: point.label ?? '', ...places[index] })) },
    layer: [
      ...rules(options),
      {
        mark: { type: 'point', filled: true, size: 55, opacity: 0.9, color: palette[0] },
        encoding: { ...position, ...(names.length ? { color: colours(names) } : {}) },
      },
      {
        mark: { type: 'text', fontSize: LABEL_SIZE, baseline: 'middle', ...byDatum('align', 'dx', 'dy') },
        encoding: { ...position, text: { field: 'label' } },
      },
    ],
  };
  const shown = text.length > 30 ? [...text.slice(0, 30), `... ${text.length - 30} more`] : text;
  return vegaLite(spec, { text: shown.join('\n  ') });
}

export interface HeatmapOptions extends ChartOptions {
  /** Names of the rows, from the top. */
  rows?: readonly (string | number)[];
  columns?: readonly (string | number)[];
  /** Writes the values into the cells, with so many digits; by default where there are at most 12 x 12. */
  digits?: number;
}

const names = (what: string, value: readonly (string | number)[]): void =>
  listOf(what, value, 'an array of names', (which, name: string | number) => {
    if (typeof name !== 'number') words(which, name);
  });

const HEATMAP_OPTIONS: Checks<HeatmapOptions> = {
  ...CHART_OPTIONS,
  rows: names,
  columns: names,
  digits: (what, value) => wholeNumber(what, value, 0, 20),
};

/** A matrix as coloured cells, its first row on top; light is high. */
export function heatmap(matrix: readonly ArrayLike<number>[], options: HeatmapOptions = {}): Figure {
  check('heatmap', options, HEATMAP_OPTIONS);
  listOf('matrix of heatmap', matrix, 'an array of rows of numbers', numbers);
  const lengths = new Set(Array.from(matrix, row => row.length));
  if (lengths.size !== 1 || lengths.has(0)) {
    throw new Error(
      `The matrix of heatmap has rows of ${[...lengths].join(', ') || 'no'} values; expected the same number in each, from 1.`,
    );
  }
  const [across] = lengths;
  const rows = named('rows', options.rows, matrix.length);
  const columns = named('columns', options.columns, across);
  const values = matrix.flatMap((row, r) =>
    Array.from(row, (value, c) => ({ row: rows[r], column: columns[c], value, text: cellText(value, options.digits) })),
  );
  const [low, high] = rangeOf(values.map(({ value }) => value)) ?? [0, 0];
  const cell = Math.max(3, Math.min(34, Math.floor(460 / Math.max(matrix.length, across))));
  const written = options.digits !== undefined || Math.max(matrix.length, across) <= 12;
  const size = written ? Math.max(cell, 24) : cell;
  const widest = written ? Math.max(...values.map(({ text }) => textWidth(text, 11) + 6)) : 0;
  const position = {
    x: { ...nominal('column', columns, options.x), axis: thinAxis(columns, size, true) },
    y: { ...nominal('row', rows, options.y), axis: thinAxis(rows, size, false) },
  };
  const spec = {
    ...frame(options),
    width: options.width ?? Math.ceil(Math.max(size, widest)) * across,
    height: options.height ?? size * matrix.length,
    data: { values },
    layer: [
      {
        mark: { type: 'rect' },
        encoding: {
          ...position,
          color: {
            field: 'value',
            type: 'quantitative',
            title: null,
            scale: { scheme: 'viridis', domain: [low, high] },
          },
        },
      },
      ...(written
        ? [
            {
              mark: { type: 'text', fontSize: 11, color: 'white' },
              encoding: {
                ...position,
                text: { field: 'text' },
                color: {
                  condition: { test: `datum.value > ${low + 0.6 * (high - low)}`, value: 'black' },
                  value: 'white',
                },
              },
            },
          ]
        : []),
    ],
  };
  const text = `${options.title ?? 'Heat map'}\n  ${matrix.length} x ${across} values from ${formatNumber(low)} to ${formatNumber(high)}`;
  return vegaLite(spec, { text });
}

const LABEL_SIZE = 11;
const RADIUS = 4;

function frame({ title, width = WIDTH, height = HEIGHT }: ChartOptions): VegaLiteSpec {
  return { ...(title ? { title } : {}), width, height };
}

function quantity(field: string, title = '', log = false, ticks?: number): Record<string, unknown> {
  return {
    field,
    type: 'quantitative',
    title: title || null,
    scale: log ? { type: 'log', nice: false } : { zero: false },
    ...(ticks ? { axis: { tickCount: ticks } } : {}),
  };
}

const withDomain = (channel: Record<string, unknown>, domain: number[]): Record<string, unknown> => ({
  ...channel,
  scale: { ...(channel.scale as object), domain, nice: false },
});

const nominal = (field: string, sort: readonly string[], title = '') => ({
  field,
  type: 'nominal',
  sort,
  title: title || null,
});

/** Labels only as many cells as there is room for. */
function thinAxis(names: readonly string[], cell: number, across: boolean): Record<string, unknown> {
  const long = across && Math.max(...names.map(name => textWidth(name, LABEL_SIZE))) > cell;
  const every = Math.ceil(LABEL_SIZE / cell);
  return {
    labelAngle: long ? -45 : 0,
    labelLimit: 200,
    ticks: false,
    ...(every > 1 ? { values: names.filter((_, index) => index % (every * 4) === 0) } : {}),
  };
}

const colours = (names: readonly string[]) => ({
  field: 'series',
  type: 'nominal',
  title: null,
  scale: { domain: names, range: names.map((_, index) => palette[index % palette.length]) },
  ...(names.length < 2 ? { legend: null } : {}),
});

const byDatum = (...names: string[]) => Object.fromEntries(names.map(name => [name, { expr: `datum.${name}` }]));

const list = (rule: Rule | Rule[] | undefined): { at: number; label?: string }[] =>
  [rule ?? []].flat().map(item => (typeof item === 'number' ? { at: item } : item));

const at = (rule: Rule | Rule[] | undefined): number[] => list(rule).map(item => item.at);

function rules(options: AxisOptions): VegaLiteSpec[] {
  const layer = (field: 'x' | 'y', wanted: Rule | Rule[] | undefined): VegaLiteSpec[] => {
    const values = list(wanted).map(({ at, label = '' }) => ({ [field]: at, label }));
    if (!values.length) return [];
    const along = quantity(field, options[field], field === 'x' ? options.logX : options.logY);
    const end = field === 'y' ? { x: { value: options.width ?? WIDTH } } : { y: { value: 0 } };
    const beside =
      field === 'y' ? { align: 'right', baseline: 'bottom', dy: -2 } : { align: 'left', baseline: 'top', dx: 4 };
    return [
      { data: { values }, mark: { type: 'rule', color: '#555', strokeDash: [5, 4] }, encoding: { [field]: along } },
      {
        data: { values },
        mark: { type: 'text', color: '#555', fontSize: LABEL_SIZE, ...beside },
        encoding: { [field]: along, ...end, text: { field: 'label' } },
      },
    ];
  };
  return [...layer('y', options.horizontal), ...layer('x', options.vertical)];
}

function isDrawable({ x, y }: { x: number; y: number }, { logX, logY }: AxisOptions): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && !(logX && x <= 0) && !(logY && y <= 0);
}

const leftOut = (count: number): string[] =>
  count ? [`  ${count} values that the axes do not reach are left out`] : [];

/** So many ticks that none of them stands between whole numbers, if all values are whole. */
function wholeTicks(values: number[]): number | undefined {
  const [low, high] = rangeOf(values) ?? [0, 0];
  return values.every(Number.isInteger) && high > low ? Math.min(12, high - low) : undefined;
}

/** The values' range with room around it. */
function domain(values: number[], log = false): [number, number] {
  const scaled = log ? values.map(Math.log) : values;
  const [low, high] = rangeOf(scaled) ?? [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return log ? [Math.exp(low - room), Math.exp(high + room)] : [low - room, high + room];
}

function share(value: number, [low, high]: [number, number], log = false): number {
  const scaled = log ? Math.log : (number: number) => number;
  return (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
}

/** How a label stands on a side of its point. */
function placeBeside(side: Side): { align: string; dx: number; dy: number } {
  const [across, down] = SIDES[side];
  const align = across > 0 ? 'left' : across < 0 ? 'right' : 'center';
  return { align, dx: (RADIUS + 3) * across, dy: (RADIUS + 8) * down };
}

function named(what: string, names: readonly (string | number)[] | undefined, length: number): string[] {
  if (names && names.length !== length) {
    throw new Error(`${what} names ${names.length} of the matrix's ${length} ${what}; it must name each.`);
  }
  return names?.map(String) ?? Array.from({ length }, (_, index) => String(index));
}

function cellText(value: number, digits?: number): string {
  if (digits !== undefined || Number.isInteger(value)) return formatNumber(value, digits);
  return String(Number(value.toPrecision(3)));
}
