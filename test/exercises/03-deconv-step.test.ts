import assert from 'node:assert/strict';
import { tf } from 'cnn-kit';
import type { ForwardLayer } from '../../solutions/03-deconv-step';
import { answers, random as draw } from './answers';

const { deconvStep } = answers<typeof import('../../solutions/03-deconv-step')>('03-deconv-step');

type Shape = [number, number, number, number];
type Gate = (down: tf.Tensor4D, rectified: tf.Tensor4D) => tf.Tensor4D;

const relu: Gate = down => tf.relu(down);
const isOn = (rectified: tf.Tensor4D): tf.Tensor4D => tf.cast(rectified.greater<tf.Tensor4D>(0), 'float32');

/** Puts `maps` where the switches say. */
function unpool(maps: tf.Tensor4D, { switches, rectified }: ForwardLayer, add = false): tf.Tensor4D {
  const [batch, height, width, channels] = rectified.shape;
  const output = tf.buffer([batch, height, width, channels]);
  const places = switches.bufferSync();
  maps.dataSync().forEach((value, i) => {
    const [n, , , c] = places.indexToLoc(i);
    const [y, x] = [Math.floor(places.values[i] / width), places.values[i] % width];
    output.set(value + (add ? (output.get(n, y, x, c) as number) : 0), n, y, x, c);
  });
  return output.toTensor() as tf.Tensor4D;
}

/** A transposed convolution in plain numbers: every number of `x` paints its filter. */
function transposed(x: tf.Tensor4D, filters: tf.Tensor4D, stride: number, [height, width]: number[]): tf.Tensor4D {
  const [kernel, , channels] = filters.shape;
  const output = tf.buffer([x.shape[0], height, width, channels]);
  const [input, weights] = [x.bufferSync(), filters.bufferSync()];
  for (let i = 0; i < x.size; i++) {
    const [n, y, column, out] = input.indexToLoc(i);
    for (let k = 0; input.values[i] !== 0 && k < kernel * kernel * channels; k++) {
      const [dy, dx, c] = [Math.floor(k / channels / kernel), Math.floor(k / channels) % kernel, k % channels];
      const at = [n, y * stride + dy, column * stride + dx, c];
      output.set((output.get(...at) as number) + input.values[i] * (weights.get(dy, dx, c, out) as number), ...at);
    }
  }
  return output.toTensor() as tf.Tensor4D;
}

function step(maps: tf.Tensor4D, layer: ForwardLayer, gate = relu, filters = layer.filters): tf.Tensor4D {
  return transposed(gate(unpool(maps, layer), layer.rectified), filters, layer.stride, layer.inputSize);
}

/** What people write instead. */
const MISTAKES: [message: string, step: (maps: tf.Tensor4D, layer: ForwardLayer) => tf.Tensor4D][] = [
  [
    "the forward pass's signs were used: that is backpropagation; rectify what comes down",
    (m, l) => step(m, l, (down, r) => down.mul(isOn(r))),
  ],
  [
    "both ReLU and the forward pass's signs were used: that is guided backpropagation",
    (m, l) => step(m, l, (down, r) => tf.relu(down).mul(isOn(r))),
  ],
  ['what comes down was not rectified', (m, l) => step(m, l, down => down)],
  ['ReLU came after the filters: it comes before them', (m, l) => tf.relu(step(m, l, down => down))],
  ['the result was rectified too: only what goes into the filters is', (m, l) => tf.relu(step(m, l))],
  [
    'the filters were not flipped: use the transposed convolution with the filters as they are',
    (m, l) => step(m, l, relu, tf.reverse4d(l.filters, [0, 1])),
  ],
  [
    'in and out of the filters are exchanged: the transposed convolution does that itself',
    (m, l) =>
      step(
        m,
        l,
        relu,
        l.filters.shape[2] === l.filters.shape[3] ? l.filters.transpose<tf.Tensor4D>([0, 1, 3, 2]) : l.filters,
      ),
  ],
  ['the bias was added: the way down has none', (m, l) => step(m, l, down => tf.relu(down.add<tf.Tensor4D>(l.bias)))],
  [
    'the bias was taken away: the way down has none',
    (m, l) => step(m, l, down => tf.relu(down.sub<tf.Tensor4D>(l.bias))),
  ],
  [
    'the maps were copied to their whole windows: use the switches',
    (m, l) => {
      const [, height, width] = l.rectified.shape;
      return step(m, l, () => tf.relu(tf.image.resizeNearestNeighbor(m, [height, width])));
    },
  ],
  [
    'the switches of the first image were used for all: each image has its own',
    (m, l) => step(m, { ...l, switches: tf.tile(l.switches.slice(0, 1), [m.shape[0], 1, 1, 1]) }),
  ],
  ['the forward activations were sent down: send the maps from above', (m, l) => step(m, l, (_, r) => r)],
  [
    'numbers with the same switch were added up: the later overwrites the earlier',
    (m, l) => step(m, l, () => tf.relu(unpool(m, l, true))),
  ],
];

