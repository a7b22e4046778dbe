import assert from 'node:assert/strict';
import { type ImageSet, tf } from '../../src';
import { conv, model, named, relu } from '../../src/layers';
import { compareFirstLayers, filterActivity, filterMeasures, type FilterMeasures } from '../../src/visualize';
import { onBackends } from './onBackends';

/** One convolution whose filters have, in all three channels, what `weight` says. */
function filters(
  size: number,
  stride: number,
  weights: ((y: number, x: number, channel: number) => number)[],
  biases = weights.map(() => 0),
): tf.LayersModel {
  const net = model(
    `conv${size}`,
    { inputShape: [24, 24, 3] },
    named('conv1', conv(weights.length, size, { stride, padding: 0 }), relu()),
  );
  const values = Array.from({ length: size * size * 3 }, (_, i) => {
    const [place, channel] = [Math.floor(i / 3), i % 3];
    return weights.map(weight => weight(Math.floor(place / size), place % size, channel));
  });
  net.setWeights([tf.tensor(values.flat(), [size, size, 3, weights.length]), tf.tensor(biases)]);
  return net;
}

const white = (net: tf.LayersModel): FilterMeasures[] => filterMeasures(net, { pictures: 'white' });

const near = (actual: number, expected: number): void =>
  assert.ok(Math.abs(actual - expected) < 1e-5, `${actual} is not ${expected}`);

const pixel = (y: number, x: number): number => Number(y === 2 && x === 3);

onBackends('firstLayer', () => {
  it('a single pixel has all frequencies alike: 1 - 1 / stride^2 of its energy aliases', () => {
    near(white(filters(11, 4, [pixel]))[0].aliasing, 1 - 1 / 16);
    near(white(filters(7, 2, [pixel]))[0].aliasing, 1 - 1 / 4);
    near(white(filters(7, 1, [pixel]))[0].aliasing, 0);
  });

  it('the shares of the spectrum sum to 1; a mean is low, a chess board high', () => {
    const [mean, chess] = white(filters(11, 4, [() => 0.1, (y, x) => (-1) ** (y + x)]));
    for (const { low, middle, high } of [mean, chess]) near(low + middle + high, 1);
    assert.ok(mean.low > 0.8 && mean.aliasing < 0.2, JSON.stringify(mean));
    assert.ok(chess.high > 0.95 && chess.aliasing > 0.95, JSON.stringify(chess));
    near(mean.rms, 0.1);
  });

  it('in photographs high frequencies are weak, so less of a pixel aliases', () => {
    const net = filters(7, 2, [pixel]);
    const natural = filterMeasures(net)[0].aliasing;
    assert.ok(natural > 0 && natural < 0.75 / 2, String(natural));
  });

  it('a filter of stripes slower than the stride aliases less at stride 2 than at 4', () => {
    const stripes = (y: number): number => Math.cos((2 * Math.PI * y) / 6);
    const [four] = white(filters(11, 4, [stripes]));
    const [two] = white(filters(11, 2, [stripes]));
    assert.ok(four.aliasing > 0.5 && two.aliasing < 0.2, `${four.aliasing} and ${two.aliasing}`);
  });

  it('colourfulness is 0 in grey, 1 in contrasts of colour, 2/3 in one channel', () => {
    const net = filters(3, 1, [() => 1, (_y, _x, c) => [1, -1, 0][c], (_y, _x, c) => Number(c === 0), () => 0]);
    const [grey, contrast, red, none] = white(net);
    [0, 1, 2 / 3, 0].forEach((expected, i) => near([grey, contrast, red, none][i].colourfulness, expected));
    near(none.aliasing, 0);
  });

  it('counts dead filters and how often the others are active; a table compares networks', async () => {
    // Images all black or all white: -2 or 2 in each channel.
    const images = new Uint8Array(4 * 24 * 24 * 3).fill(255, 3 * 24 * 24 * 3);
    const labels = new Uint8Array(4);
    const set: ImageSet = { name: 'two', images, labels, shape: [24, 24, 3], classes: ['a'], length: 4 };
    const centre = (y: number, x: number): number => Number(y === 1 && x === 1);
    const net = filters(3, 2, [centre, (y, x) => -centre(y, x), centre], [0, 0, -7]);
    const before = tf.memory().numTensors;
    const activity = await filterActivity(net, set, { batchSize: 3 });
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(activity, [
      { maximum: 6, images: 0.25, places: 0.25, dead: false },
      { maximum: 6, images: 0.75, places: 0.75, dead: false },
      { maximum: 0, images: 0, places: 0, dead: true },
    ]);
    const [row] = await compareFirstLayers([net], set, { pictures: 'white' });
    assert.equal(row.filters, '3 of 3 x 3 / 2');
    [row.dead, row.aliased, row.colourless].forEach((share, i) => near(share, [1 / 3, 1, 1][i]));
    near(row.aliasing, 0.75);
  });
});
