import { isPlain, listOf, refuse } from '../../base/options';
import { Figure, type Picture } from '../figures/figure';
import { FAINT, INK } from '../figures/ink';
import { labelSides, type Side, SIDES } from './labelSides';
import { formatNumber, rangeOf } from '../figures/text';
import { palette, plainArrays, svgOf, type VegaLiteSpec } from './vegaLite';

/** A Plotly figure: https://plotly.com/javascript/reference/. */
export interface PlotlyFigure {
  data: readonly Record<string, unknown>[];
  layout?: Record<string, unknown>;
}

type Trace = Record<string, unknown> & { type: string; name: string };
type Row = Record<string, unknown>;

/**
 * A Plotly figure, live in JupyterLab. Elsewhere a still of it: lines, markers, bars and heat maps as they are,
 * surfaces as heat maps from above, scatter3d from above with z as colour. Other traces have no still.
 */
export function plotly(options: PlotlyFigure): Figure {
  if (!isPlain(options)) refuse('figure of plotly', options, 'an object of data and layout');
  const { data, layout = {} } = options as PlotlyFigure;
  listOf('data of plotly', data, 'an array of traces', (what, trace: unknown) => {
    if (typeof trace !== 'object' || trace === null) refuse(what, trace, 'an object');
  });
  if (typeof layout !== 'object' || layout === null) refuse('layout of plotly', layout, 'an object');
  const figure = JSON.parse(JSON.stringify({ data, layout }, plainArrays)) as Required<PlotlyFigure>;
  const traces = figure.data.map((trace, index) => ({
    ...trace,
    type: String(trace.type ?? 'scatter'),
    name: String(trace.name ?? `trace ${index + 1}`),
  }));
  const title = titleOf(figure.layout.title);
  const text = [
    title ?? 'Interactive figure',
    ...traces.map(trace => {
      const rows = rowsOf(trace);
      const range = rangeOf(rows.map(row => Number(row.z ?? row.y)));
      const values = range ? `, from ${formatNumber(range[0])} to ${formatNumber(range[1])}` : '';
      return `  ${trace.name}: ${trace.type} of ${rows.length} points${values}`;
    }),
  ].join('\n');
  return new Figure(text, async (): Promise<Picture> => {
    const still = stillOf(traces, figure.layout, title);
    const coloured = { ...figure, layout: { colorway: palette, template: TEMPLATE, ...figure.layout } };
    const live = { 'application/vnd.plotly.v1+json': coloured, 'text/plain': text };
    if (!still) return { bundle: live };
    // No PNG: JupyterLab's plotly would show that, too large, until something resizes it.
    return {
      bundle: { ...live, 'image/svg+xml': await svgOf(still, text) },
      metadata: { 'image/svg+xml': { alt: text } },
    };
  });
}

const AXIS = { gridcolor: FAINT, zerolinecolor: FAINT, linecolor: INK, tickcolor: INK, backgroundcolor: 'transparent' };

/** What a figure's own layout does not say: no background, and words that are read on light and dark pages. */
const TEMPLATE = {
  layout: {
    paper_bgcolor: 'transparent',
    plot_bgcolor: 'transparent',
    font: { color: INK },
    xaxis: AXIS,
    yaxis: AXIS,
    scene: { xaxis: AXIS, yaxis: AXIS, zaxis: AXIS },
  },
};

function titleOf(title: unknown): string | undefined {
  const text = (title as { text?: unknown } | undefined)?.text ?? title;
  return typeof text === 'string' && text ? text.replace(/<br\s*\/?>/g, ' ').replace(/<[^>]*>/g, '') : undefined;
}

/** Plotly marks: which of ours draws each type of trace. */
const GRIDS = ['heatmap', 'surface', 'contour'];
const DRAWN = ['scatter', 'scattergl', 'scatter3d', 'bar', ...GRIDS];

const arrayOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

function rowsOf(trace: Trace): Row[] {
  const [x, y, z] = [arrayOf(trace.x), arrayOf(trace.y), arrayOf(trace.z)];
  if (!GRIDS.includes(trace.type)) {
    const length = Math.max(x.length, y.length);
    const words = arrayOf(trace.text);
    return Array.from({ length }, (_, i) => ({
      series: trace.name,
      x: x[i] ?? i,
      y: y[i] ?? i,
      z: z[i],
      order: i,
      ...(words[i] === undefined ? {} : { text: words[i] }),
    }));
  }
  // A surface may give x and y as matrices; their first row and column say enough of a regular grid.
  const across = Array.isArray(x[0]) ? x[0] : x;
  const down = Array.isArray(y[0]) ? y.map(row => (row as unknown[])[0]) : y;
  return z.flatMap((row, r) => arrayOf(row).map((value, c) => ({ x: across[c] ?? c, y: down[r] ?? r, z: value })));
}

const [WIDTH, HEIGHT, RADIUS, PADDING] = [480, 280, 4, 16];

/** The labelled points by the side on which their labels stand. */
function bySide(traces: readonly Trace[]): [Side, Row[]][] {
  const rows = traces.filter(trace => String(trace.mode ?? '').includes('text')).flatMap(rowsOf);
  const along = (name: 'x' | 'y', length: number): ((row: Row) => number) => {
    const [low, high] = rangeOf(traces.flatMap(rowsOf).map(row => Number(row[name]))) ?? [0, 0];
    const share = (length - 2 * PADDING) / (high - low || 1);
    return row => PADDING + (Number(row[name]) - low) * share || 0;
  };
  const [x, y] = [along('x', WIDTH), along('y', HEIGHT)];
  const marks = rows.map(row => ({ x: x(row), y: HEIGHT - y(row), radius: RADIUS, label: String(row.text) }));
  const sides = labelSides(marks, [WIDTH, HEIGHT]);
  return (Object.keys(SIDES) as Side[]).map(side => [side, rows.filter((_, i) => sides[i] === side)]);
}

