/** One contestant of a bench: a process of its own that runs its work when asked, so that rounds of several can alternate. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import readline from 'node:readline';

export interface Contestant {
  name: string;
  /** Seconds of one piece of work. */
  round(): Promise<number>;
  /** Megabytes of memory at the most. */
  end(): Promise<number>;
}

/** A process of Node that answers each message with the seconds its work took: see `answer`. */
export async function nodeContestant(
  name: string,
  file: string,
  args: string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<Contestant> {
  const child: ChildProcess = fork(file, args, { env: { ...process.env, ...environment }, execArgv: ['--import=tsx'] });
  const end = died(child, name);
  const ask = (question: string): Promise<number> => {
    const reply = new Promise<number>(resolve => child.once('message', resolve as (value: unknown) => void));
    child.send(question);
    return Promise.race([reply, end]);
  };
  return {
    name,
    round: () => ask('round'),
    end: async () => {
      const memory = await ask('memory');
      child.disconnect();
      return memory;
    },
  };
}

/** A Python process of the same manners, over lines: `code` reads them and prints a number for each. */
export function pythonContestant(name: string, python: string, code: string, args: string[]): Contestant {
  const child = spawn(python, ['-c', code, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const end = died(child, name);
  const ask = async (question: string): Promise<number> => {
    child.stdin.write(`${question}\n`);
    const { value } = await Promise.race([lines.next(), end]);
    return Number(value);
  };
  return {
    name,
    round: () => ask('round'),
    end: async () => {
      const memory = await ask('memory');
      child.stdin.end();
      return memory;
    },
  };
}

/** The other end of `nodeContestant`. */
export function answer(work: () => void): void {
  process.on('message', question => {
    if (question === 'memory') return void process.send!(process.resourceUsage().maxRSS / 1024);
    const start = performance.now();
    work();
    process.send!((performance.now() - start) / 1000);
  });
}

export interface Measured {
  name: string;
  seconds: number;
  /** Median over the rounds of this one's time by the first one's, and its first and third quartile. */
  ratio: number;
  spread: [number, number];
  memory: number;
}

/** Alternates them, the order turned about from round to round, and compares each with the first within each round. */
export async function compete(contestants: Contestant[], { rounds = 7, warmUp = 4 } = {}): Promise<Measured[]> {
  for (const { round } of contestants) for (let i = 0; i < warmUp; i++) await round();
  const times = contestants.map(() => [] as number[]);
  for (let i = 0; i < rounds; i++) {
    const order = contestants.map((_, k) => k);
    for (const k of i % 2 ? order.reverse() : order) times[k].push(await contestants[k].round());
  }
  const measured: Measured[] = [];
  for (const [k, { name, end }] of contestants.entries()) {
    const ratios = times[k].map((seconds, i) => seconds / times[0][i]).sort((a, b) => a - b);
    const at = (share: number): number => ratios[Math.round(share * (ratios.length - 1))];
    const seconds = [...times[k]].sort((a, b) => a - b)[rounds >> 1];
    measured.push({ name, seconds, ratio: at(0.5), spread: [at(0.25), at(0.75)], memory: await end() });
  }
  return measured;
}

export function print(title: string, images: number, measured: Measured[]): void {
  console.log(title);
  for (const { name, seconds, ratio, spread, memory } of measured) {
    const rate = `${(images / seconds).toFixed(0)} images/s`;
    const quartiles = spread.map(value => value.toFixed(2)).join(' to ');
    console.log(`  ${name.padEnd(24)} ratio ${ratio.toFixed(2)} (${quartiles})  ${rate}  ${memory.toFixed(0)} MB`);
  }
}

/** Fails when the process ends; after the last question nobody looks. */
function died(child: ChildProcess, name: string): Promise<never> {
  const end = new Promise<never>((_, reject) => {
    child.once('exit', code => reject(new Error(`${name} ended with ${code} in the middle of the bench.`)));
  });
  end.catch(() => undefined);
  return end;
}
