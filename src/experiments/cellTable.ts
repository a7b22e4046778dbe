/** Every cell of a search space trained once: the table on which searches are compared. */
import { type ImageSet, subset } from '../data';
import { barChart, scatterChart } from '../display';
import { canonicalName, type Cell, type CellTable, distinctCells, EDGES, trainCell } from '../search';
import { at, type Experiment, type Setting } from './experiment';
import { cellOf } from '../search/space';

export interface CellTableResult {
  /** How each cell's network was trained. */
  training: { images: number; validationImages: number; epochs: number; channels: number; seed: number };
  /** By the canonical name of the cell. */
  table: CellTable;
}

/** The images that cells are trained on, and others from the training set that choose among them: never test images. */
export function searchImages({ scale, images }: Pick<Setting, 'scale' | 'images'>): [ImageSet, ImageSet] {
  const [train, validation] = at(scale, [200, 100], [1000, 1000], [1280, 3000]);
  const all = images({ split: 'train', count: train + validation });
  return [subset(all, { to: train }), subset(all, { from: train })];
}

export const cellTable: Experiment<CellTableResult> = {
  title: 'The table of cells',
  claim:
    'A space of cells can be trained once and kept, so that searches are compared on it in seconds (423,624 graphs in NAS-Bench-101).',
  source: 'Ying et al., ICML 2019, section 1; Dong and Yang, ICLR 2020, figure 1',
  minutes: { quick: 0.2, lecture: 1, long: 10 },

  async run({ seed, scale, images, log, part }) {
    const [train, validation] = searchImages({ scale, images });
    const epochs = at(scale, 1, 2, 4);
    const channels = at(scale, 4, 8, 16);
    const all = distinctCells();
    const cells = every(all, at(scale, 60, 8, 1));
    const training = { images: train.length, validationImages: validation.length, epochs, channels, seed };
    const table: CellTable = {};
    for (const [i, cell] of cells.entries()) {
      const name = canonicalName(cell);
      table[name] = await part(name, () => trainCell(cell, train, validation, { epochs, channels, seed }));
      log(`${i + 1} of ${cells.length}  ${name}  ${(100 * table[name].accuracy).toFixed(1)}%`);
    }
    return { training, table };
  },

  figure({ table: cells, training }) {
    const rows = Object.entries(cells).sort(([, a], [, b]) => b.accuracy - a.accuracy);
    const scatter = scatterChart(
      rows.map(([name, { accuracy, parameters }]) => ({
        x: parameters / 1e3,
        y: 100 * accuracy,
        label: '',
        series: `${depthOf(cellOf(name))} deep`,
      })),
      {
        title: `${rows.length} cells, by the most convolutions on a way through the cell`,
        x: 'parameters (thousand)',
        y: `validation accuracy after ${training.epochs} epochs (%)`,
      },
    );
    const shown = [...rows.slice(0, 5), ...rows.slice(-3)];
    const extremes = barChart(
      shown.map(([name, { accuracy }]) => ({ label: name.replaceAll('conv3x3', 'conv'), value: 100 * accuracy })),
      { title: 'The best five cells and the worst three', x: 'validation accuracy (%)', horizontal: true },
    );
    return [scatter, extremes];
  },

  conclusion({ table: cells, training }) {
    const rows = Object.entries(cells).sort(([, a], [, b]) => b.accuracy - a.accuracy);
    const [[best, { accuracy }]] = rows;
    const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
    return (
      `${rows.length} different cells, trained for ${training.epochs} epochs on ${training.images} images: from ` +
      `${percent(rows.at(-1)![1].accuracy)} to ${percent(accuracy)} of ${training.validationImages} validation images, ` +
      `half of the cells above ${percent(rows[rows.length >> 1][1].accuracy)}. The best is ${best}.`
    );
  },
};

/** The most convolutions on a way from the first node to the last; 0 also where there is no way. */
export function depthOf(cell: Cell): number {
  const depth = [0, -Infinity, -Infinity, -Infinity];
  EDGES.forEach(([from, to], edge) => {
    if (cell[edge] !== 'none') depth[to] = Math.max(depth[to], depth[from] + Number(cell[edge] === 'conv3x3'));
  });
  return Math.max(0, depth[3]);
}

const every = <T>(items: readonly T[], step: number): T[] => items.filter((_, i) => i % step === 0);
