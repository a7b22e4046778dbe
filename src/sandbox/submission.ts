/**
 * The trusted side's handle on one submission: it takes processes of the sandbox, asks them questions and believes
 * nothing but the form of the answers. After a crash or a time-out the next question gets a fresh process.
 */
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import { limited } from '../node/limited';
import { decode, encode, type TensorBridge } from './values/codec';
import type { Program } from '../harness/program';
import type { Line, Request } from './inside/main';
import { LIMITS } from './limits';
import type { SandboxProcesses } from './processes';
import type { SandboxProcess } from './startup';

export interface SubmissionOptions {
  processes: SandboxProcesses;
  /** The student's modules by name, as CommonJS. */
  modules: Record<string, string>;
  /** In place of a module of this name, the cells of a notebook, which run in their order before the first question. */
  notebook?: { module: string; cells: NonNullable<Program['cells']>; isNeeded(label: string): boolean };
  /** Local files that the answer imports, as CommonJS, by their path. */
  files?: Record<string, string>;
  tensors?: TensorBridge;
  /** Seed for the submission's Math.random. */
  seed?: number;
  /** Seconds one answer may take, and all answers together. */
  answerSeconds?: number;
  totalSeconds?: number;
}

const ANSWER_SECONDS = 10;
export const TOTAL_SECONDS = 120;
/** All cells of a notebook together, in seconds; after that only those run that the answer needs. */
const CELL_SECONDS = 60;
/** Bytes written past what Node prints, which are read and thrown away; what comes after that is not. */
const MAX_OUTPUT = 64 << 20;
const MAX_MESSAGE = 32 << 20;
const MAX_PROCESSES = 20;
/**
 * Seconds for an answer after one that did not come in time: a submission that never ends must not hold up a class, and
 * one that hangs on one input keeps the points of the others.
 */
const LATER_SECONDS = 1;
const MOST_LATE = 4;
/** What an answer may take to be made of its text, which may describe a model. */
const READ_MILLISECONDS = 2000;
/** How many times longer an answer may take on a machine that is too busy to run it. */
const MOST_PATIENCE = 6;

interface Waiting {
  id: string;
  /** A question of a test's, not one that gets the answer ready. */
  counts: boolean;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** What went wrong in the sandbox itself (not a wrong answer): time-out, memory, exit, broken protocol. */
class SandboxError extends Error {
  override name = 'SandboxError';
}

/** An earlier call left something behind that threw during this one, which a fresh process is asked again. */
class LateError extends Error {}

export class Submission {
  /** The first thing that went wrong with the sandbox, for the reason in the grade. */
  failure?: string;
  /** Cells that did not end, or ended in an error: one clause for each. */
  readonly notes: string[] = [];
  /** Our side failed: the exam cannot be believed. */
  fault?: Error;
  private running?: SandboxProcess;
  private waiting?: Waiting;
  /** How many questions this process has answered. */
  private answered = 0;
  private taken = 0;
  /** How many questions were not answered in time. */
  private late = 0;
  /** Labels of cells that run no more. */
  private readonly dropped = new Set<string>();
  private used = 0;
  private printed = 0;

  constructor(private readonly options: SubmissionOptions) {}

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
    const { answerSeconds = ANSWER_SECONDS, totalSeconds = TOTAL_SECONDS } = this.options;
    const left = totalSeconds - this.used;
    if (left <= 0) throw this.fail(`time limit: all tests together took more than ${totalSeconds} s`);
    if (this.late > MOST_LATE) throw this.fail(`time limit: ${this.late} calls did not end, so no other is asked`);
    const running = await this.current();
    const begun = Date.now();
    try {
      return await this.put(running, question, Math.min(left, this.late ? LATER_SECONDS : answerSeconds));
    } catch (error) {
      if (!(error instanceof LateError)) throw error;
    } finally {
      this.used += (Date.now() - begun) / 1000;
    }
    return this.ask(question);
  }

