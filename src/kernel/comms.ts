/** Comms: messages between a notebook's widgets and the kernel, opened from either side. */
import type { Comm, CommHandler, CommMessage } from '../display/figures/host';
import type { Content } from './interfaces/protocol';
import type { Output, Run } from './output';

type Part = Partial<CommMessage>;

export class Comms {
  private readonly open = new Map<string, Comm>();
  private readonly targets = new Map<string, CommHandler>();

  constructor(private readonly output: Output) {}

  /** Opens a comm to the target of that name in the browser. */
  openComm(target: string, message: Part = {}): Comm {
    const comm = this.make(crypto.randomUUID(), target);
    this.publish('comm_open', { comm_id: comm.id, target_name: target }, message);
    return comm;
  }

  /** What to do with a comm that the browser opens. */
  onOpen(target: string, handler: CommHandler): void {
    this.targets.set(target, handler);
  }

  /** The answer to comm_info_request. */
  info(target?: string): Content {
    const comms = [...this.open.values()].filter(comm => !target || comm.target === target);
    return { status: 'ok', comms: Object.fromEntries(comms.map(comm => [comm.id, { target_name: comm.target }])) };
  }

  /** A comm_open, comm_msg or comm_close from the browser; handlers' output belongs to it. */
  receive(type: string, { comm_id, target_name }: Content, message: CommMessage, run: Run): void {
    this.output.within(run, () => {
      if (type === 'comm_open') {
        const handler = this.targets.get(target_name as string);
        if (handler) handler(this.make(comm_id as string, target_name as string), message);
        else this.publish('comm_close', { comm_id: comm_id as string }, {});
        return;
      }
      const comm = this.open.get(comm_id as string);
      if (type === 'comm_close') {
        this.open.delete(comm_id as string);
        comm?.onClose?.(message);
      } else comm?.onMessage?.(message);
    });
  }

  private make(id: string, target: string): Comm {
    const comm: Comm = {
      id,
      target,
      send: message => this.publish('comm_msg', { comm_id: id }, message),
      close: (message = {}) => {
        if (this.open.delete(id)) this.publish('comm_close', { comm_id: id }, message);
      },
    };
    this.open.set(id, comm);
    return comm;
  }

  private publish(type: string, content: Content, { data = {}, metadata, buffers }: Part): void {
    this.output.publish(type, { ...content, data }, undefined, { metadata, buffers });
  }
}
