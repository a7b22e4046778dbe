/** Answers that people give to exercise 02-saturation, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import { type Activation, activationGradient as right } from '../../../solutions/02-saturation';

type Gradient = (activation: Activation, x: tf.Tensor) => unknown;
type Share = (activation: Activation, x: tf.Tensor, threshold?: number) => unknown;

/** The right gradients, but for one activation. */
const gradient = (name: string, message: RegExp, wrong: Activation, f: (x: tf.Tensor) => unknown) => ({
  name,
  message,
  activationGradient: ((activation, x) => (activation === wrong ? f(x) : right(activation, x))) as Gradient,
});
const share = (name: string, message: RegExp, saturatedShare: Share) => ({ name, message, saturatedShare });
const mean = (x: tf.Tensor): number => x.toFloat().mean().dataSync()[0];

export const wrong = [
  {
    name: 'returns the activation',
    message: /activation itself was returned/,
    activationGradient: ((activation, x) => tf[activation](x)) as Gradient,
  },
  gradient('has a slope at 0', /gradient of relu at 0 is 0/, 'relu', x => x.greaterEqual(0).toFloat()),
  gradient('has -1 on the left', /gradient 1 where x is above 0, else 0/, 'relu', x => x.sign()),
  gradient('forgets the square', /square is missing/, 'tanh', x => tf.sub(1, x.tanh())),
  gradient('squares x', /fed with x: put tanh/, 'tanh', x => tf.sub(1, x.square())),
  gradient("has sigmoid's form for tanh", /sigmoid's form/, 'tanh', x => x.tanh().mul(tf.sub(1, x.tanh()))),
  gradient('multiplies x and 1 - x', /fed with x: put sigmoid/, 'sigmoid', x => x.mul(tf.sub(1, x))),
  gradient("has tanh's form for sigmoid", /tanh's form/, 'sigmoid', x => tf.sub(1, x.sigmoid().square())),
  gradient('forgets a factor', /one factor is missing/, 'sigmoid', x => tf.sub(1, x.sigmoid())),
  gradient('takes sigmoid for tanh', /this is the gradient of tanh/, 'sigmoid', x => right('tanh', x)),
  gradient('overflows', /also where exp\(x\) is too large/, 'sigmoid', x =>
    x.neg().exp().div(x.neg().exp().add(1).square()),
  ),
  gradient('flattens', /the shape is \[12\], but/, 'relu', x => tf.step(x).flatten()),
  gradient('returns numbers', /must return a tensor/, 'relu', x => Array.from(x.dataSync())),
  share('counts the units', /units were counted/, (a, x, t = 0.01) => mean(right(a, x).less(t)) * x.size),
  share('counts the others', /share of the others/, (a, x, t = 0.01) => mean(right(a, x).greaterEqual(t))),
  share('compares the activation', /against the activation/, (a, x, t = 0.01) => mean(tf[a](x).less(t))),
  share('compares x', /against x/, (_, x, t = 0.01) => mean(x.less(t))),
  share('has its own threshold', /not always 0\.01/, (a, x) => mean(right(a, x).less(0.01))),
  share('returns the mean gradient', /mean gradient/, (a, x) => mean(right(a, x))),
  share('counts zeros', /only a gradient of 0/, (a, x) => mean(right(a, x).equal(0))),
  share('returns a tensor', /must return a number/, (a, x, t = 0.01) => right(a, x).less(t).toFloat().mean()),
];
