/** Small archives and servers of our own, whole and broken. */
import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import zlib from 'node:zlib';

export interface Entry {
  name: string;
  data?: Uint8Array;
  type?: string;
  link?: string;
  /** The name's first part, as ustar has it. */
  prefix?: string;
  /** What the header says, where it lies. */
  size?: string;
}

export function tar(entries: Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, data = new Uint8Array(), type = '0', link = '', prefix = '', size }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write(size ?? data.length.toString(8).padStart(11, '0'), 124);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157);
    header.write('ustar\x0000', 257, 'latin1');
    header.write(prefix, 345);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

export const gzip = (bytes: Uint8Array): Buffer => zlib.gzipSync(bytes, { level: 1 });

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** `count` records of CIFAR-10 that gzip cannot make small; the first byte of each is the label. */
export function records(count: number, label: number): Buffer {
  let state = label + 1;
  return Buffer.from(
    Uint8Array.from({ length: count * 3073 }, (_, i) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return i % 3073 === 0 ? label : state >>> 24;
    }),
  );
}

const INSIDE = 'cifar-10-batches-bin/';

/** What the official archive holds, with 20 images in each file. */
export function officialEntries(): Entry[] {
  return [
    { name: INSIDE, type: '5' },
    { name: `${INSIDE}batches.meta.txt`, data: Buffer.from('airplane\n') },
    ...[1, 2, 3, 4, 5].map(i => ({ name: `${INSIDE}data_batch_${i}.bin`, data: records(20, i) })),
    { name: `${INSIDE}test_batch.bin`, data: records(20, 0) },
    { name: `${INSIDE}readme.html`, data: Buffer.from('<html>') },
  ];
}

export interface Server {
  url: string;
  requests: http.IncomingHttpHeaders[];
  close(): Promise<void>;
}

/** A server on loopback that answers its n-th request by `answer(request, response, n)`. */
export async function serve(
  answer: (request: http.IncomingMessage, response: http.ServerResponse, n: number) => void,
): Promise<Server> {
  const requests: http.IncomingHttpHeaders[] = [];
  const server = http.createServer((request, response) => {
    requests.push(request.headers);
    answer(request, response, requests.length - 1);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/cifar.tar.gz`,
    requests,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export interface Cut {
  /** So many bytes are sent. */
  after: number;
  /** Asked again and again: whether they have arrived. A client may drop what it has not read when the connection ends. */
  when: () => boolean;
}

/** Sends `file`, or the range of it that is asked for; with `cut`, only its beginning, and then ends the connection. */
export function send(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  file: Buffer,
  { cut, tag = '"one"', ranges = true }: { cut?: Cut; tag?: string; ranges?: boolean } = {},
): void {
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const partial = ranges && start > 0 && request.headers['if-range'] === tag;
  const body = partial ? file.subarray(start) : file;
  const headers: http.OutgoingHttpHeaders = { 'content-length': body.length, etag: tag };
  if (partial) headers['content-range'] = `bytes ${start}-${file.length - 1}/${file.length}`;
  response.writeHead(partial ? 206 : 200, headers);
  if (!cut) return void response.end(body);
  response.write(body.subarray(0, cut.after));
  const timer = setInterval(() => {
    if (!cut.when()) return;
    clearInterval(timer);
    response.destroy();
  }, 5);
  response.on('close', () => clearInterval(timer));
}
