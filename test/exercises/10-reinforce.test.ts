import assert from 'node:assert/strict';
import { answers, expectData, expectNumber, random as draw } from './answers';

const { expectedGradient, policy, policyGradient, updateBaseline } =
  answers<typeof import('../../solutions/10-reinforce')>('10-reinforce');

const softmax = (logits: number[]): number[] => {
  const powers = logits.map(logit => Math.exp(logit - Math.max(...logits)));
  return powers.map(power => power / powers.reduce((a, b) => a + b));
};
const random = (count: number): number[] => Array.from({ length: count }, () => 4 * draw() - 2);
const gradient = (logits: number[], action: number, times: number): number[] =>
  softmax(logits).map((p, i) => times * (Number(i === action) - p));
const sum = (list: number[]): number => list.reduce((a, b) => a + b, 0);

async function expectPolicy(logits: number[]): Promise<void> {
  const right = softmax(logits);
  const answer = (await policy(logits)) as unknown;
  if (Array.isArray(answer) && answer.some(p => !Number.isFinite(p)))
    assert.fail('large logits overflow: subtract the largest one from all first.');
  const powers = logits.map(Math.exp);
  expectData(
    answer,
    right,
    [
      ['the probabilities do not add up to 1: divide by their sum', () => powers],
      [
        'the logits were divided by their sum: take the exponentials first',
        () => logits.map(logit => logit / sum(logits)),
      ],
      ['these are logarithms of probabilities', () => right.map(Math.log)],
      [
        'the largest logit alone was chosen: that is argmax, not softmax',
        () => right.map(p => Number(p === Math.max(...right))),
      ],
      ['the small logits have the large probabilities', () => softmax(logits.map(logit => -logit))],
      ['a sigmoid of each: they must add up to 1', () => logits.map(logit => 1 / (1 + Math.exp(-logit)))],
    ],
    'the policy',
  );
}

async function expectGradient(logits: number[], action: number, reward: number, baseline: number): Promise<void> {
  const times = reward - baseline;
  const p = softmax(logits);
  expectData(
    await policyGradient(logits, action, reward, baseline),
    gradient(logits, action, times),
    [
      [
        'the baseline is missing: a reward counts as far as it is above the baseline',
        () => gradient(logits, action, reward),
      ],
      ['the sign is wrong: this descends, and the controller climbs', () => gradient(logits, action, -times)],
      ['the baseline was added: subtract it', () => gradient(logits, action, reward + baseline)],
      ['the reward is missing', () => gradient(logits, action, 1)],
      [
        'the probabilities are missing: one less p for the action, minus p for the others',
        () => logits.map((_, i) => times * Number(i === action)),
      ],
      [
        'the other operations are missing: their logits go down by p',
        () => logits.map((_, i) => (i === action ? times * (1 - p[i]) : 0)),
      ],
      ['this is the gradient of p, not of ln p', () => gradient(logits, action, times * p[action])],
      [
        'the gradient was divided by p twice: d ln p is (1 or 0) - p',
        () => gradient(logits, action, times / p[action]),
      ],
      [
        'this is -ln p times the reward, a number for each: the gradient is asked',
        () => p.map(q => -times * Math.log(q)),
      ],
      [
        'only one number was returned: one for each logit is asked',
        () => (times * (1 - p[action])) as unknown as number[],
      ],
      ['the action was counted from 1: from 0', () => gradient(logits, action - 1, times)],
    ],
    'the gradient',
  );
}

