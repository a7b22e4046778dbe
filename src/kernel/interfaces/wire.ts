/** The way between the kernel and its clients. Over ZeroMQ's sockets it is node/socketsWire.ts. */
import { LANGUAGE_INFO } from './language';
import { PROTOCOL_VERSION, type Content, type Header, type Message } from './protocol';

export interface PublishOptions {
  metadata?: Content;
  buffers?: Uint8Array[];
}

export interface Wire {
  /** Answers a request. */
  reply(to: Message, content: Content): void;
  /** Tells all clients. */
  publish(type: string, content: Content, parent: Header | Record<string, never>, options?: PublishOptions): void;
  /** Asks the client that sent `to` for a line. */
  requestInput(to: Message, content: Content): void;
  /** Resolves when every message that had reached the kernel before this call has been handed over. */
  caughtUp(): Promise<void>;
  /** Sends what is under way, then closes. */
  close(): Promise<void>;
}

/**
 * Opens a wire.
 *
 * @param stop is set to 1 by an interrupt
 * @param receive gets each message, in order
 */
export type OpenWire = (stop: Int32Array, receive: (message: Message) => void) => Wire;

/**
 * The answer to kernel_info_request, which a wire gives itself: who asks has it before the compiler is loaded.
 *
 * @param version the kit's
 * @param runtime as in 'Node v20.0.0'
 */
export function kernelInfo(version: string, runtime: string): Content {
  return {
    status: 'ok',
    protocol_version: PROTOCOL_VERSION,
    implementation: 'cnn-kit',
    implementation_version: version,
    banner: `cnn-kit: TypeScript on ${runtime}`,
    debugger: false,
    help_links: [],
    language_info: LANGUAGE_INFO,
  };
}
