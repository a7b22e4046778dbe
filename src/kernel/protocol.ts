/** Jupyter's messages on the wire: https://jupyter-client.readthedocs.io/en/stable/messaging.html, protocol 5.4. */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

export interface Header {
  msg_id: string;
  msg_type: string;
  session: string;
  username: string;
  date: string;
  version: string;
}

export type Channel = 'shell' | 'control' | 'stdin' | 'iopub';

export type Content = Record<string, any>;

export interface Message {
  channel: Channel;
  /** Who sent it: the routing frames of the socket. */
  identities: Uint8Array[];
  header: Header;
  parent: Header | Record<string, never>;
  metadata: Content;
  content: Content;
  buffers: Uint8Array[];
}

/** What the connection file holds. */
export interface Connection {
  ip: string;
  transport: 'tcp' | 'ipc';
  key: string;
  signature_scheme: string;
  shell_port: number;
  control_port: number;
  iopub_port: number;
  stdin_port: number;
  hb_port: number;
}

export const PROTOCOL_VERSION = '5.4';
const DELIMITER = '<IDS|MSG>';
const session = randomUUID();

export function header(type: string): Header {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    version: PROTOCOL_VERSION,
  };
}

/** An answer to `to` on the channel that it came by. */
export function reply(to: Message, type: string, content: Content): Message {
  return { ...to, header: header(type), parent: to.header, metadata: {}, content, buffers: [] };
}

/** A broadcast to all clients, in the name of the message that caused it. */
export function broadcast(
  type: string,
  content: Content,
  parent: Message['parent'],
  { metadata = {} as Content, buffers = [] as Uint8Array[] } = {},
): Message {
  const identities = [Buffer.from(`kernel.${type}`)];
  return { channel: 'iopub', identities, header: header(type), parent, metadata, content, buffers };
}

export function encode(message: Message, key: string): Uint8Array[] {
  const parts = [message.header, message.parent, message.metadata, message.content];
  const body = parts.map(part => Buffer.from(JSON.stringify(part)));
  return [...message.identities, Buffer.from(DELIMITER), Buffer.from(sign(body, key)), ...body, ...message.buffers];
}

/** @throws on a message that is malformed or not signed with our key */
export function decode(channel: Channel, frames: Buffer[], key: string): Message {
  const start = frames.findIndex(frame => frame.toString() === DELIMITER);
  if (start < 0 || frames.length < start + 6) throw new Error(`A message on ${channel} has ${frames.length} frames.`);
  const [signature, ...body] = frames.slice(start + 1, start + 6);
  const wanted = Buffer.from(sign(body, key));
  if (wanted.length !== signature.length || !timingSafeEqual(wanted, signature)) {
    throw new Error(`A message on ${channel} is not signed with the key of the connection file.`);
  }
  const [head, parent, metadata, content] = body.map(part => JSON.parse(part.toString()));
  const identities = frames.slice(0, start);
  return { channel, identities, header: head, parent, metadata, content, buffers: frames.slice(start + 6) };
}

function sign(body: Buffer[], key: string): string {
  if (!key) return '';
  const hmac = createHmac('sha256', key);
  for (const part of body) hmac.update(part);
  return hmac.digest('hex');
}
