import { boolean, check, type Checks, listOf, number, numbers, refuse, words } from '../../base/options';
import type { Figure } from '../figures/figure';
import { formatNumber, rangeOf } from '../figures/text';
import {
  at,
  AXIS_OPTIONS,
  type AxisOptions,
  byDatum,
  CHART_OPTIONS,
  type ChartOptions,
  colours,
  domain,
  frame,
  HEIGHT,
  isDrawable,
  LABEL_SIZE,
  leftOut,
  quantity,
  RADIUS,
  rules,
  share,
  wholeTicks,
  WIDTH,
  withDomain,
} from './axes';
import { labelSides, type Side, SIDES } from './labelSides';
import { thin } from './thin';
import { palette, vegaLite } from './vegaLite';

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

/**
 * Lines, one for each series. Series of more than 1,000 points are drawn by their extremes.
 *
 * @param given series, or plain numbers: the y of x = 1, 2, ...
 * @param options the title, the names of the axes, their scales and the sizes
 * @example lineChart([1, 4, 9])
 */
export function lineChart(given: readonly Series[] | ArrayLike<number>, options: AxisOptions = {}): Figure {
  check('lineChart', options, AXIS_OPTIONS);
  const isPlain = ArrayBuffer.isView(given) || (Array.isArray(given) && typeof given[0] === 'number');
  const series = isPlain ? [{ name: 'values', values: given as ArrayLike<number> }] : (given as readonly Series[]);
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

/**
 * Bars in the order given, from 0; `horizontal` lays them down, which suits long labels.
 *
 * @param bars each with a label, a value, and a series where there are several beside each other
 * @param options the title, the names of the axes, and the sizes
 * @example barChart([{ label: 'conv1', value: 105.4 }, { label: 'conv2', value: 223.9 }], { y: 'MFLOP' })
 */
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

/** How a label lies on a side of its point. */
function placeBeside(side: Side): { align: string; dx: number; dy: number } {
  const [across, down] = SIDES[side];
  const align = across > 0 ? 'left' : across < 0 ? 'right' : 'center';
  return { align, dx: (RADIUS + 3) * across, dy: (RADIUS + 8) * down };
}
