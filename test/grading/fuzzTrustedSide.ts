/** The property of the trusted side: no input of 1 MB costs it more than 2 s of processor time or 256 MB. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { seeded } from '../../src/base/random';
import { collect } from '../../src/grading/collect/collect';
import { compileWork } from '../../src/harness/program';
import { limited } from '../../src/node/limited';
import { decode } from '../../src/sandbox/values/codec';
import { tensorBridge } from '../../src/sandbox/values/tensors';
import { type HostileInput, hostileInputs } from './hostileInputs';

const MOST_SECONDS = 2;
/** What two limits of 2 s one after the other, and what a busy machine adds, come to at most. */
const TOLERANCE = 1;
const MOST_MEBIBYTES = 256;

const STUB =
  'export function sum(list: number[]): number {\n  // YOUR CODE HERE: add\n  throw new Error("Not written yet");\n}\n';
const ENDINGS = { archive: 'work.zip', notebook: '01-sum.ipynb', typescript: '01-sum.ts' };

/** @param seed for the inputs, if CNN_KIT_SEED gives no other one */
export function itBoundsWhatStrangersCost(count: number, seed: number): void {
  const SEED = Number(process.env.CNN_KIT_SEED ?? seed);
  const rounds = Number(process.env.CNN_KIT_ROUNDS ?? count);
  it(`bounds what ${rounds} inputs cost (CNN_KIT_SEED=${SEED} CNN_KIT_ROUNDS=${rounds})`, async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-fuzz-'));
    const tensors = tensorBridge(() => tf);
    const take = async ({ kind, content }: HostileInput): Promise<void> => {
      if (kind === 'answer') {
        const text = content.toString();
        const scoped = (): unknown => tf.tidy(() => void decode(text, tensors));
        return void limited(1000 * MOST_SECONDS, 'it', scoped);
      }
      fs.rmSync(folder, { recursive: true });
      fs.mkdirSync(path.join(folder, 's'), { recursive: true });
      fs.writeFileSync(path.join(folder, 's', ENDINGS[kind]), content);
      const [{ work }] = await collect(folder, ['01-sum'], { stub: () => STUB });
      if (work) await compileWork(work);
    };
    const dear: string[] = [];
    try {
      for (const input of hostileInputs(seeded(SEED), rounds)) {
        // The least of three: what the collector has not taken yet, and a busy machine, are not the input's.
        let cost = await costOf(() => take(input));
        for (let again = 0; again < 2 && isDear(cost); again++) {
          tensors.reset();
          const next = await costOf(() => take(input));
          cost = { seconds: Math.min(cost.seconds, next.seconds), mebibytes: Math.min(cost.mebibytes, next.mebibytes) };
        }
        tensors.reset();
        if (isDear(cost))
          dear.push(`${input.kind}, ${input.name}: ${cost.seconds.toFixed(1)} s, ${cost.mebibytes.toFixed(0)} MiB`);
      }
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
    assert.deepEqual(dear, [], `CNN_KIT_SEED=${SEED} repeats it`);
  });
}

interface Cost {
  /** Of processor time. */
  seconds: number;
  mebibytes: number;
}

const isDear = ({ seconds, mebibytes }: Cost): boolean =>
  seconds > MOST_SECONDS + TOLERANCE || mebibytes > MOST_MEBIBYTES;

async function costOf(work: () => Promise<void>): Promise<Cost> {
  const before = process.cpuUsage();
  const { rss } = process.memoryUsage();
  const highest = process.resourceUsage().maxRSS;
  // That it is refused is as good as that it is read.
  await work().catch(() => undefined);
  const { user, system } = process.cpuUsage(before);
  const most = process.resourceUsage().maxRSS;
  return { seconds: (user + system) / 1e6, mebibytes: most > highest ? (1024 * most - rss) / 2 ** 20 : 0 };
}
