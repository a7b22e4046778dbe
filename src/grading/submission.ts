/**
 * The trusted side's handle on one submission: it starts the host behind the wall, asks it questions and believes
 * nothing but the form of the answers. After a crash or a time-out the next question gets a fresh host.
 */
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import { decode, encode, type TensorBridge } from './codec';
import type { Request } from './host';
import { LIMITS, type Limits, type Wall } from './wall';

export interface SubmissionOptions {
  wall: Wall;
  /** Folder with the compiled modules of the student, and nothing else. */
  staged: string;
  /** Number of the worker; each has a uid of its own. */
  slot: number;
  tensors?: TensorBridge;
  limits?: Limits;
  /** Seconds one answer may take, and all answers together. */
  answerSeconds?: number;
  totalSeconds?: number;
}

const MAX_OUTPUT = 1 << 20;
const MAX_MESSAGE = 64 << 20;
const MAX_HOSTS = 20;

interface Waiting {
  id: string;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What went wrong in the sandbox itself (not a wrong answer): time-out, memory, exit, broken protocol. */
export class SandboxError extends Error {
  override name = 'SandboxError';
}

export class Submission {
  /** What the student's code printed, cut at 1 MiB: for the student's own report of public tests only. */
  output = '';
  /** The first thing that went wrong with the sandbox, for the reason in the grade. */
  failure?: string;
  private host?: ChildProcess;
  private waiting?: Waiting;
  private hosts = 0;
  private readonly deadline: number;

  constructor(private readonly options: SubmissionOptions) {
    this.deadline = Date.now() + 1000 * (options.totalSeconds ?? 120);
  }

  /** Starts the host ahead of the first question, which hides its start-up time. */
  start(): void {
    if (!this.host) this.launch();
  }

  /** Calls the function `name` that the student's `module` exports. Rejects with the student's error or a SandboxError. */
  call(module: string, name: string, values: unknown[]): Promise<unknown> {
    return this.ask({ module, call: name, arguments: encode(values, this.options.tensors) });
  }

  /** Runs `source`, the text of a function (exports, kit, ...values), beside the student's module. */
  probe(module: string, source: string, values: unknown[]): Promise<unknown> {
    return this.ask({ module, probe: source, arguments: encode(values, this.options.tensors) });
  }

  /** Ends every process of the submission. */
  close(): void {
    this.end('closed');
  }

  private async ask(question: Omit<Request, 'id'>): Promise<unknown> {
    if (this.waiting) throw new Error('The test asks before the last answer came; await every call of the student.');
    const left = this.deadline - Date.now();
    if (left <= 0)
      throw this.fail(`time limit: all tests together took more than ${this.options.totalSeconds ?? 120} s`);
    this.start();
    const seconds = Math.min(left / 1000, this.options.answerSeconds ?? 10);
    const id = randomUUID();
    const timer = setTimeout(() => this.end(`time limit: no answer within ${seconds.toFixed(0)} s`), 1000 * seconds);
    try {
      return await new Promise((resolve, reject) => {
        this.waiting = { id, resolve, reject };
        if (!this.host) return reject(this.fail(this.failure ?? 'the sandbox did not start'));
        (this.host.stdio[3] as Duplex).write(JSON.stringify({ id, ...question }) + '\n');
      });
    } finally {
      clearTimeout(timer);
      this.waiting = undefined;
    }
  }

  private launch(): void {
    if (++this.hosts > MAX_HOSTS) throw this.fail(`the sandbox had to be restarted ${MAX_HOSTS} times`);
    const { wall, staged, slot, limits = LIMITS } = this.options;
    const host = (this.host = wall.start(staged, slot, limits));
    const ended = (why: string): void => {
      if (this.host === host) this.end(why);
    };
    host.on('error', error => ended(`the sandbox did not start: ${error.message}`));
    host.on('exit', (code, signal) => ended(exitReason(code, signal)));
    for (const stream of [host.stdout, host.stderr] as Readable[]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        if (this.output.length + text.length > MAX_OUTPUT) return ended('output limit: more than 1 MiB was printed');
        this.output += text;
      });
    }
    const channel = host.stdio[3] as Duplex;
    let chunks: string[] = [];
    let size = 0;
    channel.on('error', () => undefined);
    channel.setEncoding('utf8').on('data', (chunk: string) => {
      if ((size += chunk.length) > MAX_MESSAGE)
        return ended(`message limit: an answer has more than ${MAX_MESSAGE >> 20} MiB`);
      chunks.push(chunk);
      if (!chunk.includes('\n')) return;
      const lines = chunks.join('').split('\n');
      chunks = [lines.pop()!];
      size = chunks[0].length;
      for (const line of lines) if (this.host === host) this.receive(line);
    });
    const watch = setInterval(() => {
      const used = memoryOfTree(host.pid!);
      if (used > 2 * limits.memory) ended(`memory limit: all processes together hold ${used.toFixed(0)} MiB`);
    }, 100);
    watch.unref();
    host.on('exit', () => clearInterval(watch));
  }

  private receive(line: string): void {
    let reply: { id?: unknown; value?: unknown; error?: unknown } | null;
    try {
      reply = JSON.parse(line);
    } catch {
      return this.end('protocol: the answer is not JSON');
    }
    const waiting = this.waiting;
    if (reply?.id === null && typeof reply.error === 'string') {
      return this.end(`an error was thrown outside of any call: ${reply.error.slice(0, 300)}`);
    }
    if (!waiting || reply?.id !== waiting.id) return this.end('protocol: an answer came that nobody asked for');
    if (typeof reply.error === 'string')
      return waiting.reject(new Error(`Your code threw ${reply.error.slice(0, 500)}`));
    if (typeof reply.value !== 'string') return this.end('protocol: the answer has neither value nor error');
    try {
      waiting.resolve(decode(reply.value, this.options.tensors));
    } catch (error) {
      waiting.reject(new Error(`The answer cannot be read: ${(error as Error).message}`));
    }
  }

  private fail(why: string): SandboxError {
    this.failure ??= why;
    return new SandboxError(why);
  }

  private end(why: string): void {
    const host = this.host;
    this.host = undefined;
    if (host?.pid) {
      // The process group: without a wall, children of the submission live in it too.
      try {
        process.kill(-host.pid, 'SIGKILL');
      } catch {
        host.kill('SIGKILL');
      }
    }
    if (why !== 'closed') this.waiting?.reject(this.fail(why));
  }
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGXCPU' || code === 128 + 24) return 'time limit: no processor time left';
  if (signal === 'SIGABRT' || code === 134) return 'memory limit: Node ended for lack of memory';
  if (signal === 'SIGKILL' || code === 137) return 'the sandbox was killed, most likely for its memory';
  return `exited before answering (${signal ?? `status ${code}`})`;
}

/** Resident memory of a process and all below it, in MiB; 0 where /proc is not to be had. */
function memoryOfTree(pid: number): number {
  try {
    const pages = Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
    return children.reduce((sum, child) => sum + memoryOfTree(Number(child)), (pages * 4096) / 2 ** 20);
  } catch {
    return 0;
  }
}
