/** Answers that people give to exercise 08-resnext, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import * as solution from '../../../solutions/08-resnext';
import type { Branch } from '../../../solutions/08-resnext';

const conv = (x: tf.Tensor4D, kernel: tf.Tensor4D): tf.Tensor4D => tf.conv2d(x, kernel, 1, 'same');
const relu = (x: tf.Tensor4D): tf.Tensor4D => tf.relu(x);
const parts = (x: tf.Tensor4D, branches: Branch[]): tf.Tensor4D[] =>
  branches.map(({ reduce, transform, expand }) => conv(relu(conv(relu(conv(x, reduce)), transform)), expand));
const block = (name: string, message: RegExp, aggregated: (x: tf.Tensor4D, branches: Branch[]) => unknown) => ({
  ...solution,
  name,
  message,
  aggregated,
});
const grouped = (name: string, message: RegExp, change: (branches: Branch[]) => object) => ({
  ...solution,
  name,
  message,
  toGrouped: (branches: Branch[]) => ({ ...solution.toGrouped(branches), ...change(branches) }),
});
const width = (name: string, message: RegExp, widthFor: (c: number) => number) => ({
  ...solution,
  name,
  message,
  widthFor,
});
const all = (branches: Branch[], key: keyof Branch, axis: number): tf.Tensor =>
  tf.concat(
    branches.map(branch => branch[key]),
    axis,
  );

export const wrong = [
  block('forgets the first ReLU', /ReLU after `reduce` is missing/, (x, branches) =>
    relu(tf.addN([x, ...branches.map(b => conv(relu(conv(conv(x, b.reduce), b.transform)), b.expand))])),
  ),
  block('forgets the second ReLU', /ReLU after `transform` is missing/, (x, branches) =>
    relu(tf.addN([x, ...branches.map(b => conv(conv(relu(conv(x, b.reduce)), b.transform), b.expand))])),
  ),
  block('is linear inside', /both ReLUs inside/, (x, branches) =>
    relu(tf.addN([x, ...branches.map(b => conv(conv(conv(x, b.reduce), b.transform), b.expand))])),
  ),
  block('has a third ReLU', /there is a ReLU after `expand`/, (x, branches) =>
    relu(tf.addN([x, ...parts(x, branches).map(relu)])),
  ),
  block('forgets the last ReLU', /after the addition is missing/, (x, branches) => tf.addN([x, ...parts(x, branches)])),
  block('forgets the shortcut', /shortcut is missing/, (x, branches) => relu(tf.addN(parts(x, branches)))),
  block('adds x again and again', /it is added once/, (x, branches) =>
    relu(tf.addN(parts(x, branches).map(part => part.add<tf.Tensor4D>(x)))),
  ),
  block('averages', /branches were averaged/, (x, branches) =>
    relu(x.add(tf.addN(parts(x, branches)).div(branches.length))),
  ),
  block('concatenates', /side by side/, (x, branches) => relu(tf.concat(parts(x, branches), 3))),
  block('concatenates x too', /side by side/, (x, branches) => tf.concat([x, ...parts(x, branches)], 3)),
  block('has one branch', /only the first branch/, (x, branches) => solution.aggregated(x, branches.slice(0, 1))),
  block('rectifies before the addition', /before the shortcut was added/, (x, branches) =>
    relu(tf.addN(parts(x, branches))).add(x),
  ),
  grouped('concatenates reduce by inputs', /reduce was concatenated along the wrong axis/, branches => ({
    reduce: all(branches, 'reduce', 2),
  })),
  grouped('makes transform dense', /transform was concatenated along the wrong axis/, branches => ({
    transform: all(branches, 'transform', 2),
  })),
  grouped('concatenates expand by outputs', /sum over its INPUT channels/, branches => ({
    expand: all(branches, 'expand', 3),
  })),
  grouped('turns the order around', /branch i becomes group i/, branches => ({
    transform: all([...branches].reverse(), 'transform', 3),
  })),
  grouped('adds the expands', /expand was added up/, branches => ({ expand: tf.addN(branches.map(b => b.expand)) })),
  grouped('takes one', /first branch only/, branches => ({ transform: branches[0].transform })),
  grouped('averages', /nothing is averaged/, branches => ({ expand: all(branches, 'expand', 2).div(branches.length) })),
  grouped('forgets one', /expand must be a tensor, got undefined/, () => ({ expand: undefined })),
  width('divides by C', /9 d\^2|d is squared too|C times d/, c => 64 / c),
  width('divides by the root of C', /512 d is not squared/, c => Math.round(64 / Math.sqrt(c))),
  width('stays below', /not above: the nearest/, c => {
    let d = 64;
    while (c * (512 * d + 9 * d * d) > 69632) d--;
    return d;
  }),
  width('returns all groups', /d is that of one/, c => c * solution.widthFor(c)),
];
