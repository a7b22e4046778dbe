/**
 * Numbers that are a pure function of a seed, a name and an index, so that two programs can give a network the same
 * weights without exchanging them. The rule is that of the reference values our tests compare with.
 */
import { counts, refuse, text, wholeNumber } from '../base/options';
import type { TorchTensor } from '../weights/stateDict';

/** `count` numbers in [0, 1). */
export function uniform(seed: number, name: string, count: number): Float64Array {
  wholeNumber('seed of the generator', seed, -Infinity);
  text('name of the generated numbers', name);
  wholeNumber('count of generated numbers', count, 0);
  const numbers = new Float64Array(count);
  let state = (fnv1a(name) ^ seed) | 0;
  for (let i = 0; i < count; i++) {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    z ^= z >>> 15;
    numbers[i] = (z >>> 0) / 4294967296;
  }
  return numbers;
}

/** The entry `name` of a network's state dict, in PyTorch's order of elements. */
export function fill(seed: number, name: string, shape: readonly number[]): Float32Array {
  counts('shape of fill', shape);
  const numbers = uniform(seed, name, product(shape));
  const [factor, offset] = range(name, shape);
  return Float32Array.from(numbers, u => factor * u + offset);
}

/** A whole state dict of these names and shapes; each entry is made when it is read. */
export function generate(shapes: Iterable<readonly [string, readonly number[]]>, seed = 1): Map<string, TorchTensor> {
  const isEntries = typeof shapes === 'object' && shapes !== null && Symbol.iterator in shapes;
  const entries = isEntries ? [...shapes] : [];
  if (!isEntries || !entries.every(Array.isArray))
    refuse('shapes of generate', shapes, 'a Map such as stateShapes gives');
  wholeNumber('seed of generate', seed, -Infinity);
  return new Map(
    entries.map(([name, shape]) => [
      name,
      {
        shape,
        get data() {
          return fill(seed, name, shape);
        },
      },
    ]),
  );
}

function range(name: string, shape: readonly number[]): [factor: number, offset: number] {
  if (name.endsWith('running_var')) return [1, 0.5];
  if (name.endsWith('running_mean')) return [0.2, -0.1];
  if (shape.length >= 2) {
    const limit = Math.sqrt(6 / product(shape.slice(1)));
    return [2 * limit, -limit];
  }
  return name.endsWith('weight') ? [0.6, 0.7] : [0.2, -0.1];
}

/** FNV-1a, 32 bits, of the name in UTF-8. */
function fnv1a(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
