/** The named experiments, each with the claim that it tests: what `npm run experiment -- NAME` runs. */
import type { Figure } from '../display';
import type { Experiment } from './experiment';
import { type ExperimentRecord, type RecordOptions, runExperiment, shippedNames, shippedRecord } from './record';
import { augmentation } from './augmentation';
import { deconvnet } from './deconvnet';
import { dropout } from './dropout';
import { featureEvolution } from './featureEvolution';
import { firstLayers } from './firstLayers';
import { localResponseNormalization } from './localResponseNormalization';
import { occlusion } from './occlusion';
import { overlappingPooling } from './overlappingPooling';
import { reluAgainstTanh } from './reluAgainstTanh';
import { twoTowers } from './twoTowers';

export { at, type Experiment, type Scale, SCALES, type Setting } from './experiment';
export { type ExperimentRecord, type Made, provenance, runExperiment, shippedNames, writeRecord } from './record';

export const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  'relu-against-tanh': reluAgainstTanh,
  'two-towers': twoTowers,
  'local-response-normalization': localResponseNormalization,
  'overlapping-pooling': overlappingPooling,
  augmentation,
  dropout,
  deconvnet,
  occlusion,
  'feature-evolution': featureEvolution,
  'first-layers': firstLayers,
};

/** @throws when there is none of that name */
export function experimentOf(name: string): Experiment {
  if (Object.hasOwn(EXPERIMENTS, name)) return EXPERIMENTS[name];
  throw new Error(`There is no experiment ${name}; there are ${Object.keys(EXPERIMENTS).join(', ')}.`);
}

/** What a lecture shows of an experiment. */
export interface Shown<Result = any> extends ExperimentRecord<Result> {
  figures: Figure[];
}

/**
 * The result that came with the kit, with its figures: for runs that are longer than a lecture.
 * @throws when there is no such experiment, or none of its results came with the kit
 */
export function shippedExperiment<Result = any>(name: string): Shown<Result> {
  const experiment = experimentOf(name);
  const record = shippedRecord<Result>(name);
  return { ...record, figures: [experiment.figure(record.result)].flat() };
}

/** Runs an experiment here and now; the default scale is that of a lecture. */
export async function experiment<Result = any>(name: string, options: RecordOptions = {}): Promise<Shown<Result>> {
  const found = experimentOf(name);
  const record = await runExperiment<Result>(name, found, options);
  return { ...record, figures: [found.figure(record.result)].flat() };
}

export const hasShipped = (name: string): boolean => shippedNames().includes(name);
