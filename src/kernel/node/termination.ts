/** Breaks what no signal breaks: a regular expression, a sort or `Atomics.wait` that runs after an `await` or in a timer. */
import { Session } from 'node:inspector';

const NAME = 'cnnKitTerminate';

/**
 * Has the main thread end what it runs when a worker asks for it, but only where `isAllowed`, which it calls in the midst of
 * that: code of the kernel itself must not be lost.
 */
export function allowTermination(isAllowed: () => boolean): void {
  // Node ends the process where its record of asynchronous contexts is not empty once all has returned, and nothing that is
  // terminated takes itself off the record. There is no other way to it than this, of which Node warns.
  const { noDeprecation } = process;
  process.noDeprecation = true;
  // Nor does it declare it.
  const { binding } = process as unknown as { binding(name: string): { clearAsyncIdStack?: () => void } };
  const { clearAsyncIdStack } = binding.call(process, 'async_wrap');
  process.noDeprecation = noDeprecation;
  const value = (): void => {
    if (!isAllowed()) return;
    clearAsyncIdStack?.();
    const session = new Session();
    session.connect();
    session.post('Runtime.terminateExecution');
  };
  Object.defineProperty(globalThis, NAME, { value });
}

/** Ends what runs in the main thread, wherever it is; called in a worker. Promises that are under way then stay so for ever. */
export function terminate(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.evaluate', { expression: `${NAME}()` }, () => session.disconnect());
}
