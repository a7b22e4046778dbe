/** Which cell an output belongs to, and prints gathered into few messages. */
import { withoutBoxes } from '../base/compiledNames';
import type { AsyncContext, Platform } from './interfaces/platform';
import type { Content, Header } from './interfaces/protocol';
import type { PublishOptions, Wire } from './interfaces/wire';

/** A cell that runs or ran, or a message that a comm's handler answers. */
export interface Run {
  parent: Header;
  abort: AbortController;
  /** How the cell is called, `In[3]`. */
  cell?: string;
}

/** Prints within this time become one message, in milliseconds. */
const GATHER = 50;

export class Output {
  private readonly runs: AsyncContext<Run>;
  private gathered?: { run: Run; name: string; text: string };
  private lastFlush = 0;
  private timer?: ReturnType<typeof setTimeout>;
  /** The run that gets what is printed outside of any cell, as in a native callback. */
  private last?: Run;
  private readonly setTimeout = setTimeout;

  constructor(
    private readonly wire: () => Wire,
    private readonly platform: Platform,
  ) {
    this.runs = platform.asyncContext();
  }

  /** The cell in whose name this code runs, also after it has ended. */
  get run(): Run | undefined {
    return this.runs.get() ?? this.last;
  }

  /** Whether this code is a cell's. */
  isCell(): boolean {
    return this.runs.get() !== undefined;
  }

  /** Whether this code is that of a cell that was interrupted. */
  readonly isEnded = (): boolean => this.runs.get()?.abort.signal.aborted ?? false;

  /** Resolves when the jobs of promises that are queued have run, with all that these queue. */
  jobsDone(): Promise<void> {
    return new Promise(resolve => this.setTimeout(resolve));
  }

  /** Runs `work`; all that it prints and shows, then or later, is output of `run`. */
  within<T>(run: Run, work: () => T): T {
    this.last = run;
    return this.runs.run(run, work);
  }

  publish(type: string, content: Content, run = this.run, options?: PublishOptions): void {
    this.flush();
    this.wire().publish(type, content, run?.parent ?? {}, options);
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { gathered } = this;
    this.gathered = undefined;
    if (!gathered) return;
    this.lastFlush = Date.now();
    this.wire().publish('stream', { name: gathered.name, text: gathered.text }, gathered.run.parent);
  }

  /** Sends what programs print, with console.log too, to the notebook; live also within a loop. */
  captureStreams(): void {
    this.platform.captureStreams(
      (name, text) => this.print(name, text),
      () => this.runs.get()?.abort.signal,
    );
  }

  /** Timers of an interrupted cell never fire, so that its loops over `await` end too. */
  captureTimers(): void {
    // Timers by their names, whichever the runtime has.
    const world = globalThis as unknown as Record<
      string,
      (work: (...args: unknown[]) => void, ...rest: unknown[]) => unknown
    >;
    for (const name of ['setTimeout', 'setImmediate', 'setInterval']) {
      const original = world[name];
      if (!original) continue;
      world[name] = Object.assign((work: (...args: unknown[]) => void, ...rest: unknown[]) => {
        const run = this.runs.get();
        if (!run) return original(work, ...rest);
        return original((...args: unknown[]) => void (run.abort.signal.aborted || work(...args)), ...rest);
      }, original);
    }
  }

  private print(name: string, text: string): void {
    const { run } = this;
    if (!run || !text) return;
    if (this.gathered && (this.gathered.run !== run || this.gathered.name !== name)) this.flush();
    const typed = withoutBoxes(text);
    if (this.gathered) this.gathered.text += typed;
    else this.gathered = { run, name, text: typed };
    if (Date.now() - this.lastFlush > GATHER) this.flush();
    else this.timer ??= this.setTimeout(() => this.flush(), GATHER);
  }
}
