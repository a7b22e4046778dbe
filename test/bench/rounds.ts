/** One contestant of a bench: a process of its own that works when asked, so that rounds of several can alternate. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import path from 'node:path';
import readline from 'node:readline';

export interface Contestant {
  name: string;
  /** Seconds of this many steps. */
  round(steps: number): Promise<number>;
  /** Megabytes of resident memory at the most, so far. */
  memory(): Promise<number>;
  end(): void;
}

/** Our program `contestant.cjs`. */
export function ours(
  name: string,
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): Contestant & { multiplyAdds(): Promise<number>; profile(): Promise<Record<string, number>> } {
  const child = fork(path.join(__dirname, 'contestant.cjs'), args, {
    env: { ...process.env, ...environment },
    execArgv: [],
  });
  const end = died(child, name);
  const ask = <T = number>(question: string): Promise<T> => {
    const reply = new Promise<T>(resolve => child.once('message', resolve as (value: unknown) => void));
    child.send(question);
    return Promise.race([reply, end]);
  };
  return {
    name,
    round: steps => ask(`round ${steps}`),
    memory: () => ask('memory'),
    multiplyAdds: () => ask('multiplyAdds'),
    profile: () => ask<Record<string, number>>('profile'),
    end: () => child.disconnect(),
  };
}

export const PEER = path.join(__dirname, 'peer.py');

/** PyTorch's program `peer.py`. */
export function pytorch(name: string, python: string, args: string[]): Contestant {
  const child = spawn(python, [PEER, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = died(child, name);
  const ask = async (question: string): Promise<number> => {
    child.stdin.write(`${question}\n`);
    const { value } = await Promise.race([lines.next(), end]);
    return Number(value);
  };
  return {
    name,
    round: steps => ask(`round ${steps}`),
    memory: () => ask('memory'),
    end: () => child.stdin.end(),
  };
}

/** Fails when the process ends; after the last question nobody looks. */
function died(child: ChildProcess, name: string): Promise<never> {
  const end = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      reject(new Error(`${name} ended with ${signal ?? `status ${code}`} in the middle of the bench.`));
    });
  });
  end.catch(() => undefined);
  return end;
}

/** Alternates them, the order turned about from round to round. @returns the seconds of each one's rounds */
export async function alternate(
  contestants: Contestant[],
  { rounds, warmUp, steps }: { rounds: number; warmUp: number; steps: number },
): Promise<number[][]> {
  for (const { round } of contestants) for (let i = 0; i < warmUp; i++) await round(steps);
  const times = contestants.map(() => [] as number[]);
  for (let i = 0; i < rounds; i++) {
    const order = contestants.map((_, k) => k);
    for (const k of i % 2 ? order.reverse() : order) times[k].push(await contestants[k].round(steps));
  }
  return times;
}

export const median = (values: number[]): number => quantile(values, 0.5);

/** Linear between the two nearest. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below] + (at - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
}
