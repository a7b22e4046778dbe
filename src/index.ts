/** cnn-kit: the table of contents. */
export * as tf from '@tensorflow/tfjs';
export {
  backend,
  type BackendInfo,
  type BackendName,
  compile,
  type Compiled,
  type CompileOptions,
  devices,
  onDevice,
  operationsByDevice,
  placeLayers,
  ready,
} from './backend';
export * as layers from './layers';
export * as ops from './ops';
export * from './models';
export * from './profile';
export * from './search';
export * from './weights';
export * from './data';
export * from './cifar10';
export * from './display';
export { type Image } from './display';
export * from './training';
export * from './visualize';
export * from './experiments';
export { answer, check, hint, question, type QuestionSource } from './course';
