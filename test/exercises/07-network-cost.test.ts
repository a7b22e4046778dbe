import assert from 'node:assert/strict';
import type { Convention, CountedLayer, LayerCost } from '../../solutions/07-network-cost';
import { answers, expectNumber, type Mistake, random as draw } from './answers';

const { layerCosts, totalCost } = answers<typeof import('../../solutions/07-network-cost')>('07-network-cost');

const conv = (outputs: number, kernel: number, stride = 1, padding = 0): CountedLayer => ({
  kind: 'conv',
  kernel,
  stride,
  padding,
  outputs,
});
const pool = (kernel: number, stride: number): CountedLayer => ({ kind: 'pool', kernel, stride });
const dense = (outputs: number): CountedLayer => ({ kind: 'dense', outputs });

/** The AlexNet of the lecture's table. */
const ALEXNET = [
  ...[conv(64, 11, 4, 2), pool(3, 2), conv(192, 5, 1, 2), pool(3, 2), conv(384, 3, 1, 1), conv(256, 3, 1, 1)],
  ...[conv(256, 3, 1, 1), pool(3, 2), dense(4096), dense(4096), dense(1000)],
];
const MEMORY_KB = [784, 182, 547, 127, 254, 169, 169, 36, 16, 16, 4];
const THOUSAND_PARAMETERS = [23, 0, 307, 0, 664, 885, 590, 0, 37_753, 16_781, 4_097];
const MILLION_MULTIPLY_ADDS = [73, 0, 224, 0, 112, 150, 100, 0, 38, 17, 4];

const length = (l: number, kernel: number, stride: number, padding: number): number =>
  Math.floor((l + 2 * padding - kernel) / stride) + 1;

