/** Answers that people give to exercise 10-reinforce, each with the message that must meet it. */
import * as solution from '../../../solutions/10-reinforce';

type Gradient = (logits: number[], action: number, reward: number, baseline: number) => unknown;
const choose = (name: string, message: RegExp, policy: (logits: number[]) => unknown) => ({
  ...solution,
  name,
  message,
  policy,
});
const climb = (name: string, message: RegExp, policyGradient: Gradient) => ({
  ...solution,
  name,
  message,
  policyGradient,
});
const expect = (
  name: string,
  message: RegExp,
  expectedGradient: (logits: number[], rewards: number[], baseline: number) => unknown,
) => ({ ...solution, name, message, expectedGradient });
const move = (name: string, message: RegExp, updateBaseline: typeof solution.updateBaseline) => ({
  ...solution,
  name,
  message,
  updateBaseline,
});
const { policy, policyGradient, expectedGradient } = solution;
const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);
const each = (logits: number[], rewards: number[], b: number): number[][] =>
  rewards.map((reward, a) => policyGradient(logits, a, reward, b));

export const wrong = [
  choose('does not divide', /add up to 1: divide/, logits => logits.map(Math.exp)),
  choose('divides the logits', /take the exponentials first/, logits => logits.map(logit => logit / sum(logits))),
  choose('returns logarithms', /logarithms of probabilities/, logits => policy(logits).map(Math.log)),
  choose('takes the largest', /argmax/, logits => logits.map(logit => Number(logit === Math.max(...logits)))),
  choose('turns the sign around', /small logits/, logits => policy(logits.map(logit => -logit))),
  choose('takes sigmoids', /a sigmoid of each/, logits => logits.map(logit => 1 / (1 + Math.exp(-logit)))),
  choose('overflows', /large logits overflow/, logits =>
    logits.map(logit => Math.exp(logit) / sum(logits.map(Math.exp))),
  ),
  climb('has no baseline', /baseline is missing/, (l, a, r) => policyGradient(l, a, r, 0)),
  climb('descends', /sign is wrong/, (l, a, r, b) => policyGradient(l, a, b, r)),
  climb('adds the baseline', /baseline was added/, (l, a, r, b) => policyGradient(l, a, r, -b)),
  climb('has no reward', /reward is missing/, (l, a) => policyGradient(l, a, 1, 0)),
  climb('has no probabilities', /probabilities are missing/, (l, a, r, b) => l.map((_, i) => (i === a ? r - b : 0))),
  climb('moves one logit', /other operations are missing/, (l, a, r, b) =>
    policyGradient(l, a, r, b).map((x, i) => (i === a ? x : 0)),
  ),
  climb('differentiates p', /gradient of p, not of ln p/, (l, a, r, b) =>
    policyGradient(l, a, r, b).map(x => x * policy(l)[a]),
  ),
  climb('divides by p', /divided by p twice/, (l, a, r, b) => policyGradient(l, a, r, b).map(x => x / policy(l)[a])),
  climb('returns the loss', /the gradient is asked/, (l, _, r, b) => policy(l).map(p => -(r - b) * Math.log(p))),
  climb('returns one number', /one for each logit/, (l, a, r, b) => policyGradient(l, a, r, b)[a]),
  climb('counts from 1', /counted from 1/, (l, a, r, b) => policyGradient(l, a - 1, r, b)),
  expect('does not weight', /were not weighted/, (l, r, b) => l.map((_, i) => sum(each(l, r, b).map(g => g[i])))),
  expect('averages', /weighted the same/, (l, r, b) => l.map((_, i) => sum(each(l, r, b).map(g => g[i])) / r.length)),
  expect('takes the best action', /highest reward/, (l, r, b) => each(l, r, b)[r.indexOf(Math.max(...r))]),
  expect(
    'takes the likeliest action',
    /most likely action|highest reward/,
    (l, r, b) => each(l, r, b)[policy(l).indexOf(Math.max(...policy(l)))],
  ),
  expect('weights the places', /probability of its place/, (l, r, b) =>
    l.map((_, i) => policy(l)[i] * sum(each(l, r, b).map(g => g[i]))),
  ),
  expect('descends', /sign is wrong/, (l, r, b) => expectedGradient(l, r, b).map(x => -x)),
  expect('returns the reward', /its gradient is asked/, (l, r) => sum(policy(l).map((p, a) => p * r[a]))),
  move('swaps the weights', /swapped/, (b, r, d) => (1 - d) * b + d * r),
  move('adds the reward whole', /added whole/, (b, r, d) => d * b + r),
  move('averages', /mean of both/, (b, r) => (b + r) / 2),
  move('stays', /not moved/, b => b),
  move('forgets', /became the reward/, (_, r) => r),
];
