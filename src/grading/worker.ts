/** A trusted process that examines submissions one after the other, as `grade` tells it over IPC. */
import 'tsx/cjs';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { transform } from 'esbuild';
import { examine, type ExamResult, outline, type TestResult } from './exam';
import { wall } from './wall';

export interface Job {
  /** Number that comes back with the result. */
  id: number;
  exercise: string;
  /** The student's TypeScript; without it, only the tests are listed. */
  source?: string;
  testFile: string;
}

export interface JobResult {
  id: number;
  /** The student's file could not be compiled: the compiler's message. */
  compileError?: string;
  exam?: ExamResult;
  outline?: TestResult[];
  /** A fault of ours: no grade may come of it. */
  fault?: string;
}

if (process.send) {
  const [slot, sandbox] = process.argv.slice(2);
  const built = wall(sandbox === 'true');
  const staging = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-grade-'));
  fs.chmodSync(staging, 0o755);
  process.on('exit', () => fs.rmSync(staging, { recursive: true, force: true }));
  process.on('disconnect', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));

  const work = async ({ id, exercise, source, testFile }: Job): Promise<JobResult> => {
    if (source === undefined) return { id, outline: outline(testFile) };
    let code: string;
    try {
      ({ code } = await transform(source, { loader: 'ts', format: 'cjs', target: 'node20', logLevel: 'silent' }));
    } catch (error) {
      const { text, location } = (error as import('esbuild').TransformFailure).errors[0];
      return { id, compileError: `line ${location?.line ?? '?'}: ${text}` };
    }
    const staged = fs.mkdtempSync(path.join(staging, 's-'));
    fs.chmodSync(staged, 0o755);
    try {
      fs.writeFileSync(path.join(staged, `${exercise}.js`), code, { mode: 0o644 });
      return { id, exam: await examine(testFile, { wall: built, staged, slot: Number(slot) }) };
    } finally {
      fs.rmSync(staged, { recursive: true, force: true });
    }
  };

  process.on('message', (job: Job) => {
    work(job)
      .catch((error: Error): JobResult => ({ id: job.id, fault: error.message }))
      .then(result => process.send!(result));
  });
}
