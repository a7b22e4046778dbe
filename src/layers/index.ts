export {
  add,
  type Block,
  chain,
  concat,
  identity,
  model,
  type ModelOptions,
  modelOf,
  multiply,
  named,
  type Node,
  repeat,
  torch,
  torchNames,
} from './block';
export { graphOnly, type Initialization, skeleton } from './initialization';
export { Dropout } from './layers';
export * from './vocabulary';
