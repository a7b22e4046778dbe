/** Stochastic depth: which images it drops, and by how much it scales the others. */
import assert from 'node:assert/strict';
import { layers, ready, tf } from '../../src';
import { seededRandom } from '../../src/base/random';
import { drawMasks, releaseMasks } from '../../src/training/network/masks';

describe('stochastic depth', () => {
  before(ready);

  const build = (rate: number): tf.LayersModel =>
    layers.model('deep', { inputShape: [2, 3, 4] }, layers.residual(layers.stochasticDepth(rate)));
  /** What each image has added to it, as a multiple of itself. */
  const added = (net: tf.LayersModel, batch: number, training: boolean): number[] =>
    tf.tidy(() => {
      const x = tf.ones([batch, 2, 3, 4]);
      const y = (net.apply(x, { training }) as tf.Tensor).sub(x).reshape([batch, 24]);
      assert.deepEqual(y.min(1).dataSync(), y.max(1).dataSync(), 'an image is kept or dropped as one');
      return [...y.min(1).dataSync()];
    });

  it('adds all at test time, and in training nothing or 1 / (1 - rate) of it', () => {
    const net = build(0.2);
    assert.deepEqual(added(net, 3, false), [1, 1, 1]);
    for (const value of added(net, 64, true)) assert.ok(value === 0 || Math.abs(value - 1.25) < 1e-6, String(value));
    net.dispose();
  });

  it('drops the images whose number is below the rate, one number each', () => {
    const net = build(0.5);
    const random = seededRandom(7);
    const numbers = Array.from({ length: 6 }, random);
    const again = seededRandom(7);
    (net.layers.find(layer => 'draw' in layer) as layers.Dropout).draw(6, again);
    assert.deepEqual(added(net, 6, true), numbers.map(number => (number < 0.5 ? 0 : 2))); // prettier-ignore
    net.dispose();
  });

  it('is drawn from the seed and the step alone, as dropout is', () => {
    const net = build(0.5);
    const drawn = (step: number): number[] => {
      assert.equal(drawMasks(net, 32, 1, step), 1);
      return added(net, 32, true);
    };
    const [first, second, again] = [drawn(1), drawn(2), drawn(1)];
    releaseMasks(net);
    assert.deepEqual(again, first);
    assert.notDeepEqual(second, first);
    net.dispose();
  });

  it('is refused with a rate that is none', () => {
    assert.throws(() => layers.stochasticDepth(1), /^Error: The rate of stochasticDepth is 1; expected a number from 0 and below 1\.$/); // prettier-ignore
  });
});
