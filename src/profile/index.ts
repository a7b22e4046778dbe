/** What networks cost, and the lecture's tables and chart of it: the table of contents. */
export { architectureDiagram, type ArchitectureDiagramOptions } from './architectureDiagram';
export { blockCost, type BlockCost, type InceptionModule, type ReductionCost, reductionCosts } from './blockCost';
export { blockDiagram, type BlockDiagramOptions } from './blockDiagram';
export { type ComparedNetwork, compareNetworks, comparisonChart, type Conclusion, conclusions } from './comparison';
export { type Cost, type LayerProfile, profile, Profile, type ProfileOptions, type RowProfile } from './profile';
export {
  errata,
  erratum,
  type Erratum,
  type SlideCell,
  slideFigure,
  slideTable,
  type SlideTable,
  type SlideTableName,
  slideTableNames,
} from './slides';
