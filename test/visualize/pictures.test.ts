import assert from 'node:assert/strict';
import { imageGrid, type ImageSet, tf } from '../../src';
import { activation, conv, dense, flatten, globalAvgPool, maxPool, model, named, relu } from '../../src/layers';
import { cifarNet } from '../../src/models/alexnet';
import { resnetCifar } from '../../src/models/resnetCifar';
import {
  featureMapImages,
  featureMaps,
  occlusionMap,
  receptiveField,
  saliency,
  signedImages,
  topPatches,
  topPatchImages,
} from '../../src/visualize';
import { onBackends, random } from './onBackends';

/** Black images of 6 x 6, each with one pixel of its own brightness at [1 + i % 4, 2]. */
function dots(brightness: number[]): ImageSet {
  const images = new Uint8Array(brightness.length * 36);
  brightness.forEach((value, i) => (images[i * 36 + (1 + (i % 4)) * 6 + 2] = value));
  const labels = new Uint8Array(brightness.length);
  return { name: 'dots', images, labels, shape: [6, 6, 1], classes: ['dot'], length: brightness.length };
}

/** One map: the sum of 3 x 3 pixels. */
function box(): tf.LayersModel {
  const net = model('box', { inputShape: [6, 6, 1] }, named('conv1', conv(1, 3, { padding: 0 }), relu()));
  net.setWeights([tf.ones([3, 3, 1, 1]), tf.zeros([1])]);
  return net;
}

