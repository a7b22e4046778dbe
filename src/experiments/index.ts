/** The named experiments, each with the claim that it tests: what `npm run experiment -- NAME` runs. */
import { nearest, shown, text } from '../base/options';
import { type Figure, table } from '../display';
import { architectureSearch } from './architectureSearch';
import { augmentation } from './augmentation';
import { auxiliaryClassifiers } from './auxiliaryClassifiers';
import { cellTable } from './cellTable';
import { deconvnet } from './deconvnet';
import { denseConnectivity } from './denseConnectivity';
import { depthwiseSeparable } from './depthwiseSeparable';
import { dropout } from './dropout';
import { ensembles } from './ensembles';
import type { Experiment } from './experiment';
import { featureEvolution } from './featureEvolution';
import { firstLayers } from './firstLayers';
import { foundCell } from './foundCell';
import { globalAveragePooling } from './globalAveragePooling';
import { gradientFlow } from './gradientFlow';
import { groupedConvolution } from './groupedConvolution';
import { localResponseNormalization } from './localResponseNormalization';
import { occlusion } from './occlusion';
import { oneByOneReduction } from './oneByOneReduction';
import { overlappingPooling } from './overlappingPooling';
import { plainAgainstResidual } from './plainAgainstResidual';
import {
  type ExperimentRecord,
  type RecordOptions,
  refuseRecordOptions,
  runExperiment,
  shippedNames,
  shippedRecord,
} from './record';
import { reluAgainstTanh } from './reluAgainstTanh';
import { squeezeExcitation } from './squeezeExcitation';
import { twoTowers } from './twoTowers';
import { weightSharing } from './weightSharing';

export { type Experiment, type Scale, SCALES, type Setting } from './experiment';
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
  'auxiliary-classifiers': auxiliaryClassifiers,
  'global-average-pooling': globalAveragePooling,
  'one-by-one-reduction': oneByOneReduction,
  'plain-against-residual': plainAgainstResidual,
  'gradient-flow': gradientFlow,
  'grouped-convolution': groupedConvolution,
  'squeeze-excitation': squeezeExcitation,
  'dense-connectivity': denseConnectivity,
  'depthwise-separable': depthwiseSeparable,
  ensembles,
  'cell-table': cellTable,
  'architecture-search': architectureSearch,
  'weight-sharing': weightSharing,
  'found-cell': foundCell,
};

/** @throws when there is none of that name */
export function experimentOf(name: string): Experiment {
  if (typeof name === 'string' && Object.hasOwn(EXPERIMENTS, name)) return EXPERIMENTS[name];
  const names = Object.keys(EXPERIMENTS);
  const near = typeof name === 'string' ? nearest(name, names) : undefined;
  throw new Error(
    `There is no experiment ${shown(name)}; ` +
      (near ? `did you mean ${near}?` : `expected one of ${names.join(', ')}.`),
  );
}

/** What a lecture shows of an experiment. */
export interface Shown<Result = any> extends ExperimentRecord<Result> {
  figures: Figure[];
  /** What came out in numbers. */
  tables: Figure[];
}

const drawn = <Result>(experiment: Experiment<Result>, result: Result): Pick<Shown, 'figures' | 'tables'> => ({
  figures: [experiment.figure(result)].flat(),
  tables: (experiment.numbers?.(result) ?? []).map(rows => table(rows)),
});

/**
 * The result that came with the kit, with its figures: for runs that are longer than a lecture.
 *
 * @param name one of the experiments that `npm run experiment` lists
 * @example shippedExperiment('two-towers').conclusion
 * @throws when there is no such experiment, or none of its results came with the kit
 */
export function shippedExperiment<Result = any>(name: string): Shown<Result> {
  const experiment = experimentOf(name);
  const record = shippedRecord<Result>(name);
  return { ...record, ...drawn(experiment, record.result) };
}

/**
 * Runs an experiment here and now; the default scale is that of a lecture.
 *
 * @param name one of the experiments that `npm run experiment` lists
 * @param options the seed and the scale
 * @example (await experiment('overlapping-pooling')).conclusion
 * @throws when there is no such experiment, or an option is unknown or out of its range
 */
export async function experiment<Result = any>(name: string, options: RecordOptions = {}): Promise<Shown<Result>> {
  const found = experimentOf(name);
  refuseRecordOptions('experiment', options);
  const record = await runExperiment<Result>(name, found, options);
  return { ...record, ...drawn(found, record.result) };
}

/** Whether a result of this experiment came with the kit. */
export function hasShipped(name: string): boolean {
  text('name of hasShipped', name);
  return shippedNames().includes(name);
}
