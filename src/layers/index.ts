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
} from './block';
export { graphOnly, type Initialization, skeleton } from './initialization';
export { Dropout } from './layers';
export * from './vocabulary';
