/** What charts have in common: their options, frame, axes and rules. */
import { boolean, type Checks, positive, refuse, words } from '../../base/options';
import { INK } from '../figures/ink';
import { rangeOf } from '../figures/text';
import { palette, type VegaLiteSpec } from './vegaLite';

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

export const WIDTH = 480;
export const HEIGHT = 280;

export const CHART_OPTIONS: Checks<ChartOptions> = {
  title: words,
  x: words,
  y: words,
  width: (what, value) => positive(what, value),
  height: (what, value) => positive(what, value),
};

export const AXIS_OPTIONS: Checks<AxisOptions> = {
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

export const LABEL_SIZE = 11;
export const RADIUS = 4;

export function frame({ title, width = WIDTH, height = HEIGHT }: ChartOptions): VegaLiteSpec {
  return { ...(title ? { title } : {}), width, height };
}

export function quantity(field: string, title = '', log = false, ticks?: number): Record<string, unknown> {
  return {
    field,
    type: 'quantitative',
    title: title || null,
    scale: log ? { type: 'log', nice: false } : { zero: false },
    ...(ticks ? { axis: { tickCount: ticks } } : {}),
  };
}

export const withDomain = (channel: Record<string, unknown>, domain: number[]): Record<string, unknown> => ({
  ...channel,
  scale: { ...(channel.scale as object), domain, nice: false },
});

export const colours = (names: readonly string[]) => ({
  field: 'series',
  type: 'nominal',
  title: null,
  scale: { domain: names, range: names.map((_, index) => palette[index % palette.length]) },
  ...(names.length < 2 ? { legend: null } : {}),
});

export const byDatum = (...names: string[]) => Object.fromEntries(names.map(name => [name, { expr: `datum.${name}` }]));

const list = (rule: Rule | Rule[] | undefined): { at: number; label?: string }[] =>
  [rule ?? []].flat().map(item => (typeof item === 'number' ? { at: item } : item));

export const at = (rule: Rule | Rule[] | undefined): number[] => list(rule).map(item => item.at);

export function rules(options: AxisOptions): VegaLiteSpec[] {
  const layer = (field: 'x' | 'y', wanted: Rule | Rule[] | undefined): VegaLiteSpec[] => {
    const values = list(wanted).map(({ at, label = '' }) => ({ [field]: at, label }));
    if (!values.length) return [];
    const along = quantity(field, options[field], field === 'x' ? options.logX : options.logY);
    const end = field === 'y' ? { x: { value: options.width ?? WIDTH } } : { y: { value: 0 } };
    const beside =
      field === 'y' ? { align: 'right', baseline: 'bottom', dy: -2 } : { align: 'left', baseline: 'top', dx: 4 };
    return [
      { data: { values }, mark: { type: 'rule', color: INK, strokeDash: [5, 4] }, encoding: { [field]: along } },
      {
        data: { values },
        mark: { type: 'text', color: INK, fontSize: LABEL_SIZE, ...beside },
        encoding: { [field]: along, ...end, text: { field: 'label' } },
      },
    ];
  };
  return [...layer('y', options.horizontal), ...layer('x', options.vertical)];
}

export function isDrawable({ x, y }: { x: number; y: number }, { logX, logY }: AxisOptions): boolean {
  return Number.isFinite(x) && Number.isFinite(y) && !(logX && x <= 0) && !(logY && y <= 0);
}

export const leftOut = (count: number): string[] =>
  count ? [`  ${count} values that the axes do not reach are left out`] : [];

/** So many ticks that none of them is between whole numbers, if all values are whole. */
export function wholeTicks(values: number[]): number | undefined {
  const [low, high] = rangeOf(values) ?? [0, 0];
  return values.every(Number.isInteger) && high > low ? Math.min(12, high - low) : undefined;
}

/** The values' range with room around it. */
export function domain(values: number[], log = false): [number, number] {
  const scaled = log ? values.map(Math.log) : values;
  const [low, high] = rangeOf(scaled) ?? [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return log ? [Math.exp(low - room), Math.exp(high + room)] : [low - room, high + room];
}

export function share(value: number, [low, high]: [number, number], log = false): number {
  const scaled = log ? Math.log : (number: number) => number;
  return (scaled(value) - scaled(low)) / (scaled(high) - scaled(low));
}
