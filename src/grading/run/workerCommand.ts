/** `npm run grade:worker -- --queue redis://HOST:PORT`: examines submissions that a `grade --queue` gives out, until it is ended. */
import os from 'node:os';
import path from 'node:path';
import { TESTS } from '../../harness/exercises';
import { command, runIfMain } from '../../cli/command';
import { serveQueue } from './queue';
import { chooseSandbox, type SandboxName, SANDBOXES } from '../../sandbox/sandbox';
import { Workers } from './workers';

const main = command('grade:worker', async ({ values }) => {
  if (values.jobs !== undefined && !/^[1-9]\d?$/.test(values.jobs))
    throw new Error(`--jobs is ${values.jobs}; expected a number from 1 to 99.`);
  if (values.sandbox !== undefined && !SANDBOXES.includes(values.sandbox as SandboxName))
    throw new Error(`--sandbox is ${values.sandbox}; expected one of ${SANDBOXES.join(', ')}.`);
  const name = values['no-sandbox'] ? 'none' : (values.sandbox as SandboxName | undefined);
  const options = { name, tensorflow: values.tensorflow, image: values.image };
  const sandbox = chooseSandbox(options);
  const concurrency = values.jobs ? Number(values.jobs) : os.availableParallelism();
  const workers = new Workers(concurrency, { ...options, name: sandbox.name });
  const tests = path.resolve(values.tests ?? TESTS);
  const queue = await serveQueue({
    ...{ url: values.queue, concurrency },
    lockSeconds: values['lock-seconds'] ? Number(values['lock-seconds']) : undefined,
    examine: async ({ sandboxed, ...job }) => {
      if (sandboxed && sandbox.name === 'none') return { fault: 'a worker without a sandbox took it' };
      return workers.run({ ...job, testFile: path.join(tests, `${path.basename(job.exercise)}.test.ts`) });
    },
  });
  console.log(
    `Waiting for submissions at ${values.queue}, ${concurrency} at a time, in this sandbox: ${sandbox.description}.`,
  );
  const end = (): void => {
    void queue.close().then(() => {
      workers.close();
      process.exit(0);
    });
  };
  process.on('SIGINT', end).on('SIGTERM', end);
});

runIfMain(module, main);
