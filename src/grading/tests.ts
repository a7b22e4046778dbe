/** The test file of an exercise as one bundle with what it imports from beside it: its code, and the hash of what it does. */
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { buildSync } from 'esbuild';

export interface TestBundle {
  code: string;
  /** A comment or a blank line does not change it, and so changes no grade. */
  hash: string;
}

/** @throws one sentence where the file does not compile. */
export function bundleTest(file: string): TestBundle {
  if (!fs.existsSync(file)) throw new Error(`the test file ${file} is missing; each exercise has one`);
  try {
    const { outputFiles } = buildSync({
      ...{ entryPoints: [file], bundle: true, write: false, platform: 'node', target: 'node20', format: 'cjs' },
      ...{ packages: 'external', minifyWhitespace: true, legalComments: 'none', tsconfigRaw: '{}', logLevel: 'silent' },
    });
    const code = outputFiles[0].text;
    return { code, hash: createHash('sha256').update(code).digest('hex') };
  } catch (error) {
    const first = (error as import('esbuild').BuildFailure).errors?.[0];
    const text = first ? `line ${first.location?.line ?? '?'}: ${first.text}` : (error as Error).message;
    throw new Error(`its test file does not compile (${text})`);
  }
}
