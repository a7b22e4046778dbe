/**
 * The untrusted side. Runs in the sandbox, is sent one student's modules, loads one when first asked for it, and
 * answers calls as plain data. It holds no test, no expected value and no score, so there is nothing here worth
 * attacking. It is started before anyone's work is known, out of a V8 snapshot that holds TensorFlow.js ready.
 */
import Module from 'node:module';
import net from 'node:net';
import path from 'node:path';
import { Writable } from 'node:stream';
import v8 from 'node:v8';
import * as tf from '@tensorflow/tfjs';
import * as tfConverter from '@tensorflow/tfjs-converter';
import * as tfCore from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { decode, encode } from '../values/codec';
import { seededRandom } from '../../base/random';
import { candidatesOf } from '../../harness/candidates';
import { CellScope, COMMANDS, functionOf, isCommands } from '../../harness/cellScope';
import { applyFilter } from './calls';
import { seccompFilter } from './seccomp';
import { tensorBridge } from '../values/tensors';

/** What the grader sends, one a line: first the answer as JavaScript and a seed for Math.random, then questions. */
export type Line = Setup | Request;

export interface Setup {
  /** CommonJS by name; a notebook's has no code, its cells run as they are asked for. */
  modules: Record<string, string | null>;
  /** Local files that they import, by their path from the answer's folder. */
  files?: Record<string, string>;
  seed: number;
}

/** An exported function by name, a probe (source of a function that gets the exports and the kit first), a notebook's next cell, or only to load the module. */
export interface Request {
  id: string;
  module: string;
  call?: string;
  probe?: string;
  cell?: string;
  arguments: string;
}

export type Reply = { id: string; value: string } | { id: string; error: string } | { id: null; error: string };

/** What of TensorFlow.js is in the snapshot; a second copy would not know the tensors of the first. */
const PRELOADED: Record<string, unknown> = {
  '@tensorflow/tfjs': tf,
  '@tensorflow/tfjs-core': tfCore,
  '@tensorflow/tfjs-layers': tfLayers,
  '@tensorflow/tfjs-converter': tfConverter,
};

function serve(): void {
  const [kit, channel] = process.argv.slice(-2);
  const folder = path.join(kit, 'exercises');
  const local = new Map<string, string>();
  preload(folder, local);
  // Else it greets on stderr at its first use.
  (tf.findBackend('cpu') as { firstUse?: boolean } | null)!.firstUse = false;
  const tensors = tensorBridge(() => tf);
  const { input, output } = open(channel);
  const send = (reply: Reply): void => void output.write(JSON.stringify(reply) + '\n');
  const answer = answers(folder, tensors);

  const reply = async (line: string): Promise<void> => {
    const message = JSON.parse(line) as Line;
    if ('modules' in message) {
      Math.random = seededRandom(message.seed);
      silence();
      for (const [name, code] of Object.entries(message.files ?? {})) local.set(path.join(folder, name), code);
      return void answer.add(message.modules);
    }
    try {
      send({ id: message.id, value: encode(await answer.ask(message), tensors) });
    } catch (error) {
      send({ id: message.id, error: textOf(error) });
    }
  };

  process.on('uncaughtException', error => send({ id: null, error: textOf(error) }));
  process.on('unhandledRejection', error => send({ id: null, error: textOf(error) }));
  let chunks: string[] = [];
  input.setEncoding('utf8').on('data', (chunk: string) => {
    chunks.push(chunk);
    if (!chunk.includes('\n')) return;
    const lines = chunks.join('').split('\n');
    chunks = [lines.pop()!];
    lines.forEach(line => void reply(line));
  });
  input.on('end', () => process.exit(0));
  const filter = channel === 'socket' ? undefined : seccompFilter();
  if (filter) applyFilter(filter, path.join(kit, 'x.js'));
  // Before anything of a student's is there.
  output.write('ready\n');
}

