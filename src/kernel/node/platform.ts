/** Node under the kernel. */
import { AsyncLocalStorage } from 'node:async_hooks';
import fs from 'node:fs';
import { createRequire, SourceMap, type SourceMapPayload as NodePayload } from 'node:module';
import path from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import vm from 'node:vm';
import { type AsyncContext, type Platform, type SourceMapPayload } from '../interfaces/platform';
import { captureChildren } from './children';
import { collectGarbage } from './memory';
import { NodePackages } from './packages';
import { allowTermination } from './termination';

const KERNEL = path.join(__dirname, '..');

const sourceMaps = new WeakMap<SourceMapPayload, SourceMap>();

const withSlashes = (file: string): string => file.split(path.sep).join('/');

export const nodePlatform: Platform = {
  stop: new Int32Array(new SharedArrayBuffer(8)),
  paths: {
    resolve: (...parts) => withSlashes(path.resolve(...parts)),
    relative: (from, to) => withSlashes(path.relative(from, to)),
  },
  readFile: file => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : undefined),
  evaluate({ code, name, head }) {
    const script = new vm.Script(code, { filename: name, columnOffset: -head });
    // Node would write the code into the error's stack.
    return script.runInThisContext({ displayErrors: false });
  },
  packages: (root, folder) => new NodePackages(root, folder),
  asyncContext<T>(): AsyncContext<T> {
    const storage = new AsyncLocalStorage<T>();
    return { get: () => storage.getStore(), run: (value, work) => storage.run(value, work) };
  },
  originalOf(map, line, column) {
    // Its type asks for more than it reads.
    const known = sourceMaps.get(map) ?? new SourceMap(map as unknown as NodePayload);
    sourceMaps.set(map, known);
    const entry = known.findEntry(line, column);
    // A line without an entry is the compiler's own; Node gives the last one before it.
    if (!('originalLine' in entry) || entry.generatedLine !== line) return undefined;
    return { line: entry.originalLine, column: entry.originalColumn };
  },
  importMeta: file => ({
    ...{ url: pathToFileURL(file).href, filename: path.resolve(file), dirname: path.dirname(file) },
    resolve: (id: string) =>
      /^\.{0,2}\//.test(id)
        ? new URL(id, pathToFileURL(file)).href
        : pathToFileURL(createRequire(file).resolve(id)).href,
  }),
  isOwn: file =>
    /^node:|node_modules\/(tslab|@tslab|typescript)\//.test(file) || file.replace('file://', '').startsWith(KERNEL),
  captureStreams(print, signal) {
    for (const name of ['stdout', 'stderr'] as const) {
      // A character may come in two pieces.
      const decoder = new StringDecoder('utf8');
      process[name].write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
        print(name, typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk)));
        const done = rest.find(argument => typeof argument === 'function') as (() => void) | undefined;
        if (done) process.nextTick(done);
        return true;
      }) as typeof process.stdout.write;
    }
    captureChildren(signal);
    hideTracesOfPromises();
  },
  breakOff(isCell) {
    // Meant for children of a cell. It may come when the next cell already runs, so nothing here is to depend on it.
    process.on('SIGINT', () => undefined);
    allowTermination(() => nodePlatform.stop.join() === '1,0' && isCell());
  },
  onLateError(show) {
    process.on('uncaughtException', error => show(error, false));
    process.on('unhandledRejection', error => show(error, true));
  },
  onExit: work => void process.on('exit', work),
  afterCell: collectGarbage,
  exit: () => process.exit(0),
};

/** Node's asynchronous context writes symbols into every promise, which its own `inspect` then shows. */
function hideTracesOfPromises(): void {
  Object.defineProperty(Promise.prototype, inspect.custom, {
    value(this: Promise<unknown>) {
      for (const key of Object.getOwnPropertySymbols(this)) Object.defineProperty(this, key, { enumerable: false });
      return this;
    },
    configurable: true,
  });
}
