/** Messages as the signed frames of ZeroMQ's sockets. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Channel, Message } from '../interfaces/protocol';

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

const DELIMITER = '<IDS|MSG>';

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