/** Descriptor 3 where it can be handed over; containers have standard input and output only, and print to standard error. */
function open(channel: string): { input: NodeJS.ReadableStream; output: NodeJS.WritableStream } {
  if (channel !== 'stdio') {
    const socket = new net.Socket({ fd: 3 });
    return { input: socket, output: socket };
  }
  const { stdin, stdout, stderr } = process;
  Object.defineProperty(process, 'stdout', { value: stderr });
  return { input: stdin, output: stdout };
}

function answers(folder: string, tensors: ReturnType<typeof tensorBridge>) {
  const sources = new Map<string, string | null>();
  const loaded = new Map<string, unknown>();
  const notebooks = new Map<string, CellScope>();
  const require = Module.createRequire(path.join(folder, 'x.js'));

  const load = (name: string): unknown => {
    const notebook = notebooks.get(name);
    if (notebook) return notebook.names;
    if (!loaded.has(name)) {
      const source = sources.get(name);
      if (typeof source !== 'string') throw new Error(`There is no module ${name}.`);
      loaded.set(name, evaluate(path.join(folder, `${name}.js`), source));
    }
    return loaded.get(name);
  };

  return {
    add(modules: Setup['modules']): void {
      for (const [name, code] of Object.entries(modules)) {
        sources.set(name, code);
        if (code === null) notebooks.set(name, new CellScope(require));
      }
    },
    async ask({ module, call, probe, cell, arguments: text }: Request): Promise<unknown> {
      if (cell !== undefined) {
        const run = evaluate(path.join(folder, 'cell.js'), `module.exports = ${cell}`);
        return notebooks.get(module)!.run(run as Parameters<CellScope['run']>[0]);
      }
      const exports = load(module);
      // Asked for nothing but to be there.
      if (call === undefined && probe === undefined) return undefined;
      const values = decode(text, tensors) as unknown[];
      if (probe !== undefined) {
        const run = new Function(`return (${probe})`)() as (...values: unknown[]) => unknown;
        return run(exports, require('cnn-kit'), ...values);
      }
      const called = functionOf(exports, call!);
      if (!called) throw new Error(`${module} exports no function ${call}; export it by this name.`);
      return called(...values);
    },
  };
}

function evaluate(file: string, code: string): unknown {
  const module = new Module(file) as Module & { _compile(code: string, file: string): void };
  module.filename = file;
  const { _nodeModulePaths: pathsOf } = Module as unknown as { _nodeModulePaths(folder: string): string[] };
  module.paths = pathsOf(path.dirname(file));
  module._compile(code, file);
  return module.exports;
}

/**
 * Answers what is here already: TensorFlow.js, the local files of the student, and the course's commands, which a
 * student leaves in cells and which have nothing to do here.
 */
function preload(folder: string, local: Map<string, string>): void {
  const loader = Module as unknown as { _load(request: string, parent?: Module, ...rest: unknown[]): unknown };
  const { _load: load } = loader;
  const loaded = new Map<string, unknown>();
  loader._load = function (request, parent, ...rest) {
    if (Object.hasOwn(PRELOADED, request)) return PRELOADED[request];
    if (isCommands(request)) return COMMANDS;
    const from = request.startsWith('.') && parent?.filename ? path.dirname(parent.filename) : folder;
    const file = request.startsWith('.') && candidatesOf(from, request).find(name => local.has(name));
    if (!file) return load.call(this, request, parent, ...rest);
    // As in a circle: what is there so far.
    if (!loaded.has(file)) {
      loaded.set(file, {});
      loaded.set(file, evaluate(file, local.get(file)!));
    }
    return loaded.get(file);
  };
}

/** What a submission prints has no reader: in any amount, it decides nothing. */
function silence(): void {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  for (const name of ['stdout', 'stderr'] as const) Object.defineProperty(process, name, { value: nowhere });
}

function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? `${error.name}: ${error.message}` : error).slice(0, 500);
  } catch {
    return 'an error that cannot be shown';
  }
}

if (v8.startupSnapshot.isBuildingSnapshot()) v8.startupSnapshot.setDeserializeMainFunction(serve);
else serve();
