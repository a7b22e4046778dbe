/** Loads TypeScript with V8's compiled code from the last time: a third off the kernel's start. */
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import type * as TS from 'typescript';
import type { Compiler, Tslab } from '../typescript/tslabConverter';

/** How long after the start V8 has compiled what most cells need, in milliseconds. */
const WARM = 2000;

/** @param cache a folder of our own; V8 itself refuses data of another version or another text */
export function loadCompiler(cache: string): Compiler {
  const file = require.resolve('typescript');
  const saved = path.join(cache, `typescript-${process.version}-${process.arch}.bin`);
  const cachedData = fs.existsSync(saved) ? fs.readFileSync(saved) : undefined;
  const script = new vm.Script(Module.wrap(fs.readFileSync(file, 'utf8')), { filename: file, cachedData });
  const module = new Module(file);
  module.filename = file;
  const run = script.runInThisContext() as (...wrapped: unknown[]) => void;
  run.call(module.exports, module.exports, createRequire(file), module, file, path.dirname(file));
  module.loaded = true;
  require.cache[file] = module;
  if (!cachedData || script.cachedDataRejected) setTimeout(() => save(script, cache, saved), WARM).unref();
  return { ts: module.exports as typeof TS, tslab: loadTslab };
}

/** tslab, which finds `ts` where it requires its fork of TypeScript. */
function loadTslab(ts: unknown): Tslab {
  const fork = new Module('typescript');
  Object.assign(fork, { exports: ts, loaded: true });
  require.cache[require.resolve('@tslab/typescript-for-tslab')] = fork;
  const { createConverter, isCompleteCode } = require('tslab/dist/converter') as Tslab;
  const { printQuickInfo } = require('tslab/dist/inspect') as Tslab;
  return { createConverter, isCompleteCode, printQuickInfo };
}

function save(script: vm.Script, cache: string, saved: string): void {
  fs.mkdirSync(cache, { recursive: true });
  const part = `${saved}.${process.pid}`;
  fs.writeFileSync(part, script.createCachedData());
  fs.renameSync(part, saved);
}
