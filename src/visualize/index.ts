/** What a network has learnt, seen: the table of contents. */
export { denseConnections, type DenseBlockConnections } from './denseConnections';
export { type ClassGates, gateLayers, gatesPerClass } from './gates';
export { deconvnet, type DeconvnetOptions, transposedConv2d } from './deconvnet';
export { featureMapImages, featureMaps, signedImages } from './featureMaps';
export { crossTowerGradient } from './crossTowerGradient';
export { filterImages } from './filters';
export {
  compareFirstLayers,
  filterActivity,
  type FilterActivity,
  type FilterActivityOptions,
  filterMeasures,
  type FilterMeasures,
  type FilterMeasuresOptions,
  type FirstLayerOptions,
  type FirstLayerSummary,
} from './firstLayer';
export { type Position } from './graph';
export { occlusionMap, type Occlusion, type OcclusionOptions } from './occlusion';
export { type Box, receptiveField } from './receptiveField';
export { RELU_RULES, type ReluRule, saliency, saliencyByRule, type SaliencyOptions } from './saliency';
export { topPatches, topPatchImages, type TopPatch, type TopPatchesOptions } from './topPatches';
export { maxPoolSwitches, type Overlap, unpool } from '../ops/unpooling';
