/** Runs notebooks in the kernel, and an exercise's tests on what they define; reads jobs as JSON and prints the points of each. */
import fs from 'node:fs';
import path from 'node:path';
import type { TestBundle } from '../../src/harness/bundle';
import { functionOf } from '../../src/harness/cellScope';
import { runTests } from '../../src/harness/run';
import { Executor } from '../../src/kernel/evaluation/executor';
import { loadCompiler } from '../../src/kernel/node/compiler';
import { nodePlatform } from '../../src/kernel/node/platform';
import { createConverter } from '../../src/kernel/typescript/tslabConverter';
import { ROOT } from '../../src/node/root';

interface Jobs {
  jobs: { cells: string[]; folder: string }[];
  test: TestBundle;
}

/** What the tests come to in the kernel; undefined where its type check refuses a cell of the answer. */
async function kernelPoints(cells: string[], folder: string, test: TestBundle): Promise<number | undefined> {
  // A kernel's process has one converter: tslab holds on to the first one's compiler.
  for (const file of Object.keys(require.cache)) if (/node_modules\/tslab\//.test(file)) delete require.cache[file];
  const converter = createConverter(
    loadCompiler(path.join(ROOT, '.cache', 'kernel')),
    nodePlatform.paths,
    ROOT,
    folder,
  );
  const executor = new Executor(nodePlatform, converter, ROOT, folder, () => false);
  let isRefused = false;
  const { console: printing } = globalThis;
  const { write } = process.stdout;
  globalThis.console = new Proxy(printing, { get: () => () => undefined });
  process.stdout.write = () => true;
  const functions: Record<string, unknown> = {};
  try {
    for (const [i, source] of cells.entries()) {
      try {
        await executor.run(source, `In[${i + 1}]`);
      } catch (error) {
        const isScratch = /^const = 3$|^function broken\(/.test(source);
        if (/^TS\d+/.test((error as { ename?: string; name: string }).ename ?? (error as Error).name) && !isScratch)
          isRefused = true;
      }
    }
    for (const name of ['distance', 'mean', 'label'])
      functions[name] = await executor.run(name, `In[${name}]`).catch(() => undefined);
    if (isRefused) return undefined;
    const call = async (_: string, name: string, values: unknown[]): Promise<unknown> =>
      functionOf(functions, name)!(...values);
    const results = await runTests(test, { call, probe: call as never }, { timeout: 10_000 });
    return results.reduce((sum, { passed, points }) => sum + (passed ? points : 0), 0);
  } finally {
    globalThis.console = printing;
    process.stdout.write = write;
  }
}

const { jobs, test } = JSON.parse(fs.readFileSync(0, 'utf8')) as Jobs;
void (async () => {
  const points: (number | null)[] = [];
  for (const { cells, folder } of jobs) points.push((await kernelPoints(cells, folder, test)) ?? null);
  fs.writeSync(1, `\n${JSON.stringify(points)}`);
  process.exit(0);
})();