async function expectCosts(input: [number, number, number], layers: CountedLayer[]): Promise<void> {
  const costs = (await layerCosts(input, layers)) as LayerCost[];
  assert.ok(Array.isArray(costs), 'layerCosts must return a list.');
  assert.equal(
    costs.length,
    layers.length,
    `there are ${costs.length} costs; expected one for each of the ${layers.length} layers.`,
  );
  let [h, w, c] = input;
  layers.forEach((layer, i) => {
    const name = `layer ${i + 1}, ${layer.kind}`;
    const cost = costs[i] ?? {};
    const sizes = (form: (l: number) => number): [number, number] => [form(h), form(w)];
    const filters =
      layer.kind === 'dense'
        ? h * w * c * layer.outputs
        : layer.kind === 'conv'
          ? layer.kernel ** 2 * c * layer.outputs
          : 0;
    const channels = layer.kind === 'pool' ? c : layer.outputs;
    const { padding = 0 } = layer as { padding?: number };
    const [rows, columns] =
      layer.kind === 'dense' ? [1, 1] : sizes(l => length(l, layer.kernel, layer.stride, padding));
    const got = String(cost.output);
    if (got !== String([rows, columns, channels]) && layer.kind !== 'dense') {
      const forms: [string, [number, number]][] = [
        ['the padding counts on both sides', sizes(l => length(l, layer.kernel, layer.stride, padding / 2))],
        [
          'the length is rounded down: a window that does not fit is left out',
          sizes(l => Math.ceil((l + 2 * padding - layer.kernel) / layer.stride) + 1),
        ],
        [
          'the + 1 is missing: the first window counts too',
          sizes(l => length(l, layer.kernel, layer.stride, padding) - 1),
        ],
        ['the stride is missing', sizes(l => length(l, layer.kernel, 1, padding))],
        ['the padding is missing', sizes(l => length(l, layer.kernel, layer.stride, 0))],
        ['the width follows from the width, not from the height', [rows, rows]],
      ];
      const found = forms.find(([, size]) => String([...size, channels]) === got);
      if (found) assert.fail(`${name}: ${found[0]}.`);
    }
    assert.equal(
      got,
      String([rows, columns, channels]),
      `${name}: the output is ${got}; expected ${[rows, columns, channels]}.`,
    );
    const mistakes: Mistake<number>[] = [
      [`${name}: pooling learns nothing`, () => (layer.kind === 'pool' ? Number(cost.parameters) || NaN : NaN)],
      [`${name}: the biases are missing: one for each output channel`, () => filters],
      [
        `${name}: the input channels are missing: every filter sees all of them`,
        () => (layer.kind === 'conv' ? layer.kernel ** 2 * layer.outputs + channels : NaN),
      ],
      [
        `${name}: a dense layer sees height * width * channels numbers, not the channels only`,
        () => (layer.kind === 'dense' ? c * layer.outputs + layer.outputs : NaN),
      ],
      [`${name}: a bias for each place was counted: a filter has one bias`, () => filters + rows * columns * channels],
    ];
    const right = filters + (filters ? channels : 0);
    expectNumber(cost.parameters, right, mistakes, `${name}: parameters`);
    expectNumber(
      cost.multiplyAdds,
      rows * columns * filters,
      [
        [
          `${name}: pooling has no multiply-adds: it only compares`,
          () => (layer.kind === 'pool' ? Number(cost.multiplyAdds) || NaN : NaN),
        ],
        [`${name}: biases were counted as multiply-adds`, () => rows * columns * right],
        [
          `${name}: the places of the input were counted: a filter works at the places of the output`,
          () => h * w * filters,
        ],
        [`${name}: the places are missing: every filter works at each place of the output`, () => filters],
        [`${name}: a multiply-add was counted as two operations: count it once`, () => 2 * rows * columns * filters],
      ],
      `${name}: multiplyAdds`,
    );
    expectNumber(
      cost.memory,
      4 * rows * columns * channels,
      [
        [`${name}: a number has 4 bytes`, () => rows * columns * channels],
        [`${name}: bits were counted: a number has 4 bytes`, () => 32 * rows * columns * channels],
        [`${name}: these are kilobytes: bytes are asked`, () => (4 * rows * columns * channels) / 1024],
        [`${name}: the memory of the parameters was counted: that of the output is asked`, () => 4 * right],
        [`${name}: the memory of the input was counted: that of the output is asked`, () => 4 * h * w * c],
      ],
      `${name}: memory`,
    );
    [h, w, c] = [rows, columns, channels];
  });
}

/** Right costs, so that a mistake in layerCosts does not spoil the second half. */
function costsOf(input: [number, number, number], layers: CountedLayer[]): LayerCost[] {
  let [h, w, c] = input;
  return layers.map(layer => {
    const outputs = layer.kind === 'pool' ? c : layer.outputs;
    const filters =
      layer.kind === 'dense' ? h * w * c * outputs : layer.kind === 'conv' ? layer.kernel ** 2 * c * outputs : 0;
    if (layer.kind === 'dense') [h, w] = [1, 1];
    else [h, w] = [h, w].map(l => length(l, layer.kernel, layer.stride, layer.kind === 'conv' ? layer.padding : 0));
    c = outputs;
    return {
      output: [h, w, c],
      parameters: filters + (filters ? c : 0),
      multiplyAdds: h * w * filters,
      memory: 4 * h * w * c,
    };
  });
}

async function expectTotal(layers: CountedLayer[], costs: LayerCost[], convention: Convention): Promise<void> {
  const total = (await totalCost(layers, costs, convention)) as unknown as Record<string, unknown> | undefined;
  const sum = (value: (cost: LayerCost, i: number) => number): number =>
    costs.reduce((all, cost, i) => all + value(cost, i), 0);
  const [parameters, once] = [sum(cost => cost.parameters), sum(cost => cost.multiplyAdds)];
  const memory = (pools: boolean): number => sum((cost, i) => (layers[i].kind === 'pool' && !pools ? 0 : cost.memory));
  const times = convention.operationsPerMultiplyAdd;
  expectNumber(
    total?.parameters,
    parameters,
    [['the last layer only: add all layers', () => costs.at(-1)!.parameters]],
    'parameters',
  );
  expectNumber(
    total?.operations,
    times * once,
    [
      ['the convention says that a multiply-add is two operations', () => once],
      ['the convention says that a multiply-add is one operation', () => 2 * once],
    ],
    'operations',
  );
  expectNumber(
    total?.memory,
    memory(convention.countPools),
    [
      ['the pools count in this convention', () => memory(false)],
      ['the pools do not count in this convention', () => memory(true)],
      ['this is the largest layer: add all of them', () => Math.max(...costs.map(cost => cost.memory))],
    ],
    'memory',
  );
}

