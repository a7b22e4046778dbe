import { tf } from 'cnn-kit';
import { answers, expectTensor, type Mistake, random as draw } from './answers';

const { classScores, denseToConvolution, scoreMap } =
  answers<typeof import('../../solutions/04-dense-evaluation')>('04-dense-evaluation');

const random = (...shape: number[]): tf.Tensor => draw.normal(shape);

/** Right by the definition: flatten every window of the maps, and apply both dense layers. */
function byWindows(maps: tf.Tensor4D, weights: tf.Tensor2D, classify: tf.Tensor2D, h: number, w: number): tf.Tensor4D {
  const [batch, rows, columns] = maps.shape;
  const places: tf.Tensor[] = [];
  for (let y = 0; y + h <= rows; y++)
    for (let x = 0; x + w <= columns; x++) {
      const flat = maps.slice([0, y, x, 0], [-1, h, w, -1]).reshape([batch, -1]) as tf.Tensor2D;
      places.push(tf.matMul(tf.relu(tf.matMul(flat, weights)), classify));
    }
  return tf.stack(places, 1).reshape([batch, rows - h + 1, columns - w + 1, classify.shape[1]]);
}

async function expectFilters(weights: tf.Tensor2D, h: number, w: number): Promise<void> {
  const [inputs, units] = weights.shape;
  const c = inputs / (h * w);
  expectTensor(await denseToConvolution(weights, h, w), weights.reshape([h, w, c, units]), [
    [
      'the channels were put first, as PyTorch flattens: here the channels of a pixel stand side by side',
      () => weights.reshape([c, h, w, units]).transpose([1, 2, 0, 3]),
    ],
    [
      'columns were put before rows: the maps are flattened row by row',
      () => weights.reshape([w, h, c, units]).transpose([1, 0, 2, 3]),
    ],
    ['the shape is right but width and height are swapped', () => weights.reshape([w, h, c, units])],
    [
      'the filters are turned around: a convolution of TensorFlow does not flip',
      () => weights.reshape([h, w, c, units]).reverse([0, 1]),
    ],
    ['input and output channels are swapped', () => weights.reshape([h, w, c, units]).transpose([0, 1, 3, 2])],
    [
      'the units were taken for the channels: reshaping must not mix units',
      () => weights.transpose().reshape([h, w, c, units]),
    ],
  ]);
}

describe('04-dense-evaluation', () => {
  it('gives the weights the shape of filters, in the order of flattening [1]', async () => {
    await expectFilters(tf.range(0, 24).reshape([12, 2]), 2, 3);
    await expectFilters(random(3 * 3 * 2, 4) as tf.Tensor2D, 3, 3);
    await expectFilters(random(5, 4) as tf.Tensor2D, 1, 1);
  });

  it('says of a picture of the usual size what the dense layers say [1]', () => expectMap(4, 4, 4, 4));
  it('makes a map of scores of a larger picture, one for each window [2]', async () => {
    await expectMap(5, 7, 3, 2);
    await expectMap(6, 6, 3, 3);
  });

  it('averages the map over its places, by hand [1]', async () => {
    await expectScores(tf.tensor4d([1, 10, 2, 20, 3, 30, 6, 60], [1, 2, 2, 2]));
  });
  it('averages maps of any size [1]', async () => {
    await expectScores(random(3, 4, 2, 5) as tf.Tensor4D);
    await expectScores(random(2, 1, 1, 3) as tf.Tensor4D);
  });

  describe('hidden', () => {
    it('does all of that in other sizes [4]', async () => {
      const [h, w] = [draw.integer(2, 4), draw.integer(2, 4)];
      await expectFilters(random(h * w * 3, draw.integer(2, 6)) as tf.Tensor2D, h, w);
      await expectMap(h + draw.integer(1, 3), w + draw.integer(1, 3), h, w);
      await expectScores(random(2, h, w + 1, 4) as tf.Tensor4D);
    });
  });
});

async function expectMap(rows: number, columns: number, h: number, w: number): Promise<void> {
  const maps = random(2, rows, columns, 3) as tf.Tensor4D;
  const weights = random(h * w * 3, 5) as tf.Tensor2D;
  const classify = random(5, 4) as tf.Tensor2D;
  const hidden = weights.reshape([h, w, 3, 5]) as tf.Tensor4D;
  const last = classify.reshape([1, 1, 5, 4]) as tf.Tensor4D;
  const units = (padding: 'valid' | 'same'): tf.Tensor4D => tf.conv2d(maps, hidden, 1, padding);
  const right = byWindows(maps, weights, classify, h, w);
  const same = (): tf.Tensor => tf.conv2d(tf.relu(units('same')), last, 1, 'valid');
  const mistakes: Mistake<tf.Tensor>[] = [
    ['the ReLU between the two layers is missing', () => tf.conv2d(units('valid'), last, 1, 'valid')],
    ['the scores have a ReLU: only the first layer has one', () => tf.relu(right)],
    ['the scores went through a softmax: scores are what comes before it', () => tf.softmax(right, 3)],
    ['the map is padded: where the filters reach over the edge there was no window in training', same],
    ['the map was averaged already: classScores does that', () => right.mean([1, 2])],
    ['the map was averaged already: classScores does that', () => right.mean([1, 2], true)],
    [
      'the windows do not overlap: the stride is 1',
      () => tf.conv2d(tf.relu(tf.conv2d(maps, hidden, [h, w], 'valid')), last, 1, 'valid'),
    ],
  ];
  expectTensor(await scoreMap(maps, hidden, classify), right, mistakes);
}

async function expectScores(map: tf.Tensor4D): Promise<void> {
  expectTensor(await classScores(map), map.mean([1, 2]), [
    ['this is the sum: it would grow with the picture', () => map.sum([1, 2])],
    ['this is the largest score: take the mean', () => map.max([1, 2])],
    ['the mean goes over the batch too: every picture has its own scores', () => map.mean([0, 1, 2])],
    ['rows and columns are still there: [batch, classes] is asked', () => map.mean([1, 2], true)],
    [
      'the scores went through a softmax before the mean: here the scores are averaged',
      () => tf.softmax(map, 3).mean([1, 2]),
    ],
    ['only the first place was taken', () => map.slice([0, 0, 0, 0], [-1, 1, 1, -1]).reshape([map.shape[0], -1])],
  ]);
}
