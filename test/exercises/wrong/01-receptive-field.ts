/** Answers that people give to exercise 01-receptive-field, each with the message that must meet it. */
import type { SlidingLayer } from '../../../solutions/01-receptive-field';

type Field = (layers: SlidingLayer[]) => unknown;

/** A loop over the layers with one thing wrong in it. */
const loop =
  (grow: (l: Required<SlidingLayer>, jump: number) => number): Field =>
  layers => {
    let field = 1;
    let jump = 1;
    for (const layer of layers) {
      field += grow({ dilation: 1, ...layer }, jump);
      jump *= layer.stride;
    }
    return { field, jump };
  };
const right = loop((l, jump) => (l.kernel - 1) * l.dilation * jump) as (layers: SlidingLayer[]) => {
  field: number;
  jump: number;
};

export const wrong: { name: string; message: RegExp; receptiveField: Field }[] = [
  {
    name: 'multiplies the jump first',
    message: /by the jump before the layer/,
    receptiveField: loop((l, jump) => (l.kernel - 1) * l.dilation * jump * l.stride),
  },
  { name: 'forgets the jump', message: /jump is missing/, receptiveField: loop(l => (l.kernel - 1) * l.dilation) },
  {
    name: "uses the layer's stride for the jump",
    message: /only the stride of the layer itself/,
    receptiveField: loop(l => (l.kernel - 1) * l.dilation * l.stride),
  },
  {
    name: 'adds the whole kernel',
    message: /whole kernel was added/,
    receptiveField: loop((l, jump) => l.kernel * l.dilation * jump),
  },
  {
    name: 'forgets the dilation',
    message: /dilation was forgotten/,
    receptiveField: loop((l, jump) => (l.kernel - 1) * jump),
  },
  {
    name: 'multiplies the kernel by the dilation',
    message: /not kernel \* dilation/,
    receptiveField: loop((l, jump) => (l.kernel * l.dilation - 1) * jump),
  },
  {
    name: 'goes from the last layer to the first',
    message: /from the last to the first/,
    receptiveField: layers => right([...layers].reverse()),
  },
  {
    name: 'begins at 0',
    message: /began at 0/,
    receptiveField: layers => ({ ...right(layers), field: right(layers).field - 1 }),
  },
  {
    name: 'adds the strides',
    message: /not their sum/,
    receptiveField: layers => ({ ...right(layers), jump: layers.reduce((sum, { stride }) => sum + stride, 0) }),
  },
  {
    name: 'returns the last stride',
    message: /not the last one/,
    receptiveField: layers => ({ ...right(layers), jump: layers.at(-1)?.stride ?? 1 }),
  },
  {
    name: 'multiplies the kernels',
    message: /fields were multiplied/,
    receptiveField: layers => ({
      ...right(layers),
      field: layers.reduce((product, { kernel }) => product * kernel, 1),
    }),
  },
  { name: 'returns a number', message: /must return \{ field, jump \}/, receptiveField: layers => right(layers).field },
  { name: 'returns nothing', message: /must return \{ field, jump \}/, receptiveField: () => undefined },
];
