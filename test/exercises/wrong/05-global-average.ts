/** Answers that people give to exercise 05-global-average, each with the message that must meet it. */
import { tf } from 'cnn-kit';

interface Wrong {
  name: string;
  message: RegExp;
  globalAverage?: (x: tf.Tensor4D) => unknown;
  flattenWeights?: (weights: tf.Tensor2D, height: number, width: number) => unknown;
  headParameters?: (height: number, width: number, channels: number, classes: number) => unknown;
}

export const wrong: Wrong[] = [
  { name: 'takes the maximum', message: /maximum was taken/, globalAverage: x => tf.max(x, [1, 2]) },
  { name: 'takes the sum', message: /not divided by the number of pixels/, globalAverage: x => tf.sum(x, [1, 2]) },
  {
    name: 'divides by the height',
    message: /divided by the height only/,
    globalAverage: x => tf.sum(x, [1, 2]).div(x.shape[1]),
  },
  {
    name: 'averages the batch',
    message: /one picture was averaged with the others/,
    globalAverage: x => tf.mean(x, [0, 1, 2]),
  },
  { name: 'averages the channels', message: /channels were averaged away/, globalAverage: x => tf.mean(x, 3) },
  { name: 'averages the height', message: /only one direction/, globalAverage: x => tf.mean(x, 1) },
  {
    name: 'keeps the dimensions',
    message: /the shape is \[.*,1,1,.*expected/,
    globalAverage: x => tf.mean(x, [1, 2], true),
  },
  {
    name: 'returns an array',
    message: /a tensor must be returned/,
    globalAverage: x => tf.mean(x, [1, 2]).arraySync(),
  },
  {
    name: 'does not divide the weights',
    message: /weights were not divided/,
    flattenWeights: (w, height, width) => tf.tile(w, [height * width, 1]),
  },
  {
    name: 'divides the weights twice',
    message: /divided by the pixels twice/,
    flattenWeights: (w, height, width) => tf.tile(w, [height * width, 1]).div((height * width) ** 2),
  },
  {
    name: "flattens in PyTorch's order",
    message: /rows are in the order channel, pixel/,
    flattenWeights: (w, height, width) => {
      const [channels, classes] = w.shape;
      const rows = tf.tile(w.reshape([channels, 1, classes]), [1, height * width, 1]);
      return rows.reshape([channels * height * width, classes]).div(height * width);
    },
  },
  {
    name: 'gives one pixel all the weight',
    message: /only one pixel has weights/,
    flattenWeights: (w, height, width) =>
      tf.concat([w, tf.zeros<tf.Rank.R2>([(height * width - 1) * w.shape[0], w.shape[1]])]),
  },
  { name: 'returns the weights as they are', message: /the shape is/, flattenWeights: w => w },
  {
    name: 'forgets the biases',
    message: /biases were forgotten/,
    headParameters: (h, w, c, classes) => ({ flatten: h * w * c * classes, average: c * classes }),
  },
  {
    name: 'counts one bias',
    message: /one bias for each class, not one alone/,
    headParameters: (h, w, c, classes) => ({ flatten: h * w * c * classes + 1, average: c * classes + 1 }),
  },
  {
    name: 'takes the pooling for the whole head',
    message: /pooling has no parameters, but the dense layer/,
    headParameters: (h, w, c, classes) => ({ flatten: (h * w * c + 1) * classes, average: 0 }),
  },
  {
    name: 'forgets the pixels',
    message: /pixels were forgotten/,
    headParameters: (_h, _w, c, classes) => ({ flatten: (c + 1) * classes, average: (c + 1) * classes }),
  },
  {
    name: 'counts the pixels twice',
    message: /sees the channels only/,
    headParameters: (h, w, c, classes) => ({ flatten: (h * w * c + 1) * classes, average: (h * w * c + 1) * classes }),
  },
  {
    name: 'swaps the two',
    message: /two are swapped/,
    headParameters: (h, w, c, classes) => ({ flatten: (c + 1) * classes, average: (h * w * c + 1) * classes }),
  },
  { name: 'returns a number', message: /must return \{ flatten, average \}/, headParameters: (_h, _w, c) => c },
];
