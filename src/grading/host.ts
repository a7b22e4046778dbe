/**
 * The untrusted side. Runs inside the wall, loads one student's module when first asked, and answers calls as plain
 * data on descriptor 3. It holds no test, no expected value and no score, so there is nothing here worth attacking.
 */
import net from 'node:net';
import path from 'node:path';
import type * as TF from '@tensorflow/tfjs';
import { decode, encode, type TensorBridge, type TensorData } from './codec';

/** What the grader asks: an exported function by name, or a probe (source of a function that gets the exports first). */
export interface Request {
  id: string;
  module: string;
  call?: string;
  probe?: string;
  arguments: string;
}

export type Reply = { id: string; value: string } | { id: string; error: string } | { id: null; error: string };

const tf = (): typeof TF => require('@tensorflow/tfjs');

const tensors: TensorBridge = {
  isTensor: value => typeof (value as TF.Tensor).dataSync === 'function' && Array.isArray((value as TF.Tensor).shape),
  read: value => {
    const tensor = value as TF.Tensor;
    return { dtype: tensor.dtype as TensorData['dtype'], shape: tensor.shape, data: Array.from(tensor.dataSync()) };
  },
  make: ({ data, shape, dtype }) => tf().tensor(data, shape, dtype),
};

const socket = new net.Socket({ fd: 3 });
const send = (reply: Reply): void => void socket.write(JSON.stringify(reply) + '\n');

async function answer({ module, call, probe, arguments: text }: Request): Promise<unknown> {
  // Not a literal, so that no bundler follows it: the file is the student's.
  const exports = require(path.resolve(process.argv[2], `${module}.js`)) as Record<string, unknown>;
  const values = decode(text, tensors) as unknown[];
  if (probe !== undefined) {
    const run = new Function(`return (${probe})`)() as (...values: unknown[]) => unknown;
    return run(exports, require('cnn-kit'), ...values);
  }
  const called = exports[call!];
  if (typeof called !== 'function') throw new Error(`${module} exports no function ${call}; export it by this name.`);
  return called(...values);
}

async function reply(line: string): Promise<void> {
  const request = JSON.parse(line) as Request;
  try {
    send({ id: request.id, value: encode(await answer(request), tensors) });
  } catch (error) {
    send({ id: request.id, error: message(error) });
  }
}

function message(error: unknown): string {
  try {
    return String(error instanceof Error ? `${error.name}: ${error.message}` : error).slice(0, 500);
  } catch {
    return 'an error that cannot be shown';
  }
}

process.on('uncaughtException', error => send({ id: null, error: message(error) }));
process.on('unhandledRejection', error => send({ id: null, error: message(error) }));

let pending = '';
socket.setEncoding('utf8').on('data', (chunk: string) => {
  const lines = (pending + chunk).split('\n');
  pending = lines.pop()!;
  lines.forEach(line => void reply(line));
});
socket.on('end', () => process.exit(0));
