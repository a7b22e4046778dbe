/**
 * The native side that the JavaScript of tfjs-node-gpu expects (its `TFJSBinding`), written over TensorFlow's C API with
 * koffi: the second choice, where no C++ compiler can make the addon. Names and behaviour are those of the addon's
 * binding/tfjs_backend.cc.
 */
import { call } from '../../node/root';
import { CONSTANTS, Context, open } from './capi';
import { Operations } from './operations';
import { Tensors, type Values } from './tensors';
import type { Attribute, Binding } from './types';

const savedModels = (): never => {
  throw new Error(`SavedModels need the compiled binding; install a C++ compiler and run \`${call('setup')}\`.`);
};

/** Opens TensorFlow's C library at `path` (its framework library beside it) and starts an eager context in it. */
export function koffiBinding(path: string): Binding {
  const c = open(path);
  const context = new Context(c);
  const tensors = new Tensors(context);
  const operations = new Operations(context, tensors);
  return {
    ...CONSTANTS,
    TF_Version: c.version() as string,
    isUsingGpuDevice: () => context.hasGpu,
    context: () => context.pointer,
    place: device => operations.place(device),
    executed: device => operations.executedOn(device),
    defer: on => operations.defer(on),
    getNumOfTensors: () => tensors.count,
    createTensor: (shape: number[], dtype: number, values: Values) => tensors.create(shape, dtype, values),
    deleteTensor: id => tensors.delete(id),
    tensorDataSync: id => tensors.read(id),
    executeOp: (name: string, attributes: Attribute[], inputs: number[], outputs: number) =>
      operations.execute(name, attributes, inputs, outputs),
    getNumOfSavedModels: () => 0,
    loadSavedModel: savedModels,
    deleteSavedModel: savedModels,
    runSavedModel: savedModels,
  };
}
