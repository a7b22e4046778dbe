/** The result of an experiment with how it was made, as it lies in a file. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { among, check, type Checks, func, listOf, refuse, shown, text, wholeNumber, words } from '../base/options';
import { backend } from '../backend';
import { lectureImages } from '../data';
import { Figure } from '../display';
import { type Experiment, type Scale, SCALES, type Setting } from './experiment';

const ROOT = path.join(__dirname, '..', '..');

/** Results that came with the kit. */
const RESULTS = path.join(ROOT, 'data', 'results');

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
  const commit = commitOf(ROOT);
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
      command: command ?? `${settings()}npm run experiment -- ${name} --seed ${seed} --scale ${scale}`,
      commit,
      machine: `${os.cpus().length} x ${os.cpus()[0]?.model.trim() ?? os.arch()}, ${Math.round(os.totalmem() / 2 ** 30)} GB, ${os.type()} ${os.arch()}`,
      versions: versions(),
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

  constructor(
    private readonly file: string | undefined,
    private readonly key: string,
  ) {
    if (!file || !fs.existsSync(file)) return;
    const {
      key: theirs,
      parts,
      seconds,
    } = JSON.parse(fs.readFileSync(file, 'utf8')) as {
      key: string;
      parts: Record<string, unknown>;
      seconds: number;
    };
    // Parts of other code, or of another seed, are not ours.
    if (theirs !== key) return;
    this.parts = parts;
    this.secondsBefore = seconds;
  }

  has = (name: string): boolean => Object.hasOwn(this.parts, name);

  get = <T>(name: string): T => this.parts[name] as T;

  keep(name: string, value: unknown, seconds: number): void {
    this.parts[name] = JSON.parse(JSON.stringify(value));
    if (!this.file) return;
    fs.mkdirSync(path.dirname(this.file), { recursive: true });
    const state = { key: this.key, seconds: this.secondsBefore + seconds, parts: this.parts };
    fs.writeFileSync(`${this.file}.part`, JSON.stringify(state));
    fs.renameSync(`${this.file}.part`, this.file);
  }

  end(): void {
    if (this.file) fs.rmSync(this.file, { force: true });
  }
}

/** What was set in the environment and changes how it is computed, as one would type it. */
function settings(): string {
  const names = ['CNN_KIT_BACKEND', 'CNN_KIT_BINDING', 'CNN_KIT_CPU_DEVICES'];
  return names.flatMap(name => (process.env[name] ? `${name}=${process.env[name]} ` : [])).join('');
}

function versions(): Record<string, string> {
  const { name, version, device } = backend();
  return { node: process.versions.node, tfjs: tf.version.tfjs, [name]: version, device };
}

function commitOf(folder: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const commit = git('rev-parse', 'HEAD');
    return git('status', '--porcelain', '--', 'src', 'package-lock.json') ? `${commit} (changed)` : commit;
  } catch {
    return 'unknown: not a git checkout';
  }
}

/**
 * A result that came with the kit.
 * @throws when there is none of that name
 */
export function shippedRecord<Result = any>(name: string): ExperimentRecord<Result> {
  text('name of an experiment', name);
  const file = path.join(RESULTS, `${name}.json`);
  if (fs.existsSync(file)) return JSON.parse(fs.readFileSync(file, 'utf8')) as ExperimentRecord<Result>;
  const there = shippedNames().join(', ');
  throw new Error(
    `No result of ${shown(name)} came with the kit; expected one of ${there || 'none'}, or npm run experiment -- ${name}.`,
  );
}

export function shippedNames(): string[] {
  if (!fs.existsSync(RESULTS)) return [];
  return fs
    .readdirSync(RESULTS)
    .filter(file => file.endsWith('.json'))
    .map(file => path.basename(file, '.json'))
    .sort();
}

function refuseRecord(what: string, record: ExperimentRecord): void {
  const { commit, images } = (record?.made ?? {}) as Partial<Made>;
  if (typeof commit !== 'string' || !Array.isArray(images)) refuse(what, record, 'what experiment(...) gives');
}

/** How a result was made, in two lines for readers. */
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
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(`${file}.part`, `${JSON.stringify(record, null, 1)}\n`);
  fs.renameSync(`${file}.part`, file);
  const written = [file];
  for (const [i, figure] of figures.entries()) {
    const png = (await figure.bundle)['image/png'];
    if (typeof png !== 'string') throw new Error(`Figure ${i + 1} of ${record.experiment} has no PNG.`);
    const picture = `${file.replace(/\.json$/, '')}${i ? `-${i + 1}` : ''}.png`;
    fs.writeFileSync(picture, Buffer.from(png, 'base64'));
    written.push(picture);
  }
  return written;
}
