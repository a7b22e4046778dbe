/** Answers that people give to exercise 02-lrn, each with the message that must meet it. */
import { tf } from 'cnn-kit';

type Lrn = (a: tf.Tensor4D, n?: number, k?: number, alpha?: number, beta?: number) => unknown;

const none: [number, number] = [0, 0];

/** The sum of `terms` over `before` channels before and `after` channels after each one. */
function windowSum(terms: tf.Tensor4D, before: number, after: number): tf.Tensor4D {
  const channels = terms.shape[3];
  const padded = tf.pad4d(terms, [none, none, none, [before, after]]);
  const shifted = Array.from({ length: before + after + 1 }, (_, j) =>
    padded.slice([0, 0, 0, j], [-1, -1, -1, channels]),
  );
  return tf.addN(shifted);
}

const around = (a: tf.Tensor4D, half: number): tf.Tensor4D => windowSum(tf.square(a), half, half);

export const wrong: { name: string; message: RegExp; localResponseNorm: Lrn }[] = [
  {
    name: 'divides alpha by n',
    message: /alpha was divided by n: the paper does not/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(
        around(a, (n - 1) / 2)
          .mul(alpha / n)
          .add(k)
          .pow(beta),
      ),
  },
  {
    name: "calls tfjs's op with n as depthRadius",
    message: /n was taken as the radius/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      tf.localResponseNormalization(a, n, k, alpha, beta),
  },
  {
    name: "has Caffe's k",
    message: /k was taken as 1/,
    localResponseNorm: (a, n = 5, _k = 1, alpha = 1e-4, beta = 0.75) =>
      tf.localResponseNormalization(a, (n - 1) / 2, 1, alpha, beta),
  },
  {
    name: 'forgets k',
    message: /k is missing/,
    localResponseNorm: (a, n = 5, _k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(
        around(a, (n - 1) / 2)
          .mul(alpha)
          .pow(beta),
      ),
  },
  {
    name: 'multiplies',
    message: /multiplied by the power/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.mul(
        around(a, (n - 1) / 2)
          .mul(alpha)
          .add(k)
          .pow(beta),
      ),
  },
  {
    name: 'forgets beta',
    message: /power beta is missing/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4) =>
      a.div(
        around(a, (n - 1) / 2)
          .mul(alpha)
          .add(k),
      ),
  },
  {
    name: 'forgets alpha',
    message: /alpha is missing/,
    localResponseNorm: (a, n = 5, k = 2, _alpha = 1e-4, beta = 0.75) =>
      a.div(
        around(a, (n - 1) / 2)
          .add(k)
          .pow(beta),
      ),
  },
  {
    name: 'scales k by alpha too',
    message: /alpha multiplies k too/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(
        around(a, (n - 1) / 2)
          .add(k)
          .mul(alpha)
          .pow(beta),
      ),
  },
  {
    name: 'sums a_i in place of a_j (as a translation of the paper has it)',
    message: /square a_j, the neighbours/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(
        tf
          .square(a)
          .mul(n * alpha)
          .add(k)
          .pow(beta),
      ),
  },
  {
    name: 'does not square',
    message: /neighbours were not squared/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(
        windowSum(a, (n - 1) / 2, (n - 1) / 2)
          .mul(alpha)
          .add(k)
          .pow(beta),
      ),
  },
  {
    name: 'wraps around',
    message: /window wraps around/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) => {
      const channels = a.shape[3];
      const ring = around(tf.concat([a, a, a], 3), (n - 1) / 2).slice([0, 0, 0, channels], [-1, -1, -1, channels]);
      return a.div(ring.mul(alpha).add(k).pow(beta));
    },
  },
  {
    name: 'moves the window inwards at the edges',
    message: /window keeps n channels at the edges/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) => {
      const channels = a.shape[3];
      const squares = tf.square(a);
      const sums = Array.from({ length: channels }, (_, i) => {
        const start = Math.min(Math.max(0, i - (n - 1) / 2), channels - n);
        return squares.slice([0, 0, 0, start], [-1, -1, -1, n]).sum(3, true);
      });
      return a.div(tf.concat(sums, 3).mul(alpha).add(k).pow(beta));
    },
  },
  {
    name: 'looks backwards',
    message: /looks only backwards/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(
        windowSum(tf.square(a), n - 1, 0)
          .mul(alpha)
          .add(k)
          .pow(beta),
      ),
  },
  {
    name: 'looks forwards',
    message: /looks only forwards/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(
        windowSum(tf.square(a), 0, n - 1)
          .mul(alpha)
          .add(k)
          .pow(beta),
      ),
  },
  {
    name: 'leaves channel i out',
    message: /left out of its own window/,
    localResponseNorm: (a, n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(
        around(a, (n - 1) / 2)
          .sub(tf.square(a))
          .mul(alpha)
          .add(k)
          .pow(beta),
      ),
  },
  {
    name: 'sums all channels',
    message: /all channels were summed/,
    localResponseNorm: (a, _n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(tf.square(a).sum(3, true).mul(alpha).add(k).pow(beta)),
  },
  {
    name: 'sums over the pixels',
    message: /sum runs over the pixels of one channel/,
    localResponseNorm: (a, _n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      a.div(tf.square(a).sum([0, 1, 2], true).mul(alpha).add(k).pow(beta)),
  },
  {
    name: "has the paper's constants built in",
    message: /expected .*, got /,
    localResponseNorm: a => tf.localResponseNormalization(a, 2, 2, 1e-4, 0.75),
  },
  {
    name: 'has other defaults',
    message: /with the defaults expected/,
    localResponseNorm: (a, n = 5, k = 1, alpha = 1e-4, beta = 0.75) =>
      tf.localResponseNormalization(a, (n - 1) / 2, k, alpha, beta),
  },
  {
    name: 'sums the channels away',
    message: /the shape is 2,3,4,1, but b has the shape of a/,
    localResponseNorm: (a, _n = 5, k = 2, alpha = 1e-4, beta = 0.75) =>
      tf.square(a).sum(3, true).mul(alpha).add(k).pow(-beta),
  },
  {
    name: 'returns numbers',
    message: /must return a tensor/,
    localResponseNorm: a => Array.from(a.dataSync()),
  },
  {
    name: 'returns nothing',
    message: /must return a tensor, got undefined/,
    localResponseNorm: () => undefined,
  },
];
