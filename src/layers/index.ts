/** The words that architectures are written in: the table of contents. The file of a family has its layers, each beside its word. */
export * from './activation';
export {
  add,
  type Block,
  chain,
  concat,
  denselyConnected,
  identity,
  model,
  type ModelOptions,
  modelOf,
  multiply,
  named,
  type Node,
  repeat,
  residual,
  torch,
  torchNames,
} from './building/block';
export type { Description, TorchWeight, Window } from './building/description';
export { graphOnly, type Initialization, skeleton } from './building/initialization';
export { describe } from './building/tfjs';
export * from './convolution';
export * from './dense';
export * from './dropout';
export * from './normalization';
export * from './pooling';
export * from './scale';
export * from './shape';
export * from './squeezeExcitation';