/** The traces as a chart of Vega-Lite's; undefined where it has no such marks. */
function stillOf(traces: Trace[], layout: Record<string, unknown>, title?: string): VegaLiteSpec | undefined {
  const drawn = traces.filter(trace => DRAWN.includes(trace.type));
  // A heat map covers what lies below it.
  drawn.sort((a, b) => Number(isGrid(b)) - Number(isGrid(a)));
  if (!drawn.length) return undefined;
  const gridded = drawn.some(isGrid);
  const position = { x: axisOf('x', drawn, layout), y: axisOf('y', drawn, layout) };
  const step = ({ sort }: Row): number => Math.max(2, Math.round(340 / arrayOf(sort).length));
  const names = drawn.filter(trace => !isByDepth(trace)).map(trace => trace.name);
  return {
    title: { text: title ?? '', subtitle: 'still of an interactive figure' },
    // Whole pixels to a cell leave no seams between them.
    width: gridded ? { step: step(position.x) } : WIDTH,
    height: gridded ? { step: step(position.y) } : HEIGHT,
    layer: [...drawn.map(trace => marksOf(trace, position, names)), ...labelsOf(drawn, position)],
    // Only colours that mean different things have a legend each.
    resolve: { scale: { color: drawn.some(isByDepth) ? 'independent' : 'shared' } },
  };
}

const isGrid = ({ type }: Trace): boolean => GRIDS.includes(type);

/** Whether its colours tell a third number, not which trace it is. */
const isByDepth = (trace: Trace): boolean =>
  isGrid(trace) || (trace.type === 'scatter3d' && !String(trace.mode ?? 'lines').includes('lines'));

function axisOf(name: 'x' | 'y', drawn: Trace[], layout: Record<string, unknown>): Record<string, unknown> {
  const scene = (layout.scene ?? {}) as Record<string, unknown>;
  const settings = (layout[`${name}axis`] ?? scene[`${name}axis`] ?? {}) as Record<string, unknown>;
  const numbers = drawn.every(trace => rowsOf(trace).every(row => typeof row[name] === 'number'));
  const bars = drawn.some(trace => trace.type === 'bar');
  const labelled = drawn.some(trace => String(trace.mode ?? '').includes('text'));
  const channel = { field: name, title: titleOf(settings.title) ?? null };
  // Bars and cells are beside each other only on an axis of names.
  if (!numbers || drawn.some(isGrid) || (bars && name === 'x')) return cells(channel, name, drawn);
  return {
    ...channel,
    type: 'quantitative',
    scale: settings.type === 'log' ? { type: 'log' } : { zero: bars, ...(labelled && { padding: PADDING }) },
  };
}

/** @param names of all traces that have a colour of their own */
function marksOf(trace: Trace, position: object, names: Trace['name'][]): VegaLiteSpec {
  const mark = markOf(trace);
  const depth = { field: 'z', type: 'quantitative', title: null, scale: { scheme: 'viridis' } };
  const colour = {
    field: 'series',
    type: 'nominal',
    title: null,
    scale: { domain: names, range: names.map((_, index) => palette[index % palette.length]) },
    ...(names.length < 2 ? { legend: null } : {}),
  };
  const offset = trace.type === 'bar' && names.length > 1 ? { xOffset: { field: 'series', sort: names } } : {};
  const order = mark.type === 'line' ? { order: { field: 'order' } } : {};
  return {
    data: { values: rowsOf(trace) },
    mark,
    encoding: { ...position, color: isByDepth(trace) ? depth : colour, ...offset, ...order },
  };
}

function markOf(trace: Trace): { type: string; [more: string]: unknown } {
  const mode = String(trace.mode ?? 'lines+markers');
  if (trace.type === 'bar') return { type: 'bar' };
  if (isGrid(trace)) return { type: 'rect' };
  if (mode.includes('lines')) return { type: 'line', point: mode.includes('markers') && { size: 24 } };
  return { type: 'point', filled: true, size: 40, opacity: 1 };
}

/** The labels of points, in a layer for each side on which they stand. */
function labelsOf(drawn: Trace[], position: object): VegaLiteSpec[] {
  return bySide(drawn).flatMap(([side, values]) => {
    if (values.length === 0) return [];
    const [across, down] = SIDES[side];
    const align = across > 0 ? 'left' : across < 0 ? 'right' : 'center';
    const mark = { type: 'text', dx: 6 * across, dy: 9 * down, align, baseline: 'middle', fontSize: 10 };
    return [{ data: { values }, mark, encoding: { ...position, text: { field: 'text' } } }];
  });
}

/** An axis of names in the order of the data; plotly's y goes up. */
function cells(channel: Row, name: 'x' | 'y', drawn: Trace[]): Record<string, unknown> {
  const values = [...new Set(drawn.flatMap(trace => rowsOf(trace).map(row => row[name] as string | number)))];
  const numbers = values.filter((value): value is number => typeof value === 'number');
  const sorted = numbers.length === values.length ? numbers.sort((a, b) => a - b) : values;
  const every = Math.ceil(sorted.length / 12);
  return {
    ...channel,
    type: 'ordinal',
    sort: name === 'y' ? [...sorted].reverse() : sorted,
    axis: {
      labelAngle: 0,
      labelOverlap: true,
      values: sorted.filter((_, index) => index % every === 0),
      ...(numbers.length === values.length ? { format: '.3~g' } : {}),
    },
  };
}
