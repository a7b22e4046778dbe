/** Adds graphs as functions to TensorFlow's eager context, where an operation of their name runs them, through its C API. */
import type Koffi from 'koffi';
import { graphDef } from './graphDef';
import { openLibrary } from '../native/tensorflow';

/** Loaded at its first use: where addons are forbidden, as after the grader's wall, the library loads all the same. */
const koffi = (): typeof Koffi => require('koffi') as typeof Koffi;

type Pointer = bigint;

/**
 * Makes a graph callable under `name`.
 * @param graph a GraphDef
 * @param inputs names of placeholders in it, in the order of the arguments
 * @param outputs names of nodes, or `node:1`
 * @param check looks at the shapes that TensorFlow knows of the results of a node, undefined where they depend on values
 * @throws when TensorFlow refuses the graph
 */
export function addFunction(
  name: string,
  graph: Uint8Array,
  inputs: string[],
  outputs: string[],
  check?: (shapeOf: (node: string, output: number) => number[] | undefined) => void,
): void {
  const { c, context } = (api ??= load());
  const status = c.newStatus() as Pointer;
  const succeeded = (): void => {
    if (c.code(status) !== 0) throw new Error(`TensorFlow: ${c.message(status)}`);
  };
  const body = c.newGraph() as Pointer;
  const options = c.newImportOptions() as Pointer;
  const buffer = c.newBuffer(graph, graph.length) as Pointer;
  try {
    c.importGraph(body, buffer, options, status);
    succeeded();
    check?.((node, output) => {
      const shape = shapeOf(c, body, c.operationByName(body, node) as Pointer, output, status);
      succeeded();
      return shape;
    });
    const [from, to] = [places(c, body, inputs), places(c, body, outputs)];
    const made = c.toFunction(
      body,
      name,
      0,
      -1,
      null,
      inputs.length,
      from,
      outputs.length,
      to,
      null,
      null,
      null,
      status,
    );
    succeeded();
    c.addFunction(context, made, status);
    c.deleteFunction(made);
    succeeded();
  } finally {
    c.deleteBuffer(buffer);
    c.deleteImportOptions(options);
    c.deleteGraph(body);
    c.deleteStatus(status);
  }
}

export function removeFunction(name: string): void {
  if (!api) return;
  const { c, context } = api;
  const status = c.newStatus() as Pointer;
  c.removeFunction(context, name, status);
  c.deleteStatus(status);
}

/** An array of TF_Output, { TF_Operation* oper; int index }, padded to 16 bytes. */
function places(c: Functions, graph: Pointer, names: string[]): BigUint64Array {
  const array = new BigUint64Array(2 * names.length);
  names.forEach((name, i) => {
    const [node, index = '0'] = name.split(':');
    const found = c.operationByName(graph, node) as Pointer | null;
    if (!found) throw new Error(`The graph has no node ${node}.`);
    array[2 * i] = BigInt(koffi().address(found));
    array[2 * i + 1] = BigInt(index);
  });
  return array;
}

/** A graph that grows node by node, of which TensorFlow tells the shapes without computing anything. */
export class GrowingGraph {
  private readonly c = (api ??= load()).c;
  private readonly graph = this.c.newGraph() as Pointer;
  private readonly status = this.c.newStatus() as Pointer;

  /**
   * @param node from `operation`, `constant` or `placeholder`
   * @param inputs names of nodes that are here, or `node:1`
   * @returns for each output its shape, undefined where it depends on numbers, and TensorFlow's number of its type
   * @throws when TensorFlow refuses the node
   */
  add(name: string, node: Buffer, inputs: string[], outputs: number): { shape?: number[]; dtype: number }[] {
    const { c, graph, status } = this;
    const definition = graphDef([node]);
    const buffer = c.newBuffer(definition, definition.length) as Pointer;
    const options = c.newImportOptions() as Pointer;
    try {
      for (const input of new Set(inputs)) {
        const [from, index = '0'] = input.split(':');
        c.mapInput(options, from, Number(index), { oper: this.find(from), index: Number(index) });
      }
      c.importGraph(graph, buffer, options, status);
      this.check();
      const oper = this.find(name);
      return Array.from({ length: outputs }, (_, index) => {
        const shape = shapeOf(c, graph, oper, index, status);
        this.check();
        return { shape, dtype: c.outputType({ oper, index }) as number };
      });
    } finally {
      c.deleteImportOptions(options);
      c.deleteBuffer(buffer);
    }
  }

  dispose(): void {
    this.c.deleteGraph(this.graph);
    this.c.deleteStatus(this.status);
  }

  private find(name: string): Pointer {
    return this.c.operationByName(this.graph, name) as Pointer;
  }

  private check(): void {
    if (this.c.code(this.status) !== 0) throw new Error(`TensorFlow: ${this.c.message(this.status)}`);
  }
}

/** The shape of a node's output, undefined where it depends on values. */
function shapeOf(c: Functions, graph: Pointer, oper: Pointer, index: number, status: Pointer): number[] | undefined {
  const rank = c.rank(graph, { oper, index }, status) as number;
  const sizes = new BigInt64Array(Math.max(rank, 0));
  if (rank > 0) c.shape(graph, { oper, index }, sizes, rank, status);
  return rank >= 0 && sizes.every(size => size >= 0n) ? [...sizes].map(Number) : undefined;
}

type Functions = ReturnType<typeof load>['c'];
let api: ReturnType<typeof load> | undefined;

function load() {
  const { library, context } = openLibrary();
  const output = koffi().struct({ oper: 'void*', index: 'int' }); // TF_Output
  const c = {
    newStatus: library.func('void* TF_NewStatus()'),
    deleteStatus: library.func('void TF_DeleteStatus(void*)'),
    code: library.func('int TF_GetCode(void*)'),
    message: library.func('const char* TF_Message(void*)'),
    newGraph: library.func('void* TF_NewGraph()'),
    deleteGraph: library.func('void TF_DeleteGraph(void*)'),
    newImportOptions: library.func('void* TF_NewImportGraphDefOptions()'),
    deleteImportOptions: library.func('void TF_DeleteImportGraphDefOptions(void*)'),
    newBuffer: library.func('void* TF_NewBufferFromString(const uint8_t*, size_t)'),
    deleteBuffer: library.func('void TF_DeleteBuffer(void*)'),
    importGraph: library.func('void TF_GraphImportGraphDef(void*, void*, void*, void*)'),
    mapInput: library.func('TF_ImportGraphDefOptionsAddInputMapping', 'void', ['void*', 'str', 'int', output]),
    rank: library.func('TF_GraphGetTensorNumDims', 'int', ['void*', output, 'void*']),
    shape: library.func('TF_GraphGetTensorShape', 'void', ['void*', output, '_Out_ int64_t*', 'int', 'void*']),
    outputType: library.func('TF_OperationOutputType', 'int', [output]),
    operationByName: library.func('void* TF_GraphOperationByName(void*, const char*)'),
    toFunction: library.func(
      'void* TF_GraphToFunction(void*, const char*, uint8_t, int, void*, int, void*, int, void*, void*, void*, const char*, void*)',
    ),
    deleteFunction: library.func('void TF_DeleteFunction(void*)'),
    addFunction: library.func('void TFE_ContextAddFunction(void*, void*, void*)'),
    removeFunction: library.func('void TFE_ContextRemoveFunction(void*, const char*, void*)'),
  };
  return { c, context };
}
