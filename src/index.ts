/**
 * cnn-kit: what `import { ... } from 'cnn-kit'` gives, grouped as one would look for it. Each group has an example, which
 * the tests compile. What is not named here stays inside.
 */

/**
 * TensorFlow.js, the engine that computes, and whole functions as one graph.
 * Example: `const { name, reason } = await ready();`
 */
export * as tf from '@tensorflow/tfjs';
export { backend, type BackendInfo, type BackendName, ready } from './backend';
export { compile, type Compiled, type CompileOptions } from './backend';
export { devices, onDevice, operationsByDevice, placeLayers } from './backend';

/**
 * The words that networks are written in: blocks made of layers, and the operations on tensors below them.
 * Example: `const net = layers.model('net', { inputShape: [32, 32, 3] }, layers.convBnRelu(16, 3), layers.dense(10));`
 */
export * as layers from './layers';
export * as ops from './ops';

/**
 * Architectures, one function a paper, and the catalog of their published variants. They are named one by one in
 * src/models/catalog.ts, where an architecture adds its own.
 * Example: `const net = resnet({ depth: 50, inputShape: [64, 64, 3], classes: 5 });`
 */
export * from './models';

/**
 * What a network costs: parameters, multiply-adds and memory, layer by layer, and its drawing.
 * Example: `console.log(String(profile(alexnet())));`
 */
export { type Cost, type LayerProfile, profile, type Profile, type ProfileOptions, type RowProfile } from './profile';
export { blockCost, type BlockCost, type InceptionModule, type ReductionCost, reductionCosts } from './profile';
export { architectureDiagram, type ArchitectureDiagramOptions } from './profile';
export { blockDiagram, type BlockDiagramOptions } from './profile';
export { type ComparedNetwork, compareNetworks, comparisonChart, type Conclusion, conclusions } from './profile';
export { errata, erratum, type Erratum } from './profile';
export { type SlideCell, slideFigure, slideTable, type SlideTable } from './profile';
export { type SlideTableName, slideTableNames } from './profile';

/**
 * Sets of images, and what takes them apart.
 * Example: `const [train, validation] = split(lectureImages({ split: 'train' }), 0.9, 1);`
 */
export { lectureImages, offlineImages, type ImageSet, type ImageShape, type Labels } from './data';
export { cifar10, installCifar10, type InstallOptions } from './cifar10';
export { CIFAR10_CLASSES } from './data';
export { type Batch, batches, type BatchOptions, images, split, subset } from './data';
export { channelStatistics, standardized } from './data';
export { type CsvRow, imageSet, readCsv, readImage, type Source } from './data';
export { type Random, seeded } from './data';

/**
 * Augmentations, which `fit` draws anew for each image and epoch.
 * Example: `const augment = compose(randomCrop({ padding: 4 }), horizontalFlip(), cutout({ size: 8 }));`
 */
export { type Augmentation, augmentedImages, compose, cutout, horizontalFlip, randomCrop } from './data';
export { colourComponents, type ColourComponents, IMAGENET_COLOURS, pcaColour } from './data';
export { centreCrop, cropTo, tenCrops } from './data';

/**
 * Training: the loop, optimizers, and schedules of the learning rate.
 * Example: `await fit(cifarNet(), lectureImages({ split: 'train' }), { epochs: 2, learningRate: schedules.cosine(0.1) });`
 */
export { type Epoch, fit, type FitOptions, type History, Interrupted } from './training';
export { evaluate, predict } from './training';
export { adam, type AdamOptions, adamW, rmsProp, type RmsPropOptions, sgd, type SgdOptions } from './training';
export { Optimizer, type OptimizerChoice } from './training';
export * as schedules from './training/fit/schedules';
export { type GradientNorm, gradientNorms } from './training';
export { softmaxCrossEntropy } from './training';

/**
 * Several predictions as one: dropout's masks, ensembles, and crops.
 * Example: `const probabilities = await predictTenCrop(cifarNet(), lectureImages({ split: 'test' }));`
 */
