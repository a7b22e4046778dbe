/**
 * The kernel's sockets, in a thread of their own: heartbeats are answered, output leaves and an interrupt arrives while
 * the main thread runs a cell, and who asks for `kernel_info` has the answer before TypeScript is loaded.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Publisher, Reply, Router } from 'zeromq';
import { broadcast, reply, type Channel, type Message } from '../interfaces/protocol';
import { kernelInfo } from '../interfaces/wire';
import { decode, encode, type Connection } from './frames';
import { terminate } from './termination';

export interface SocketsData {
  connection: Connection;
  /** The kit's. */
  version: string;
  /** The platform's. */
  stop: Int32Array;
  /** Set to 1 when the sockets are closed. */
  closed: Int32Array;
}

/** What the main thread sends: signed messages, and orders. */
export type ToSockets = { channel: Channel; frames: Uint8Array[] } | { mark: number } | 'close';
/** What it gets: messages, and an echo of every mark, after all that had come before it. */
export type FromSockets = { message: Message } | { mark: number } | 'closed';

/** How long a cell may go without looking at the flag before the children that it may wait for are ended, in milliseconds. */
const PATIENCE = 400;
/** How long that may be without effect before V8 itself ends what runs, as in a regular expression. */
const MORE_PATIENCE = 200;
/** How soon to look again whether the compiler or a package that loads has done its work, which may not be broken off. */
const AGAIN = 20;

const { connection, version, stop, closed } = workerData as SocketsData;
const { key } = connection;
const port = parentPort!;
const routers = { shell: new Router(), control: new Router(), stdin: new Router() };
const iopub = new Publisher({ sendHighWaterMark: 0 });
const heartbeat = new Reply();
const sockets = { ...routers, iopub, heartbeat };
for (const socket of Object.values(routers)) socket.sendHighWaterMark = 0;

let last: Promise<unknown> = Promise.resolve();
/** In order, one at a time: zeromq.js refuses a second send while one is under way. */
function send(channel: Channel, frames: Uint8Array[]): void {
  last = last.then(() => sockets[channel].send(frames as Buffer[])).catch(() => undefined);
}

const say = (message: Message): void => send(message.channel, encode(message, key));

let patience: NodeJS.Timeout | undefined;
function interrupt(): void {
  Atomics.store(stop, 0, 1);
  insist(PATIENCE, endChildren, terminate);
}

/** Goes on to stronger means, in turn, until the main thread has seen the interrupt. */
function insist(patienceMs: number, means: () => void, next: () => void): void {
  clearTimeout(patience);
  patience = setTimeout(() => {
    if (!Atomics.load(stop, 0)) return undefined;
    if (Atomics.load(stop, 1)) return insist(AGAIN, means, next);
    insist(MORE_PATIENCE, next, means);
    means();
  }, patienceMs);
}

/** Signals the children that a cell waits for, which are of the kernel's process group where it leads one. */
function endChildren(): void {
  try {
    process.kill(-process.pid, 'SIGINT');
  } catch {
    // It leads none, or the system has none.
  }
}

function receive(channel: Channel, frames: Buffer[]): void {
  let message: Message;
  try {
    message = decode(channel, frames, key);
  } catch {
    return; // Not from a client that knows the key.
  }
  const type = message.header.msg_type;
  if (type === 'interrupt_request') interrupt();
  if (type === 'kernel_info_request') {
    say(broadcast('status', { execution_state: 'busy' }, message.header));
    say(reply(message, 'kernel_info_reply', kernelInfo(version, `Node ${process.version}`)));
    say(broadcast('status', { execution_state: 'idle' }, message.header));
    return;
  }
  port.postMessage({ message } satisfies FromSockets);
}

async function serve(channel: keyof typeof routers): Promise<void> {
  for await (const frames of routers[channel]) receive(channel, frames);
}

async function echo(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

async function open(): Promise<void> {
  const at = (number: number): string =>
    `${connection.transport}://${connection.ip}${connection.transport === 'ipc' ? '-' : ':'}${number}`;
  await Promise.all([
    routers.shell.bind(at(connection.shell_port)),
    routers.control.bind(at(connection.control_port)),
    routers.stdin.bind(at(connection.stdin_port)),
    iopub.bind(at(connection.iopub_port)),
    heartbeat.bind(at(connection.hb_port)),
  ]);
  say(broadcast('status', { execution_state: 'starting' }, {}));
  for (const channel of ['shell', 'control', 'stdin'] as const) void serve(channel);
  void echo();
}

async function close(): Promise<void> {
  await last;
  for (const socket of Object.values(sockets)) socket.close();
  Atomics.store(closed, 0, 1);
  Atomics.notify(closed, 0);
  port.postMessage('closed' satisfies FromSockets);
}

port.on('message', (order: ToSockets) => {
  if (order === 'close') void close();
  else if ('mark' in order) setImmediate(() => port.postMessage(order satisfies FromSockets));
  else send(order.channel, order.frames);
});
void open();

/** How often to look whether whoever started the kernel still runs, in milliseconds. */
const LOOK = 1000;
const parent = process.ppid;
// A kernel that nobody can reach any more ends, even while a cell runs.
setInterval(() => {
  if (process.ppid !== parent || !isRunning(parent)) process.kill(process.pid, 'SIGKILL');
}, LOOK);

/** Windows goes on to name a parent that has ended. */
function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
