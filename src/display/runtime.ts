/** What display needs of the runtime that it stands on. Node's is in node/; a browser has another. */
import type { Image } from './image';

export interface Drawn {
  /** The bytes of a PNG file. */
  png: Uint8Array;
  /** In pixels. */
  width: number;
  height: number;
}

/** Where a program runs outside of a notebook. */
export interface Terminal {
  /** Shows `line` in place of the one before it; the last one stays. Nothing where the output is no terminal. */
  status(line: string, last: boolean): void;
  /** Asks the reader for a line; `password` hides what is typed. */
  ask(prompt: string, password: boolean): Promise<string>;
}

export interface Runtime {
  /** A value as text, as the console shows it. */
  inspect(value: unknown, options?: { depth?: number; breakLength?: number }): string;
  /** Draws an image whose sizes fit its data. */
  encodePng(image: Image): Uint8Array;
  /** Draws an SVG on white, `scale` pixels to its unit, with DejaVu Sans alone. */
  drawSvg(svg: string, scale: number): Drawn;
  terminal: Terminal;
}

let current: Runtime | undefined;

/** Sets what display stands on; cnn-kit sets Node's. */
export function useRuntime(runtime: Runtime): void {
  current = runtime;
}

export function runtime(): Runtime {
  if (!current) throw new Error('display stands on no runtime; expected useRuntime to be called first.');
  return current;
}
