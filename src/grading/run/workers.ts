/** The trusted processes that examine: as many as asked for, each with one job at a time, replaced when they end. */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../node/root';
import type { SandboxOptions } from '../../sandbox/sandbox';
import type { Job, JobResult, Said } from './worker';

/** A worker that says nothing for so long is ended: a submission's answer has tied it up. */
const SILENCE_SECONDS = 900;

/** Bytes that one may hold. */
const MEMORY = 4 * 2 ** 30;

interface Waiting {
  job: Job;
  resolve(result: JobResult): void;
}

export class Workers {
  private readonly idle: ChildProcess[] = [];
  private readonly queue: Waiting[] = [];
  private count = 0;
  private closed = false;

  constructor(
    private readonly most: number,
    private readonly options: SandboxOptions,
  ) {}

  /** Examines `job` as soon as a worker is free. A worker that dies is a fault of ours in the result, never an error. */
  run(job: Job): Promise<JobResult> {
    return new Promise(resolve => {
      this.queue.push({ job, resolve });
      this.next();
    });
  }

  /** Ends all workers; what they are at is lost. */
  close(): void {
    this.closed = true;
    this.idle.forEach(worker => worker.disconnect());
  }

  private next(): void {
    if (this.queue.length === 0 || (this.idle.length === 0 && this.count >= this.most)) return;
    const worker = this.idle.pop() ?? this.launch();
    const { job, resolve } = this.queue.shift()!;
    const done = ({ isLast, ...result }: Said): void => {
      clearTimeout(watch);
      worker.off('message', done).off('exit', died);
      resolve(result);
      if (worker.connected && (this.closed || isLast)) worker.disconnect();
      else if (worker.connected) this.idle.push(worker);
      this.next();
    };
    const died = (): void => done({ fault: 'its worker ended' });
    const watch = setTimeout(() => worker.kill('SIGKILL'), 1000 * SILENCE_SECONDS);
    worker.on('message', done).on('exit', died);
    worker.send(job);
  }

  private launch(): ChildProcess {
    this.count++;
    const file = path.join(ROOT, 'dist', 'grading', 'run', 'worker.js');
    const worker = fork(file, [JSON.stringify(this.options)], { execArgv: [] });
    // A model that a submission hands over computes here, on as much memory as its layers ask for. Linux can refuse it.
    spawn('prlimit', [`--pid=${worker.pid}`, `--data=${MEMORY}`], { stdio: 'ignore' }).on('error', () => undefined);
    worker.on('exit', () => {
      this.count--;
      const place = this.idle.indexOf(worker);
      if (place >= 0) this.idle.splice(place, 1);
      this.next();
    });
    return worker;
  }
}
