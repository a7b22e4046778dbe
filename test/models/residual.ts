/** What the tests of the residual and dense networks have in common. */
import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { skeleton } from '../../src/layers';
import { compare, outputSizes, parameters, reference } from './reference';

/** What is measured of the network without initial weights, of which nothing stays behind. */
function ofSkeleton<T>(build: () => tf.LayersModel, measure: (net: tf.LayersModel) => T): T {
  const net = skeleton(build);
  try {
    return measure(net);
  } finally {
    net.dispose();
  }
}

/** Trainable parameters. */
export const count = (build: () => tf.LayersModel): number => ofSkeleton(build, parameters);

/** Multiply-adds of convolutions and dense layers: each weight as often as the output has pixels. */
export function multiplyAdds(build: () => tf.LayersModel): number {
  return ofSkeleton(build, net =>
    net.layers.reduce((sum, layer) => {
      const kernel = layer.weights.find(weight => weight.originalName.endsWith('kernel'));
      return sum + (kernel ? size(kernel.shape) * size(layer.outputShape.slice(1, -1) as number[]) : 0);
    }, 0),
  );
}

/** The rows have the sizes that the function has in comments after them. */
export function assertRowSizes(build: () => tf.LayersModel, file: string, name: string): void {
  const source = fs.readFileSync(path.join(__dirname, '../../src/models', file), 'utf8');
  const body = source.slice(source.indexOf(`export function ${name}(`)).split('\n}\n')[0];
  const comments = [...body.matchAll(/named\('(\w+)'.*\/\/ ([\dx ]*\d)/g)].map(([, row, comment]) => [row, comment]);
  const { image: _, ...sizes } = ofSkeleton(build, outputSizes);
  assert.deepEqual(sizes, Object.fromEntries(comments));
}

/** A test that `build()` is PyTorch's model of the file: its parameters, names, shapes and logits. */
export function itMatchesReference(file: string, build: () => tf.LayersModel): void {
  it(`has the logits of ${file}`, function () {
    const theirs = reference(file, this);
    const ours = skeleton(build);
    assert.equal(parameters(ours), theirs.parameters);
    const { relative } = compare(theirs, ours);
    ours.dispose();
    this.test!.title += ` (to ${relative.toExponential(1)} of the largest)`;
    assert.ok(relative < 1e-4, `the largest error is ${relative} of the largest logit`);
  });
}

const size = (shape: readonly (number | null)[]): number => shape.reduce<number>((product, n) => product * n!, 1);