  private async put(running: SandboxProcess, question: Omit<Request, 'id'>, seconds: number): Promise<unknown> {
    const id = randomUUID();
    const stop = whenOver(running, seconds, () => {
      const why = `time limit: no answer within ${seconds.toFixed(0)} s`;
      // A cell is left out; what it was beside is not slower for it.
      if (question.cell === undefined) this.late++;
      this.end(why);
    });
    try {
      return await new Promise((resolve, reject) => {
        const counts = question.call !== undefined || question.probe !== undefined;
        this.waiting = { id, counts, resolve, reject };
        running.input.write(JSON.stringify({ id, ...question } satisfies Line) + '\n');
      });
    } finally {
      stop();
      this.waiting = undefined;
    }
  }

  /** A process in which the answer is there: a notebook's cells have run. */
  private async current(): Promise<SandboxProcess> {
    for (;;) {
      if (this.running) return this.running;
      const running = await this.start();
      await this.load(running);
      if (await this.runCells(running)) return running;
    }
  }

  /** Has the modules loaded. An error of theirs is told by the first call. */
  private async load(running: SandboxProcess): Promise<void> {
    const { modules, answerSeconds = ANSWER_SECONDS } = this.options;
    for (const module of Object.keys(modules)) {
      try {
        await this.put(running, { module, arguments: '' }, this.late ? LATER_SECONDS : answerSeconds);
      } catch (error) {
        if (this.running !== running) throw error;
      }
    }
  }

  /** Runs the cells; false if one ended the process: it is left out of the next one. */
  private async runCells(running: SandboxProcess): Promise<boolean> {
    const { notebook, answerSeconds = ANSWER_SECONDS } = this.options;
    const begun = Date.now();
    for (const { label, code } of notebook?.cells ?? []) {
      if (this.dropped.has(label)) continue;
      const before = this.failure;
      try {
        await this.put(running, { module: notebook!.module, cell: code, arguments: '' }, answerSeconds);
      } catch (error) {
        const why =
          error instanceof SandboxError ? error.message : (error as Error).message.replace('Your code threw ', '');
        if (this.running === running) {
          if (notebook!.isNeeded(label)) this.note(`${label} ended with ${why.slice(0, 200)}`);
          continue;
        }
        this.note(`${label} was left out: ${why}`);
        this.failure = before;
        this.dropped.add(label);
        this.dropUnneeded();
        return false;
      }
      if (Date.now() - begun < 1000 * CELL_SECONDS || this.dropped.size) continue;
      this.note(`the cells took more than ${CELL_SECONDS} s: only those run that the answer needs`);
      this.end('closed');
      this.dropUnneeded();
      return false;
    }
    return true;
  }

  /** After a cell that took everything with it: what only shows or trains something has no second chance. */
  private dropUnneeded(): void {
    const { cells, isNeeded } = this.options.notebook!;
    for (const { label } of cells) if (!isNeeded(label)) this.dropped.add(label);
  }

  private note(what: string): void {
    if (this.notes.length < 5 && !this.notes.includes(what)) this.notes.push(what);
  }

  private async start(): Promise<SandboxProcess> {
    if (++this.taken > MAX_PROCESSES) throw this.fail(`the sandbox had to be restarted ${MAX_PROCESSES} times`);
    let running: SandboxProcess;
    try {
      running = await this.options.processes.take();
    } catch (error) {
      this.fault = error as Error;
      throw error;
    }
    // For the next submission, or for this one if it breaks its own.
    this.options.processes.prepare();
    this.running = running;
    this.answered = 0;
    this.listen(running);
    const { modules, notebook, files, seed = 0 } = this.options;
    const all = { ...modules, ...(notebook ? { [notebook.module]: null } : {}) };
    running.input.write(JSON.stringify({ modules: all, files, seed } satisfies Line) + '\n');
    return running;
  }

