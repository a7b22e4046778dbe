/** On which side of its mark each label of a chart stands, so that one covers another, or a mark, as little as can be. */

import { listOf, refuse } from '../../base/options';

/** Plotly's names of the sides, and the way there: right and down. */
export const SIDES = {
  'middle right': [1, 0],
  'top center': [0, -1],
  'bottom center': [0, 1],
  'middle left': [-1, 0],
  'top right': [1, -1],
  'bottom right': [1, 1],
  'top left': [-1, -1],
  'bottom left': [-1, 1],
} as const;
export type Side = keyof typeof SIDES;

/** A mark: its centre and radius in pixels, y downwards, and its label. */
export interface Labelled {
  x: number;
  y: number;
  radius: number;
  label: string;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const LETTER = { width: 6.5, height: 13 };
const TURNS = 4;
/** How much worse it is to cover a mark than as much of a label. */
const MARK = 4;

/** @param size width and height of the chart, which no label should leave */
export function labelSides(marks: readonly Labelled[], size: [number, number]): Side[] {
  listOf('marks of labelSides', marks, 'an array of { x, y, radius, label }', (what, mark: Labelled | null) => {
    const { x, y, radius, label } = mark ?? ({} as Partial<Labelled>);
    const isMark = [x, y, radius].every(Number.isFinite) && typeof label === 'string';
    if (!isMark) refuse(what, mark, '{ x, y, radius, label }');
  });
  if (!(Array.isArray(size) && size.length === 2 && size.every(side => side > 0))) {
    refuse('size of labelSides', size, '[width, height] of the chart');
  }
  const [width, height] = size;
  const taken = marks.map(({ x, y, radius }) => around(x, y, radius, radius));
  const chosen: { side: Side; box: Box }[] = [];
  const except = (own: number, box: Box, others: Box[]): number =>
    others.reduce((sum, other, i) => sum + (i === own ? 0 : overlap(box, other)), 0);
  // Each chooses knowing those before it, and then again knowing all.
  for (let turn = 0; turn < TURNS; turn++) {
    marks.forEach((mark, own) => {
      const labels = chosen.map(({ box }) => box);
      const choices = (Object.keys(SIDES) as Side[]).map(side => {
        const box = labelBox(mark, side);
        const outside = area(box) - overlap(box, { left: 0, right: width, top: 0, bottom: height });
        return { side, box, covered: outside + MARK * except(own, box, taken) + except(own, box, labels) };
      });
      chosen[own] = choices.reduce((a, b) => (b.covered < a.covered ? b : a));
    });
  }
  return chosen.map(({ side }) => side);
}

function labelBox({ x, y, radius, label }: Labelled, side: Side): Box {
  const [across, down] = SIDES[side];
  const [halfWidth, halfHeight] = [(LETTER.width * label.length) / 2, LETTER.height / 2];
  return around(x + across * (radius + 3 + halfWidth), y + down * (radius + 2 + halfHeight), halfWidth, halfHeight);
}

const around = (x: number, y: number, halfWidth: number, halfHeight: number): Box => ({
  left: x - halfWidth,
  right: x + halfWidth,
  top: y - halfHeight,
  bottom: y + halfHeight,
});

const area = ({ left, right, top, bottom }: Box): number => (right - left) * (bottom - top);

function overlap(a: Box, b: Box): number {
  const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return Math.max(across, 0) * Math.max(down, 0);
}
