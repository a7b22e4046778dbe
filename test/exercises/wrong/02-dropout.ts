/** Answers that people give to exercise 02-dropout, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as right from '../../../solutions/02-dropout';

const { dropout, dropoutMask, expectedRelu } = right;
const solution = { dropout, dropoutMask, expectedRelu };

type Dropout = (
  x: tf.Tensor2D,
  mask: tf.Tensor2D,
  rate: number,
  form: '2012' | 'inverted',
  training: boolean,
) => unknown;

const mask = (name: string, message: RegExp, wrong: (shape: number[], rate: number) => unknown) => ({
  ...solution,
  name,
  message,
  dropoutMask: wrong,
});
const scale = (name: string, message: RegExp, wrong: Dropout) => ({ ...solution, name, message, dropout: wrong });
const unit = (name: string, message: RegExp, wrong: (x: number[], w: number[], rate: number) => unknown) => ({
  ...solution,
  name,
  message,
  expectedRelu: wrong,
});
const dot = (x: number[], w: number[]): number => x.reduce((sum, value, i) => sum + value * w[i], 0);

export const wrong = [
  mask('takes the rate as kept', /the rate is the share that is dropped/, (shape, rate) =>
    dropoutMask(shape, 1 - rate),
  ),
  mask('always drops half', /half was dropped/, shape => dropoutMask(shape, 0.5)),
  mask('has one mask for the batch', /one mask was used for the whole batch/, ([rows, units], rate) =>
    dropoutMask([1, units], rate).tile([rows, 1]),
  ),
  mask('drops examples', /whole examples were dropped/, ([rows, units], rate) =>
    dropoutMask([rows, 1], rate).tile([1, units]),
  ),
  mask('has a seed', /use no fixed seed/, (shape, rate) =>
    tf.randomUniform(shape, 0, 1, 'float32', 7).greaterEqual(rate).toFloat(),
  ),
  mask('scales the mask', /only ones and zeros/, (shape, rate) => dropoutMask(shape, rate).div(1 - rate)),
  mask('rounds normal numbers', /a share of .* was dropped/, (shape, rate) =>
    tf.randomNormal(shape).greaterEqual(rate).toFloat(),
  ),
  mask('returns a list', /dropoutMask must return a tensor/, (shape, rate) => dropoutMask(shape, rate).arraySync()),
  scale('does both', /both were done/, (x, m, rate, form, training) =>
    training ? dropout(x, m, rate, form, true) : x.mul(1 - rate),
  ),
  scale('scales in training', /2012 form was scaled in training/, (x, m, rate, _, training) =>
    dropout(x, m, rate, 'inverted', training),
  ),
  scale('never divides', /inverted form is not scaled/, (x, m, rate, form, training) =>
    training ? x.mul(m) : dropout(x, m, rate, form, false),
  ),
  scale('drops at test', /units were dropped at test/, (x, m, rate, form) => dropout(x, m, rate, form, true)),
  scale('exchanges the forms', /2012 form was scaled in training/, (x, m, rate, form, training) =>
    dropout(x, m, rate, form === '2012' ? 'inverted' : '2012', training),
  ),
  scale(
    'exchanges training and test',
    /training and test are exchanged|units were dropped at test/,
    (x, m, rate, form, training) => dropout(x, m, rate, form, !training),
  ),
  scale('scales by the rate', /scaled by rate/, (x, m, rate, form, training) =>
    dropout(x, m, 1 - rate, form, training),
  ),
  scale('always halves', /always halved/, (x, m, _, form, training) => dropout(x, m, 0.5, form, training)),
  scale('does nothing at test', /2012 form multiplies by 1 - rate/, (x, m, rate, form, training) =>
    training ? dropout(x, m, rate, form, true) : x,
  ),
  scale('turns the mask around', /its zeros dropped/, (x, m, rate, form, training) =>
    dropout(x, tf.sub<tf.Tensor2D>(1, m), rate, form, training),
  ),
  scale('uses one row of the mask', /mask of the first example/, (x, m, rate, form, training) =>
    dropout(x, m.slice(0, 1), rate, form, training),
  ),
  unit('rectifies the mean', /the mean was rectified/, (x, w, rate) => Math.max(0, (1 - rate) * dot(x, w))),
  unit('forgets relu', /relu is missing/, (x, w, rate) => (1 - rate) * dot(x, w)),
  unit('counts all masks alike', /counted alike/, (x, w) => expectedRelu(x, w, 0.5)),
  unit('exchanges dropped and kept', /exchanged in the probability/, (x, w, rate) => expectedRelu(x, w, 1 - rate)),
  unit(
    'leaves the last mask out',
    /keeps everything is missing/,
    (x, w, rate) => expectedRelu(x, w, rate) - (1 - rate) ** x.length * Math.max(0, dot(x, w)),
  ),
  unit(
    'rectifies every product',
    /every product was rectified/,
    (x, w, rate) => (1 - rate) * x.reduce((sum, value, i) => sum + Math.max(0, value * w[i]), 0),
  ),
  unit('adds up', /masks were added up/, (x, w) => expectedRelu(x, w, 0.5) * 2 ** x.length),
];
