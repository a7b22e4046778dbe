import assert from 'node:assert/strict';
import { cifarNet, filterImages, ready, tf } from 'cnn-kit';

describe('filterImages', () => {
  before(() => ready());

  it('stretches each filter to black and white by itself, in colour', () => {
    const model = cifarNet({ widths: [2, 4, 8] });
    const conv = model.getLayer('conv1/conv');
    const [kernel, bias] = conv.getWeights();
    const values = Array.from({ length: kernel.size }, (_, i) => (i % 2 ? 5 : (i / 2) % 3)); // filter 0: 0, 1, 2, ...; filter 1: 5
    conv.setWeights([tf.tensor(values, kernel.shape), bias]);
    const [first, second] = filterImages(model);
    assert.deepEqual([first.width, first.height, first.channels], [5, 5, 3]);
    assert.deepEqual([...first.data.slice(0, 4)], [0, 0.5, 1, 0]);
    assert.ok(
      second.data.every(value => value === 0),
      'a filter without contrast is black',
    );
  });

  it('finds a convolution by its row, and shows many channels in grey', () => {
    const model = cifarNet({ widths: [2, 4, 8] });
    const images = filterImages(model, 'conv2');
    assert.equal(images.length, 4);
    assert.deepEqual([images[0].channels, images[0].data.length], [1, 25]);
  });

  it('refuses a layer that is none, by name', () => {
    assert.throws(
      () => filterImages(cifarNet(), 'conv9'),
      /cifarNet has no convolution 'conv9'; expected one of conv1\/conv, conv2\/conv/,
    );
  });
});
