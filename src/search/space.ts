/**
 * A cell small enough to enumerate: the form of NAS-Bench-201 (Dong & Yang, ICLR 2020, figure 1). Four nodes, the first is
 * the input; each of the six edges carries one operation; a node is the sum of what arrives.
 * Differs from the paper: three operations instead of five, and no convolution on the last edge. 3^5 x 2 = 486 cells instead
 * of 15,625, which two cores train in a quarter of an hour.
 */
import { between, func, refuse } from '../base/options';
import type { Random } from '../data';

/** What an edge may carry. */
export const OPERATIONS = ['none', 'skip', 'conv3x3'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Edges as [from, to], in the order of a cell's operations. */
export const EDGES = [
  [0, 1],
  [0, 2],
  [1, 2],
  [0, 3],
  [1, 3],
  [2, 3],
] as const;

/** For each edge of EDGES, what it may carry in the space: anything, but for the last edge `none` or `skip`. */
export const CHOICES: readonly (readonly Operation[])[] = EDGES.map((_, edge) =>
  edge < EDGES.length - 1 ? OPERATIONS : ['none', 'skip'],
);

/** One operation for each edge of EDGES. */
export type Cell = readonly Operation[];

/** @throws unless it has one operation for each edge */
export function refuseCell(cell: Cell): void {
  const isCell =
    Array.isArray(cell) &&
    cell.length === EDGES.length &&
    cell.every((operation: Operation) => OPERATIONS.includes(operation));
  if (isCell) return;
  refuse(
    'cell',
    Array.isArray(cell) ? cell.join('|') : cell,
    `${EDGES.length} operations, each one of ${OPERATIONS.join(', ')}`,
  );
}

/** The cell of a name: its operations, with a | between them. @throws unless it is one */
export function cellOf(name: string): Cell {
  const cell = name.split('|') as Operation[];
  refuseCell(cell);
  return cell;
}

const RANDOM = 'a function of numbers from 0 to below 1, such as seeded(1)';

/** One of the items, drawn at random. @throws where there is none */
export function pick<T>(items: readonly T[], random: Random): T {
  func('random of pick', random, RANDOM);
  if (!Array.isArray(items) || items.length === 0) refuse('items of pick', items, 'an array with at least one item');
  const number = random();
  between('number of random', number, 0, 1);
  return items[Math.floor(number * items.length)];
}

/** All 486 cells of the space: the operation of the first edge changes fastest. */
export function allCells(): Cell[] {
  return CHOICES.reduce<Cell[]>(
    (cells, choices) => choices.flatMap(operation => cells.map(cell => [...cell, operation])),
    [[]],
  );
}

/** A cell of the space, each of its edges drawn at random. */
export function randomCell(random: Random): Cell {
  func('random of randomCell', random, RANDOM);
  return CHOICES.map(choices => pick(choices, random));
}

/** The cell with exactly one operation changed to another one of the space. */
export function mutate(cell: Cell, random: Random): Cell {
  refuseCell(cell);
  func('random of mutate', random, RANDOM);
  const edge = pick([...cell.keys()], random);
  const others = CHOICES[edge].filter(operation => operation !== cell[edge]);
  return cell.map((operation, i) => (i === edge ? pick(others, random) : operation));
}

/** The operations of a cell in one word, such as `skip|none|...`. */
export function cellName(cell: Cell): string {
  refuseCell(cell);
  return cell.join('|');
}

/**
 * The same name for cells that compute the same function: edges that the output does not depend on, or that nothing
 * reaches, are set to `none`, and the two inner nodes take the order that gives the smaller name where both are equal.
 */
export function canonicalName(cell: Cell): string {
  refuseCell(cell);
  const carries = (edge: number): boolean => cell[edge] !== 'none';
  const reached = new Set([0]);
  EDGES.forEach(([from, to], edge) => carries(edge) && reached.has(from) && reached.add(to));
  const needed = new Set([3]);
  [...EDGES.keys()].reverse().forEach(edge => {
    const [from, to] = EDGES[edge];
    if (carries(edge) && needed.has(to)) needed.add(from);
  });
  const live = cell.map((operation, edge): Operation => {
    const [from, to] = EDGES[edge];
    return reached.has(from) && needed.has(to) ? operation : 'none';
  });
  // Without an edge between them, nodes 1 and 2 may swap.
  if (live[2] !== 'none') return cellName(live);
  const swapped = [live[1], live[0], live[2], live[3], live[5], live[4]];
  return [cellName(live), cellName(swapped)].sort()[0];
}
