import { escapeMarkup } from '../base/markup';
import { check, type Checks, listOf, refuse, wholeNumber, words } from '../base/options';
import { runtime } from '../base/runtime';
import { Figure } from './figures/figure';
import { formatNumber } from './figures/text';

export interface TableOptions {
  /** Which columns, in which order; by default all, in the order in which the rows have them. */
  columns?: string[];
  caption?: string;
  /** Digits after the point in columns of numbers that are not all whole; by default 4 significant digits. */
  digits?: number;
}

const OPTIONS: Checks<TableOptions> = {
  columns: (what, value) => listOf(what, value, 'an array of names of columns', words),
  caption: words,
  digits: (what, value) => wholeNumber(what, value, 0, 20),
};

/**
 * A table of one row per object.
 *
 * @param rows objects whose properties are the columns; one may lack some of them
 * @param options which columns in which order, the caption, and the digits of numbers
 * @example table([{ layer: 'conv1', parameters: 34944 }], { caption: 'AlexNet' })
 * @throws an Error when the rows are no array of objects, or a column is in none of them
 */
export function table(rows: readonly object[], options: TableOptions = {}): Figure {
  check('table', options, OPTIONS);
  listOf('list of rows of table', rows, 'an array of objects', (what, row: unknown) => {
    if (typeof row !== 'object' || row === null) refuse(what, row, 'an object');
  });
  if (!rows.length) refuse('list of rows of table', rows, 'at least one object');
  const { columns, caption, digits } = options;
  const known = [...new Set(rows.flatMap(row => Object.keys(row as object)))];
  const unknown = columns?.find(column => !rows.some(row => column in row));
  if (unknown !== undefined)
    throw new Error(`No row has the column '${unknown}'; expected some of ${known.join(', ')}.`);

  const names = columns ?? known;
  const cells = names.map(name =>
    formatColumn(
      (rows as Row[]).map(row => row[name]),
      digits,
    ),
  );
  const numeric = names.map(name => (rows as Row[]).every(row => isNumber(row[name]) || row[name] == null));
  const lines = rows.map((_, row) => cells.map(column => column[row]));

  const text = plainText(names, lines, numeric, caption);
  return new Figure(text, () => ({
    bundle: {
      'text/html': html(names, lines, numeric, caption),
      'text/markdown': markdown(names, lines, numeric, caption),
      'text/plain': text,
    },
  }));
}

type Row = Record<string, unknown>;

const isNumber = (value: unknown): value is number | bigint => typeof value === 'number' || typeof value === 'bigint';

function formatColumn(values: unknown[], digits: number | undefined): string[] {
  const whole = values.every(value => typeof value !== 'number' || Number.isInteger(value));
  return values.map(value => {
    if (value === undefined || value === null) return '';
    if (isNumber(value)) return formatNumber(Number(value), whole ? undefined : digits);
    return typeof value === 'string' ? value : runtime.inspect(value, { isOneLine: true });
  });
}

function html(names: string[], lines: string[][], numeric: boolean[], caption?: string): string {
  // JupyterLab aligns every cell to the right unless told; GitHub drops styles but keeps align.
  const cell = (tag: string, column: number, text: string): string =>
    `<${tag} ${numeric[column] ? 'align="right" style="text-align: right"' : 'style="text-align: left"'}>${escapeMarkup(text)}</${tag.split(' ')[0]}>`;
  const row = (tag: string, texts: string[]): string =>
    `<tr>${texts.map((text, column) => cell(tag, column, text)).join('')}</tr>`;
  return [
    '<table>',
    ...(caption ? [`<caption>${escapeMarkup(caption)}</caption>`] : []),
    `<thead>${row('th scope="col"', names)}</thead>`,
    '<tbody>',
    ...lines.map(line => row('td', line)),
    '</tbody>',
    '</table>',
  ].join('\n');
}

function markdown(names: string[], lines: string[][], numeric: boolean[], caption?: string): string {
  const escape = (text: string): string =>
    text
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/[\\`*_[\]|$~]/g, '\\$&')
      .replace(/\r?\n/g, '<br>');
  const row = (texts: string[]): string => `| ${texts.join(' | ')} |`;
  return [
    ...(caption ? [escape(caption), ''] : []),
    row(names.map(escape)),
    row(numeric.map(right => (right ? '---:' : '---'))),
    ...lines.map(line => row(line.map(escape))),
  ].join('\n');
}

function plainText(names: string[], lines: string[][], numeric: boolean[], caption?: string): string {
  const all = [names, ...lines].map(line => line.map(text => text.replace(/\s*\n\s*/g, ' ')));
  const widths = names.map((_, column) => Math.max(...all.map(line => line[column].length)));
  const [head, ...body] = all.map(line =>
    line
      .map((text, column) => (numeric[column] ? text.padStart(widths[column]) : text.padEnd(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map(width => '-'.repeat(width)).join('  ');
  return [...(caption ? [caption] : []), head, rule, ...body].join('\n');
}
