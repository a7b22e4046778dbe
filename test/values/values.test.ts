/** What a notebook and a terminal show of tensors, networks and layers. Tensors against what numpy 2 prints with precision 4. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { alexnet, display, layers as L, offlineImages, ready, subset, tf } from '../../src';
import { kernelKey, represent } from '../../src/display';

const shown = (tensor: tf.Tensor): string => inspect(tensor).split('\n').slice(1).join('\n');

describe('a tensor', () => {
  before(ready);

  it('is printed as numpy prints it', () => {
    for (const [tensor, expected] of [
      [tf.range(0, 6).reshape([2, 3]), '[[0. 1. 2.]\n [3. 4. 5.]]'],
      [tf.tensor1d([1.5, 2.25, -3]), '[ 1.5   2.25 -3.  ]'],
      [tf.tensor1d([1e-5, 1234.5, 0]), '[1.0000e-05 1.2345e+03 0.0000e+00]'],
      [tf.tensor1d([1e9, 2]), '[1.e+09 2.e+00]'],
      [tf.tensor1d([NaN, 1, Infinity, -Infinity]), '[ nan   1.  inf -inf]'],
      [tf.tensor1d([true, false], 'bool'), '[ True False]'],
      [
        tf.range(0, 24, 1, 'int32').reshape([2, 3, 4]),
        '[[[ 0  1  2  3]\n  [ 4  5  6  7]\n  [ 8  9 10 11]]\n\n [[12 13 14 15]\n  [16 17 18 19]\n  [20 21 22 23]]]',
      ],
      [
        tf.range(0, 2000, 1, 'int32').reshape([40, 50]),
        '[[   0    1    2 ...   47   48   49]\n [  50   51   52 ...   97   98   99]\n [ 100  101  102 ...  147  148  149]\n' +
          ' ...\n [1850 1851 1852 ... 1897 1898 1899]\n [1900 1901 1902 ... 1947 1948 1949]\n [1950 1951 1952 ... 1997 1998 1999]]',
      ],
      [
        tf.linspace(0, 1, 30),
        '[0.     0.0345 0.069  0.1034 0.1379 0.1724 0.2069 0.2414 0.2759 0.3103\n' +
          ' 0.3448 0.3793 0.4138 0.4483 0.4828 0.5172 0.5517 0.5862 0.6207 0.6552\n' +
          ' 0.6897 0.7241 0.7586 0.7931 0.8276 0.8621 0.8966 0.931  0.9655 1.    ]',
      ],
      [tf.scalar(2.5), '2.5'],
      [tf.zeros([0, 3]), '[]'],
    ] as [tf.Tensor, string][]) {
      assert.equal(shown(tensor), expected);
      assert.equal(inspect(tensor).split('\n')[0], `Tensor [${tensor.shape.join(', ')}] ${tensor.dtype}`);
      tensor.dispose();
    }
  });

  it('is printed within other values, too, and after it was disposed of', () => {
    const x = tf.tensor1d([1, 2]);
    assert.match(inspect({ x, list: [x] }), /x: Tensor \[2\] float32\n\s+\[1\. 2\.\]/);
    assert.doesNotMatch(inspect({ a: { b: { c: { x } } } }, { depth: 9 }), /kept/);
    x.dispose();
    assert.match(inspect(x), /^Tensor \[2\] float32, disposed of/);
    const variable = tf.variable(tf.scalar(1));
    assert.equal(inspect(variable), 'Tensor [] float32\n1.');
    variable.dispose();
  });

  it('takes no more than its edges from the device, and leaves no tensor behind', () => {
    const large = tf.zeros([300, 300, 300]);
    const before = tf.memory().numTensors;
    assert.ok(inspect(large).length < 4000);
    assert.equal(tf.memory().numTensors, before);
    large.dispose();
  });

  it('of an image is shown as one, with its numbers folded', async () => {
    const batch = tf.randomUniform([3, 16, 16, 3], 0, 1, 'float32', 1);
    const { bundle } = await represent(batch);
    assert.match(
      String(bundle['text/html']),
      /^<img src="data:image\/png;base64,iVBOR.*<details><summary>Tensor \[3, 16, 16, 3\] float32<\/summary><pre>\[\[\[\[/s,
    );
    assert.match(String(bundle['text/plain']), /^Tensor/);
    const features = tf.randomNormal([3, 16, 16, 3], 0, 9, 'float32', 1);
    assert.deepEqual(Object.keys((await represent(features)).bundle), ['text/plain']);
    tf.dispose([batch, features]);
    assert.equal(typeof display, 'function');
  });
});

describe('a network and a layer', () => {
  before(ready);

  it('are shown as the table with its counts, and as one line', async () => {
    const net = alexnet({ inputShape: [67, 67, 3], classes: 10 });
    assert.match(inspect(net), /conv1[^]*total[^]*parameters|parameters[^]*conv1[^]*total/);
    assert.ok((await represent(net)).bundle['text/html']);
    const [layer] = net.layers.filter(({ weights }) => weights.length);
    assert.match(inspect(layer), /^\w+ conv1\S*, output \d+ x \d+ x 96, 34,944 parameters$/);
    net.dispose();
  });

  it('that the table is not for are shown in one line', () => {
    const net = tf.sequential({ layers: [tf.layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 3 })] });
    assert.match(inspect(net), /^Sequential sequential\S*: 1 layer, not built yet$/);
    assert.match(inspect(tf.layers.dense({ units: 3 })), /^Dense dense\S*$/);
    net.dispose();
    assert.equal(typeof L.conv, 'function');
  });
});

describe('a block', () => {
  it('is shown as one would write it', () => {
    const { add, chain, conv, convBnRelu, identity, maxPool, relu, residual } = L;
    for (const [block, expected] of [
      [conv(16, 3), 'conv(16, 3)'],
      [conv(16, [1, 3], { stride: 2 }), 'conv(16, [1,3], {"stride":2})'],
      [maxPool(3, 2), 'maxPool(3, 2)'],
      [residual(convBnRelu(8, 3)), 'residual(convBnRelu(8, 3))'],
      [add(conv(4, 1), identity, relu()), "add(conv(4, 1), identity, activation('relu'))"],
      [chain(...Array.from({ length: 9 }, () => relu())), /^chain\((activation\('relu'\), ){6}\.\.\. 3 more\)$/],
    ] as const) {
      if (typeof expected === 'string') assert.equal(block.name, expected);
      else assert.match(block.name, expected);
    }
    assert.equal(inspect([conv(16, 3)]), '[ [Function: conv(16, 3)] ]');
  });
});

describe('a set of images', () => {
  const set = offlineImages({ split: 'train', count: 20 });

  it('is shown by its classes, their counts and first images, whoever made it', async () => {
    const asInKernel = { display: () => undefined, clear: () => undefined, signal: () => undefined };
    const globals = globalThis as Record<symbol, unknown>;
    globals[kernelKey] = asInKernel;
    try {
      for (const one of [set, { ...set }]) {
        const { bundle } = await represent(one);
        assert.match(
          String(bundle['text/plain']),
          /^ImageSet offline images train \(20\): 20 images of 32 x 32 x 3, 10 classes/,
        );
        const html = String(bundle['text/html']);
        assert.equal(html.match(/<img src="data:image\/png/g)?.length, 10);
        assert.match(html, /<td>red striped disc<\/td><td>2<\/td>/);
      }
      const deep = { ...set, shape: [32, 48, 2] as [number, number, number], name: 'two channels' };
      const { bundle } = await represent(deep);
      assert.doesNotMatch(String(bundle['text/html']), /<img/);
    } finally {
      delete globals[kernelKey];
    }
  });

  it('is one line within other values and stays plain data', () => {
    assert.equal(
      inspect({ set }),
      '{\n  set: ImageSet offline images train (20): 20 images of 32 x 32 x 3, 10 classes\n}',
    );
    assert.match(inspect(subset(set, 1)), /1 image of 32 x 32 x 3, 10 classes\n {2}/);
    assert.deepEqual(Reflect.ownKeys({ ...set }), ['name', 'images', 'labels', 'shape', 'classes', 'length']);
  });
});
