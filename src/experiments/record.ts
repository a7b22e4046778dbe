/** The result of an experiment with how it was made, as it lies in a file. */
import * as tf from '@tensorflow/tfjs';
import { fromBase64 } from '../base/bytes';
import { among, check, type Checks, func, listOf, refuse, shown, text, wholeNumber, words } from '../base/options';
import { type Circumstances, type Files, filesFor, runtime } from '../base/runtime';
import { lectureImages } from '../data';
import { Figure } from '../display';
import { type Experiment, type Scale, SCALES, type Setting } from './experiment';

export interface Made {
  command: string;
  /** Commit of the code; '(changed)' where files differed from it. */
  commit: string;
  machine: string;
  versions: Record<string, string>;
  /** The sets of images it took. */
  images: string[];
  date: string;
  seconds: number;
}

export interface ExperimentRecord<Result = any> {
  experiment: string;
  title: string;
  claim: string;
  source: string;
  seed: number;
  scale: Scale;
  conclusion: string;
  result: Result;
  made: Made;
}

export interface RecordOptions extends Partial<Omit<Setting, 'part'>> {
  /** As the user typed it; made up from the options if not given. */
  command?: string;
  /** A file that keeps finished parts until the whole is done; the same call goes on from it. */
  parts?: string;
}

const OPTIONS: Checks<RecordOptions> = {
  seed: (what, value) => wholeNumber(what, value, -Infinity),
  scale: among(...SCALES),
  images: (what, value) => func(what, value, 'a function such as lectureImages'),
  log: (what, value) => func(what, value, 'a function of a line'),
  command: words,
  parts: text,
};

export function refuseRecordOptions(what: string, options: RecordOptions): void {
  check(what, options, OPTIONS);
}

/** Runs an experiment and keeps with its result how it was made. */
export async function runExperiment<Result>(
  name: string,
  experiment: Experiment<Result>,
  options: RecordOptions = {},
): Promise<ExperimentRecord<Result>> {
  refuseRecordOptions('runExperiment', options);
  text('name of runExperiment', name);
  if (typeof experiment?.run !== 'function' || typeof experiment.figure !== 'function') {
    refuse('experiment of runExperiment', experiment, "an experiment, such as experimentOf('occlusion')");
  }
  const { seed = 0, scale = 'lecture', images = lectureImages, log = () => undefined, command, parts } = options;
  const names = new Set<string>();
  const start = performance.now();
  const { commit, machine, settings, versions } = runtime.circumstances?.() ?? UNKNOWN;
  const kept = new Parts(parts, `${name} ${scale} ${seed} ${commit}`);
  const made = await experiment.run({
    seed,
    scale,
    log,
    part: async (part, compute) => {
      if (!kept.has(part)) kept.keep(part, await compute(), (performance.now() - start) / 1000);
      return kept.get(part);
    },
    images: options => {
      const set = images(options);
      names.add(`${set.length} of ${set.name}`);
      return set;
    },
  });
  // What a file can hold, so that figures are drawn from the same thing now and later.
  const result = JSON.parse(JSON.stringify(made)) as Result;
  kept.end();
  const { title, claim, source } = experiment;
  return {
    experiment: name,
    title,
    claim,
    source,
    seed,
    scale,
    conclusion: experiment.conclusion(result),
    result,
    made: {
      command: command ?? `${settings}npm run experiment -- ${name} --seed ${seed} --scale ${scale}`,
      commit,
      machine,
      versions: { ...versions, tfjs: tf.version.tfjs, ...engineVersion() },
      images: [...names],
      date: new Date().toISOString().slice(0, 10),
      seconds: Math.round(10 * (kept.secondsBefore + (performance.now() - start) / 1000)) / 10,
    },
  };
}

/** Finished parts of a run, in a file if one is named. */
class Parts {
  private readonly parts: Record<string, unknown> = {};
  /** What the parts took that an earlier call had finished. */
  readonly secondsBefore: number = 0;
  private readonly files: Files | undefined;

  constructor(
    private readonly file: string | undefined,
    private readonly key: string,
  ) {
    if (!file) return;
    this.files = filesFor('the parts of an experiment');
    if (!this.files.exists(file)) return;
    const kept = readJson<{ key: string; parts: Record<string, unknown>; seconds: number }>(this.files, file);
    // Parts of other code, or of another seed, are not ours.
    if (kept.key !== key) return;
    this.parts = kept.parts;
    this.secondsBefore = kept.seconds;
  }

