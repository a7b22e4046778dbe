export {
  batches,
  channelStatistics,
  images,
  split,
  standardized,
  subset,
  type Batch,
  type BatchOptions,
  type Image,
  type ImageSet,
  type ImageShape,
  type Labels,
} from './imageSet';
export {
  augmentedImages,
  augmentedShape,
  centreCrop,
  colourComponents,
  compose,
  cropTo,
  cutout,
  horizontalFlip,
  IMAGENET_COLOURS,
  pcaColour,
  randomCrop,
  tenCrops,
  type Augmentation,
  type ColourComponents,
} from './augment';
export { CIFAR10_CLASSES, readCifar10, writeCifar10 } from './cifar10';
export { OFFLINE_CLASSES, offlineImages } from './offline';
export { seeded, type Random } from './random';
export { lectureImages } from './lectureImages';
