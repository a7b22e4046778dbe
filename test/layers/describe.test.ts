/** What layers tell of themselves, against what they do: each of ours and of tfjs's, asked and then tried out. */
import assert from 'node:assert/strict';
import { layers, loadStateDict, profile, ready, receptiveField, stateDict, tf } from '../../src';
import { type Block, describe as describeLayer, model } from '../../src/layers';
import { OptionsLayer, type Shape } from '../../src/layers/building/layer';
import { place } from '../../src/layers/building/block';
import { type Description, sliding } from '../../src/layers/building/description';

const tfjs =
  (make: () => tf.layers.Layer): Block =>
  x =>
    place(make(), x);

/** Every word that makes a layer, by the name it has in src/layers, in each form that tells something else. */
const WORDS: Record<string, Block[]> = {
  activation: [layers.activation('softmax')],
  adaptiveAvgPool: [layers.adaptiveAvgPool(3), layers.adaptiveAvgPool(9)],
  avgPool: [layers.avgPool(3, 2, { padding: 1 }), layers.avgPool(2, 2, { padding: 'same' })],
  batchNorm: [layers.batchNorm()],
  channelShuffle: [layers.channelShuffle(2)],
  conv: [
    layers.conv(4, 3),
    layers.conv(4, [3, 2], { stride: 2, padding: [1, 0] }),
    layers.conv(4, 3, { dilation: 2, padding: 'valid' }),
    layers.conv(4, 3, { stride: 2, padding: 'same' }),
    layers.conv(4, 2, { padding: 'same' }),
    layers.conv(4, 3, { groups: 2, padding: 'valid' }),
  ],
  depthwiseConv: [layers.depthwiseConv(3, { stride: 2 })],
  dense: [layers.chain(layers.flatten(), layers.dense(3)), layers.chain(layers.globalAvgPool(), layers.dense(3))],
  dropout: [layers.dropout(0.5)],
  flatten: [layers.flatten()],
  globalAvgPool: [layers.globalAvgPool(), layers.globalAvgPool({ keepDims: true })],
  layerNorm: [layers.layerNorm()],
  layerScale: [layers.layerScale({ initial: 0.5 })],
  localResponseNorm: [layers.localResponseNorm()],
  maxPool: [layers.maxPool(3, 2), layers.maxPool(2, 2, { ceilMode: true }), layers.maxPool(3, 1, { padding: 'same' })],
  pad: [layers.pad(1), layers.pad([-1, 2, 0, -2])],
  pointwise: [layers.pointwise(3)],
  scale: [layers.scale(0.5)],
  sliceChannels: [layers.sliceChannels(1, 2)],
  stochasticDepth: [layers.stochasticDepth(0.5)],
  subsample: [layers.subsample(2)],
};

/** Words that make no layer of their own. */
const OTHERS = ['add', 'chain', 'concat', 'convBn', 'convBnRelu', 'convRelu', 'denselyConnected', 'describe', 'Dropout', 'graphOnly',
  'hardSigmoid', 'hardSwish', 'identity', 'model', 'modelOf', 'multiply', 'named', 'relu', 'relu6', 'repeat', 'residual', 'sigmoid', 'silu',
  'skeleton', 'squeezeExcite', 'tanh', 'torch', 'torchNames']; // prettier-ignore

