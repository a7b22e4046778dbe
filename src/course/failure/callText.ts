/** A call of a student's function as text. */
import type { Call } from '../../harness/functions';

/** How much of a call is shown, in characters, and of a list, in items. */
const LENGTH = 300;
const ITEMS = 6;

/** A call with its inputs in one line, as `stacked([1, 2], Tensor [2, 3] (0.5, 0.25, …))`. */
export function callText({ name, values }: Call): string {
  const text = `${name}(${values.map(value => valueText(value)).join(', ')})`;
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
}

interface TensorLike {
  shape: number[];
  size: number;
  isDisposed: boolean;
  dataSync(): ArrayLike<unknown>;
}

function valueText(value: unknown, depth = 0): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  if (typeof value === 'function') return value.name || 'a function';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (depth > 3) return '…';
  const { shape, isDisposed, dataSync } = value as TensorLike;
  if (Array.isArray(shape) && typeof dataSync === 'function') {
    const head = `Tensor [${shape.join(', ')}]`;
    return isDisposed ? head : `${head} (${listText((value as TensorLike).dataSync(), depth)})`;
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${listText(value as ArrayLike<unknown>, depth)}]`;
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${valueText(item, depth + 1)}`);
  return entries.length ? `{ ${entries.join(', ')} }` : '{}';
}

function listText(values: ArrayLike<unknown>, depth: number): string {
  const shown = Array.from({ length: Math.min(values.length, ITEMS) }, (_, i) => valueText(values[i], depth + 1));
  return [...shown, ...(values.length > ITEMS ? ['…'] : [])].join(', ');
}
