/** Processes in the sandbox, ahead of their submissions: while one is at work the next one starts, and each serves one submission only. */
import type { Limits } from './limits';
import type { Sandbox } from './sandbox';
import type { SandboxProcess } from './startup';

/** Our side failed, not the student's: no grade may come of it. */
export class Fault extends Error {
  override name = 'Fault';
}

const START_SECONDS = 120;
const TRIES = 3;

export class SandboxProcesses {
  private spare?: Promise<SandboxProcess>;

  constructor(
    private readonly sandbox: Sandbox,
    private readonly slot: number,
    private readonly limits: Limits,
  ) {}

  /** Starts one for later. */
  prepare(): void {
    this.spare ??= this.start();
    // The caller of take() sees the error.
    this.spare.catch(() => undefined);
  }

  /** A process that is ready and unused. Rejects with a Fault when none can be started. */
  async take(): Promise<SandboxProcess> {
    for (let tries = 1; ; tries++) {
      this.prepare();
      const spare = this.spare!;
      this.spare = undefined;
      try {
        const started = await spare;
        if (started.child.exitCode === null && started.child.signalCode === null) return started;
      } catch (error) {
        if (tries === TRIES) throw error;
      }
      if (tries > 2 * TRIES) throw new Fault('the sandbox ends before it is used');
    }
  }

  close(): void {
    this.spare?.then(
      started => started.kill(),
      () => undefined,
    );
    this.spare = undefined;
  }

  private start(): Promise<SandboxProcess> {
    return new Promise((resolve, reject) => {
      const started = this.sandbox.start(this.slot, this.limits);
      let said = '';
      const listen = (text: Buffer): void => void (said = (said + text.toString()).slice(-1000));
      const done = (failure?: string): void => {
        clearTimeout(timer);
        started.child.off('exit', exited).off('error', failed);
        started.output.off('data', first);
        started.prints.forEach(stream => stream.off('data', listen).pause());
        if (failure === undefined) return resolve(started);
        started.kill();
        reject(new Fault(`the sandbox did not start: ${failure}`));
      };
      const timer = setTimeout(() => done(`nothing came for ${START_SECONDS} s`), 1000 * START_SECONDS);
      const exited = (code: number | null): void => done(said.trim().split('\n').pop() || `status ${code}`);
      const failed = (error: Error): void => done(error.message);
      const first = (): void => done();
      started.child.on('exit', exited).on('error', failed);
      started.prints.forEach(stream => stream.on('data', listen));
      started.input.on('error', () => undefined);
      started.output.on('error', () => undefined);
      // It says that it is ready, and nothing else before it is asked.
      started.output.once('data', first);
    });
  }
}
