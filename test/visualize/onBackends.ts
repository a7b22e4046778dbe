import fs from 'node:fs';
import path from 'node:path';
import { ready, tf } from '../../src';
import { tensorflowMissing } from '../../src/backend/native/tensorflow';
import { uniform } from '../../src/parity/generator';

/** The same tests on plain JavaScript and on TensorFlow, where it is. */
export function onBackends(title: string, tests: (backend: string) => void): void {
  for (const name of ['cpu', 'tensorflow']) {
    describe(`${title} (${name})`, () => {
      let before_: string;
      before(async function () {
        const { name: chosen } = await ready();
        before_ = chosen;
        if (name === 'tensorflow' && chosen !== 'tensorflow') {
          console.log(`      skipped: ${tensorflowMissing() ?? `CNN_KIT_BACKEND asks for ${chosen}`}`);
          this.skip();
        }
        await tf.setBackend(name);
      });
      after(async () => {
        await tf.setBackend(before_);
      });
      tests(name);
    });
  }
}

/** A tensor of ops.json, by its values or by its name, here in NHWC (a filter: HWIO). */
export interface Stored {
  name?: string;
  values?: number[];
  shape: [number, number, number, number];
  scale?: number;
}

/** The cases of ../shared/reference/ops.json for an operation; skips the test where the file is not there. */
export function cases<T>(operation: string, test: Mocha.Context): T[] {
  const file = path.join(__dirname, '../../../shared/reference/ops.json');
  if (!fs.existsSync(file)) {
    test.test!.title += ` (skipped: no ${file})`;
    // The references are beside the repository, and not in it.
    test.skip();
  }
  const { cases } = JSON.parse(fs.readFileSync(file, 'utf8')) as { cases: { op: string }[] };
  return cases.filter(({ op }) => op === operation) as T[];
}

export function stored(
  { name, values, shape, scale = 1 }: Stored,
  kind: 'picture' | 'filter' = 'picture',
): tf.Tensor4D {
  const size = shape.reduce((a, b) => a * b, 1);
  const numbers = values ?? Array.from(uniform(1, name!, size), u => (2 * u - 1) * scale);
  const tensor = tf.tensor4d(Float32Array.from(numbers), shape);
  return tensor.transpose(kind === 'picture' ? [0, 2, 3, 1] : [2, 3, 1, 0]);
}

/** Numbers in -1 .. 1 that are the same everywhere. */
export function random(name: string, shape: [number, number, number, number]): tf.Tensor4D {
  const size = shape.reduce((a, b) => a * b, 1);
  return tf.tensor4d(Float32Array.from(uniform(1, name, size), u => 2 * u - 1), shape); // prettier-ignore
}

/** The largest difference as a share of the largest magnitude. */
export function difference(actual: tf.Tensor, expected: tf.Tensor): number {
  if (`${actual.shape}` !== `${expected.shape}`) throw new Error(`[${actual.shape}] is not [${expected.shape}].`);
  return tf.tidy(() => {
    const largest = expected.abs().max().dataSync()[0];
    if (!(largest > 0)) throw new Error('The expected values are all zero, which shows nothing.');
    return actual.sub(expected).abs().max().dataSync()[0] / largest;
  });
}
