/** What is measured: the networks, and the goals of time by that of PyTorch. */
import type * as tf from '@tensorflow/tfjs';
import { alexnet, cifarNet } from '../../src/models/alexnet';
import { densenetCifar } from '../../src/models/densenet';
import { googlenet } from '../../src/models/googlenet';
import { mobilenet } from '../../src/models/mobilenet';
import { resnet } from '../../src/models/resnet';
import { resnetCifar } from '../../src/models/resnetCifar';

export interface Work {
  title: string;
  kind: 'training' | 'inference';
  build(): tf.LayersModel;
  batch: number;
  /** Steps of a round, so that it takes a while. */
  steps: number;
  /** At most this ratio of time to PyTorch's best. */
  goal: number;
}

const seed = 1;

export const WORKS = {
  a: { title: 'CIFAR 4-layer net, training', kind: 'training', build: () => cifarNet({ seed }), batch: 128, steps: 4, goal: 0.7 },
  b: { title: 'ResNet-20 CIFAR, training', kind: 'training', build: () => resnetCifar({ depth: 20, seed }), batch: 128, steps: 2, goal: 0.9 },
  c: { title: 'AlexNet 2012 (LRN, groups) 227, training', kind: 'training', build: () => alexnet({ seed }), batch: 16, steps: 1, goal: 0.5 },
  d1: { title: 'MobileNetV2 224, inference', kind: 'inference', build: () => mobilenet('v2'), batch: 1, steps: 10, goal: 1 },
  d16: { title: 'MobileNetV2 224, inference', kind: 'inference', build: () => mobilenet('v2'), batch: 16, steps: 1, goal: 0.9 },
  e: { title: 'ResNet-50 224, inference', kind: 'inference', build: () => resnet({ depth: 50 }), batch: 8, steps: 1, goal: 0.9 },
  f: { title: 'DenseNet-BC-100-12 CIFAR, training', kind: 'training', build: () => densenetCifar({ bottleneck: true, seed }), batch: 64, steps: 1, goal: 1 },
  g: { title: 'GoogLeNet with auxiliary heads 224, training', kind: 'training', build: () => googlenet('paper', { auxiliary: true, seed }), batch: 8, steps: 1, goal: 0.9 },
} as const satisfies Record<string, Work>; // prettier-ignore

export type WorkId = keyof typeof WORKS;
