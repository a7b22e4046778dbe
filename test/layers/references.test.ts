/** Layers against PyTorch's in float64, values and gradients; references.json is made by references.py. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { layers, loadStateDict, ready, tf } from '../../src';
import { stateVariables } from '../../src/weights/stateDict';

interface Case {
  options: object;
  shape: [number, number, number, number];
  state: Record<string, { shape: number[]; values: number[] }>;
  gradients: Record<string, number[]>;
  x: number[];
  v: number[];
  y: number[];
  dx: number[];
}

const CASES = JSON.parse(fs.readFileSync(path.join(__dirname, 'references.json'), 'utf8')) as Record<string, Case[]>;

const WORDS: Record<string, (options: never, state: Case['state']) => layers.Block> = {
  layerNorm: options => layers.layerNorm(options),
  layerScale: () => layers.layerScale(),
  pointwise: (_, state) => layers.pointwise(state.weight.shape[0]),
};

function assertClose(ours: tf.Tensor, theirs: number[], what: string): void {
  const largest = Math.max(...theirs.map(Math.abs));
  const values = ours.dataSync();
  assert.equal(values.length, theirs.length, what);
  theirs.forEach((value, i) => assert.ok(Math.abs(values[i] - value) < 1e-5 * largest, `${what} ${i}: ${values[i]}, not ${value}`)); // prettier-ignore
}

describe("layers are PyTorch's", () => {
  before(ready);

  for (const [name, cases] of Object.entries(CASES))
    cases.forEach(({ options, shape, state, gradients, x, v, y, dx }, i) =>
      it(`${name} (${i + 1})`, () => {
        const inputShape = shape.slice(1) as [number, number, number];
        const net = layers.model('one', { inputShape }, layers.torch('it', WORDS[name](options as never, state)));
        const named = Object.entries(state).map(([key, { shape, values }]): [string, { shape: number[]; data: Float32Array }] =>
          [`it.${key}`, { shape, data: Float32Array.from(values) }]); // prettier-ignore
        loadStateDict(net, new Map(named));
        const input = tf.tensor4d(x, shape);
        const run = (value: tf.Tensor): tf.Tensor => net.apply(value, { training: true }) as tf.Tensor;
        assertClose(run(input), y, 'y');
        const weights = tf.tensor(v, run(input).shape);
        assertClose(tf.grad(run)(input, weights), dx, 'dx');
        const { grads } = tf.variableGrads(() => run(input).mul(weights).sum().asScalar());
        const variables = stateVariables(net);
        for (const [key, theirs] of Object.entries(gradients)) {
          // A kernel is [in, out] here.
          const ours = grads[variables.get(`it.${key}`)!.name];
          assertClose(state[key].shape.length === 2 ? ours.transpose() : ours, theirs, `gradient of ${key}`);
        }
        net.dispose();
      }),
    );
});
