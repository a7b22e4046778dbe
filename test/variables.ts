/**
 * Frees the variables that a test file leaves, when its last test is done: all files run in one process, and what the
 * networks of test/models leave is 25 GB of zeros, which cost nothing until something reads them.
 */
import * as tf from '@tensorflow/tfjs';
// The core's tests have files, whatever they import of it.
import '../src/node';

export const mochaHooks = {
  beforeAll(this: Mocha.Context): void {
    const { registeredVariables } = tf.engine().state;
    // Made while files were loaded, by whichever of them needs it.
    const shared = new Set(Object.values(registeredVariables));
    const last = new Map(this.test!.parent!.suites.map(suite => [suite.file, suite]));
    for (const suite of last.values()) {
      suite.afterAll('frees variables', () =>
        Object.values(registeredVariables)
          .filter(variable => !shared.has(variable))
          .forEach(variable => variable.dispose()),
      );
    }
  },
};
