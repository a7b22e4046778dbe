/** Answers that people give to exercise 05-auxiliary-loss, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import { scores, type Weights } from '../../../solutions/05-auxiliary-loss';

interface Wrong {
  name: string;
  message: RegExp;
  totalLoss?: (main: tf.Tensor2D, auxiliary: tf.Tensor2D[], labels: tf.Tensor2D, training: boolean) => unknown;
  stemGradient?: (x: tf.Tensor2D, weights: Weights, labels: tf.Tensor2D, training: boolean) => unknown;
}

const entropy = (labels: tf.Tensor2D, logits: tf.Tensor2D): tf.Scalar => tf.losses.softmaxCrossEntropy(labels, logits);

/** Sums the losses of the auxiliary classifiers. */
const helped = (labels: tf.Tensor2D, auxiliary: tf.Tensor2D[]): tf.Scalar =>
  auxiliary.map(logits => entropy(labels, logits)).reduce((a, b) => a.add(b));

/** The gradient by the stem of a mix of both losses. */
function gradient(
  x: tf.Tensor2D,
  w: Weights,
  labels: tf.Tensor2D,
  mainWeight: number,
  auxiliaryWeight: number,
): tf.Tensor {
  return tf.grad(stem => {
    const { main, auxiliary } = scores(x, { ...w, stem: stem as tf.Tensor2D });
    return entropy(labels, main).mul(mainWeight).add(helped(labels, auxiliary).mul(auxiliaryWeight));
  })(w.stem);
}

export const wrong: Wrong[] = [
  {
    name: 'leaves the auxiliary losses on at test time',
    message: /count at test time too/,
    totalLoss: (main, auxiliary, labels) => entropy(labels, main).add(helped(labels, auxiliary).mul(0.3)),
  },
  {
    name: 'forgets the auxiliary losses',
    message: /auxiliary losses are missing in training/,
    totalLoss: (main, _, labels) => entropy(labels, main),
  },
  {
    name: 'swaps training and test',
    message: /auxiliary losses are missing in training/,
    totalLoss: (main, auxiliary, labels, training) =>
      training ? entropy(labels, main) : entropy(labels, main).add(helped(labels, auxiliary).mul(0.3)),
  },
  {
    name: 'forgets 0.3',
    message: /auxiliary losses are not weighted/,
    totalLoss: (main, auxiliary, labels, training) =>
      training ? entropy(labels, main).add(helped(labels, auxiliary)) : entropy(labels, main),
  },
  {
    name: 'has 0.3 on the main loss',
    message: /weight 0.3 is on the main loss/,
    totalLoss: (main, auxiliary, labels, training) =>
      training ? entropy(labels, main).mul(0.3).add(helped(labels, auxiliary)) : entropy(labels, main),
  },
  {
    name: 'has 0.3 on all',
    message: /main loss is weighted by 0.3 too/,
    totalLoss: (main, auxiliary, labels, training) =>
      training ? entropy(labels, main).add(helped(labels, auxiliary)).mul(0.3) : entropy(labels, main),
  },
  {
    name: 'has 0.7 on the main loss',
    message: /main loss is weighted by 0.7/,
    totalLoss: (main, auxiliary, labels, training) =>
      training ? entropy(labels, main).mul(0.7).add(helped(labels, auxiliary).mul(0.3)) : entropy(labels, main),
  },
  {
    name: 'averages the auxiliary losses',
    message: /auxiliary losses were averaged/,
    totalLoss: (main, auxiliary, labels, training) =>
      training
        ? entropy(labels, main).add(helped(labels, auxiliary).mul(0.3 / auxiliary.length))
        : entropy(labels, main),
  },
  {
    name: 'takes one auxiliary loss',
    message: /only the first auxiliary loss counts/,
    totalLoss: (main, auxiliary, labels, training) =>
      training ? entropy(labels, main).add(entropy(labels, auxiliary[0]).mul(0.3)) : entropy(labels, main),
  },
  {
    name: 'takes softmax twice',
    message: /softmax was taken twice/,
    totalLoss: (main, auxiliary, labels, training) => {
      const loss = entropy(labels, tf.softmax(main));
      return training
        ? loss.add(
            helped(
              labels,
              auxiliary.map(logits => tf.softmax(logits)),
            ).mul(0.3),
          )
        : loss;
    },
  },
  {
    name: 'sums the batch',
    message: /batch was summed/,
    totalLoss: (main, auxiliary, labels, training) => {
      const loss = training ? entropy(labels, main).add(helped(labels, auxiliary).mul(0.3)) : entropy(labels, main);
      return loss.mul(labels.shape[0]);
    },
  },
  {
    name: 'keeps one loss for each picture',
    message: /take the mean over the batch/,
    totalLoss: (main, _, labels) => tf.neg(tf.sum(tf.mul(labels, tf.logSoftmax(main)), 1)),
  },
  {
    name: 'returns a number',
    message: /must return a tensor, got number/,
    totalLoss: (main, _, labels) => entropy(labels, main).dataSync()[0],
  },
  {
    name: 'has auxiliary gradients at test time',
    message: /send a gradient at test time/,
    stemGradient: (x, w, labels) => gradient(x, w, labels, 1, 0.3),
  },
  {
    name: 'stops the auxiliary gradients',
    message: /auxiliary losses does not reach the stem/,
    stemGradient: (x, w, labels) => gradient(x, w, labels, 1, 0),
  },
  {
    name: 'stops the main gradient',
    message: /main loss does not reach the stem/,
    stemGradient: (x, w, labels) => gradient(x, w, labels, 0, 0.3),
  },
  {
    name: 'returns the step',
    message: /step downhill/,
    stemGradient: (x, w, labels, training) => gradient(x, w, labels, -1, training ? -0.3 : 0),
  },
  {
    name: 'does not weight the gradient',
    message: /not weighted by 0.3 in the gradient/,
    stemGradient: (x, w, labels, training) => gradient(x, w, labels, 1, training ? 1 : 0),
  },
  {
    name: 'takes the gradient of another layer',
    message: /the gradient has shape/,
    stemGradient: (x, w, labels) =>
      tf.grad(main => entropy(labels, scores(x, { ...w, main: main as tf.Tensor2D }).main))(w.main),
  },
];
