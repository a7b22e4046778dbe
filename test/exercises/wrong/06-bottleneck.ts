/** Answers that people give to exercise 06-bottleneck, each with the message that must meet it. */
import * as solution from '../../../solutions/06-bottleneck';

type Kind = 'basic' | 'bottleneck';
const cost = (
  name: string,
  message: RegExp,
  times: (kind: Kind, c: number, h: number, w: number) => [number, number],
) => ({
  ...solution,
  name,
  message,
  blockCost: (kind: Kind, h: number, w: number, c: number) => {
    const [parameters, multiplyAdds] = times(kind, c, h, w);
    return { parameters, multiplyAdds };
  },
});
const right = (kind: Kind, c: number): number => (kind === 'basic' ? 18 : 17) * c * c;
const first = (name: string, message: RegExp, firstBlock: typeof solution.firstBlock) => ({
  ...solution,
  name,
  message,
  firstBlock,
});
const count = (name: string, message: RegExp, bottlenecksFor: (blocks: number) => number) => ({
  ...solution,
  name,
  message,
  bottlenecksFor,
});
const all = solution.firstBlock;

export const wrong = [
  cost('counts biases', /biases were counted/, (kind, c, h, w) => [
    right(kind, c) + (kind === 'basic' ? 2 : 6) * c,
    right(kind, c) * h * w,
  ]),
  cost('counts batch normalization', /batch normalization was counted/, (kind, c, h, w) => [
    right(kind, c) + (kind === 'basic' ? 4 : 12) * c,
    right(kind, c) * h * w,
  ]),
  cost('counts one convolution', /one 3x3 convolution only/, (kind, c, h, w) => [9 * c * c, right(kind, c) * h * w]),
  cost('has no expansion', /each has 4 C\^2/, (kind, c, h, w) => [
    (kind === 'basic' ? 18 : 11) * c * c,
    right(kind, c) * h * w,
  ]),
  cost('has a narrow bottleneck', /it is 4 \* channels/, (kind, c, h, w) => [
    kind === 'basic' ? 18 * c * c : (2 * c * c) / 16 + (9 * c * c) / 16,
    right(kind, c) * h * w,
  ]),
  cost('has wide 3x3 filters', /3x3 convolution works on `channels`/, (kind, c, h, w) => [
    kind === 'basic' ? 18 * c * c : (4 + 4 + 144) * c * c,
    right(kind, c) * h * w,
  ]),
  cost('pays for the shortcut', /an identity has none/, (kind, c, h, w) => [
    right(kind, c) + (kind === 'basic' ? 1 : 16) * c * c,
    right(kind, c) * h * w,
  ]),
  cost('does not square the channels', /channels were not squared/, (kind, c, h, w) => [
    right(kind, c) / c,
    right(kind, c) * h * w,
  ]),
  cost('forgets the places', /places are missing/, (kind, c) => [right(kind, c), right(kind, c)]),
  cost('counts two operations', /two operations/, (kind, c, h, w) => [right(kind, c), 2 * right(kind, c) * h * w]),
  cost('thinks maps are square', /height was taken for the width/, (kind, c, h) => [
    right(kind, c),
    right(kind, c) * h * h,
  ]),
  cost('counts the addition', /addition of the shortcut/, (kind, c, h, w) => [
    right(kind, c),
    h * w * (right(kind, c) + (kind === 'basic' ? c : 4 * c)),
  ]),
  cost('counts the places again', /in the sum already/, (kind, c, h, w) => [
    right(kind, c),
    (kind === 'basic' ? 2 : 3) * right(kind, c) * h * w,
  ]),
  {
    ...solution,
    name: 'returns one number',
    message: /must be a number, got undefined/,
    blockCost: (kind: Kind, _h: number, _w: number, c: number) => right(kind, c),
  },
  first('swaps the two', /has the stride if it stands in '1x1'/, (h, w, i, c, s) =>
    all(h, w, i, c, s === '1x1' ? '3x3' : '1x1'),
  ),
  first('knows the paper only', /works at all places if the stride stands in '3x3'/, (h, w, i, c) =>
    all(h, w, i, c, '1x1'),
  ),
  first('forgets the projection', /projection is missing/, (h, w, i, c, s) => all(h, w, i, c, s) - h * w * i * c),
  first('projects everywhere', /it has the stride too/, (h, w, i, c, s) => all(h, w, i, c, s) + 3 * h * w * i * c),
  first(
    'halves once',
    /a quarter of the places is left/,
    (h, w, i, c, s) => all(h, w, i, c, s) + ((h * w) / 4) * (13 * c * c + 4 * i * c + (s === '1x1' ? i * c : 0)),
  ),
  first('never halves', /the stride is 2/, (h, w, i, c) => h * w * (i * c + 13 * c * c + 4 * i * c)),
  first(
    'strides after the 3x3',
    /3x3 convolution works at all places/,
    (h, w, i, c, s) => all(h, w, i, c, s) + 3 * ((h * w) / 4) * 9 * c * c,
  ),
  first(
    'takes 4 channels for the inputs',
    /sees `inputs` channels/,
    (h, w, i, c, s) => all(h, w, i, c, s) + (s === '1x1' ? 1 : 4) * ((h * w) / 4) * (4 * c - i) * c,
  ),
  count('does not round', /a part of a block/, blocks => (blocks * 18) / 17),
  count('rounds up', /costs more than the basic blocks/, blocks => Math.ceil((blocks * 18) / 17)),
  count('turns it around', /turn it around/, blocks => Math.floor((blocks * 17) / 18)),
  count('thinks they cost the same', /18 to 17/, blocks => blocks),
  count('compares layers', /2 to 3/, blocks => Math.floor((blocks * 2) / 3)),
];
