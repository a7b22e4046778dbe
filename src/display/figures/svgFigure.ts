import { escapeMarkup } from '../../base/markup';
import { listOf, positive, words } from '../../base/options';
import { Figure } from './figure';
import { INK } from './ink';
import { drawnPicture, fontFamily } from './raster';

/**
 * A drawing of SVG elements, with its PNG. It has no background, and words that say no `fill` are read on light and dark pages.
 *
 * @param elements markup, in a space of `width` x `height` pixels of the page
 * @param text says in words what is drawn
 */
export function svgFigure(elements: readonly string[], width: number, height: number, text: string): Figure {
  listOf('elements of svgFigure', elements, 'an array of markup', words);
  positive('width of svgFigure', width);
  positive('height of svgFigure', height);
  return new Figure(text, () => {
    const [w, h] = [Math.ceil(width), Math.ceil(height)];
    const svg = [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img"`,
      ` font-family="${fontFamily}, sans-serif" font-size="11" fill="${INK}"><title>${escapeMarkup(text.split('\n')[0])}</title>`,
      ...elements,
      '</svg>',
    ].join('');
    const { bundle, metadata } = drawnPicture(svg, text);
    return {
      bundle: { 'image/svg+xml': svg, ...bundle },
      metadata: { ...metadata, 'image/svg+xml': { width: w, height: h, alt: text } },
    };
  });
}
