/** A tensor as numpy prints an array with four digits: aligned numbers, and of a large one the edges of each axis. */
import * as tf from '@tensorflow/tfjs';

/** More elements than these are summarized, to so many at each end of an axis. */
const THRESHOLD = 1000;
const EDGE = 3;
const DIGITS = 4;
const LINE = 75;

/** Shape, data type and numbers; never more than the edges of a large tensor leave the device. */
export function tensorText(tensor: tf.Tensor): string {
  const head = `Tensor [${tensor.shape.join(', ')}] ${tensor.dtype}`;
  if (tensor.isDisposed) return `${head}, disposed of: its numbers are gone`;
  if (tensor.size === 0) return `${head}\n[]`;
  const { values, shape, cut } = edgesOf(tensor);
  return `${head}\n${layOut(aligned(values, tensor.dtype), shape, cut)}`;
}

/** The elements that are shown, and the axes that have more. */
function edgesOf(tensor: tf.Tensor): { values: ArrayLike<unknown>; shape: number[]; cut: boolean[] } {
  const isLarge = tensor.size > THRESHOLD;
  const cut = tensor.shape.map(length => isLarge && length > 2 * EDGE);
  return tf.tidy(() => {
    const shown = cut.reduce((all: tf.Tensor, isCut, axis) => {
      if (!isCut) return all;
      const ends = [0, all.shape[axis] - EDGE].map(start => {
        const begin = all.shape.map((_, k) => (k === axis ? start : 0));
        const size = all.shape.map((length, k) => (k === axis ? EDGE : length));
        return all.slice(begin, size);
      });
      return tf.concat(ends, axis);
    }, tensor);
    return { values: shown.dataSync<'string'>(), shape: [...shown.shape], cut };
  });
}

/** All elements as texts of one length. */
function aligned(values: ArrayLike<unknown>, dtype: tf.DataType): string[] {
  const texts =
    dtype === 'float32'
      ? floats(Array.from(values as ArrayLike<number>))
      : Array.from(values, value =>
          dtype === 'bool' ? (value ? 'True' : 'False') : dtype === 'string' ? JSON.stringify(value) : String(value),
        );
  const width = Math.max(...texts.map(text => text.length));
  return texts.map(text => (dtype === 'string' ? text.padEnd(width) : text.padStart(width)));
}

/** With as many decimals as needed, at most four; as powers of ten where the numbers lie too far apart, as numpy decides. */
function floats(values: number[]): string[] {
  const sizes = values.filter(value => Number.isFinite(value) && value !== 0).map(Math.abs);
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const isExponential = sizes.length > 0 && (largest >= 1e8 || smallest < 1e-4 || largest / smallest > 1000);
  const special = (value: number): string => (Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf');
  const parts = values.map(value => {
    if (!Number.isFinite(value)) return undefined;
    const [mantissa, exponent] = (isExponential ? value.toExponential(DIGITS) : value.toFixed(DIGITS)).split('e');
    const [whole, decimals] = mantissa.split('.');
    // -0.00001 has no sign left to show.
    const sign = Object.is(value, -0) ? '-' : '';
    return { whole: sign + whole, decimals: decimals.replace(/0+$/, ''), exponent };
  });
  const most = Math.max(0, ...parts.map(part => part?.decimals.length ?? 0));
  return parts.map((part, i) => {
    if (!part) return special(values[i]);
    const { whole, decimals, exponent } = part;
    if (exponent === undefined) return `${whole}.${decimals.padEnd(most)}`;
    const power = exponent.slice(1).padStart(2, '0');
    return `${whole}.${decimals.padEnd(most, '0')}e${exponent[0]}${power}`;
  });
}

/** Brackets for each axis; rows of the last one are broken where they are long. */
function layOut(texts: string[], shape: number[], cut: boolean[]): string {
  const write = (from: number, axis: number): string => {
    if (axis === shape.length) return texts[from];
    const step = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    const items = Array.from({ length: shape[axis] }, (_, i) => write(from + i * step, axis + 1));
    if (cut[axis]) items.splice(EDGE, 0, '...');
    const isLast = axis === shape.length - 1;
    const indent = ' '.repeat(axis + 1);
    if (!isLast) return `[${items.join('\n'.repeat(shape.length - 1 - axis) + indent)}]`;
    const lines = [''];
    for (const item of items) {
      const line = lines[lines.length - 1];
      if (line && indent.length + line.length + item.length + 1 > LINE) lines.push(item);
      else lines[lines.length - 1] = line ? `${line} ${item}` : item;
    }
    return `[${lines.join(`\n${indent}`)}]`;
  };
  return write(0, 0);
}
