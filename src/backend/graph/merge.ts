/** Whether two calls did the same: what is compared here, and while a call is followed, is all that a graph stands for. */
import type { NodeAttribute } from './graphDef';
import { type Reference, type Trace, type TracedConstant, type TracedNode } from './types';

export const CHANGING = 'what it does changes from call to call';

/** Two traces as one, in which dropout's noise is marked; or in words what differs between them. */
export function merge(first: Trace, second: Trace): Trace | string {
  if (first.nodes.length !== second.nodes.length) return CHANGING;
  const nodes: TracedNode[] = [];
  for (const [i, a] of first.nodes.entries()) {
    const b = second.nodes[i];
    if (!sameOperation(a, b)) return CHANGING;
    if (!a.constant || !b.constant || sameValues(a.constant, b.constant.data)) {
      // Noise that does not change has a seed that does not, either.
      nodes.push(b.constant ? { ...b, constant: { ...b.constant, isNoise: false } } : b);
    } else if (a.constant.isNoise && b.constant.isNoise) nodes.push(b);
    else return changingConstant(b.constant.shape);
  }
  const ends = ({ outputs, assigned }: Trace): Reference[] => [...outputs, ...assigned].map(end => end.reference);
  const isSame =
    ends(first).length === ends(second).length &&
    ends(first).every((reference, i) => sameReference(reference, ends(second)[i])) &&
    first.assigned.every(({ variable }, i) => variable === second.assigned[i]?.variable);
  return isSame ? { ...second, nodes } : CHANGING;
}

export const changingConstant = (shape: number[]): string =>
  `a number or array that it makes in JavaScript changes from call to call (its shape is [${shape}])`;

function sameOperation(a: TracedNode, b: TracedNode): boolean {
  return (
    a.operation === b.operation &&
    a.device === b.device &&
    a.constant?.dtype === b.constant?.dtype &&
    String(a.constant?.shape) === String(b.constant?.shape) &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((reference, i) => sameReference(reference, b.inputs[i])) &&
    sameAttributes(a.attributes, b.attributes)
  );
}

export function sameAttributes(a: NodeAttribute[], b: NodeAttribute[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ name, type, value }, i) => {
      const other = b[i];
      if (name !== other.name || type !== other.type) return false;
      // Text, since attributes may be lists.
      return value === other.value || (typeof value === 'object' && String(value) === String(other.value));
    })
  );
}

export function sameValues({ data }: TracedConstant, values: ArrayBufferView): boolean {
  return Buffer.compare(data, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)) === 0;
}

function sameReference(a: Reference, b: Reference): boolean {
  if ('node' in a) return 'node' in b && a.node === b.node && a.output === b.output;
  if ('argument' in a) return 'argument' in b && a.argument === b.argument;
  if ('variable' in a) return 'variable' in b && a.variable === b.variable;
  return 'captured' in b && a.captured === b.captured;
}
