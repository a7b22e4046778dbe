import { check, type Checks, listOf, numbers, wholeNumber, words } from '../../base/options';
import type { Figure } from '../figures/figure';
import { textWidth } from '../figures/raster';
import { formatNumber, rangeOf } from '../figures/text';
import { CHART_OPTIONS, type ChartOptions, frame, LABEL_SIZE } from './axes';
import { vegaLite } from './vegaLite';

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
  const luminous = low + 0.6 * (high - low);
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
      ...(written ? [valuesWritten(position, luminous)] : []),
    ],
  };
  const text = `${options.title ?? 'Heat map'}\n  ${matrix.length} x ${across} values from ${formatNumber(low)} to ${formatNumber(high)}`;
  return vegaLite(spec, { text });
}

/** The values in their cells, black from `luminous` on. */
const valuesWritten = (position: object, luminous: number) => ({
  mark: { type: 'text', fontSize: 11, color: 'white' },
  encoding: {
    ...position,
    text: { field: 'text' },
    color: { condition: { test: `datum.value > ${luminous}`, value: 'black' }, value: 'white' },
  },
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
