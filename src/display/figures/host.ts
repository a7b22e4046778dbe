/** Outputs by MIME type: strings, base64 for binary types, or plain JSON for types that end in +json. */
export type MimeBundle = Record<string, unknown>;

/** What a kernel offers to the code of its cells: it installs one as globalThis[kernelKey]. */
export interface KernelHost {
  /** Sends display_data, or update_display_data when `update` is true. */
  display(bundle: MimeBundle, options: { id?: string; update?: boolean; metadata?: Record<string, unknown> }): void;
  /** Sends clear_output; `wait` keeps the old output until the next one comes. */
  clear(wait: boolean): void;
  /** Aborts when the running cell is interrupted. */
  signal(): AbortSignal | undefined;
  /** Asks the reader for a line. */
  input(prompt: string, password: boolean): Promise<string>;
  /** The line of a cell or a local file in which an error arose, as `In[3]:7: return x.such();`, if it arose there. */
  ownLine(error: unknown): string | undefined;
  /** Sends comm_open. */
  openComm(target: string, message?: Partial<CommMessage>): Comm;
  /** Hands over every comm that the browser opens to `target`. */
  onComm(target: string, handler: CommHandler): void;
}

/** What travels over a comm: plain JSON, and bytes beside it. */
export interface CommMessage {
  data: any;
  metadata: Record<string, unknown>;
  buffers: Uint8Array[];
}

/** A channel between the kernel and a widget on the page. */
export interface Comm {
  readonly id: string;
  readonly target: string;
  send(message: Partial<CommMessage>): void;
  close(message?: Partial<CommMessage>): void;
  onMessage?: (message: CommMessage) => void;
  onClose?: (message: CommMessage) => void;
}

export type CommHandler = (comm: Comm, message: CommMessage) => void;

export const kernelKey = Symbol.for('cnn-kit.kernel');

/** The kernel that runs this code, or undefined in plain Node. */
export function kernelHost(): KernelHost | undefined {
  return (globalThis as Record<symbol, unknown>)[kernelKey] as KernelHost | undefined;
}
