import { toBase64 } from '../../base/bytes';
import { func, words } from '../../base/options';
import type { MimeBundle } from './host';

/** The method by which an object tells how it is shown. */
export const jupyterDisplay: unique symbol = Symbol.for('Jupyter.display') as never;

/** A bundle with its metadata by MIME type, such as the width of an image on the page. */
export interface Picture {
  bundle: MimeBundle;
  metadata?: Record<string, unknown>;
}

/**
 * Something to show: the last value of a cell, or the argument of `display`. Drawn when first shown, and once.
 */
export class Figure {
  readonly #draw: () => Picture | Promise<Picture>;
  #picture?: Picture | Promise<Picture>;

  /**
   * @param text what a terminal or a screen reader gets
   * @param draw makes the whole image, `text` included as text/plain
   */
  constructor(
    readonly text: string,
    draw: () => Picture | Promise<Picture>,
  ) {
    words('text of a figure', text);
    func('second argument of Figure', draw, 'a function that draws');
    this.#draw = draw;
  }

  get picture(): Picture | Promise<Picture> {
    return (this.#picture ??= this.#draw());
  }

  /** The outputs by MIME type; a promise where drawing takes a while. */
  get bundle(): MimeBundle | Promise<MimeBundle> {
    const picture = this.picture;
    return picture instanceof Promise ? picture.then(({ bundle }) => bundle) : picture.bundle;
  }

  [jupyterDisplay](): MimeBundle | Promise<MimeBundle> {
    return this.bundle;
  }
}

/** An image of a PNG with its text, shown at `width` x `height` CSS pixels. */
export function pngPicture(png: Uint8Array, text: string, width: number, height: number): Required<Picture> {
  return {
    bundle: { 'image/png': toBase64(png), 'text/plain': text },
    metadata: { 'image/png': { width, height, alt: text } },
  };
}
