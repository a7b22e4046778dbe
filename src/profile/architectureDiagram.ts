/**
 * A network as a row of boxes, one for each row of its paper's table, drawn from the graph that tfjs runs: the height of a
 * box is the side of its maps, its width the number of channels, both by their square roots.
 */
import * as tf from '@tensorflow/tfjs';
import { check, type Checks, network, text as textCheck, wholeNumber } from '../base/options';
import { escapeMarkup, type Figure, INK, palette, svgFigure } from '../display';
import { profile, type RowProfile } from './profile';

export interface ArchitectureDiagramOptions {
  title?: string;
  /** How many scopes of names make a box: 1 is the paper's table. */
  depth?: number;
  /** Boxes in a line before the next line begins. */
  perLine?: number;
}

const KINDS = {
  convolution: palette[0],
  pooling: palette[4],
  dense: palette[2],
  other: '#999999',
} as const;
type Kind = keyof typeof KINDS;

const PITCH = 68;
const TALLEST = 150;
const MARGIN = 16;

interface Box {
  row: RowProfile;
  kind: Kind;
  /** Parts that the convolutions of the row are split into, such as AlexNet's two graphics cards. */
  groups: number;
  side: number;
  channels: number;
}

const OPTIONS: Checks<ArchitectureDiagramOptions> = {
  title: textCheck,
  depth: (what, value) => wholeNumber(what, value),
  perLine: (what, value) => wholeNumber(what, value),
};

/**
 * A network as a row of boxes.
 * @param net a network, or a function that builds it without initial weights, which is fast
 * @param options the title, how many scopes of names make a box, and how many boxes a line has
 * @example architectureDiagram(() => alexnet())
 */
export function architectureDiagram(
  net: tf.LayersModel | (() => tf.LayersModel),
  options: ArchitectureDiagramOptions = {},
): Figure {
  check('architectureDiagram', options, OPTIONS);
  if (typeof net !== 'function') network('net of architectureDiagram', net);
  const { title, depth = 1, perLine = 12 } = options;
  const counted = profile(net, { depth });
  const image = counted.layers.find(layer => layer.role === 'input')!;
  const boxes = counted.rows.map(boxOf);
  const tallest = Math.max(image.outputShape[0], ...boxes.map(box => box.side));
  const caption = title ?? counted.name;
  const all: Box[] = [
    { row: { ...counted.rows[0], name: 'image', outputShape: image.outputShape, parameters: 0 }, kind: 'other', groups: 1, side: image.outputShape[0], channels: image.outputShape[2] },
    ...boxes,
  ]; // prettier-ignore
  const count = Math.ceil(all.length / perLine);
  const each = Math.ceil(all.length / count);
  const lines = Array.from({ length: count }, (_, i) => all.slice(i * each, (i + 1) * each));

  const elements = [text(MARGIN, 20, caption, 'font-size="13" font-weight="bold"')];
  const centre = (i: number): number => MARGIN + (i + 0.5) * PITCH;
  let top = 34;
  for (const line of lines) {
    const highest = Math.max(...line.map(box => heightOf(box, tallest)));
    const middle = top + 34 + highest / 2;
    line.forEach((box, i) => elements.push(...draw(box, line[i - 1], centre(i), middle, tallest)));
    top = middle + highest / 2 + 64;
  }
  elements.push(...legend(all, top));
  const width = MARGIN * 2 + Math.max(...lines.map(line => line.length)) * PITCH;
  const words = [
    `${caption}: ${counted.totals.parameters.toLocaleString('en-US')} parameters`,
    ...all.map(({ row, kind, groups }) => `  ${row.name}: ${kind}, ${row.outputShape.join(' x ')}${groups > 1 ? `, in ${groups} groups` : ''}${row.parameters ? `, ${short(row.parameters)} parameters` : ''}`),
  ]; // prettier-ignore
  return svgFigure(elements, Math.max(width, 420), top + 24, words.join('\n'));
}

function boxOf(row: RowProfile): Box {
  const roles = (['convolution', 'dense', 'pooling'] as const).filter(role =>
    row.layers.some(layer => layer.role === role),
  );
  const kind = roles[0] ?? 'other';
  const [side, , channels] = row.outputShape.length === 3 ? row.outputShape : [1, 1, row.outputShape[0]];
  const groups = Math.max(1, ...row.layers.map(layer => layer.groups));
  return { row, kind, groups, side, channels };
}