onBackends('pictures of networks', () => {
  it('featureMaps are the values of a row, and images of it', () => {
    const net = cifarNet({ widths: [3, 4, 5] });
    const x = random('features', [2, 32, 32, 3]);
    const before = tf.memory().numTensors;
    const maps = featureMaps(net, x, 'conv1/relu');
    assert.deepEqual(maps.shape, [2, 32, 32, 3]);
    assert.deepEqual(featureMaps(net, x, 'conv1').shape, [2, 15, 15, 3]);
    const images = featureMapImages(net, x, 'conv1', [2, 0]);
    assert.deepEqual([images.length, images[0].width, images[0].channels], [2, 15, 1]);
    assert.deepEqual([Math.min(...images[0].data), Math.max(...images[0].data)], [0, 1]);
    assert.throws(
      () => featureMapImages(net, x, 'conv1', [3]),
      /map of conv1 is 3; expected a whole number from 0 to 2/,
    );
    assert.throws(() => featureMapImages(net, x, 'fc3'), /fc3 has 5 units and no maps/);
    tf.dispose(featureMaps(net, x, 'fc4'));
    assert.equal(tf.memory().numTensors, before + 2);
  });

  it('signedImages have zero in mid-grey', () => {
    const [image] = signedImages(tf.tensor4d([0, -1, 2, 0], [1, 2, 2, 1]));
    assert.deepEqual([...image.data], [0.5, 0.25, 1, 0.5]);
  });

  it('topPatches finds the brightest, the earlier of equals first, with the pixels it sees', async () => {
    const set = dots([10, 200, 30, 200, 255, 0]);
    const net = box();
    const before = tf.memory().numTensors;
    const [patches] = await topPatches(net, set, {
      layer: 'conv1',
      maps: [0],
      count: 3,
      batchSize: 4,
      mean: 0,
      std: 1,
    });
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(patches.map(({ index }) => index), [4, 1, 3]); // prettier-ignore
    assert.ok(Math.abs(patches[1].value - 200 / 255) < 1e-6);
    const [first] = patches;
    assert.deepEqual([first.position, first.box], [[0, 0], { top: 0, left: 0, height: 3, width: 3 }]);
    assert.deepEqual([...first.patch.data], [0, 0, 0, 0, 0, 255, 0, 0, 0]);
    assert.deepEqual([...first.reconstruction.data], Array(9).fill(1)); // all pixels of the sum count alike
    const grid = topPatchImages([patches, patches], 2);
    assert.deepEqual(grid.map(({ width, height }) => [width, height]), Array(4).fill([7, 7])); // prettier-ignore
    imageGrid(grid, { columns: 2 });
  });

  it('occlusionMap is the probability behind each square', async () => {
    // Two classes: class 1 is the pixel in the last column of the first row.
    const net = model('pixel', { inputShape: [4, 4, 1] }, flatten(), dense(2));
    const kernel = Array.from({ length: 32 }, (_, i) => (i === 7 ? 2 : 0));
    net.setWeights([tf.tensor(kernel, [16, 2]), tf.zeros([2])]);
    const image = tf.ones([4, 4, 1]) as tf.Tensor3D;
    const before = tf.memory().numTensors;
    const { probability, probabilities, classes } = await occlusionMap(net, image, { classIndex: 1, size: 2, stride: 1, value: -1, batchSize: 4 }); // prettier-ignore
    assert.equal(tf.memory().numTensors, before);
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    assert.ok(Math.abs(probability - sigmoid(2)) < 1e-6);
    probabilities.forEach((row, y) => row.forEach((p, x) => assert.ok(Math.abs(p - sigmoid(y === 0 && x === 2 ? -2 : 2)) < 1e-6))); // prettier-ignore
    assert.deepEqual(classes, [[1, 1, 0], [1, 1, 1], [1, 1, 1]]); // prettier-ignore
    await assert.rejects(
      occlusionMap(net, image, { classIndex: 2 }),
      /classIndex of occlusionMap is 2; expected a whole number from 0 to 1/,
    );
    await assert.rejects(
      occlusionMap(net, image, { classIndex: 0, size: 5 }),
      /size of occlusionMap, for an image of 4 x 4, is 5; expected a whole number from 1 to 4/,
    );
  });

  it('occlusionMap takes a softmax at the end as it is', async () => {
    const net = model('soft', { inputShape: [4, 4, 3] }, globalAvgPool(), dense(3), activation('softmax'));
    const image = random('soft', [1, 4, 4, 3]);
    const { probability } = await occlusionMap(net, image, { classIndex: 1, size: 2 });
    assert.ok(Math.abs(probability - (net.predict(image) as tf.Tensor).dataSync()[1]) < 1e-6);
  });

  it('receptiveField is the box where the gradient can be other than zero', () => {
    const net = model(
      'fields',
      { inputShape: [40, 36, 3], seed: 3 },
      named('conv1', conv(4, 5, { stride: 2, padding: 1 }), activation('tanh')),
      named('pool1', maxPool(2, 2, { ceilMode: true })),
      named('conv2', conv(4, 3, { dilation: 1, padding: 'same' }), activation('tanh')),
    );
    const box = receptiveField(net, 'conv2', [4, 3]);
    // conv2 4 +- 1 -> pool1 3 .. 5 -> 6 .. 11 -> 2 * 6 - 1 .. 2 * 11 - 1 + 4; columns one place less.
    assert.deepEqual(box, { top: 11, left: 7, height: 15, width: 15 });
    assert.deepEqual(receptiveField(net, 'conv2', [0, 0]), { top: 0, left: 0, height: 10, width: 10 });
    const gradient = saliency(net, random('fields', [1, 40, 36, 3]), { layer: 'conv2', map: 0, position: [4, 3] });
    const inside = gradient.slice([0, 11, 7, 0], [1, 15, 15, 3]).abs().sum().dataSync()[0];
    assert.ok(inside > 0 && Math.abs(gradient.abs().sum().dataSync()[0] - inside) < 1e-6 * inside);
  });

  it('receptiveField follows branches', () => {
    const net = resnetCifar();
    // The first convolution sees 3 pixels, each of the six after it 2 more; the shortcut's are among them.
    assert.deepEqual(receptiveField(net, 'conv2_x', [16, 16]), { top: 9, left: 9, height: 15, width: 15 });
    assert.deepEqual(receptiveField(net, net.layers.at(-1)!.name, [0, 0]), { top: 0, left: 0, height: 32, width: 32 });
  });
});
