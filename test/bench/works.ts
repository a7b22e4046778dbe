/** What is measured, and the goals of time by that of PyTorch. The networks are in contestant.cjs and peer.py. */

export interface Work {
  title: string;
  kind: 'training' | 'inference';
  batch: number;
  /** Steps of a round, so that it takes a while. */
  steps: number;
  /** At most this ratio of time to PyTorch's best. */
  goal: number;
}

export const WORKS = {
  a: { title: 'CIFAR 4-layer net, training', kind: 'training', batch: 128, steps: 4, goal: 0.7 },
  b: { title: 'ResNet-20 CIFAR, training', kind: 'training', batch: 128, steps: 2, goal: 0.9 },
  c: { title: 'AlexNet 2012 (LRN, groups) 227, training', kind: 'training', batch: 16, steps: 1, goal: 0.5 },
  d1: { title: 'MobileNetV2 224, inference', kind: 'inference', batch: 1, steps: 10, goal: 1 },
  d16: { title: 'MobileNetV2 224, inference', kind: 'inference', batch: 16, steps: 1, goal: 0.9 },
  e: { title: 'ResNet-50 224, inference', kind: 'inference', batch: 8, steps: 1, goal: 0.9 },
  f: { title: 'DenseNet-BC-100-12 CIFAR, training', kind: 'training', batch: 64, steps: 1, goal: 1 },
  g: { title: 'GoogLeNet with auxiliary heads 224, training', kind: 'training', batch: 8, steps: 1, goal: 0.9 },
} as const satisfies Record<string, Work>;

export type WorkId = keyof typeof WORKS;
