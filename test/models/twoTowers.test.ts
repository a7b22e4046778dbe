import assert from 'node:assert/strict';
import { alexnetTwoTowers, crossTowerGradient, layers, tf } from '../../src';
import { skeleton } from '../../src/layers/building/initialization';
import { difference, onBackends, random } from '../visualize/onBackends';

const SMALL = {
  inputShape: [31, 31, 3] as [number, number, number],
  classes: 5,
  first: { size: 5, stride: 1, padding: 2 },
  widths: [8, 16, 12, 12, 8, 10] as const,
  init: 'he' as const,
};

/** The same network with groups in place of towers, and normalization within each group. */
function grouped(): tf.LayersModel {
  const { conv, relu, maxPool, localResponseNorm, sliceChannels, chain, concat, dense, flatten, named, model } = layers;
  const norm = (maps: number) =>
    concat(...[0, maps / 2].map(from => chain(sliceChannels(from, maps / 2), localResponseNorm())));
  const [w1, w2, w3, w4, w5, units] = SMALL.widths;
  return model('grouped', { inputShape: SMALL.inputShape },
    named('conv1', conv(w1, 5), relu(), norm(w1), maxPool(3, 2)),
    named('conv2', conv(w2, 5, { groups: 2 }), relu(), norm(w2), maxPool(3, 2)),
    named('conv3', conv(w3, 3), relu()),
    named('conv4', conv(w4, 3, { groups: 2 }), relu()),
    named('conv5', conv(w5, 3, { groups: 2 }), relu(), maxPool(3, 2)),
    named('fc6', flatten(), dense(units), relu()),
    named('fc7', dense(units), relu()),
    named('fc8', dense(SMALL.classes)),
  ); // prettier-ignore
}

const rows = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'fc6', 'fc7', 'fc8'];
const weightsOf = (model: tf.LayersModel, row: string): tf.Tensor[] =>
  model.layers.find(({ name, weights }) => name.startsWith(`${row}/`) && weights.length > 0)!.getWeights();

describe('alexnetTwoTowers', () => {
  it('has the 60,965,224 parameters of the paper, half of each row in each tower', () => {
    const model = skeleton(() => alexnetTwoTowers());
    assert.equal(model.countParams(), 60_965_224);
    const of = (scope: string): number =>
      model.layers.filter(({ name }) => name.startsWith(scope)).reduce((sum, layer) => sum + layer.countParams(), 0);
    // Per row as published for the grouped network: architectures.md 1.1.
    const published = [34_944, 307_456, 885_120, 663_936, 442_624, 37_752_832, 16_781_312];
    published.forEach((parameters, i) => {
      assert.deepEqual([of(`${rows[i]}/tower0/`), of(`${rows[i]}/tower1/`)], [parameters / 2, parameters / 2], rows[i]);
    });
    model.dispose();
  });
});

onBackends('two towers', () => {
  let towers: tf.LayersModel;
  let x: tf.Tensor4D;
  before(() => {
    towers = alexnetTwoTowers({ ...SMALL, seed: 3 });
    x = random('picture', [2, 31, 31, 3]);
  });
  after(() => {
    towers.dispose();
    x.dispose();
  });

  it('compute what the grouped network on one device computes', () => {
    const whole = grouped();
    tf.tidy(() => {
      for (const row of rows.slice(0, -1)) {
        const [first, second] = [0, 1].map(tower => weightsOf(towers, `${row}/tower${tower}`));
        const layer = whole.layers.find(({ name, weights }) => name.startsWith(`${row}/`) && weights.length > 0)!;
        layer.setWeights(first.map((weight, i) => tf.concat([weight, second[i]], -1)));
      }
      whole.layers.find(({ name }) => name.startsWith('fc8/'))!.setWeights(weightsOf(towers, 'fc8'));
      assert.ok(difference(towers.predict(x) as tf.Tensor, whole.predict(x) as tf.Tensor) < 1e-5);
    });
    whole.dispose();
  });

  for (const [row, apart] of Object.entries({
    conv2: true,
    conv3: false,
    conv4: true,
    conv5: true,
    fc6: false,
    fc7: false,
  })) {
    it(`${row}: the gradient across the towers is ${apart ? 'exactly 0' : 'not 0'}`, () => {
      const before = tf.memory().numTensors;
      const gradients = crossTowerGradient(towers, x, row);
      assert.equal(tf.memory().numTensors, before);
      if (apart) assert.deepEqual(gradients, [0, 0]);
      else assert.ok(gradients.every(gradient => gradient > 1e-3), String(gradients)); // prettier-ignore
    });
  }

  it('crossTowerGradient refuses a row without towers before it', () => {
    assert.throws(
      () => crossTowerGradient(towers, x, 'conv1'),
      /The row of crossTowerGradient is 'conv1'; expected one of pool1, conv2/,
    );
  });
});
