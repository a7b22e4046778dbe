/** What others publish about a network: the numbers, how exact they are, and where they stand. */

/** A number that somebody else printed. */
export interface PublishedValue {
  value: number;
  /** What one more in the last printed digit would add: 1 where the value is exact. */
  unit: number;
  source: string;
  /** Height and width of the images, where it is not the network's own. */
  side?: number;
  /** Why our network, as the paper describes it, has another number. */
  differs?: string;
}

export interface Published {
  /** Trainable; running statistics of batch normalization do not count. */
  parameters?: PublishedValue;
  /** Multiply-adds of convolutions and dense layers, without biases, for one image of the default size. */
  multiplyAdds?: PublishedValue;
  /** Percent, on the validation set of ImageNet, or on the test set of CIFAR-10. */
  top1?: PublishedValue;
  top5?: PublishedValue;
}

export const exact = (value: number, source: string): PublishedValue => ({ value, unit: 1, source });

/** A number as printed, such as about('3.8', 1e9, 'table 1'): its last digit says how exact it is. */
export function about(printed: string, factor: number, source: string, differs?: string): PublishedValue {
  const digits = printed.split('.')[1]?.length ?? 0;
  return { value: Number(printed) * factor, unit: factor / 10 ** digits, source, ...(differs && { differs }) };
}

/** What torchvision publishes with its IMAGENET1K_V1 weights: `num_params`, `_ops` (10^9 multiply-adds), accuracies. */
export function torchvision(parameters: number, ops?: number, top1?: number, top5?: number, side?: number): Published {
  const source = 'torchvision, IMAGENET1K_V1';
  return {
    parameters: exact(parameters, source),
    ...(ops !== undefined && { multiplyAdds: { value: ops * 1e9, unit: 1e6, source, ...(side && { side }) } }),
    ...(top1 !== undefined && top5 !== undefined && accuracies(top1, top5, source)),
  };
}

export function accuracies(top1: number, top5: number, source: string): Published {
  return { top1: { value: top1, unit: 0.01, source }, top5: { value: top5, unit: 0.01, source } };
}

/** 100 minus what papers print. */
export const errors = (top1: number, top5: number, source: string): Published =>
  accuracies(100 - top1, 100 - top5, `${source} (100 minus the error)`);

export const cifarError = (error: number, source: string): Published => ({
  top1: { value: 100 - error, unit: 0.01, source: `${source} (100 minus the error, CIFAR-10)` },
});
