/** Answers that people give to exercise 04-stacks, each with the message that must meet it. */
import { depthFor, moreThanStack, type Stack, stackCost, type StackCost } from '../../../solutions/04-stacks';

const solution = { stackCost, depthFor, moreThanStack };

/** The right costs, but for one or more of them. */
const cost = (name: string, message: RegExp, change: (stack: Stack, right: StackCost) => Partial<StackCost>) => ({
  ...solution,
  name,
  message,
  stackCost: (stack: Stack): unknown => ({ ...stackCost(stack), ...change(stack, stackCost(stack)) }),
});
const depth = (name: string, message: RegExp, wrong: (field: number, kernel: number) => unknown) => ({
  ...solution,
  name,
  message,
  depthFor: wrong,
});
const more = (name: string, message: RegExp, wrong: (size: number) => unknown) => ({
  ...solution,
  name,
  message,
  moreThanStack: wrong,
});
const stack = (size: number): number => 9 * depthFor(size, 3);

export const wrong = [
  cost('counts the channels once', /channels were counted once/, (s, right) => ({
    parameters: right.parameters / s.channels,
  })),
  cost('counts biases', /biases were counted/, (s, right) => ({ parameters: right.parameters + s.depth * s.channels })),
  cost('counts one layer', /parameters: this is one layer/, s => stackCost({ ...s, depth: 1 })),
  cost('does not square the kernel', /kernel was not squared/, (s, right) => ({
    parameters: right.parameters / s.kernel,
  })),
  cost('forgets the channels', /channels are missing/, s => ({ parameters: s.depth * s.kernel ** 2 })),
  cost('multiplies the layers', /layers are added/, s => ({ parameters: (s.kernel * s.channels) ** (2 * s.depth) })),
  cost('adds the kernels', /kernels were added/, s => ({ receptiveField: s.depth * s.kernel })),
  cost('multiplies the kernels', /kernels were multiplied/, s => ({ receptiveField: s.kernel ** s.depth })),
  cost('forgets the pixel itself', /\+ 1 is missing/, s => ({ receptiveField: s.depth * (s.kernel - 1) })),
  cost('has the field of one layer', /field of one layer/, s => ({ receptiveField: s.kernel })),
  cost('has the area', /this is the area/, (_, right) => ({ receptiveField: right.receptiveField ** 2 })),
  cost('forgets the places', /places are missing/, (_, right) => ({ multiplyAdds: right.parameters })),
  cost('counts two operations', /counted as two operations/, (_, right) => ({ multiplyAdds: 2 * right.multiplyAdds })),
  cost('has no padding', /picture shrinks in your count/, (s, { parameters }) => ({
    multiplyAdds: parameters * (s.height - s.kernel + 1) * (s.width - s.kernel + 1),
  })),
  cost('shrinks layer by layer', /shrinks from layer to layer/, s => {
    let [height, width, multiplyAdds] = [s.height, s.width, 0];
    for (let i = 0; i < s.depth; i++) {
      height -= s.kernel - 1;
      width -= s.kernel - 1;
      multiplyAdds += s.kernel ** 2 * s.channels ** 2 * height * width;
    }
    return { multiplyAdds };
  }),
  cost('thinks every picture is square', /height was taken for the width/, s => stackCost({ ...s, width: s.height })),
  cost('multiplies and adds in one layer', /multiplyAdds: this is one layer/, (s, right) => ({
    multiplyAdds: right.multiplyAdds / s.depth,
  })),
  {
    ...solution,
    name: 'returns one number',
    message: /three numbers/,
    stackCost: (s: Stack) => stackCost(s).parameters,
  },
  depth('rounds down', /sees too little/, (field, kernel) => Math.floor((field - 1) / (kernel - 1))),
  depth('does not round', /not whole/, (field, kernel) => (field - 1) / (kernel - 1)),
  depth('divides by the kernel', /not kernel/, (field, kernel) => Math.ceil(field / kernel)),
  depth('divides the whole field', /take 1 from the field/, (field, kernel) => Math.ceil(field / (kernel - 1))),
  depth('has only 3x3', /not always 3/, field => depthFor(field, 3)),
  more('returns the ratio', /a ratio of 1\.81/, size => size ** 2 / stack(size)),
  more('returns what is saved', /what the stack saves/, size => 1 - stack(size) / size ** 2),
  more('turns the ratio around', /turn it around/, size => stack(size) / size ** 2),
  more('returns percents', /these are percents/, size => 100 * moreThanStack(size)),
  more('returns the difference', /this is the difference/, size => size ** 2 - stack(size)),
  more('takes one 3x3 layer', /only one 3x3 layer/, size => size ** 2 / 9 - 1),
  more('takes three layers', /three layers were taken/, size => size ** 2 / 27 - 1),
];
