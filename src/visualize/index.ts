/** What a network has learnt, seen: the table of contents. */
export { denseConnections, type DenseBlockConnections } from './weights/denseConnections';
export { type ClassGates, gateLayers, gatesPerClass } from './activations/gates';
export { deconvnet, type DeconvnetOptions, transposedConv2d } from './gradients/deconvnet';
export { featureMapImages, featureMaps, signedImages } from './activations/featureMaps';
export { crossTowerGradient } from './gradients/crossTowerGradient';
export { filterImages } from './weights/filters';
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
} from './weights/firstLayer';
export { type Position } from './network/graph';
export { occlusionMap, type Occlusion, type OcclusionOptions } from './activations/occlusion';
export { type Box, receptiveField } from './network/receptiveField';
export { RELU_RULES, type ReluRule, saliency, saliencyByRule, type SaliencyOptions } from './gradients/saliency';
export { topPatches, topPatchImages, type TopPatch, type TopPatchesOptions } from './activations/topPatches';
export { maxPoolSwitches, type Overlap, unpool } from '../ops/unpooling';
