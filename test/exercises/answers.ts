import fs from 'node:fs';
import path from 'node:path';

type Functions<T> = { [K in keyof T as T[K] extends (...values: never[]) => unknown ? K : never]: T[K] };

/** The exported functions of an exercise, each answering with a promise: the grader asks them in another process. */
export type Answers<T> = {
  [K in keyof Functions<T>]: T[K] extends (...values: infer A) => infer R
    ? (...values: A) => Promise<Awaited<R>>
    : never;
};

interface Examiner {
  call(module: string, name: string, values: unknown[]): Promise<unknown>;
}

/** Who answers: the examiner that `check` or the grader has set, or the folder in ANSWERS (solutions, exercises or any path). */
function examiner(): Examiner {
  const set = (globalThis as { [key: symbol]: Examiner | undefined })[Symbol.for('cnn-kit.answers')];
  if (set) return set;
  const root = path.join(__dirname, '../..');
  const folder = path.resolve(root, process.env.ANSWERS ?? 'solutions');
  return {
    async call(module, name, values) {
      const file = path.join(folder, `${module}.ts`);
      if (!fs.existsSync(file)) throw new Error(`${path.relative(root, file)} is missing; ANSWERS names its folder.`);
      const exports = require(file) as Record<string, unknown>;
      const called = exports[name];
      if (typeof called !== 'function')
        throw new Error(`${module} exports no function ${name}; export it by this name.`);
      return called(...values) as unknown;
    },
  };
}

/** The functions of exercise `module`: `const { localResponseNorm } = answers<typeof import('../../solutions/02-lrn')>('02-lrn')`. */
export function answers<T>(module: string): Answers<T> {
  const named =
    (_: object, name: string | symbol) =>
    (...values: unknown[]): Promise<unknown> =>
      examiner().call(module, String(name), values);
  return new Proxy({}, { get: named }) as Answers<T>;
}
