import { runtime, type Drawn } from './runtime';

export const fontFamily = 'DejaVu Sans';

/** Draws an SVG, `scale` pixels to its unit, and gives the bytes of a PNG file with its size in pixels. */
export function svgToPng(svg: string, scale = 2): Drawn {
  return runtime().drawSvg(svg, scale);
}

/** About how wide a line of text is drawn, in the unit of `fontSize`. */
export function textWidth(text: string, fontSize: number): number {
  return text.length * fontSize * 0.62;
}
