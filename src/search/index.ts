/** A small space of cells and three ways to search it: the table of contents. */
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
export {
  bestSoFar,
  type Evaluate,
  logProbabilityGradient,
  type Policy,
  policyProbabilities,
  randomSearch,
  regularizedEvolution,
  reinforce,
  type Search,
  type SearchOptions,
  type Trial,
} from './strategies';
export { SharedWeights } from './sharedWeights';
export { cellBlock, cellNetwork, type CellNetworkOptions } from './network';
export { type CellResult, type CellTable, type CellTraining, distinctCells, lookUp, trainCell } from './cellTable';
