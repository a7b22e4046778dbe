import { kernelHost, type Comm, type CommHandler, type CommMessage, type KernelHost } from './figures/host';

/** Comms, the channels that widgets use: https://jupyter-client.readthedocs.io/en/stable/messaging.html#custom-messages */
export const comm = {
  /** Opens a comm to what the page has registered as `target`. */
  open: (target: string, message?: Partial<CommMessage>): Comm => host().openComm(target, message),
  /** Registers `handler` for comms that the page opens to `target`. */
  onOpen: (target: string, handler: CommHandler): void => host().onComm(target, handler),
};

function host(): KernelHost {
  const found = kernelHost();
  if (!found) throw new Error('Comms need a notebook, and this code runs in plain Node.');
  return found;
}