  has = (name: string): boolean => Object.hasOwn(this.parts, name);

  get = <T>(name: string): T => this.parts[name] as T;

  keep(name: string, value: unknown, seconds: number): void {
    this.parts[name] = JSON.parse(JSON.stringify(value));
    if (!this.file) return;
    const state = { key: this.key, seconds: this.secondsBefore + seconds, parts: this.parts };
    this.files!.writeWhole(this.file, JSON.stringify(state));
  }

  end(): void {
    if (this.file) this.files!.remove(this.file);
  }
}

const UNKNOWN: Circumstances = { commit: 'unknown', machine: 'unknown', settings: '', versions: {} };

function engineVersion(): Record<string, string> {
  const { name, version, device } = runtime.engine?.() ?? {
    name: tf.getBackend(),
    version: tf.version.tfjs,
    device: 'unknown',
  };
  return { [name]: version, device };
}

/**
 * A result that came with the kit.
 * @throws when there is none of that name
 */
export function shippedRecord<Result = any>(name: string): ExperimentRecord<Result> {
  text('name of an experiment', name);
  const { files, kit } = runtime;
  const file = `${kit}/${RESULTS}/${name}.json`;
  if (files && kit !== undefined && files.exists(file)) return readJson(files, file);
  const there = shippedNames().join(', ');
  throw new Error(
    `No result of ${shown(name)} came with the kit; expected one of ${there || 'none'}, or npm run experiment -- ${name}.`,
  );
}

export function shippedNames(): string[] {
  const { files, kit } = runtime;
  const names = files && kit !== undefined ? files.list(`${kit}/${RESULTS}`) : [];
  return names
    .filter(name => name.endsWith('.json'))
    .map(name => name.slice(0, -'.json'.length))
    .sort();
}

/** Results that came with the kit, in its folder. */
const RESULTS = 'data/results';

const readJson = <T>(files: Files, file: string): T => JSON.parse(new TextDecoder().decode(files.read(file))) as T;

function refuseRecord(what: string, record: ExperimentRecord): void {
  const { commit, images } = (record?.made ?? {}) as Partial<Made>;
  if (typeof commit !== 'string' || !Array.isArray(images)) refuse(what, record, 'what experiment(...) gives');
}

/**
 * How a result was made, in two lines for readers.
 *
 * @param record what `experiment` or `shippedExperiment` gives
 * @example console.log(provenance(shippedExperiment('two-towers')))
 */
export function provenance(record: ExperimentRecord): string {
  refuseRecord('record of provenance', record);
  const { seed, scale, made } = record;
  const { command, commit, machine, images, date, seconds } = made;
  const took = seconds < 90 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} minutes`;
  return (
    `Made by \`${command}\` (seed ${seed}, scale ${scale}) at commit ${commit.slice(0, 10)} on ${date}, in ${took} ` +
    `on ${machine}.\nImages: ${images.join('; ') || 'none'}.`
  );
}

/** Writes `file` (JSON) and, beside it under the same name, each figure as PNG. */
export async function writeRecord(
  file: string,
  record: ExperimentRecord,
  figures: readonly Figure[],
): Promise<string[]> {
  text('file of writeRecord', file);
  refuseRecord('record of writeRecord', record);
  listOf('figures of writeRecord', figures, 'an array of figures', (what, figure: unknown) => {
    if (!(figure instanceof Figure)) refuse(what, figure, 'a figure');
  });
  const files = filesFor('writeRecord');
  files.writeWhole(file, `${JSON.stringify(record, null, 1)}\n`);
  const written = [file];
  for (const [i, figure] of figures.entries()) {
    const png = (await figure.bundle)['image/png'];
    if (typeof png !== 'string') throw new Error(`Figure ${i + 1} of ${record.experiment} has no PNG.`);
    const picture = `${file.replace(/\.json$/, '')}${i ? `-${i + 1}` : ''}.png`;
    files.writeWhole(picture, [fromBase64(png)]);
    written.push(picture);
  }
  return written;
}