const TFJS: Record<string, Block> = {
  Conv2D: tfjs(() => tf.layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same' })),
  'Conv2D with stride': tfjs(() => tf.layers.conv2d({ filters: 4, kernelSize: [3, 2], strides: 2 })),
  'Conv2D with dilation': tfjs(() => tf.layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2 })),
  DepthwiseConv2D: tfjs(() => tf.layers.depthwiseConv2d({ kernelSize: 3, strides: 2, padding: 'same' })),
  SeparableConv2D: tfjs(() => tf.layers.separableConv2d({ filters: 4, kernelSize: 3 })),
  Conv2DTranspose: tfjs(() => tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' })),
  'Conv2DTranspose of valid': tfjs(() => tf.layers.conv2dTranspose({ filters: 4, kernelSize: 5, strides: 2 })),
  MaxPooling2D: tfjs(() => tf.layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' })),
  AveragePooling2D: tfjs(() => tf.layers.averagePooling2d({ poolSize: 2 })),
  GlobalAveragePooling2D: tfjs(() => tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' })),
  GlobalMaxPooling2D: tfjs(() => tf.layers.globalMaxPooling2d({ dataFormat: 'channelsLast' })),
  BatchNormalization: tfjs(() => tf.layers.batchNormalization()),
  Activation: tfjs(() => tf.layers.activation({ activation: 'tanh' })),
  ReLU: tfjs(() => tf.layers.reLU()),
  Dropout: tfjs(() => tf.layers.dropout({ rate: 0.5 })),
  Flatten: tfjs(() => tf.layers.flatten()),
};

const INPUT: [number, number, number] = [7, 6, 4];

/** For each place of the output along an axis, the first and last place of the input that changes it. */
function dependence(net: tf.LayersModel, axis: 0 | 1): [number, number][] {
  return tf.tidy(() => {
    const x = tf.randomUniform([1, ...INPUT], 0, 1, 'float32', 3);
    const changed = (i: number): tf.Tensor => {
      // Not alike in all channels, which a normalization takes away.
      const more = tf.tensor4d(Float32Array.from({ length: 7 * 6 * 4 }, (_, k) => {
        const [row, column, channel] = [Math.floor(k / 24), Math.floor(k / 4) % 6, k % 4];
        return [row, column][axis] === i ? 1 + channel / 2 : 0;
      }), [1, ...INPUT]); // prettier-ignore
      return net.predict(x.add(more)) as tf.Tensor;
    };
    const before = net.predict(x) as tf.Tensor;
    const isMap = before.rank === 4;
    const found: [number, number][] = [];
    for (let i = 0; i < INPUT[axis]; i++) {
      const difference = changed(i).sub(before).abs();
      const along = isMap ? difference.max([0, axis === 0 ? 2 : 1, 3]) : difference.max().reshape([1]);
      along.dataSync().forEach((value, o) => {
        if (value > 1e-6) found[o] = [found[o]?.[0] ?? i, i];
      });
    }
    return found;
  });
}

describe('what a layer tells of itself', () => {
  before(ready);

  it('has every word that makes a layer in its table', () => {
    const functions = Object.entries(layers).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
    assert.deepEqual(functions.sort(), [...Object.keys(WORDS), ...OTHERS].sort());
  });

  const blocks = [...Object.entries(WORDS).flatMap(([name, forms]) => forms.map((block, i): [string, Block] => [`${name} (${i + 1})`, block])),
    ...Object.entries(TFJS).map(([name, block]): [string, Block] => [`tfjs's ${name}`, block])]; // prettier-ignore
  for (const [name, block] of blocks) {
    it(`${name}: what each place of its output depends on, and what weighs how much`, () => {
      const net = model('one', { inputShape: INPUT }, block);
      const last = net.layers.at(-1)!;
      const [, height, width] = last.outputShape as number[];
      const isMap = (last.outputShape as Shape).length === 4;
      for (const axis of [0, 1] as const) {
        dependence(net, axis).forEach((expected, place) => {
          const box = receptiveField(net, last.name, axis === 0 ? [place, 0] : [0, place]);
          const seen = axis === 0 ? [box.top, box.top + box.height - 1] : [box.left, box.left + box.width - 1];
          assert.deepEqual(seen, expected, `axis ${axis}, place ${place} of ${isMap ? [height, width][axis] : 1}`);
        });
      }
      const counted = profile(net);
      for (const layer of net.layers) {
        const { role, label, torchWeights } = describeLayer(layer);
        assert.ok(role && label, layer.name);
        const isOurs = layer.getClassName().startsWith('CnnKit');
        assert.equal(Boolean(torchWeights), isOurs && layer.weights.length > 0, layer.name);
      }
      // A weight of two dimensions or more multiplies something wherever a window stands.
      const kernels = net.layers.flatMap(layer => layer.weights).filter(({ shape }) => shape.length >= 2);
      assert.equal(counted.totals.multiplyAdds > 0, kernels.length > 0);
      if (name.startsWith("tfjs's")) return net.dispose();
      const state = stateDict(net);
      const other = model('one', { inputShape: INPUT, seed: 5 }, block);
      loadStateDict(other, state);
      const x = tf.randomUniform([2, ...INPUT], 0, 1, 'float32', 1);
      const [a, b] = [net, other].map(each => (each.predict(x) as tf.Tensor).dataSync());
      assert.deepEqual(a, b);
      tf.dispose(x);
      for (const each of [net, other]) each.dispose();
    });

    if (name.startsWith("tfjs's")) continue;
    it(`${name}: its saved state`, async () => {
      const net = model('one', { inputShape: INPUT, seed: 1 }, block);
      net.layers.at(-1)!.trainable = false;
      let saved: tf.io.ModelArtifacts | undefined;
      const handler = tf.io.withSaveHandler(async artifacts => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      });
      await net.save(handler);
      const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved!));
      assert.equal(loaded.layers.at(-1)!.trainable, false);
      const x = tf.randomUniform([2, ...INPUT], 0, 1, 'float32', 1);
      const [a, b] = [net, loaded].map(each => (each.predict(x) as tf.Tensor).dataSync());
      assert.deepEqual(a, b);
      for (const each of [x, net, loaded]) each.dispose();
    });
  }

  /** Adds to each value its weight for the row, and looks two rows down. */
  class Lookdown extends OptionsLayer<{ rows: number }> {
    static readonly className = 'TestLookdown';
    private kernel!: tf.LayerVariable;

    override build(inputShape: Shape | Shape[]): void {
      this.kernel = this.weight('kernel', [1, (inputShape as Shape)[3]!], 'ones');
      this.built = true;
    }

    override computeOutputShape(inputShape: Shape | Shape[]): Shape {
      const [batch, height, width, channels] = inputShape as Shape;
      return [batch, height! - this.options.rows, width, channels];
    }

    override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
      const x = [inputs].flat()[0];
      return tf.tidy(() => x.slice([0, this.options.rows, 0, 0]).mul(this.kernel.read()));
    }

    override describe(): Description {
      const { rows } = this.options;
      return {
        role: 'convolution',
        label: 'lookdown',
        weightsUsedAt: 'output',
        window: () => sliding([1, 1], [1, 1], [-rows, 0]),
        torchWeights: () => [
          ['scale', { variable: this.kernel, shape: [4], toTorch: x => x.reshape([4]), fromTorch: x => x.reshape([1, 4]) }],
        ],
      };
    }
  } // prettier-ignore

  it('is all that the counts, the diagrams, the visualizations and the weights need of a new layer', () => {
    const net = model(
      'new',
      { inputShape: INPUT },
      layers.named(
        'row',
        tfjs(() => new Lookdown({ name: 'row/lookdown', rows: 2 })),
      ),
    );
    const [row] = profile(net).rows;
    assert.deepEqual([row.outputShape, row.parameters, row.multiplyAdds], [[5, 6, 4], 4, 4 * 5 * 6]);
    assert.deepEqual(receptiveField(net, 'row', [1, 4]), { top: 3, left: 4, height: 1, width: 1 });
    assert.match(profile(net).layers[1].role, /convolution/);
    assert.deepEqual([...stateDict(net)].map(([name, { shape }]) => [name, shape]), [['row.lookdown.scale', [4]]]); // prettier-ignore
    net.dispose();
  });
});
