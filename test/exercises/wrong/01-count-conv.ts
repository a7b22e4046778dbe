/** Answers that people give to exercise 01-count-conv, each with the message that must meet it. */
import type { Convolution } from '../../../solutions/01-count-conv';

type Full = Required<Convolution>;

const places = ({ height, width, kernel, stride, padding }: Full, round = Math.floor, end = 1): number =>
  [height, width].map(n => round((n + 2 * padding - kernel) / stride) + end).reduce((a, b) => a * b);

const filters = ({ kernel, inputChannels, outputChannels, groups }: Full): number =>
  kernel * kernel * (inputChannels / groups) * outputChannels;

/** A wrong answer with every option filled in. */
const answer = (name: string, message: RegExp, countFull: (c: Full) => unknown) => ({
  name,
  message,
  countConv: (c: Convolution): unknown => countFull({ stride: 1, padding: 0, groups: 1, bias: true, ...c }),
});

const counts = (c: Full, numbers = filters(c), output = places(c)): unknown => ({
  parameters: numbers + (c.bias ? c.outputChannels : 0),
  multiplyAdds: output * numbers,
});

export const wrong = [
  answer('forgets the groups', /groups were forgotten: /, c => counts({ ...c, groups: 1 })),
  answer('divides by the groups twice', /divided by the groups twice/, c => counts(c, filters(c) / c.groups)),
  answer('multiplies and adds as if without groups', /forgotten in the multiply-adds/, c =>
    counts(c, filters(c), places(c) * c.groups),
  ),
  answer('has the parameters as if without groups', /forgotten in the parameters/, c => ({
    parameters: filters(c) * c.groups + (c.bias ? c.outputChannels : 0),
    multiplyAdds: places(c) * filters(c),
  })),
  answer('forgets the biases', /biases were forgotten/, c => counts({ ...c, bias: false })),
  answer('always counts biases', /though bias is false/, c => counts({ ...c, bias: true })),
  answer('has biases for the input', /not for each input channel/, c => ({
    parameters: filters(c) + (c.bias ? c.inputChannels : 0),
    multiplyAdds: places(c) * filters(c),
  })),
  answer('has one bias', /not one alone/, c => ({
    parameters: filters(c) + Number(c.bias),
    multiplyAdds: places(c) * filters(c),
  })),
  answer('splits the biases', /biases were divided by the groups/, c => ({
    parameters: filters(c) + (c.bias ? c.outputChannels / c.groups : 0),
    multiplyAdds: places(c) * filters(c),
  })),
  answer('counts adding the bias', /adding the bias was counted/, c => {
    const parameters = filters(c) + (c.bias ? c.outputChannels : 0);
    return { parameters, multiplyAdds: places(c) * parameters };
  }),
  answer('counts two operations', /counted as two operations/, c => counts(c, filters(c), 2 * places(c))),
  answer('forgets the stride', /stride was forgotten/, c => counts({ ...c, stride: 1 })),
  answer('forgets the padding', /padding was forgotten/, c => counts({ ...c, padding: 0 })),
  answer('pads one side', /padding was added on one side/, c => counts({ ...c, padding: c.padding / 2 })),
  answer('rounds up', /rounded up/, c => counts(c, filters(c), places(c, Math.ceil))),
  answer('does not round', /expected .* got /, c =>
    counts(
      c,
      filters(c),
      places(c, x => x),
    ),
  ),
  answer('forgets the first place', /"\+ 1" of the output length/, c =>
    counts(c, filters(c), places(c, Math.floor, 0)),
  ),
  answer('takes the places of the input', /places of the input/, c => counts(c, filters(c), c.height * c.width)),
  answer('thinks every picture is square', /height was taken for the width/, c => counts({ ...c, width: c.height })),
  answer('does not square the kernel', /kernel was not squared/, c => counts(c, filters(c) / c.kernel)),
  answer('returns one number', /must return \{ parameters, multiplyAdds \}/, c => filters(c)),
];
