/**
 * What the core asks of the runtime that it is in. It computes anywhere: in Node, a browser's page or a worker. All else
 * comes from here, and Node's part of it is in src/node.
 */
import type * as tf from '@tensorflow/tfjs';
import { zlibSync } from 'fflate';

export interface Runtime {
  /** Files on a disk; undefined where there is none. */
  files?: Files;
  /** The folder of the kit among the files. */
  kit?: string;
  /** Under what an experiment is made here; it may take a moment. */
  circumstances?(): Circumstances;
  /** What computes; undefined where tfjs chose for itself. */
  engine?(): { name: string; version: string; device: string };
  /** Steps as graphs; where there are none, each runs operation by operation. */
  graphs: Graphs;
  /** What layers can be placed on. */
  devices: Devices;
  /** Lets timers, events and drawings in. */
  pause(): Promise<void>;
  /** A value as text, as a terminal shows it. */
  inspect(value: unknown, options?: { isOneLine?: boolean }): string;
  /** Shows text where there is no notebook. */
  print(text: string): void;
  /** Shows a line in place of the last one, where there is a terminal. */
  printOver?(line: string, isLast: boolean): void;
  /** Asks for a line of text, where there is no notebook. */
  readLine(prompt: string, isPassword: boolean): Promise<string>;
  /** Draws an SVG as the bytes of a PNG file, `scale` pixels to its unit; undefined where nothing draws. */
  rasterize?(svg: string, scale: number): { png: Uint8Array; width: number; height: number };
  /** A JPEG, PNG, WebP, BMP or GIF file (its first frame) as RGBA pixels, upright as its EXIF data say. @throws if it is none */
  decodeImage?(bytes: Uint8Array): Promise<{ data: Uint8ClampedArray; width: number; height: number; channels: 4 }>;
  /** The zlib format (RFC 1950), as small as it gets. */
  deflate(bytes: Uint8Array): Uint8Array;
}

export interface Circumstances {
  /** Commit of the kit's code; '(changed)' where files differ from it. */
  commit: string;
  machine: string;
  /** What was set in the environment and changes how it is computed, as one would type it before a command. */
  settings: string;
  versions: Record<string, string>;
}

export interface Files {
  exists(file: string): boolean;
  /** @throws with the reason, when it cannot be read */
  read(file: string): Uint8Array;
  /** Writes the file so that at every moment, also after a power cut, either the old or the new one is there whole. */
  writeWhole(file: string, content: string | Iterable<string | Uint8Array>): void;
  /** The names in a folder; none where there is no such folder. */
  list(folder: string): string[];
  isFolder(file: string): boolean;
  /** Does nothing where there is none. */
  remove(file: string): void;
  /** In hexadecimal digits. */
  sha256(...pieces: (string | Uint8Array)[]): string;
}

export type Step<Arguments extends tf.Tensor[], Result> = (...tensors: Arguments) => Result;

export interface CompileOptions {
  /** Where the line goes that says why a step runs eagerly. */
  log?(line: string): void;
  /** false: run eagerly, always. The default is true, unless CNN_KIT_COMPILE is 0. */
  enabled?: boolean;
  /**
   * true: at new shapes the step is called twice more, without computing anything, and graphs do all the work, the first
   * too: what they compute then is the same to the bit wherever a run begins. A step that draws random numbers in JavaScript
   * runs eagerly.
   */
  rehearse?: boolean;
}

export type Compiled<Arguments extends tf.Tensor[], Result> = Step<Arguments, Result> & {
  /** Why it runs eagerly; undefined while it is compiled, or may still be. */
  readonly reason: string | undefined;
  /** How many graphs it has: one for each list of shapes that it was given often enough. */
  readonly graphs: number;
  /** Frees the graphs. Later calls run eagerly. */
  dispose(): void;
  /** Frees the graphs, and refers to nothing else: for a FinalizationRegistry of what the step holds on to. */
  readonly free: () => void;
};

export interface Graphs {
  /** See `compileFor` of src/backend. */
  compileFor<Arguments extends tf.Tensor[], Result extends tf.Tensor | tf.Tensor[]>(
    model: tf.LayersModel,
    step: Step<Arguments, Result>,
    options?: CompileOptions,
  ): Compiled<Arguments, Result>;
  /** See `compileModel` of src/backend. */
  compileModel(
    model: tf.LayersModel,
    options?: CompileOptions & { freeze?: boolean },
  ): Compiled<[tf.Tensor], tf.Tensor | tf.Tensor[]>;
  /** Whether the running call becomes a graph, and so has no values yet. */
  isObserved(): boolean;
}

export interface Devices {
  names(): string[];
  /** How many operations were placed on each so far, and ran there. */
  operations(): number[];
  /** Puts the layers of a model on devices, by their names; undefined leaves a layer where it is. */
  place(model: tf.LayersModel, deviceOf: (name: string) => number | undefined): void;
}

const uncompiled = <Arguments extends tf.Tensor[], Result>(
  step: Step<Arguments, Result>,
): Compiled<Arguments, Result> =>
  Object.assign((...args: Arguments) => step(...args), {
    ...{ reason: 'there are no graphs here', graphs: 0 },
    dispose: () => undefined,
    free: () => undefined,
  });

export const runtime: Runtime = {
  graphs: {
    compileFor: (_, step) => uncompiled(step),
    compileModel: model => uncompiled((x: tf.Tensor) => model.apply(x, { training: false }) as tf.Tensor),
    isObserved: () => false,
  },
  devices: { names: () => ['the only device'], operations: () => [0], place: () => undefined },
  pause: () => new Promise(resolve => setTimeout(resolve, 0)),
  inspect: value => (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)),
  print: text => console.log(text),
  readLine: () => Promise.reject(new Error('There is nobody to ask here; expected a notebook or a terminal.')),
  deflate: bytes => zlibSync(bytes, { level: 9 }),
};

/** Files, for what cannot do without. @throws where there are none */
export function filesFor(what: string): Files {
  if (runtime.files) return runtime.files;
  throw new Error(`There are no files here for ${what}; expected Node.`);
}
