import { runtime } from '../../base/runtime';
import { pngPicture, type Picture } from './figure';

export const fontFamily = 'DejaVu Sans';

/** About how wide a line of text is drawn, in the unit of `fontSize`. */
export function textWidth(text: string, fontSize: number): number {
  return text.length * fontSize * 0.62;
}

/** An SVG as a image for the page, two pixels to its unit; where nothing draws, the SVG itself. */
export function drawnPicture(svg: string, text: string): Required<Picture> {
  const drawn = runtime.rasterize?.(svg, 2);
  if (drawn) return pngPicture(drawn.png, text, drawn.width / 2, drawn.height / 2);
  return {
    bundle: { 'image/svg+xml': svg, 'text/plain': text },
    metadata: { 'image/svg+xml': { alt: text } },
  };
}
