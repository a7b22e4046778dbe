/** A wire over ZeroMQ: the main thread's end of the sockets. */
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type koffi from 'koffi';
import { broadcast, reply, type Content, type Header, type Message } from '../interfaces/protocol';
import type { PublishOptions, Wire } from '../interfaces/wire';
import { encode, type Connection } from './frames';
import type { FromSockets, SocketsData, ToSockets } from './sockets';

/** How long the sockets may take to close, in milliseconds. */
const PATIENCE = 2000;

export class SocketsWire implements Wire {
  private readonly worker: Worker;
  private readonly marks = new Map<number, () => void>();
  private nextMark = 0;
  private closed?: () => void;
  private readonly workerData: SocketsData;

  /** @param version the kit's */
  constructor(connection: Connection, version: string, stop: Int32Array, receive: (message: Message) => void) {
    const closed = new Int32Array(new SharedArrayBuffer(4));
    this.workerData = { connection, version, stop, closed };
    this.worker = new Worker(path.join(__dirname, 'sockets.js'), { workerData: this.workerData });
    this.worker.on('message', (order: FromSockets) => {
      if (order === 'closed') this.closed?.();
      else if ('mark' in order) this.marks.get(order.mark)?.();
      else receive(order.message);
    });
    // What is under way leaves, also when a cell ends the process; and with sockets open their thread dies of an abort.
    const end = (status: number): void => {
      const listeners = process.listeners('exit') as ((status: number) => void)[];
      for (const listener of listeners.slice(listeners.indexOf(end) + 1)) listener.call(process, status);
      this.post('close');
      Atomics.wait(closed, 0, 0, PATIENCE);
      exitNow(status);
    };
    process.on('exit', end);
  }

  reply(to: Message, content: Content): void {
    this.send(reply(to, to.header.msg_type.replace('_request', '_reply'), content));
  }

  publish(type: string, content: Content, parent: Header | Record<string, never>, options?: PublishOptions): void {
    this.send(broadcast(type, content, parent, options));
  }

  requestInput(to: Message, content: Content): void {
    this.send({ ...reply(to, 'input_request', content), channel: 'stdin' });
  }

  async caughtUp(): Promise<void> {
    const mark = this.nextMark++;
    await new Promise<void>(resolve => {
      this.marks.set(mark, resolve);
      this.post({ mark });
    });
    this.marks.delete(mark);
  }

  async close(): Promise<void> {
    await new Promise<void>(resolve => {
      this.closed = resolve;
      this.post('close');
    });
    await this.worker.terminate();
  }

  private send(message: Message): void {
    this.post({ channel: message.channel, frames: encode(message, this.workerData.connection.key) });
  }

  private post(order: ToSockets): void {
    this.worker.postMessage(order);
  }
}

/** Ends the process without Node's taking down of threads, in which ZeroMQ's addon sometimes aborts it. */
function exitNow(status: number): void {
  if (process.platform === 'win32') return;
  const { load } = require('koffi') as typeof koffi;
  load(process.platform === 'darwin' ? 'libSystem.dylib' : 'libc.so.6').func('void _exit(int)')(status);
}