const isVector = (box: Box): boolean => box.row.outputShape.length === 1;

/** Vectors are as tall as their units ask, thin; maps by the root of their side. */
function heightOf(box: Box, tallest: number): number {
  if (isVector(box)) return Math.min(TALLEST, 20 + 1.6 * Math.sqrt(box.channels));
  return Math.max(8, TALLEST * Math.sqrt(box.side / tallest));
}

const widthOf = (box: Box): number => (isVector(box) ? 9 : Math.min(PITCH - 22, 3 + 1.3 * Math.sqrt(box.channels)));

function draw(box: Box, before: Box | undefined, centre: number, middle: number, tallest: number): string[] {
  const [width, height] = [widthOf(box), heightOf(box, tallest)];
  const [left, top] = [centre - width / 2, middle - height / 2];
  const skew = isVector(box) ? 4 : Math.min(20, height * 0.22);
  const colour = KINDS[box.kind];
  const shape = (points: [number, number][], opacity: number): string =>
    `<polygon points="${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ')}" fill="${colour}" fill-opacity="${opacity}" stroke="${colour}" stroke-linejoin="round"/>`;
  const [right, bottom] = [left + width, top + height];
  const parts = Math.min(box.groups, 4);
  const splits = parts > 1 ? Array.from({ length: parts - 1 }, (_, i) => top + ((i + 1) * height) / parts) : [];
  const label = (line: number, words: string, style = ''): string =>
    text(left + width / 2, bottom + 16 + line * 13, words, `text-anchor="middle" ${style}`);
  return [
    ...(before ? arrows(before, box, centre, middle, tallest) : []),
    shape([[left, top], [right, top], [right, bottom], [left, bottom]], 0.55), // prettier-ignore
    shape([[left, top], [left + skew, top - skew], [right + skew, top - skew], [right, top]], 0.3), // prettier-ignore
    shape([[right, top], [right + skew, top - skew], [right + skew, bottom - skew], [right, bottom]], 0.8), // prettier-ignore
    ...splits.map(
      y => `<path d="M${left} ${y}H${right}l${skew} ${-skew}" fill="none" stroke="white" stroke-width="3"/>`,
    ),
    label(0, box.row.name, `font-weight="bold" font-size="${Math.min(11, 92 / box.row.name.length).toFixed(1)}"`),
    label(1, box.row.outputShape.join('×'), 'font-size="10"'),
    ...(box.row.parameters ? [label(2, short(box.row.parameters), 'font-size="10"')] : []),
  ];
}

/** From the box before to this one: two arrows where each part of this one reads its own part alone. */
function arrows(before: Box, box: Box, centre: number, middle: number, tallest: number): string[] {
  const left = centre - widthOf(box) / 2;
  const from =
    centre - PITCH + widthOf(before) / 2 + (isVector(before) ? 4 : Math.min(20, heightOf(before, tallest) * 0.22));
  const line = (y1: number, y2: number): string =>
    `<path d="M${(from + 2).toFixed(1)} ${y1.toFixed(1)}L${(left - 3).toFixed(1)} ${y2.toFixed(1)}" stroke="${INK}" fill="none"/><path d="M${left - 8} ${y2 - 3}l5 3l-5 3" stroke="${INK}" fill="none"/>`; // prettier-ignore
  if (box.groups < 2) return [line(middle, middle)];
  const height = Math.min(heightOf(before, tallest), heightOf(box, tallest)) / 4;
  return [line(middle - height, middle - height), line(middle + height, middle + height)];
}

function legend(boxes: readonly Box[], top: number): string[] {
  const kinds = (Object.keys(KINDS) as Kind[]).filter(kind => kind !== 'other' && boxes.some(box => box.kind === kind));
  return [
    ...kinds.flatMap((kind, i) => [
      `<rect x="${MARGIN + i * 110}" y="${top - 10}" width="12" height="12" fill="${KINDS[kind]}" fill-opacity="0.7"/>`,
      text(MARGIN + 18 + i * 110, top, kind),
    ]),
    text(MARGIN + kinds.length * 110, top, 'below: output, parameters'),
  ];
}

const text = (x: number, y: number, words: string, style = ''): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${style}>${escapeMarkup(words)}</text>`;

const short = (count: number): string =>
  count >= 1e6 ? `${(count / 1e6).toFixed(1)} M` : count >= 1e3 ? `${(count / 1e3).toFixed(0)} K` : String(count);
