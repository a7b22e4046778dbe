/**
 * Colours of what is drawn. Figures have no background of their own, so that they look the same on light and dark pages: words
 * and lines are of a grey as far from white (contrast 4.5) as from a dark page (4.2 on #111).
 */
export const INK = '#767676';

/** Lines of a grid, and frames: there, and no more. */
export const FAINT = 'rgba(118, 118, 118, 0.3)';
