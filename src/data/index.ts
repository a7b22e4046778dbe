export { batches, type Batch, type BatchOptions } from './batches';
export { channelStatistics, standardized } from './statistics';
export {
  images,
  split,
  subset,
  type Image,
  type ImageSet,
  type ImageShape,
  type Labels,
} from './imageSet';
export {
  augmentedImages,
  augmentedShape,
  centreCrop,
  compose,
  cropTo,
  cutout,
  horizontalFlip,
  randomCrop,
  tenCrops,
  type Augmentation,
} from './augment';
export { colourComponents, type ColourComponents, IMAGENET_COLOURS, pcaColour } from './colour';
export { CIFAR10_CLASSES, readCifar10, writeCifar10 } from './cifar10';
export { OFFLINE_CLASSES, offlineImages } from './offline';
export { seeded, type Random } from '../base/random';
export { lectureImages } from './lectureImages';
export * as imageSet from './ownImages';
export { type CsvRow, readCsv, readImage, type Source } from './sources';
