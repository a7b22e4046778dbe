export {
  allCells,
  canonicalName,
  type Cell,
  cellName,
  CHOICES,
  EDGES,
  mutate,
  type Operation,
  OPERATIONS,
  pick,
  randomCell,
} from './space';
export * from './strategies';
export { SharedWeights } from './sharedWeights';
export { cellBlock, cellNetwork, type CellNetworkOptions } from './network';
export { type CellResult, type CellTable, type CellTraining, distinctCells, lookUp, trainCell } from './cellTable';
