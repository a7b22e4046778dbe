/**
 * The layers of one row of a network with their branches, top to bottom, drawn from the graph that tfjs runs: an inception
 * module, a residual block. Normalization, activation and dropout are in the box of the layer that they follow.
 */
import * as tf from '@tensorflow/tfjs';
import { check, network, shown, text } from '../base/options';
import { escapeMarkup, type Figure, INK, palette, svgFigure } from '../display';
import { describe, type Description, skeleton } from '../layers';

export interface BlockDiagramOptions {
  title?: string;
}

interface Part {
  name: string;
  lines: string[];
  colour: string;
  from: Part[];
  rank: number;
  x: number;
  /** Holds a place for an edge that passes this rank. */
  isBend: boolean;
}

const [WIDTH, HEIGHT, GAP, RISE] = [128, 44, 22, 34];

/**
 * The layers of one row of a network with their branches.
 * @param net a network, or a function that builds it without initial weights, which is fast
 * @param scope the names of its layers begin with it: 'inception3a', 'conv2_x/1'
 * @throws when no layer is in the scope
 * @example blockDiagram(() => googlenet(), 'inception3a')
 */
export function blockDiagram(
  net: tf.LayersModel | (() => tf.LayersModel),
  scope: string,
  options: BlockDiagramOptions = {},
): Figure {
  check('blockDiagram', options, { title: text });
  text('scope of blockDiagram', scope);
  const { title = scope } = options;
  if (typeof net === 'function') {
    const built = skeleton(net);
    network('result of the function given to blockDiagram', built);
    try {
      return blockDiagram(built, scope, { title });
    } finally {
      built.dispose();
    }
  }
  network('net of blockDiagram', net);
  const parts = partsOf(net, scope);
  const ranks = rankedWithBends(parts);
  placeRanks(ranks);
  const all = ranks.flat();
  const leftmost = Math.min(...all.map(part => part.x));
  const rightmost = Math.max(...all.map(part => part.x));
  const x = (part: Part): number => part.x - leftmost + WIDTH / 2 + GAP;
  const y = (part: Part): number => 40 + part.rank * (HEIGHT + RISE);
  const edges = all.flatMap(part =>
    part.from.map(before => {
      const [x1, y1] = [x(before), y(before) + (before.isBend ? HEIGHT / 2 : HEIGHT)];
      const [x2, y2] = [x(part), y(part) + (part.isBend ? HEIGHT / 2 : 0)];
      const bend = (y2 - y1) / 2;
      const end = part.isBend
        ? ''
        : `<path d="M${x2 - 3} ${y2 - 6}L${x2} ${y2 - 1}L${x2 + 3} ${y2 - 6}" fill="none" stroke="${INK}"/>`;
      return `<path d="M${x1} ${y1}C${x1} ${y1 + bend} ${x2} ${y2 - bend} ${x2} ${y2}" fill="none" stroke="${INK}"/>${end}`;
    }),
  );
  const boxes = all.filter(part => !part.isBend).map(part => {
    const [left, top] = [x(part) - WIDTH / 2, y(part)];
    const words = part.lines.filter(Boolean);
    const lines = words.map((line, i) => `<text x="${x(part)}" y="${top + 18 + i * 15 + (words.length === 1 ? 8 : 0)}" text-anchor="middle" fill="#222"${i ? ' font-size="10"' : ''}>${escapeMarkup(line)}</text>`);
    return `<rect x="${left}" y="${top}" width="${WIDTH}" height="${HEIGHT}" rx="5" fill="${pale(part.colour)}" stroke="${part.colour}"/>${lines.join('')}`;
  }); // prettier-ignore
  const source = (part: Part): string => (part.isBend ? source(part.from[0]) : part.lines[0]);
  const words = parts.map(part => {
    const from = part.from.length ? ` from ${part.from.map(source).join(' and ')}` : '';
    return `  ${part.lines.filter(Boolean).join(', ')}${from}`;
  });
  return svgFigure(
    [`<text x="12" y="20" font-size="13" font-weight="bold">${escapeMarkup(title)}</text>`, ...edges, ...boxes],
    Math.max(rightmost - leftmost + WIDTH + 2 * GAP, title.length * 9 + 24),
    52 + ranks.length * (HEIGHT + RISE) - RISE,
    [`${title}: ${parts.length} boxes`, ...words].join('\n'),
  );
}

