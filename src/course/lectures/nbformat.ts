/**
 * A notebook as Jupyter writes it, to the byte: to open a lecture and save it changes nothing. Made of nbformat's writer:
 * keys in order, text by lines, numbers as Python prints them.
 */
import type { Notebook } from './notebook';

/** The text of a notebook's file. */
export function written(notebook: Notebook): string {
  const cells = notebook.cells.map(cell => {
    const source = lines(cell.source);
    if (!cell.outputs) return { ...cell, source };
    const outputs = cell.outputs.map(output => ({
      ...output,
      ...(output.text === undefined ? {} : { text: lines(output.text) }),
      ...(output.data && { data: mimeBundle(output.data) }),
    }));
    return { ...cell, source, outputs };
  });
  return `${serialize({ ...notebook, cells }, '\n')}\n`;
}

/** Text as a list of its lines, where nbformat keeps it so. */
function mimeBundle(data: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => {
      const isText =
        typeof value === 'string' || (Array.isArray(value) && value.every(line => typeof line === 'string'));
      if (!isText || /^application\/(.*\+)?json$/.test(type)) return [type, value];
      const text = value as string | string[];
      const isSplit = /^text\/|^application\/javascript$|^image\/svg\+xml$/.test(type);
      return [type, isSplit ? lines(text) : [text].flat().join('')];
    }),
  );
}

/** What Python's splitlines takes for the end of a line. */
const LINE =
  /[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?:\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])|[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+$/g;

const lines = (text: string | string[]): string[] => [text].flat().join('').match(LINE) ?? [];

/** JSON as Python's json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) prints it; `newline` holds the indent. */
function serialize(value: unknown, newline: string): string {
  if (typeof value === 'number') return number(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${newline} `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const items = Array.isArray(value)
    ? value.map(item => serialize(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => `${JSON.stringify(key)}: ${serialize(item, inner)}`);
  return items.length ? `${open}${inner}${items.join(`,${inner}`)}${newline}${close}` : open + close;
}

/** Python goes over to an exponent, of two digits, below 1e-4; JavaScript below 1e-6. */
function number(value: number): string {
  const isSmall = value !== 0 && Math.abs(value) < 1e-4;
  return isSmall ? value.toExponential().replace(/e-(\d)$/, 'e-0$1') : JSON.stringify(value);
}
