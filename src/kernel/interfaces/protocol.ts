/** Jupyter's messages on the wire: https://jupyter-client.readthedocs.io/en/stable/messaging.html, protocol 5.4. */

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

export const PROTOCOL_VERSION = '5.4';
const session = crypto.randomUUID();

function header(type: string): Header {
  return {
    msg_id: crypto.randomUUID(),
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
  const identities = [new TextEncoder().encode(`kernel.${type}`)];
  return { channel: 'iopub', identities, header: header(type), parent, metadata, content, buffers };
}
