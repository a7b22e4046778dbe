import assert from 'node:assert/strict';
import type { SlidingLayer } from '../../solutions/01-receptive-field';
import { answers, random as draw } from './answers';

const { receptiveField } = answers<typeof import('../../solutions/01-receptive-field')>('01-receptive-field');

type View = [field: number, jump: number];
type Full = Required<SlidingLayer>;

/** Goes through the layers; `step` is what one layer adds to the field, given the jumps before and after it. */
function view(
  layers: Full[],
  step = (l: Full, jump: number, _after: number) => (l.kernel - 1) * l.dilation * jump,
): View {
  return layers.reduce<View>(
    ([field, jump], layer) => [field + step(layer, jump, jump * layer.stride), jump * layer.stride],
    [1, 1],
  );
}

/** What people get instead. */
const MISTAKES: [message: string, view: (layers: Full[], right: View) => View][] = [
  [
    'the layer uses its own stride already: the field grows by the jump before the layer',
    layers => view(layers, (l, _, after) => (l.kernel - 1) * l.dilation * after),
  ],
  [
    'the jump is missing: a step of a later layer is worth several pixels',
    layers => view(layers, l => (l.kernel - 1) * l.dilation),
  ],
  [
    'only the stride of the layer itself was used: all strides before it multiply',
    layers => view(layers, l => (l.kernel - 1) * l.dilation * l.stride),
  ],
  [
    'the whole kernel was added: it grows by kernel - 1, as its first place is there already',
    layers => view(layers, (l, jump) => l.kernel * l.dilation * jump),
  ],
  ['the dilation was forgotten: it spreads the weights', layers => view(layers, (l, jump) => (l.kernel - 1) * jump)],
  [
    'the dilated kernel is (kernel - 1) * dilation + 1 wide, not kernel * dilation',
    layers => view(layers, (l, jump) => (l.kernel * l.dilation - 1) * jump),
  ],
  [
    'the layers were taken from the last to the first: strides count for the layers after them',
    layers => view([...layers].reverse()),
  ],
  ['the field began at 0: a pixel sees itself, so it begins at 1', (_, [field, jump]) => [field - 1, jump]],
  [
    'the jump is the product of all strides, not their sum',
    (layers, [field]) => [field, layers.reduce((sum, l) => sum + l.stride, 0)],
  ],
  [
    'the jump is the product of all strides, not the last one',
    (layers, [field]) => [field, layers.at(-1)?.stride ?? 1],
  ],
  [
    'the fields were multiplied: each layer adds to the field',
    (layers, [, jump]) => [layers.reduce((product, l) => product * l.kernel, 1), jump],
  ],
];

async function expectView(layers: SlidingLayer[], byHand?: View): Promise<void> {
  const full = layers.map(layer => ({ dilation: 1, ...layer }));
  const answer = (await receptiveField(layers)) as unknown as Record<string, unknown> | undefined;
  const got = [answer?.field, answer?.jump];
  assert.ok(
    got.every(n => typeof n === 'number'),
    'receptiveField must return { field, jump }, two numbers.',
  );
  const right = byHand ?? view(full);
  const same = (other: View): boolean => other.every((n, i) => n === got[i]);
  if (same(right)) return;
  const mistake = MISTAKES.find(([, wrong]) => same(wrong(full, right)));
  const say = ([field, jump]: unknown[]): string => `field ${field} and jump ${jump}`;
  assert.fail(mistake ? `${mistake[0]}.` : `expected ${say(right)}, got ${say(got)}.`);
}

const conv = (kernel: number, stride = 1): SlidingLayer => ({ kernel, stride });
const random = draw.integer;
const randomChain = (dilated: boolean): SlidingLayer[] =>
  Array.from({ length: random(2, 6) }, () => ({
    ...conv(random(1, 7), random(1, 3)),
    ...(dilated ? { dilation: random(1, 3) } : {}),
  }));

describe('01-receptive-field', () => {
  it('of no layer is one pixel, of three 3x3 convolutions 7, as of one 7x7 [1]', async () => {
    await expectView([], [1, 1]);
    await expectView([conv(5)], [5, 1]);
    await expectView([conv(3), conv(3), conv(3)], [7, 1]);
    await expectView([conv(7)], [7, 1]);
  });

  it('knows that a stride counts for the layers after it [1]', async () => {
    await expectView([conv(5, 3), conv(3, 2), conv(4)], [29, 6]);
    await expectView([conv(7, 2), conv(3, 2)], [11, 4]);
  });

  it("is 195 pixels at AlexNet's last pooling, and 212 at VGG-16's [1]", async () => {
    const alexnet = [conv(11, 4), conv(3, 2), conv(5), conv(3, 2), conv(3), conv(3), conv(3), conv(3, 2)];
    await expectView(alexnet, [195, 32]);
    const stage = (depth: number): SlidingLayer[] => [...Array.from({ length: depth }, () => conv(3)), conv(2, 2)];
    await expectView([2, 2, 3, 3, 3].flatMap(stage), [212, 32]);
  });

  it('spreads dilated filters [1]', async () => {
    await expectView([conv(3, 2), { kernel: 3, stride: 1, dilation: 2 }, { kernel: 5, stride: 3, dilation: 3 }], [35, 6]);
    await expectView([conv(random(3, 9), 2), ...randomChain(true)]);
  });

  it('of random chains [1]', async () => {
    for (let i = 0; i < 6; i++) await expectView(randomChain(i % 2 === 1));
  });

  describe('hidden', () => {
    it('of other chains [3]', async () => {
      for (let i = 0; i < 6; i++) await expectView(randomChain(i % 2 === 1));
    });
  });
});
