import fs from 'node:fs';
import path from 'node:path';
import { tf } from '../../src';
import { generate, uniform } from '../../src/parity/generator';
import { loadStateDict } from '../../src/weights';

/** A file of ../shared/reference/logits. */
export interface Reference {
  seed: number;
  inputShapeNCHW: [number, number, number, number];
  parameters: number;
  stateDict: Record<string, number[]>;
  logits: number[];
}

const folder = path.join(__dirname, '../../../shared/reference/logits');

/** The file of this name; skips the test where it is not there. */
export function reference(name: string, test: Mocha.Context): Reference {
  const file = path.join(folder, `${name}.json`);
  if (!fs.existsSync(file)) {
    test.test!.title += ` (skipped: no ${file})`;
    // The references are beside the repository, and not in it.
    test.skip();
  }
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Reference;
}

/** The largest difference of a logit, and the same as a share of the largest logit. */
export function compare(theirs: Reference, ours: tf.LayersModel): { absolute: number; relative: number } {
  const { seed, inputShapeNCHW: shape } = theirs;
  loadStateDict(ours, generate(Object.entries(theirs.stateDict), seed));
  const logits = tf.tidy(() => {
    const numbers = uniform(seed, 'input', shape.reduce((a, b) => a * b)).map(u => 2 * u - 1); // prettier-ignore
    const image = tf.tensor4d(Float32Array.from(numbers), shape).transpose([0, 2, 3, 1]);
    return [ours.predict(image)].flat()[0].dataSync();
  });
  const absolute = Math.max(...theirs.logits.map((logit, i) => Math.abs(logit - logits[i])));
  return { absolute, relative: absolute / Math.max(...theirs.logits.map(Math.abs)) };
}

export function parameters(model: tf.LayersModel): number {
  return model.trainableWeights.reduce((sum, weight) => sum + weight.shape.reduce((a, b) => a! * b!, 1)!, 0);
}

/** The output of each row of the paper's table: its name to '55 x 55 x 96'. */
export function outputSizes(model: tf.LayersModel): Record<string, string> {
  const rows = model.layers.map(layer => [
    layer.name.split('/')[0],
    (layer.outputShape as number[]).slice(1).join(' x '),
  ]);
  return Object.fromEntries(rows) as Record<string, string>;
}
