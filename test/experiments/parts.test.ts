import assert from 'node:assert/strict';
import { type ImageSet, images as imagesOf, offlineImages, ready } from '../../src';
import { depthOf, searchImages } from '../../src/experiments/cellTable';
import { halved } from '../../src/experiments/halved';
import { miniGooglenet } from '../../src/experiments/miniGooglenet';
import { skeleton } from '../../src/layers';
import { cellOf } from '../../src/search/space';

describe('what experiments are made of', () => {
  before(ready);

  it('halves pictures by the mean of 2 x 2, channel by channel', () => {
    const set: ImageSet = {
      name: 'two',
      // Rows of two pixels of two channels; a second image of one value.
      images: Uint8Array.from([0, 100, 10, 101, 20, 102, 30, 105, ...Array<number>(8).fill(7)]),
      labels: Uint8Array.from([1, 0]),
      shape: [2, 2, 2],
      classes: ['a', 'b'],
      length: 2,
    };
    const half = halved(set);
    assert.deepEqual([...half.images], [15, 102, 7, 7]);
    assert.deepEqual([half.shape, half.length, [...half.labels]], [[1, 1, 2], 2, [1, 0]]);
    assert.throws(() => halved({ ...set, shape: [1, 4, 2] }), /two has images of 1 x 4; expected even sides/);
  });

  it('counts the convolutions on the longest way through a cell', () => {
    const depth = (name: string): number => depthOf(cellOf(name));
    assert.equal(depth('conv3x3|none|conv3x3|skip|none|conv3x3'), 3);
    assert.equal(depth('conv3x3|none|none|skip|conv3x3|conv3x3'), 2);
    assert.equal(depth('conv3x3|conv3x3|conv3x3|skip|none|none'), 0);
    assert.equal(depth('conv3x3|conv3x3|conv3x3|none|none|none'), 0);
  });

  it('searches on training images alone, and on none twice', () => {
    const splits: string[] = [];
    const [train, validation] = searchImages({
      scale: 'quick',
      images: options => {
        splits.push(options.split);
        return offlineImages(options);
      },
    });
    assert.deepEqual([...new Set(splits)], ['train']);
    const all = [train, validation].flatMap(set =>
      imagesOf(
        set,
        Array.from({ length: set.length }, (_, i) => i),
      ).map(({ data }) => Buffer.from(data).toString('base64')),
    );
    assert.equal(new Set(all).size, 300);
  });

  it('has a small GoogLeNet with an eighth of the paper’s maps in each module', () => {
    const net = skeleton(() => miniGooglenet({ auxiliary: true }));
    const shape = (row: string): unknown =>
      net.layers.filter(({ name }) => name.startsWith(`${row}/`)).at(-1)!.outputShape;
    assert.deepEqual(shape('inception3a'), [null, 16, 16, 256 / 8]);
    assert.deepEqual(shape('inception4e'), [null, 8, 8, 832 / 8]);
    assert.deepEqual(shape('inception5b'), [null, 4, 4, 1024 / 8]);
    assert.deepEqual(
      net.outputs.map(({ sourceLayer }) => sourceLayer.name.split('/')[0]),
      ['head', 'auxiliary1', 'auxiliary2'],
    );
    net.dispose();
  });
});
