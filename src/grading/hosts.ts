/** Hosts ahead of their submissions: while one is at work the next one starts, and each serves one submission only. */
import type { Host, Limits, Wall } from './wall';

/** Our side failed, not the student's: no grade may come of it. */
export class Fault extends Error {
  override name = 'Fault';
}

const START_SECONDS = 120;
const TRIES = 3;

export class Hosts {
  private spare?: Promise<Host>;

  constructor(
    private readonly wall: Wall,
    private readonly slot: number,
    private readonly limits: Limits,
  ) {}

  /** Starts one for later. */
  prepare(): void {
    this.spare ??= this.start();
    // Whoever takes it learns of it.
    this.spare.catch(() => undefined);
  }

  /** A host that is ready and unused. Rejects with a Fault when none can be started. */
  async take(): Promise<Host> {
    for (let tries = 1; ; tries++) {
      this.prepare();
      const spare = this.spare!;
      this.spare = undefined;
      try {
        const host = await spare;
        if (host.process.exitCode === null && host.process.signalCode === null) return host;
      } catch (error) {
        if (tries === TRIES) throw error;
      }
      if (tries > 2 * TRIES) throw new Fault('the sandbox ends before it is used');
    }
  }

  close(): void {
    this.spare?.then(
      host => host.kill(),
      () => undefined,
    );
    this.spare = undefined;
  }

  private start(): Promise<Host> {
    return new Promise((resolve, reject) => {
      const host = this.wall.start(this.slot, this.limits);
      let said = '';
      const listen = (text: Buffer): void => void (said = (said + text.toString()).slice(-1000));
      const done = (failure?: string): void => {
        clearTimeout(timer);
        host.process.off('exit', exited).off('error', failed);
        host.output.off('data', first);
        host.prints.forEach(stream => stream.off('data', listen).pause());
        if (failure === undefined) return resolve(host);
        host.kill();
        reject(new Fault(`the sandbox did not start: ${failure}`));
      };
      const timer = setTimeout(() => done(`nothing came for ${START_SECONDS} s`), 1000 * START_SECONDS);
      const exited = (code: number | null): void => done(said.trim().split('\n').pop() || `status ${code}`);
      const failed = (error: Error): void => done(error.message);
      const first = (): void => done();
      host.process.on('exit', exited).on('error', failed);
      host.prints.forEach(stream => stream.on('data', listen));
      host.input.on('error', () => undefined);
      host.output.on('error', () => undefined);
      // It says that it is ready, and nothing else before it is asked.
      host.output.once('data', first);
    });
  }
}
