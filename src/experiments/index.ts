/** The named experiments, each with the claim that it tests: what `npm run experiment -- NAME` runs. */
import type { Figure } from '../display';
import { auxiliaryClassifiers } from './auxiliaryClassifiers';
import { cellTable } from './cellTable';
import type { Experiment } from './experiment';
import { type ExperimentRecord, type RecordOptions, runExperiment, hasShippedRecord, shippedRecord } from './record';
import { globalAveragePooling } from './globalAveragePooling';
import { oneByOneReduction } from './oneByOneReduction';
import { architectureSearch } from './architectureSearch';
import { denseConnectivity } from './denseConnectivity';
import { depthwiseSeparable } from './depthwiseSeparable';
import { ensembles } from './ensembles';
import { foundCell } from './foundCell';
import { gradientFlow } from './gradientFlow';
import { groupedConvolution } from './groupedConvolution';
import { plainAgainstResidual } from './plainAgainstResidual';
import { squeezeExcitation } from './squeezeExcitation';
import { weightSharing } from './weightSharing';
import { reluAgainstTanh } from './reluAgainstTanh';

export { at, type Experiment, type Scale, SCALES, type Setting } from './experiment';
export { type ExperimentRecord, type Made, provenance, runExperiment, shippedNames, writeRecord } from './record';

export const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  'relu-against-tanh': reluAgainstTanh,
  'auxiliary-classifiers': auxiliaryClassifiers,
  'global-average-pooling': globalAveragePooling,
  'one-by-one-reduction': oneByOneReduction,
  'plain-against-residual': plainAgainstResidual,
  'gradient-flow': gradientFlow,
  'grouped-convolution': groupedConvolution,
  'squeeze-excitation': squeezeExcitation,
  'dense-connectivity': denseConnectivity,
  'depthwise-separable': depthwiseSeparable,
  ensembles: ensembles,
  'cell-table': cellTable,
  'architecture-search': architectureSearch,
  'weight-sharing': weightSharing,
  'found-cell': foundCell,
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

export const hasShipped = hasShippedRecord;