/** A colour as on white paper, under dark words. */
const pale = (colour: string): string =>
  colour.replace(/[\da-f]{2}/gi, part => Math.round(255 - 0.22 * (255 - parseInt(part, 16))).toString(16));

function partsOf(net: tf.LayersModel, scope: string): Part[] {
  const inside = (layer: tf.layers.Layer): boolean => layer.name === scope || layer.name.startsWith(`${scope}/`);
  const chosen = net.layers.filter(inside);
  if (chosen.length === 0) {
    const scopes = [...new Set(net.layers.map(layer => layer.name.split('/')[0]))];
    throw new Error(`${net.name} has no layers in ${shown(scope)}; expected one of ${scopes.join(', ')}.`);
  }
  const outputs = chosen.map(layer => layer.output as tf.SymbolicTensor).sort((a, b) => a.id - b.id);
  const readers = (node: tf.SymbolicTensor): number =>
    outputs.reduce((count, other) => count + other.inputs.filter(input => input === node).length, 0);
  const partOf = new Map<tf.SymbolicTensor, Part>();
  const parts: Part[] = [];
  const add = (node: tf.SymbolicTensor, part: Omit<Part, 'rank' | 'x' | 'isBend'>): void => {
    const whole = { ...part, rank: 0, x: 0, isBend: false };
    partOf.set(node, whole);
    parts.push(whole);
  };
  for (const node of outputs) {
    for (const input of node.inputs) {
      if (!partOf.has(input))
        add(input, { name: 'input', lines: ['input', sizes(input)], colour: '#777777', from: [] });
    }
    const layer = node.sourceLayer;
    const described = describe(layer);
    const before = partOf.get(node.inputs[0]);
    if (before && before.name !== 'input' && described.follows && readers(node.inputs[0]) === 1) {
      before.lines[1] = [before.lines[1], described.label].filter(Boolean).join(' · ');
      partOf.set(node, before);
    } else {
      const from = [...new Set(node.inputs.map(input => partOf.get(input)!))];
      add(node, {
        name: layer.name,
        lines: [described.label, described.detail ?? sizes(node)],
        colour: COLOURS[described.role] ?? palette[3],
        from,
      });
    }
  }
  return parts;
}

const sizes = (node: tf.SymbolicTensor): string => node.shape.slice(1).join(' x ');

const COLOURS: Partial<Record<Description['role'], string>> = {
  convolution: palette[0],
  pooling: palette[4],
  dense: palette[2],
  join: palette[1],
};

/** Each part one rank below the lowest that it reads; edges over more than one rank get a bend in each. */
function rankedWithBends(parts: readonly Part[]): Part[][] {
  for (const part of parts) part.rank = part.from.length ? 1 + Math.max(...part.from.map(before => before.rank)) : 0;
  const ranks: Part[][] = [];
  const put = (part: Part): void => void (ranks[part.rank] ??= []).push(part);
  for (const part of parts) {
    part.from = part.from.map(before => {
      let last = before;
      for (let rank = before.rank + 1; rank < part.rank; rank++) {
        last = { name: '', lines: [], colour: '', from: [last], rank, x: 0, isBend: true };
        put(last);
      }
      return last;
    });
    put(part);
  }
  return ranks;
}

/** Orders each rank by the mean place of what it reads, then of what reads it, and sets it around the middle. */
function placeRanks(ranks: Part[][]): void {
  const spread = (rank: Part[]): void => {
    const left = ((1 - rank.length) * (WIDTH + GAP)) / 2;
    rank.forEach((part, i) => (part.x = left + i * (WIDTH + GAP)));
  };
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  ranks.forEach(spread);
  for (let turn = 0; turn < 4; turn++) {
    for (const rank of ranks.slice(1)) {
      const wish = new Map(rank.map(part => [part, mean(part.from.map(before => before.x))]));
      rank.sort((a, b) => wish.get(a)! - wish.get(b)!);
      spread(rank);
    }
    for (const rank of [...ranks.slice(0, -1)].reverse()) {
      const wish = new Map(
        rank.map(part => {
          const readers = ranks[rank[0].rank + 1].filter(next => next.from.includes(part)).map(next => next.x);
          return [part, readers.length ? mean(readers) : part.x];
        }),
      );
      rank.sort((a, b) => wish.get(a)! - wish.get(b)!);
      spread(rank);
    }
  }
  // A rank of one is under what it reads, so that lines run straight.
  for (const rank of ranks.slice(1)) if (rank.length === 1) rank[0].x = mean(rank[0].from.map(before => before.x));
}
