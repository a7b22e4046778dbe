import { boolean, check, words } from '../base/options';
import { runtime } from '../base/runtime';
import { Figure, jupyterDisplay, type Picture } from './figures/figure';
import { kernelHost, type MimeBundle } from './figures/host';

/** An output that is on the page, or soon will be. */
export interface DisplayHandle {
  readonly id: string;
  /** Shows another value in its place. */
  update(value: unknown): void;
}

export interface Display {
  /**
   * Shows a value below the running cell: a MIME bundle (a plain object all of whose keys contain '/'), an object with
   * `[Symbol.for('Jupyter.display')]()`, what a promise resolves to, or any other value as `util.inspect` prints it.
   * In plain Node it prints the value's text.
   *
   * @param value anything
   * @returns a handle that shows another value in the same place
   * @example display(lineChart([1, 4, 9]))
   */
  (value: unknown): DisplayHandle;
  /** Removes the outputs of the running cell; `wait` keeps them until the next one comes. */
  clear(options?: { wait?: boolean }): void;
  /** Aborts when the running cell is interrupted; undefined in plain Node. */
  readonly signal: AbortSignal | undefined;
  /** Resolves when everything displayed so far is drawn and shown; rejects with the first error of a drawing. */
  settled(): Promise<void>;
}

const drawings = new Set<Promise<void>>();

function show(value: unknown): DisplayHandle {
  const id = crypto.randomUUID();
  let turn = 0;
  let shown = false;
  const send = ({ bundle, metadata }: Picture): void => {
    const host = kernelHost();
    if (host) host.display(bundle, { id, update: shown, metadata });
    else runtime.print(textOf(bundle));
    shown = true;
  };
  const update = (next: unknown): void => {
    const mine = ++turn;
    const picture = represent(next);
    if (!(picture instanceof Promise)) return send(picture);
    // A drawing that a later update has overtaken is dropped.
    const drawing = picture.then(
      drawn => void (mine === turn && send(drawn)),
      (error: unknown) => {
        if (mine === turn) send({ bundle: { 'text/plain': `This could not be drawn. ${error}` } });
        throw error;
      },
    );
    drawings.add(drawing);
    drawing.then(
      () => drawings.delete(drawing),
      () => undefined,
    );
  };
  update(value);
  // As the last value of a cell, a handle shows nothing of its own.
  return Object.defineProperty({ id, update }, jupyterDisplay, { value: () => ({}) });
}

/** Shows a value below the running cell, or prints its text in plain Node. */
export const display: Display = Object.defineProperties(show as Display, {
  clear: { value: ({ wait = false }: { wait?: boolean } = {}) => kernelHost()?.clear(wait) },
  signal: { get: () => kernelHost()?.signal() },
  settled: {
    value: async () => {
      const waiting = [...drawings];
      const results = await Promise.allSettled(waiting);
      for (const drawing of waiting) drawings.delete(drawing);
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
  },
});

type Recognizer = (value: unknown) => unknown;

const recognizers: Recognizer[] = [];

/** Has the page show plain data as something else, which `recognizer` gives where it knows them. */
export const recognize = (recognizer: Recognizer): void => void recognizers.push(recognizer);

/** How a value is shown, with its metadata; a promise where drawing it takes a while. For kernels. */
export function represent(value: unknown): Picture | Promise<Picture> {
  if (isPromise(value)) return Promise.resolve(value).then(represent);
  // Without a kernel nothing but the text is shown, so nothing else is drawn.
  if (value instanceof Figure) return kernelHost() ? value.picture : { bundle: { 'text/plain': value.text } };
  const method = (value as Record<symbol, unknown> | null | undefined)?.[jupyterDisplay];
  if (typeof method === 'function') {
    const bundle = method.call(value) as MimeBundle | PromiseLike<MimeBundle>;
    if (typeof (bundle as PromiseLike<MimeBundle>)?.then !== 'function') return { bundle: checked(bundle) };
    return Promise.resolve(bundle).then(resolved => ({ bundle: checked(resolved) }));
  }
  const known = kernelHost() && recognizers.map(ask => ask(value)).find(other => other);
  if (known) return represent(known);
  return { bundle: isBundle(value) && Object.keys(value).length ? value : { 'text/plain': runtime.inspect(value) } };
}

/** Also of another realm: cells may run in one of their own. */
const isPromise = (value: unknown): value is Promise<unknown> =>
  Object.prototype.toString.call(value) === '[object Promise]';

function checked(bundle: unknown): MimeBundle {
  if (isBundle(bundle)) return bundle;
  throw new TypeError(`[Symbol.for('Jupyter.display')]() gave ${runtime.inspect(bundle)}; expected a MIME bundle.`);
}

function isBundle(value: unknown): value is MimeBundle {
  if (typeof value !== 'object' || value === null) return false;
  // Cells may run in another realm, whose Object.prototype is another one.
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype && Object.getPrototypeOf(prototype) !== null) return false;
  return Object.keys(value).every(key => key.includes('/'));
}

function textOf(bundle: MimeBundle): string {
  const text = bundle['text/plain'] ?? bundle['text/markdown'];
  return text === undefined ? `(${Object.keys(bundle).join(', ')})` : [text].flat().join('');
}

/** Asks the reader for a line of text; `password` hides what is typed. */
export async function input(prompt = '', options: { password?: boolean } = {}): Promise<string> {
  words('prompt of input', prompt);
  check('input', options, { password: boolean });
  const { password = false } = options;
  const host = kernelHost();
  if (host) return host.input(prompt, password);
  return runtime.readLine(prompt, password);
}
