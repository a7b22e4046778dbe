/** Answers that people give to exercise 02-ten-crops, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import { averageProbabilities, tenCrops } from '../../../solutions/02-ten-crops';

const crops = (name: string, message: RegExp, crop: (image: tf.Tensor3D, size: number) => unknown) => ({
  name,
  message,
  tenCrops: crop,
  averageProbabilities,
});
const average = (name: string, message: RegExp, wrong: (logits: tf.Tensor2D) => unknown) => ({
  name,
  message,
  tenCrops,
  averageProbabilities: wrong,
});

/** The right crops in another order. */
const reordered = (order: number[]) => (image: tf.Tensor3D, size: number) =>
  tf.gather(tenCrops(image, size), tf.tensor1d(order, 'int32'));
const five = (image: tf.Tensor3D, size: number): tf.Tensor4D => tenCrops(image, size).slice(0, 5);
const cropAt = (image: tf.Tensor3D, size: number, places: number[][]): tf.Tensor4D => {
  const cut = tf.stack(places.map(([top, left]) => image.slice([top, left, 0], [size, size, -1]))) as tf.Tensor4D;
  return tf.concat([cut, cut.reverse(2)]);
};

export const wrong = [
  crops('begins with the centre', /centre comes first/, reordered([2, 0, 1, 3, 4, 7, 5, 6, 8, 9])),
  crops('ends with the centre', /centre comes last/, reordered([0, 1, 3, 4, 2, 5, 6, 8, 9, 7])),
  crops('puts each mirrored crop after its own', /follows its own/, reordered([0, 5, 1, 6, 2, 7, 3, 8, 4, 9])),
  crops('flips upside down', /upside down/, (image, size) =>
    tf.concat([five(image, size), five(image, size).reverse(1)]),
  ),
  crops('crops the mirrored picture', /of the mirrored picture/, (image, size) =>
    tf.concat([five(image, size), five(image.reverse(1), size)]),
  ),
  crops('does not mirror', /second five are not mirrored/, (image, size) =>
    tf.concat([five(image, size), five(image, size)]),
  ),
  crops('has five crops', /the shape is \[5,6,6,1\]/, five),
  crops('rounds the centre up', /centre was rounded up/, (image, size) => {
    const [h, w] = [image.shape[0] - size, image.shape[1] - size];
    return cropAt(image, size, [
      [0, 0],
      [0, w],
      [Math.ceil(h / 2), Math.ceil(w / 2)],
      [h, 0],
      [h, w],
    ]);
  }),
  crops('never sees the last row', /last row and column are never seen/, (image, size) => {
    const [h, w] = [image.shape[0] - size - 1, image.shape[1] - size - 1];
    return cropAt(image, size, [
      [0, 0],
      [0, w],
      [Math.floor(h / 2), Math.floor(w / 2)],
      [h, 0],
      [h, w],
    ]);
  }),
  crops('exchanges top and left', /top and left are exchanged/, reordered([0, 3, 2, 1, 4, 5, 8, 7, 6, 9])),
  crops('takes the height for the width', /crop 1 is the first that is not right/, (image, size) => {
    const h = image.shape[0] - size;
    const c = Math.floor(h / 2);
    return cropAt(image, size, [
      [0, 0],
      [0, h],
      [c, c],
      [h, 0],
      [h, h],
    ]);
  }),
  crops('returns a list', /must return a tensor/, (image, size) => five(image, size).arraySync()),
  average('averages the logits', /logits were averaged/, logits => logits.mean(0).softmax()),
  average('forgets the softmax', /there is no softmax/, logits => logits.mean(0)),
  average('has the softmax over the crops', /softmax ran over the crops/, logits =>
    tf.softmax(logits.transpose(), 1).mean(1),
  ),
  average('adds up', /probabilities were added up/, logits => logits.softmax().sum(0)),
  average('takes two softmaxes', /softmax was taken twice/, logits => logits.softmax().mean(0).softmax()),
  average('votes', /crops voted/, logits => tf.oneHot(logits.argMax(1) as tf.Tensor1D, logits.shape[1]).mean(0)),
  average('asks the first crop', /only the first crop/, logits => logits.slice(0, 1).softmax().squeeze([0])),
  average('averages the classes', /one number for each class/, logits => logits.softmax().mean(1)),
  average('overflows', /expected .*, got .*NaN/, logits => logits.exp().div(logits.exp().sum(1, true)).mean(0)),
];
