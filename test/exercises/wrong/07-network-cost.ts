/** Answers that people give to exercise 07-network-cost, each with the message that must meet it. */
import * as solution from '../../../solutions/07-network-cost';
import type { Convention, CountedLayer, LayerCost } from '../../../solutions/07-network-cost';

type Size = [number, number, number];
type Change = (right: LayerCost, layer: CountedLayer, input: Size) => Partial<LayerCost>;
/** Right but for one number of each layer. */
const each = (name: string, message: RegExp, change: Change) => ({
  ...solution,
  name,
  message,
  layerCosts: (input: Size, layers: CountedLayer[]) =>
    solution
      .layerCosts(input, layers)
      .map((right, i, all) => ({ ...right, ...change(right, layers[i], i ? all[i - 1].output : input) })),
});
/** Another rule for the length of the output. */
const sizes = (
  name: string,
  message: RegExp,
  rule: (l: number, kernel: number, stride: number, padding: number) => number,
) =>
  each(name, message, ({ output }, layer, [h, w]) => {
    if (layer.kind === 'dense') return {};
    const padding = layer.kind === 'conv' ? layer.padding : 0;
    return {
      output: [rule(h, layer.kernel, layer.stride, padding), rule(w, layer.kernel, layer.stride, padding), output[2]],
    };
  });
const biases = (layer: CountedLayer): number => (layer.kind === 'pool' ? 0 : layer.outputs);
const total = (
  name: string,
  message: RegExp,
  change: (
    right: ReturnType<typeof solution.totalCost>,
    layers: CountedLayer[],
    costs: LayerCost[],
    convention: Convention,
  ) => object,
) => ({
  ...solution,
  name,
  message,
  totalCost: (layers: CountedLayer[], costs: LayerCost[], convention: Convention) => {
    const right = solution.totalCost(layers, costs, convention);
    return { ...right, ...change(right, layers, costs, convention) };
  },
});

export const wrong = [
  sizes('pads one side', /padding counts on both sides/, (l, k, s, p) => Math.floor((l + p - k) / s) + 1),
  sizes('rounds up', /rounded down/, (l, k, s, p) => Math.ceil((l + 2 * p - k) / s) + 1),
  sizes('forgets the first window', /\+ 1 is missing/, (l, k, s, p) => Math.floor((l + 2 * p - k) / s)),
  sizes('forgets the stride', /stride is missing/, (l, k, _, p) => l + 2 * p - k + 1),
  sizes('forgets the padding', /padding is missing/, (l, k, s) => Math.floor((l - k) / s) + 1),
  each('thinks pictures are square', /follows from the width/, ({ output: [h, , c] }, layer) =>
    layer.kind === 'dense' ? {} : { output: [h, h, c] },
  ),
  each('changes the channels of a pool', /the output is .*; expected/, ({ output: [h, w, c] }, { kind }) =>
    kind === 'pool' ? { output: [h, w, 2 * c] } : {},
  ),
  each('learns in pools', /pooling learns nothing/, ({ output }, { kind }) =>
    kind === 'pool' ? { parameters: output[2] } : {},
  ),
  each('forgets biases', /biases are missing/, ({ parameters }, layer) => ({ parameters: parameters - biases(layer) })),
  each('forgets input channels', /input channels are missing/, ({ output }, layer) =>
    layer.kind === 'conv' ? { parameters: (layer.kernel ** 2 + 1) * output[2] } : {},
  ),
  each('has a dense layer on channels', /not the channels only/, (_, layer, [, , c]) =>
    layer.kind === 'dense' ? { parameters: (c + 1) * layer.outputs } : {},
  ),
  each('has a bias for each place', /a filter has one bias/, ({ parameters, output: [h, w] }, layer) => ({
    parameters: parameters + (h * w - 1) * biases(layer),
  })),
  each('computes in pools', /it only compares/, (right, { kind }) =>
    kind === 'pool' ? { multiplyAdds: right.memory } : {},
  ),
  each('multiplies biases', /biases were counted as multiply-adds/, ({ parameters, output: [h, w] }) => ({
    multiplyAdds: h * w * parameters,
  })),
  each('counts places of the input', /places of the input/, ({ parameters }, layer, [h, w]) =>
    layer.kind === 'conv' ? { multiplyAdds: h * w * (parameters - biases(layer)) } : {},
  ),
  each('forgets the places', /places are missing/, ({ parameters }, layer) => ({
    multiplyAdds: parameters - biases(layer),
  })),
  each('counts two operations', /two operations: count it once/, ({ multiplyAdds }) => ({
    multiplyAdds: 2 * multiplyAdds,
  })),
  each('counts numbers', /a number has 4 bytes/, ({ memory }) => ({ memory: memory / 4 })),
  each('counts bits', /bits were counted/, ({ memory }) => ({ memory: 8 * memory })),
  each('counts kilobytes', /bytes are asked/, ({ memory }) => ({ memory: memory / 1024 })),
  each('counts memory of parameters', /memory of the parameters/, ({ parameters }) => ({ memory: 4 * parameters })),
  each('counts memory of the input', /memory of the input/, (_, __, [h, w, c]) => ({ memory: 4 * h * w * c })),
  {
    ...solution,
    name: 'returns the last layer',
    message: /one for each of the/,
    layerCosts: (input: Size, layers: CountedLayer[]) => solution.layerCosts(input, layers).slice(0, -1),
  },
  { ...solution, name: 'returns an object', message: /must return a list/, layerCosts: () => ({}) },
  total('returns the last layer', /add all layers/, (_, __, costs) => ({ parameters: costs.at(-1)!.parameters })),
  total('always counts once', /is two operations/, ({ operations }, _, __, { operationsPerMultiplyAdd: n }) => ({
    operations: operations / n,
  })),
  total('always counts twice', /is one operation/, ({ operations }, _, __, { operationsPerMultiplyAdd: n }) => ({
    operations: (2 * operations) / n,
  })),
  total('leaves pools out', /pools count in this convention/, (_, layers, costs, convention) =>
    solution.totalCost(layers, costs, { ...convention, countPools: false }),
  ),
  total('has pools in', /pools do not count/, (_, layers, costs, convention) =>
    solution.totalCost(layers, costs, { ...convention, countPools: true }),
  ),
  total('takes the largest', /largest layer/, (_, __, costs) => ({
    memory: Math.max(...costs.map(({ memory }) => memory)),
  })),
];
