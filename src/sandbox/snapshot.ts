/** The program inside the sandbox and TensorFlow.js as one V8 snapshot: a process starts out of it in about half the time of loading them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { ROOT } from '../node/root';

const known = new Map<string, string[]>();

/**
 * Arguments for Node that start the program, with names below the kit's folder: out of the snapshot, which is built when it
 * is not there, or from the bundle where this Node cannot use one. `flags` are V8's, which a snapshot must be built with.
 */
export function programArguments(flags: string[]): string[] {
  const key = flags.join(' ');
  let words = known.get(key);
  if (!words) known.set(key, (words = [...flags, ...build(flags)]));
  return words;
}

function build(flags: string[]): string[] {
  // Also when this file runs from src.
  const at = (name: string): string => path.join(ROOT, 'dist', 'sandbox', name);
  const sum = createHash('sha256').update([process.version, process.arch, ...flags].join(' '));
  // All that is in the bundle.
  const parts = ['inside', 'values'].flatMap(room => fs.readdirSync(at(room)).map(name => `${room}/${name}`));
  const others = ['../base/random.js', '../harness/candidates.js', '../harness/cellScope.js', 'snapshot.js'];
  for (const part of [...parts.filter(name => name.endsWith('.js')).sort(), ...others])
    sum.update(fs.readFileSync(at(part)));
  const key = sum.digest('hex').slice(0, 12);
  const bundle = `inside-${key}.cjs`;
  const blob = `inside-${key}.blob`;
  if (!fs.existsSync(at(bundle))) {
    const { outputFiles } = buildSync({
      ...{ entryPoints: [at('inside/main.js')], bundle: true, write: false, platform: 'node', target: 'node20' },
      ...{ format: 'iife', minifyWhitespace: true, legalComments: 'none', logLevel: 'silent' },
    });
    write(at(bundle), outputFiles[0].contents);
  }
  if (!fs.existsSync(at(blob))) {
    const part = at(`${blob}.${process.pid}`);
    const run = (...words: string[]): string =>
      spawnSync(process.execPath, [...flags, '--snapshot-blob', part, ...words], {
        env: {},
        input: '',
      }).stdout.toString();
    run('--build-snapshot', at(bundle));
    if (fs.existsSync(part) && run(at(bundle), __dirname, 'stdio').startsWith('ready')) fs.renameSync(part, at(blob));
    // An empty one says that it was tried.
    else write(at(blob), '');
    fs.rmSync(part, { force: true });
  }
  const home = 'dist/sandbox/';
  return fs.statSync(at(blob)).size > 0 ? ['--snapshot-blob', home + blob, home + bundle] : [home + bundle];
}

function write(file: string, content: string | Uint8Array): void {
  const part = `${file}.${process.pid}`;
  fs.writeFileSync(part, content);
  fs.renameSync(part, file);
}
