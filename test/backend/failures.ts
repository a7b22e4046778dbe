/** Makes each failure of the table on the backend that the environment asks for, and tells the messages. */
import { ready, resnetCifar, tf } from '../../src';
import { explainErrors } from '../../src/backend/words/explain';

type Table = Record<string, () => unknown>;

const ones = (...shape: number[]): any => tf.ones(shape);
const gone = (...shape: number[]): any => {
  const tensor = tf.ones(shape);
  tensor.dispose();
  return tensor;
};
const words = (): any => tf.tensor1d(['a']);
const dense = (): tf.Sequential => {
  const model = tf.sequential({ name: 'small' });
  model.add(tf.layers.dense({ units: 3, inputShape: [4], name: 'last' }));
  return model;
};

export const failures: Table = {
  'convolution, channels': () => tf.conv2d(ones(1, 8, 8, 3), ones(3, 3, 64, 8), 1, 'same'),
  'convolution, rank': () => tf.conv2d(ones(8, 8) as tf.Tensor4D, ones(3, 3, 3, 8), 1, 'same'),
  'convolution, type': () => tf.conv2d(tf.ones<tf.Rank.R4>([1, 8, 8, 3], 'int32'), ones(3, 3, 3, 8), 1, 'same'),
  'depthwise convolution': () => tf.depthwiseConv2d(ones(1, 8, 8, 3), ones(3, 3, 4, 1), 1, 'same'),
  'pooling, rank': () => tf.maxPool(ones(2, 3), 3, 2, 'valid'),
  'matrix product': () => tf.matMul(ones(2, 3), ones(4, 5)),
  'matrix product, transposed': () => ones(2, 3).matMul(ones(4, 5), true),
  'matrix product, rank': () => tf.matMul(ones(3), ones(3, 4)),
  'matrix product, batches': () => tf.matMul(ones(2, 2, 3), ones(3, 3, 4)),
  'matrix product, no tensor': () => tf.matMul(undefined as any, ones(2, 2)),
  concatenation: () => tf.concat([ones(2, 3), ones(4, 5)], 0),
  'concatenation, rank': () => tf.concat([ones(2, 3), ones(4)], 0),
  'concatenation, axis': () => tf.concat([ones(2, 3), ones(2, 3)], 5),
  stacking: () => tf.stack([ones(2, 3), ones(2, 4)]),
  reshape: () => ones(2, 3).reshape([7]),
  'reshape, open size': () => ones(2, 3).reshape([-1, 4]),
  addition: () => tf.add(ones(2, 3), ones(4, 3)),
  'addition, method': () => ones(2, 3).add(ones(4)),
  'addition, type': () => tf.add(words(), 1),
  maximum: () => tf.maximum(ones(8), ones(7)),
  'a gradient': () => tf.grad(x => x.matMul(ones(7, 7)))(ones(2, 2)),
  'sum, axis': () => ones(2, 3).sum(3),
  'argMax, axis': () => ones(2, 3).argMax(3),
  'gather, type': () => ones(2, 3).gather(tf.tensor1d([0])),
  tensor: () => tf.tensor([1, 2, 3], [2, 2]),
  assign: () => tf.variable(ones(2)).assign(ones(3)),
  'disposed of': () => gone(2, 3).add(1),
  'disposed of, second': () => tf.matMul(ones(2, 2), gone(2, 2)),
  'disposed of, read': () => gone(2, 3).dataSync(),
  'out of memory': () => tf.zeros([100_000, 100_000, 100]),
  'a layer': () => dense().apply(ones(1, 5)),
  "a layer's channels": () => resnetCifar(20).apply(ones(1, 32, 32, 4)),
  'a network, size': () => resnetCifar(20).predict(ones(1, 64, 64, 3)),
  'a network, rank': () => resnetCifar(20).predict(ones(32, 32, 3)),
  'a network, training': () => {
    const model = dense();
    model.compile({ loss: 'meanSquaredError', optimizer: 'sgd' });
    return model.fit(ones(8, 4), ones(8, 2));
  },
  'a network, not compiled': () => dense().fit(ones(8, 4), ones(8, 3)),
  'a network, disposed of': () => {
    const model = dense();
    model.dispose();
    return model.predict(ones(1, 4));
  },
};

async function main(): Promise<void> {
  await ready();
  explainErrors();
  const messages: Record<string, string> = {};
  for (const [name, make] of Object.entries(failures)) {
    try {
      await make();
      messages[name] = 'nothing failed';
    } catch (error) {
      messages[name] = (error as Error).message;
    }
  }
  process.send!(messages);
}

if (require.main === module) void main();