  private listen(running: SandboxProcess): void {
    const ended = (why: string): void => {
      if (this.running === running) this.end(why);
    };
    running.child.on('error', error => ended(`the sandbox broke: ${error.message}`));
    running.child.on('exit', (code, signal) => ended(exitReason(code, signal)));
    for (const stream of running.prints) {
      stream.on('data', ({ length }: Buffer) => {
        if ((this.printed += length) > MAX_OUTPUT) stream.destroy();
      });
      stream.resume();
    }
    let chunks: string[] = [];
    let size = 0;
    running.output.setEncoding('utf8').on('data', (chunk: string) => {
      if ((size += chunk.length) > MAX_MESSAGE)
        return ended(`message limit: an answer has more than ${MAX_MESSAGE >> 20} MiB`);
      chunks.push(chunk);
      if (!chunk.includes('\n')) return;
      const lines = chunks.join('').split('\n');
      chunks = [lines.pop()!];
      size = chunks[0].length;
      for (const line of lines) if (this.running === running) this.receive(line);
    });
    if (running.bounded) return;
    const watch = setInterval(() => {
      const { mebibytes } = useOfTree(running.child.pid!);
      if (mebibytes > 2 * LIMITS.memory) ended(`memory limit: all processes together hold ${mebibytes.toFixed(0)} MiB`);
    }, 100);
    watch.unref();
    running.child.on('exit', () => clearInterval(watch));
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
      if (waiting && this.answered > 0) {
        this.end('closed');
        return waiting.reject(new LateError());
      }
      return this.end(`an error was thrown outside of any call: ${reply.error.slice(0, 300)}`);
    }
    if (!waiting || reply?.id !== waiting.id) return this.end('protocol: an answer came that nobody asked for');
    if (waiting.counts) this.answered++;
    if (typeof reply.error === 'string')
      return waiting.reject(new Error(`Your code threw ${reply.error.slice(0, 500)}`));
    if (typeof reply.value !== 'string') return this.end('protocol: the answer has neither value nor error');
    const text = reply.value;
    try {
      waiting.resolve(limited(READ_MILLISECONDS, 'it', () => decode(text, this.options.tensors)));
    } catch (error) {
      waiting.reject(new Error(`The answer cannot be read: ${(error as Error).message}`));
    } finally {
      this.options.tensors?.reset();
    }
  }

  private fail(why: string): SandboxError {
    this.failure ??= why;
    return new SandboxError(why);
  }

  private end(why: string): void {
    const running = this.running;
    this.running = undefined;
    running?.kill();
    if (why !== 'closed') this.waiting?.reject(this.fail(why));
  }
}

/**
 * Calls `over` when `seconds` have passed, unless the returned function is called first. Work that waits for a processor
 * on a busy machine is given more time: whoever is graded last must not lose points to the others.
 */
function whenOver(running: SandboxProcess, seconds: number, over: () => void): () => void {
  const before = useOfTree(running.child.pid!).seconds;
  let patience = MOST_PATIENCE;
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    timer = setTimeout(() => {
      const computed = useOfTree(running.child.pid!).seconds - before;
      const isBusy = os.loadavg()[0] > os.availableParallelism();
      if (--patience > 0 && isBusy && computed > 0.05 * seconds && computed < 0.8 * seconds) wait();
      else over();
    }, 1000 * seconds);
  };
  wait();
  return () => clearTimeout(timer);
}

function exitReason(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === 'SIGXCPU' || code === 128 + 24) return 'time limit: no processor time left';
  if (signal === 'SIGABRT' || code === 134) return 'memory limit: Node ended for lack of memory';
  if (signal === 'SIGKILL' || code === 137) return 'memory limit: the sandbox was killed, most likely for its memory';
  return `exited before answering (${signal ?? `status ${code}`})`;
}

/** Resident memory and processor time of a process and all below it; 0 where /proc is not to be had. */
function useOfTree(pid: number): { mebibytes: number; seconds: number } {
  try {
    const pages = Number(fs.readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    // After the name, which may hold anything, in parentheses.
    const fields = fs
      .readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const sum = { mebibytes: (pages * 4096) / 2 ** 20, seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
    // A thread's children are in its own list.
    for (const thread of fs.readdirSync(`/proc/${pid}/task`)) {
      const children = fs.readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean);
      for (const child of children) {
        const { mebibytes, seconds } = useOfTree(Number(child));
        sum.mebibytes += mebibytes;
        sum.seconds += seconds;
      }
    }
    return sum;
  } catch {
    return { mebibytes: 0, seconds: 0 };
  }
}
