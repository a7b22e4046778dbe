/**
 * The untrusted side. Runs in the sandbox, is sent one student's modules, loads one when first asked for it, and
 * answers calls as plain data. It holds no test, no expected value and no score, so there is nothing here worth
 * attacking. It is started before anyone's work is known, out of a V8 snapshot that holds TensorFlow.js ready.
 */
import Module from 'node:module';
import net from 'node:net';
import path from 'node:path';
import v8 from 'node:v8';
import * as tf from '@tensorflow/tfjs';
import * as tfConverter from '@tensorflow/tfjs-converter';
import * as tfCore from '@tensorflow/tfjs-core';
import * as tfLayers from '@tensorflow/tfjs-layers';
import { decode, encode } from './values/codec';
import { seededRandom } from '../base/random';
import { tensorBridge } from './values/tensors';

/** What the grader sends, one a line: first the modules as JavaScript and a seed for Math.random, then questions. */
export type Line = { modules: Record<string, string>; seed: number } | Request;

/** An exported function by name, or a probe (source of a function that gets the exports and the kit first). */
export interface Request {
  id: string;
  module: string;
  call?: string;
  probe?: string;
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
  preload();
  // Else it greets on stderr at its first use.
  (tf.findBackend('cpu') as { firstUse?: boolean } | null)!.firstUse = false;
  const tensors = tensorBridge(() => tf);
  const { input, output } = open(channel);
  const send = (reply: Reply): void => void output.write(JSON.stringify(reply) + '\n');
  const answer = answers(path.join(kit, 'exercises'), tensors);

  const reply = async (line: string): Promise<void> => {
    const message = JSON.parse(line) as Line;
    if ('modules' in message) {
      Math.random = seededRandom(message.seed);
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
  const sources = new Map<string, string>();
  const loaded = new Map<string, Record<string, unknown>>();

  const load = (name: string): Record<string, unknown> => {
    const known = loaded.get(name);
    if (known) return known;
    const source = sources.get(name);
    if (source === undefined) throw new Error(`There is no module ${name}.`);
    const file = path.join(folder, `${name}.js`);
    const module = new Module(file) as Module & { _compile(code: string, file: string): void };
    module.filename = file;
    module.paths = (Module as unknown as { _nodeModulePaths(folder: string): string[] })._nodeModulePaths(folder);
    module._compile(source, file);
    loaded.set(name, module.exports as Record<string, unknown>);
    return module.exports as Record<string, unknown>;
  };

  return {
    add(modules: Record<string, string>): void {
      for (const [name, code] of Object.entries(modules)) sources.set(name, code);
    },
    async ask({ module, call, probe, arguments: text }: Request): Promise<unknown> {
      const exports = load(module);
      const values = decode(text, tensors) as unknown[];
      if (probe !== undefined) {
        const run = new Function(`return (${probe})`)() as (...values: unknown[]) => unknown;
        return run(exports, Module.createRequire(path.join(folder, 'x.js'))('cnn-kit'), ...values);
      }
      const called = exports[call!];
      if (typeof called !== 'function')
        throw new Error(`${module} exports no function ${call}; export it by this name.`);
      return called(...values);
    },
  };
}

function preload(): void {
  const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
  const { _load: load } = loader;
  loader._load = function (request, ...rest) {
    return Object.hasOwn(PRELOADED, request) ? PRELOADED[request] : load.call(this, request, ...rest);
  };
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
