/** Work on what a stranger has written, ended by the clock. */
import vm from 'node:vm';

/** The name by which the script finds the work. */
const WORK = '$cnnKitLimited';
const script = new vm.Script(`globalThis.${WORK}()`);
/** How often something was ended, which leaves what it was in the middle of as it was. */
let ended = 0;
export const cutShort = (): number => ended;

const TRIES = 5;
let isRunning = false;

export class LimitError extends Error {
  override name = 'LimitError';
}

/**
 * What `work` returns, which may be begun again, and is ended where it takes longer: JavaScript only, so what it calls of others must
 * be bounded by the size of what it is given.
 * @throws LimitError where it takes more than `milliseconds`, or nests deeper than the stack
 */
export function limited<T>(milliseconds: number, what: string, work: () => T): T {
  // Within another one, whose clock runs.
  if (isRunning) return work();
  // Of all tries together.
  const before = process.cpuUsage();
  for (let tries = 1; ; tries++) {
    try {
      isRunning = true;
      (globalThis as { [WORK]?: () => T })[WORK] = work;
      return script.runInThisContext({ timeout: milliseconds }) as T;
    } catch (error) {
      if (error instanceof RangeError && /call stack/.test(error.message))
        throw new LimitError(`${what} is nested too deep`);
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      ended++;
      // On a machine that is too busy to run it, nobody loses by that.
      const { user, system } = process.cpuUsage(before);
      if (tries < TRIES && (user + system) / 1000 < milliseconds / 2) continue;
      throw new LimitError(`${what} takes more than ${milliseconds / 1000} s to read`);
    } finally {
      isRunning = false;
    }
  }
}