async function expectExpected(logits: number[], rewards: number[], baseline: number): Promise<void> {
  const p = softmax(logits);
  const mean = sum(rewards.map((reward, a) => p[a] * reward));
  const right = p.map((q, i) => q * (rewards[i] - mean));
  const gradients = rewards.map((reward, a) => gradient(logits, a, reward - baseline));
  const plain = logits.map((_, i) => sum(gradients.map(g => g[i])));
  expectData(
    await expectedGradient(logits, rewards, baseline),
    right,
    [
      ['the actions were not weighted: each happens with its probability', () => plain],
      [
        'the actions were all weighted the same: each happens with its probability',
        () => plain.map(x => x / rewards.length),
      ],
      [
        'only the action with the highest reward was taken: all of them happen',
        () => gradients[rewards.indexOf(Math.max(...rewards))],
      ],
      ['only the most likely action was taken: all of them happen', () => gradients[p.indexOf(Math.max(...p))]],
      [
        'each gradient was weighted with the probability of its place: with that of its action',
        () => plain.map((x, i) => p[i] * x),
      ],
      ['the sign is wrong: this descends, and the controller climbs', () => right.map(x => -x)],
      ['this is the expected reward: its gradient is asked', () => mean as unknown as number[]],
    ],
    'the expected gradient',
  );
}

async function expectBaseline(baseline: number, reward: number, decay: number): Promise<void> {
  // prettier-ignore
  expectNumber(await updateBaseline(baseline, reward, decay), decay * baseline + (1 - decay) * reward, [
    ['the two weights are swapped: the old baseline counts `decay`', () => (1 - decay) * baseline + decay * reward],
    ['the reward is added whole: its weight is 1 - decay', () => decay * baseline + reward],
    ['this is the mean of both', () => (baseline + reward) / 2],
    ['the baseline was not moved', () => baseline],
    ['the baseline became the reward', () => reward],
  ], 'the baseline');
}

describe('10-reinforce', () => {
  it('chooses with probabilities [1]', async () => {
    await expectPolicy([0, Math.log(2), Math.log(5)]);
    await expectPolicy([1, 1, 1, 1]);
    for (let i = 0; i < 5; i++) await expectPolicy(random(2 + i));
  });
  it('does not overflow [1]', () => expectPolicy([1000, 1001, 999]));

  it('raises the logit of a good action, by hand [1]', async () => {
    // p = (1/4, 3/4), reward 3, baseline 1
    await expectGradient([0, Math.log(3)], 0, 3, 1);
    expectData(await policyGradient([0, Math.log(3)], 0, 3, 1), [1.5, -1.5], [], 'the gradient');
  });
  it('lowers that of one that was worse than expected, for any logits [1]', async () => {
    for (let i = 0; i < 8; i++) await expectGradient(random(4), i % 4, draw(), 0.5 + draw());
  });

  it('is right on average: it is the gradient of the expected reward [1]', async () => {
    for (let i = 0; i < 4; i++) {
      const [logits, rewards] = [random(4), random(4)];
      await expectExpected(logits, rewards, draw());
      // By finite differences of sum p_a R_a, too.
      const reward = (l: number[]): number => sum(softmax(l).map((p, a) => p * rewards[a]));
      const numeric = logits.map(
        (_, k) =>
          (reward(logits.map((l, j) => l + Number(j === k) * 1e-5)) -
            reward(logits.map((l, j) => l - Number(j === k) * 1e-5))) /
          2e-5,
      );
      expectData(await expectedGradient(logits, rewards, 0), numeric, [], 'the expected gradient');
    }
  });
  it('and no baseline changes that [1]', async () => {
    const [logits, rewards] = [random(3), random(3)];
    for (const baseline of [0, 1, -7, 100]) await expectExpected(logits, rewards, baseline);
  });

  it('moves the baseline slowly [1]', async () => {
    for (const [baseline, reward, decay] of [
      [0.5, 0.9, 0.95],
      [2, -1, 0.9],
      [0, 1, 0.99],
    ])
      await expectBaseline(baseline, reward, decay);
  });

  describe('hidden', () => {
    it('does all of that with other logits and rewards [4]', async () => {
      const actions = draw.integer(2, 6);
      await expectPolicy(random(actions));
      await expectGradient(random(actions), draw.integer(0, actions - 1), draw(), 0.5 + draw());
      await expectExpected(random(actions), random(actions), draw());
      await expectBaseline(draw(), 1 + draw(), 0.8 + 0.1 * draw());
    });
  });
});
