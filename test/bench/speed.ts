/** Ours beside PyTorch, tfjs-node as it comes, and WebAssembly: measured in one run, on the same cores. */
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import { TENSORFLOW_VERSION } from '../../src/backend/native/tensorflow';
import type { GradingResult } from './grading.bench';
import { type BenchOptions } from './main';
import { findPytorch } from './pytorch';
import { alternate, type Contestant, median, ours, PEER, pytorch, quantile } from './rounds';
import { type Work, type WorkId, WORKS } from './works';

/** One contestant by another, in the same rounds. */
export interface Ratio {
  ratio: number;
  /** First and third quartile over the rounds. */
  spread: [number, number];
}

export interface SpeedResult extends Partial<Ratio> {
  id: WorkId;
  title: string;
  batch: number;
  goal: number;
  rounds: number;
  imagesPerSecond: number;
  /** Multiply-adds per second by those of a large product of matrices; a step of training counts as three of inference. */
  shareOfPeak?: number;
  /** Megabytes, the peak of resident memory. */
  memory: number;
  pytorch?: { layout: string; imagesPerSecond: number; memory: number };
  /** Time of the others by ours. */
  others: Record<string, Ratio>;
  /** Where the goal is missed: the shares of a step's time, largest first, when its operations run one after the other. */
  profile?: [operation: string, share: number][];
}

export interface Report {
  machine: { processor: string; cores: number; memory: string; system: string };
  versions: Record<string, string>;
  results: SpeedResult[];
  grading?: GradingResult[];
}

const OTHERS: Record<string, NodeJS.ProcessEnv> = {
  'operation by operation': { CNN_KIT_COMPILE: '0' },
  'tfjs-node as it comes': { CNN_KIT_COMPILE: '0', CNN_KIT_KERNELS: 'plain' },
  WebAssembly: { CNN_KIT_BACKEND: 'wasm' },
};

export async function speed(
  kind: Work['kind'],
  { only, rounds = 7, others = true, log }: BenchOptions,
): Promise<Report> {
  const python = await findPytorch(log);
  const ids = (Object.keys(WORKS) as WorkId[]).filter(id => WORKS[id].kind === kind && (only?.includes(id) ?? true));
  const results: SpeedResult[] = [];
  for (const id of ids) {
    const work: Work = WORKS[id];
    results.push(await measure(id, work, python, rounds, others));
    log(describe(results.at(-1)!));
  }
  return { machine: machine(), versions: versions(python), results };
}

async function measure(
  id: WorkId,
  { title, batch, goal, steps, kind }: Work,
  python: string | undefined,
  rounds: number,
  withOthers: boolean,
): Promise<SpeedResult> {
  const args = [id, kind, String(batch)];
  const compiled = ours('cnn-kit', args);
  const peers = python
    ? ['contiguous', 'channels_last'].map(layout => pytorch(layout, python, [id, String(batch), layout]))
    : [];
  // Before and after, as others may use the machine too.
  const peaks = [python && ask(python, 'peak')];
  const times = await alternate([compiled, ...peers], { rounds, warmUp: 3, steps });
  peaks.push(python && ask(python, 'peak'));
  const rate = (seconds: number[]): number => (batch * steps) / median(seconds);
  const result: SpeedResult = {
    id,
    title,
    batch,
    goal,
    rounds,
    imagesPerSecond: rate(times[0]),
    memory: await compiled.memory(),
    others: {},
  };
  if (peers.length) {
    const best = median(times[1]) <= median(times[2]) ? 1 : 2;
    Object.assign(result, ratioOf(times[0], times[best]));
    const { name: layout, memory } = peers[best - 1];
    result.pytorch = { layout, imagesPerSecond: rate(times[best]), memory: await memory() };
    peers.forEach(peer => peer.end());
  }
  if (python) {
    const perImage = (kind === 'training' ? 3 : 1) * (await compiled.multiplyAdds());
    result.shareOfPeak = (result.imagesPerSecond * perImage) / Math.max(...peaks.map(Number));
  }
  if (result.ratio !== undefined && result.ratio > goal) {
    const slow = ours(`${id}, operation by operation`, args, { CNN_KIT_COMPILE: '0' });
    result.profile = shares(await slow.profile());
    slow.end();
  }
  // One after the other, as together they would need much memory; and in few rounds, as they are slow.
  for (const [name, environment] of Object.entries(withOthers ? OTHERS : {})) {
    const other: Contestant = ours(name, args, environment);
    const [own, theirs] = await alternate([compiled, other], { rounds: 3, warmUp: 1, steps });
    result.others[name] = ratioOf(theirs, own);
    other.end();
  }
  compiled.end();
  return result;
}

/** Round by round. */
export function ratioOf(times: number[], by: number[]): Ratio {
  const ratios = times.map((seconds, i) => seconds / by[i]);
  return { ratio: median(ratios), spread: [quantile(ratios, 0.25), quantile(ratios, 0.75)] };
}

function shares(milliseconds: Record<string, number>): [operation: string, share: number][] {
  const total = Object.values(milliseconds).reduce((a, b) => a + b, 0);
  const all = Object.entries(milliseconds).map(([operation, spent]) => [operation, spent / total] as [string, number]);
  return all.sort(([, a], [, b]) => b - a).filter(([, share]) => share >= 0.01);
}

export function inWords(profile: [operation: string, share: number][]): string {
  return profile.map(([operation, share]) => `${operation} ${(100 * share).toFixed(0)} %`).join(', ');
}

function describe({
  id,
  title,
  batch,
  ratio,
  spread,
  goal,
  shareOfPeak,
  memory,
  others,
  profile,
  ...rest
}: SpeedResult): string {
  const { pytorch: peer, imagesPerSecond } = rest;
  const lines = [`(${id}) ${title}, batch ${batch}`];
  const share = shareOfPeak === undefined ? '' : `, ${(100 * shareOfPeak).toFixed(0)} % of the matmul peak`;
  lines.push(`  cnn-kit: ${imagesPerSecond.toFixed(1)} images/s${share}, ${memory.toFixed(0)} MB`);
  if (peer) {
    const reached = ratio! <= goal ? 'reached' : 'not reached';
    lines.push(`  PyTorch, ${peer.layout}: ${peer.imagesPerSecond.toFixed(1)} images/s, ${peer.memory.toFixed(0)} MB`);
    lines.push(`  ratio of time ${words({ ratio: ratio!, spread: spread! })}, goal ${goal}: ${reached}`);
  }
  if (profile) lines.push(`  where the time goes, operation by operation: ${inWords(profile)}`);
  for (const [name, other] of Object.entries(others)) lines.push(`  ${name}: ${words(other)} times our time`);
  return lines.join('\n');
}

export const words = ({ ratio, spread }: Ratio): string =>
  `${ratio.toFixed(2)} (${spread.map(value => value.toFixed(2)).join(' to ')})`;

export function machine(): Report['machine'] {
  return {
    processor: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GB`,
    system: `${os.type()} ${os.machine()}`,
  };
}

function versions(python: string | undefined): Record<string, string> {
  const { version } = require('@tensorflow/tfjs/package.json') as { version: string };
  return {
    node: process.versions.node,
    tensorflow: TENSORFLOW_VERSION,
    tfjs: version,
    ...(python && { pytorch: ask(python, 'version') }),
  };
}

function ask(python: string, what: string): string {
  return spawnSync(python, [PEER, what], { encoding: 'utf8' }).stdout.trim();
}