export { allMasks, averageOverMasks, dropout2012, dropoutMask, invertedDropout, type MaskAverages } from './training';
export { type MonteCarlo, monteCarloDropout } from './training';
export { averageProbabilities, predictSnapshots, type Snapshot, takeSnapshot } from './training';
export { type BootstrapOptions, compareEnsemble, compareModels, type EnsembleComparison } from './training';
export { compareCrops, predictCrops, predictTenCrop } from './training';

/**
 * Weights in files that PyTorch reads and writes.
 * Example: `loadWeights(resnet({ depth: 18 }), 'resnet18.safetensors');`
 */
export { loadWeights, type LoadWeightsOptions, saveWeights } from './weights';
export { torchModelNames, type TorchModelOptions, torchNetwork } from './weights';
export { type LeftOut, loadStateDict, type LoadOptions } from './weights';
export { type StateDict, stateDict, stateShapes, type TorchTensor } from './weights';
export { readSafetensors, writeSafetensors } from './weights';

/**
 * What a network has learnt, seen.
 * Example: `display(imageGrid(filterImages(alexnet()), { columns: 12 }));`
 */
export { featureMapImages, featureMaps, filterImages, signedImages } from './visualize';
export { topPatches, topPatchImages, type TopPatch, type TopPatchesOptions } from './visualize';
export { type Box, type Position, receptiveField } from './visualize';
export { type Occlusion, occlusionMap, type OcclusionOptions } from './visualize';
export { type ReluRule, saliency, saliencyByRule, type SaliencyOptions } from './visualize';
export { deconvnet, type DeconvnetOptions, transposedConv2d } from './visualize';
export { maxPoolSwitches, type Overlap, unpool } from './visualize';
export { compareFirstLayers, type FirstLayerOptions, type FirstLayerSummary } from './visualize';
export { filterActivity, type FilterActivity, type FilterActivityOptions } from './visualize';
export { filterMeasures, type FilterMeasures, type FilterMeasuresOptions } from './visualize';
export { crossTowerGradient, denseConnections, type DenseBlockConnections } from './visualize';
export { type ClassGates, gateLayers, gatesPerClass } from './visualize';

/**
 * Neural architecture search: a space of cells, and what looks through it.
 * Example: `const trials = await search.randomSearch(cell => search.cellName(cell).length, { trials: 5, seed: 1 });`
 */
export * as search from './search';

/**
 * What a notebook shows: tables, charts, images, progress; `String(...)` of each is its text.
 * Example: `display(lineChart([{ name: 'loss', values: [2.3, 1.9, 1.7] }], { title: 'Training' }));`
 */
export { display, type Display, type DisplayHandle, input } from './display';
export { table, type TableOptions } from './display';
export { type AxisOptions, type Bar, barChart, type ChartOptions, lineChart, scatterChart } from './display';
export { heatmap, type HeatmapOptions, type Point, type Rule, type Series } from './display';
export { encodePng, type Image, imageGrid, type ImageGridOptions } from './display';
export { progressBar, type Progress, type ProgressOptions, type ProgressUpdate } from './display';
export { palette, plotly, type PlotlyFigure, svgFigure, vegaLite, type VegaLiteSpec } from './display';
export { Figure, jupyterDisplay, type MimeBundle, type Picture } from './display';
export { comm, type Comm, type CommHandler, type CommMessage } from './display';

/**
 * Claims of the papers, tested: run here, or as a result that came with the kit.
 * Example: `const { figures } = await experiment('relu-against-tanh', { scale: 'quick' });`
 */
export { experiment, type Experiment, type ExperimentRecord, hasShipped, provenance } from './experiments';
export { type Made, type Scale, type Setting, shippedExperiment, type Shown } from './experiments';

/**
 * What lectures ask and check.
 * Example: `await check('01-count-conv', { countConv: () => 0 });`
 */
export { answer, check, hint, progress, question, type QuestionSource } from './course';