const close = (a: tf.Tensor, b: tf.Tensor): boolean => a.sub(b).abs().max().dataSync()[0] < 1e-3;

async function expectStep(maps: tf.Tensor4D, layer: ForwardLayer): Promise<void> {
  const answer: unknown = await deconvStep(maps, layer);
  assert.ok(answer instanceof tf.Tensor, `deconvStep must return a tensor, got ${typeof answer}.`);
  const right = step(maps, layer);
  const isRight = String(answer.shape) === String(right.shape);
  assert.ok(isRight, `the shape is [${answer.shape}]; what went into the convolution has [${right.shape}].`);
  if (close(answer, right)) return;
  const mistake = MISTAKES.find(([, f]) => close(answer, f(maps, layer)));
  const difference = answer.sub(right).abs().max().dataSync()[0];
  assert.fail(
    mistake ? `${mistake[0]}.` : `the result differs from the right numbers by up to ${difference.toFixed(3)}.`,
  );
}

interface Sizes {
  batch?: number;
  input: [number, number];
  kernel: number;
  stride?: number;
  channels: [number, number];
  pool: number;
  poolStride?: number;
}

/** A layer after a forward pass with random numbers, in which a part of every picture is dark. */
function forward({
  batch = 1,
  input,
  kernel,
  stride = 1,
  channels,
  pool,
  poolStride = pool,
}: Sizes): [Shape, ForwardLayer] {
  const random = (shape: number[]): tf.Tensor => draw.uniform(shape, -1, 1);
  const lengths = input.map(length => Math.floor((length - kernel) / stride) + 1);
  const dark = tf.range(0, lengths[1]).greaterEqual(pool).toFloat().reshape([1, 1, -1, 1]);
  const rectified = tf.relu(random([batch, ...lengths, channels[1]])).mul(dark) as tf.Tensor4D;
  const [rows, columns] = lengths.map(length => Math.floor((length - pool) / poolStride) + 1);
  const shape: Shape = [batch, rows, columns, channels[1]];
  const switches = tf.buffer<tf.Rank.R4, 'int32'>(shape, 'int32');
  for (let i = 0; i < switches.size; i++) {
    const [n, row, column, c] = switches.indexToLoc(i);
    const window = rectified.slice([n, row * poolStride, column * poolStride, c], [1, pool, pool, 1]).dataSync();
    const best = window.indexOf(Math.max(...window));
    const [y, x] = [row * poolStride + Math.floor(best / pool), column * poolStride + (best % pool)];
    switches.set(y * lengths[1] + x, n, row, column, c);
  }
  const filters = random([kernel, kernel, ...channels]) as tf.Tensor4D;
  const bias = random([channels[1]]).abs().add(0.1) as tf.Tensor1D;
  return [shape, { filters, bias, stride, inputSize: input, rectified, switches: switches.toTensor() }];
}

async function expectRandom(sizes: Sizes): Promise<void> {
  const [shape, layer] = forward(sizes);
  await expectStep(draw.uniform(shape, -1, 1) as tf.Tensor4D, layer);
}

describe('03-deconv-step', () => {
  it('paints a filter where the switch is [1]', async () => {
    const [shape, layer] = forward({ input: [6, 6], kernel: 3, channels: [1, 1], pool: 2 });
    const one = tf.oneHot(tf.tensor1d([1], 'int32'), shape[1] * shape[2]).toFloat();
    await expectStep(one.reshape(shape), layer);
  });

  it('lets only positive numbers down, whatever the forward pass said [2]', () =>
    expectRandom({ input: [7, 9], kernel: 2, channels: [2, 2], pool: 2 }));

  it('has many channels, images and overlapping windows [1]', () =>
    expectRandom({ batch: 2, input: [8, 8], kernel: 2, channels: [3, 4], pool: 3, poolStride: 2 }));

  it('undoes a stride, in the size of an input that it does not divide [2]', () =>
    expectRandom({ input: [12, 14], kernel: 3, stride: 2, channels: [2, 3], pool: 2 }));

  describe('hidden', () => {
    it('goes down in other sizes [3]', async () => {
      for (const kernel of [2, 3]) {
        const input: [number, number] = [draw.integer(8, 13), draw.integer(8, 13)];
        await expectRandom({ batch: 2, input, kernel, channels: [2, 3], pool: 2 });
      }
    });
  });
});