describe('07-network-cost', () => {
  it('counts one layer of each kind, by hand [1]', async () => {
    await expectCosts([5, 7, 2], [conv(3, 3)]);
    await expectCosts([5, 7, 2], [pool(3, 2)]);
    await expectCosts([5, 7, 2], [dense(4)]);
  });
  it('counts convolutions with stride and padding [1]', async () => {
    await expectCosts([32, 20, 3], [conv(8, 5, 2, 2), conv(6, 3, 1, 1), conv(4, 1)]);
    await expectCosts([14, 11, 4], [conv(5, 4, 3, 1)]);
  });
  it('gives the output of each layer to the next, in random networks [2]', async () => {
    for (let i = 0; i < 3; i++) {
      const [a, b, c] = [1, 2, 3].map(least => least + Math.floor(9 * draw()));
      await expectCosts(
        [40 + a, 50 + b, c],
        [conv(b, 5, 2, 1), pool(2, 2), conv(a, 3, 1, 1), pool(3, 2), dense(a + 2), dense(c)],
      );
    }
  });
  it('gives the lecture’s table of AlexNet, with its slip in conv4 mended [1]', async () => {
    await expectCosts([227, 227, 3], ALEXNET);
    const costs = (await layerCosts([227, 227, 3], ALEXNET)) as LayerCost[];
    assert.deepEqual(costs.map(cost => Math.round(cost.memory / 1024)).slice(0, 8), MEMORY_KB.slice(0, 8));
    assert.deepEqual(
      costs.map(cost => Math.round(cost.parameters / 1e3)),
      THOUSAND_PARAMETERS,
    );
    assert.deepEqual(
      costs.map(cost => Math.round(cost.multiplyAdds / 1e6)),
      MILLION_MULTIPLY_ADDS,
    );
  });
  it('adds up AlexNet: 61,100,840 parameters, 716,767,232 multiply-adds [1]', async () => {
    const costs = costsOf([227, 227, 3], ALEXNET);
    const total = await totalCost(ALEXNET, costs, { operationsPerMultiplyAdd: 1, countPools: false });
    await expectTotal(ALEXNET, costs, { operationsPerMultiplyAdd: 1, countPools: false });
    assert.deepEqual([total.parameters, total.operations], [61_100_840, 716_767_232]);
  });
  it('adds up in every convention [1]', async () => {
    const layers = [conv(4, 3), pool(2, 2), conv(2, 3), pool(2, 2), dense(3)];
    for (const operationsPerMultiplyAdd of [1, 2] as const)
      for (const countPools of [true, false])
        await expectTotal(layers, costsOf([20, 26, 3], layers), { operationsPerMultiplyAdd, countPools });
  });

  describe('hidden', () => {
    it('counts and adds up other networks [5]', async () => {
      const few = (): number => draw.integer(2, 9);
      const input: [number, number, number] = [draw.integer(40, 60), draw.integer(40, 60), few()];
      const layers = [conv(few(), 5, 2, 1), pool(3, 2), conv(few(), 3, 1, 1), pool(2, 2), dense(few()), dense(few())];
      await expectCosts(input, layers);
      for (const operationsPerMultiplyAdd of [1, 2] as const)
        for (const countPools of [true, false])
          await expectTotal(layers, costsOf(input, layers), { operationsPerMultiplyAdd, countPools });
    });
  });
});
