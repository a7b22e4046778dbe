/** The test file of an exercise as one bundle with what it imports from beside it. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type * as Esbuild from 'esbuild';
import { ROOT } from '../node/root';

export interface TestBundle {
  /** Where the test file is. */
  file: string;
  code: string;
  /** A comment or a blank line does not change it, and so changes no grade. */
  hash: string;
}

/** The bundles made before, and when each of their sources was changed last. */
const made = new Map<string, { bundle: TestBundle; changed: Map<string, number> }>();
const changeOf = (file: string): number => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? NaN;

/** @throws one sentence where the file does not compile. */
export function bundleTest(file: string): TestBundle {
  const known = made.get(file);
  if (known && [...known.changed].every(([source, time]) => changeOf(source) === time)) return known.bundle;
  if (!fs.existsSync(file)) throw new Error(`the test file ${file} is missing; each exercise has one`);
  const { buildSync } = require('esbuild') as typeof Esbuild;
  const start = Date.now();
  let built: Esbuild.BuildResult<{ write: false; metafile: true }>;
  try {
    built = buildSync({
      ...{ entryPoints: [file], bundle: true, write: false, platform: 'node', target: 'node20', format: 'cjs' },
      ...{ packages: 'external', minifyWhitespace: true, legalComments: 'none', tsconfigRaw: '{}', logLevel: 'silent' },
      ...{ absWorkingDir: ROOT, metafile: true },
    });
  } catch (error) {
    const first = (error as Esbuild.BuildFailure).errors?.[0];
    const text = first ? `line ${first.location?.line ?? '?'}: ${first.text}` : (error as Error).message;
    throw new Error(`its test file does not compile (${text})`);
  }
  const code = built.outputFiles[0].text;
  const bundle = { file, code, hash: createHash('sha256').update(code).digest('hex') };
  const sources = Object.keys(built.metafile.inputs).map(input => path.join(ROOT, input));
  const changed = new Map(sources.map(source => [source, changeOf(source)]));
  // What was saved while it was compiled may be in the code, or not.
  if ([...changed.values()].every(time => time < start - 1000)) made.set(file, { bundle, changed });
  return bundle;
}
