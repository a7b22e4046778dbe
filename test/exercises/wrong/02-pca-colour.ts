/** Answers that people give to exercise 02-pca-colour, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as right from '../../../solutions/02-pca-colour';

const { colourCovariance, drawAlphas, shiftColours } = right;
const solution = { colourCovariance, drawAlphas, shiftColours };

type Shift = (images: tf.Tensor4D, vectors: tf.Tensor2D, values: tf.Tensor1D, alphas: tf.Tensor2D) => unknown;

const covariance = (name: string, message: RegExp, wrong: (images: tf.Tensor4D) => unknown) => ({
  ...solution,
  name,
  message,
  colourCovariance: wrong,
});
const draw = (name: string, message: RegExp, wrong: (batch: number, deviation: number) => unknown) => ({
  ...solution,
  name,
  message,
  drawAlphas: (batch: number, deviation = 0.1): unknown => wrong(batch, deviation),
});
const shift = (name: string, message: RegExp, wrong: Shift) => ({ ...solution, name, message, shiftColours: wrong });

/** Pixels times pixels. */
const square = (pixels: tf.Tensor): tf.Tensor => tf.matMul(pixels, pixels, true, false);
const list = (images: tf.Tensor4D): tf.Tensor => images.reshape([-1, 3]);
const count = (images: tf.Tensor4D): number => images.size / 3;
const add = (images: tf.Tensor4D, strengths: tf.Tensor, vectors: tf.Tensor2D): tf.Tensor =>
  images.add(tf.matMul(strengths as tf.Tensor2D, vectors, false, true).reshape([-1, 1, 1, 3]));

export const wrong = [
  covariance('forgets the mean', /mean was not subtracted/, x => square(list(x)).div(count(x))),
  covariance('divides by N - 1', /divided by N - 1/, x => colourCovariance(x).mul(count(x) / (count(x) - 1))),
  covariance('does not divide', /not divided by the number of pixels/, x => colourCovariance(x).mul(count(x))),
  covariance('divides by the images', /divided by the number of images/, x =>
    colourCovariance(x).mul(count(x) / x.shape[0]),
  ),
  covariance('centres every image', /lost its own mean/, x => colourCovariance(x.sub(x.mean([1, 2], true)))),
  covariance('has one mean for all colours', /mean of all three colours/, x =>
    square(list(x.sub(x.mean()))).div(count(x)),
  ),
  covariance('computes the correlation', /this is the correlation/, x => {
    const { mean, variance } = tf.moments(list(x), 0);
    return square(list(x).sub(mean).div(variance.sqrt())).div(count(x));
  }),
  covariance('takes one image', /first image only/, x => colourCovariance(x.slice(0, 1))),
  covariance('multiplies the wrong way', /the shape of colourCovariance is \[4,4\]/, x =>
    tf.matMul(list(x), list(x), false, true),
  ),
  draw('has the variance 0.1', /the variance is 0\.1/, (batch, d) => tf.randomNormal([batch, 3], 0, Math.sqrt(d))),
  draw('draws evenly', /standard deviation is|of normal numbers/, (batch, d) =>
    tf.randomUniform([batch, 3], -Math.sqrt(3) * d, Math.sqrt(3) * d),
  ),
  draw('ignores the deviation', /standard deviation is 0\.\d*; expected 2/, batch => drawAlphas(batch)),
  draw('draws once for all images', /all images have the same alphas/, (batch, d) => drawAlphas(1, d).tile([batch, 1])),
  draw('draws once for all colours', /are one number/, (batch, d) => tf.randomNormal([batch, 1], 0, d).tile([1, 3])),
  draw('has a seed', /two calls draw the same/, (batch, d) => tf.randomNormal([batch, 3], 0, d, 'float32', 1)),
  draw('has mean 1', /standard deviation is|the mean is/, (batch, d) => drawAlphas(batch, d).add(1)),
  shift('has the eigenvectors in rows', /rows were taken as eigenvectors/, (x, p, l, a) =>
    add(x, a.mul(l), p.transpose()),
  ),
  shift('takes roots', /roots of the eigenvalues/, (x, p, l, a) => add(x, a.mul(l.sqrt()), p)),
  shift('forgets the eigenvalues', /eigenvalues are missing/, (x, p, _, a) => add(x, a, p)),
  shift('forgets the alphas', /alphas are missing/, (x, p, l) => add(x, l.reshape([1, 3]), p)),
  shift('has one row of alphas for all', /alphas of the first/, (x, p, l, a) => add(x, a.slice(0, 1).mul(l), p)),
  shift('has one alpha for all', /one alpha was used/, (x, p, l, a) => add(x, a.slice([0, 0], [-1, 1]).mul(l), p)),
  shift('forgets the eigenvectors', /eigenvectors are missing/, (x, _, l, a) => x.add(a.mul(l).reshape([-1, 1, 1, 3]))),
  shift('scales the colours', /lambda scales the colours/, (x, p, l, a) =>
    x.add(tf.matMul(a, p, false, true).mul(l).reshape([-1, 1, 1, 3])),
  ),
  shift('subtracts', /shift was subtracted/, (x, p, l, a) => add(x, a.mul(l).neg(), p)),
  shift('clips', /colours were clipped/, (x, p, l, a) => shiftColours(x, p, l, a).clipByValue(0, 1)),
  shift('draws noise for every pixel', /differs from pixel to pixel/, x => x.add(tf.randomNormal(x.shape, 0, 0.1))),
  shift('returns the shift', /the shape of shiftColours/, (_, p, l, a) =>
    tf.matMul(a.mul(l) as tf.Tensor2D, p, false, true),
  ),
];
