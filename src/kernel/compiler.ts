/** Loads tslab's TypeScript with V8's compiled code from the last time: a third off the kernel's start. */
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';
import type * as TS from 'typescript';

export interface LoadedCompiler {
  ts: typeof TS;
  /** Has others find `replacement` where they require the compiler. */
  replace(replacement: typeof TS): void;
  /** Keeps what V8 has compiled by now for the next kernel. */
  save(): void;
}

/** @param cache a folder of our own; V8 itself refuses data of another version or another text */
export function loadCompiler(cache: string): LoadedCompiler {
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
  return {
    ts: module.exports as typeof TS,
    replace(replacement) {
      const fork = new Module('typescript');
      Object.assign(fork, { exports: replacement, loaded: true });
      require.cache[require.resolve('@tslab/typescript-for-tslab')] = fork;
    },
    save() {
      if (cachedData && !script.cachedDataRejected) return;
      fs.mkdirSync(cache, { recursive: true });
      const part = `${saved}.${process.pid}`;
      fs.writeFileSync(part, script.createCachedData());
      fs.renameSync(part, saved);
    },
  };
}
