/** Three searches on the table of cells: who finds good cells with fewest trained networks? */
import {
  bestSoFar,
  type Cell,
  cellName,
  type CellTable,
  lookUp,
  randomSearch,
  regularizedEvolution,
  reinforce,
  type Search,
} from '../search';
import type { CellTableResult } from './cellTable';
import { at, type Experiment, median } from './experiment';
import { shippedRecord } from './record';
import { spreadChart } from './spreadChart';
import { cellOf } from '../search/space';

/** The controller's rate suits rewards that differ by hundredths. */
const SEARCHES: Record<string, Search> = {
  'random search': randomSearch,
  'regularized evolution': regularizedEvolution({ populationSize: 20, sampleSize: 5 }),
  'REINFORCE controller': reinforce({ learningRate: 10 }),
};

export interface ArchitectureSearch {
  /** The best cell of the table. */
  best: { cell: string; accuracy: number };
  /** How many different cells the table has. */
  cells: number;
  trials: number;
  searches: {
    name: string;
    /** For each seed, the best accuracy so far after each trial. */
    curves: number[][];
    /** For each seed, the cell found. */
    found: string[];
    /** For each seed, the mean distance to the best of the table over all trials: the area above the curve. */
    regrets: number[];
  }[];
}

export const architectureSearch: Experiment<ArchitectureSearch> = {
  title: 'Random search, regularized evolution and a REINFORCE controller',
  claim:
    'Evolution finds better networks earlier than reinforcement learning does, and both find better ones than random search.',
  source: 'Real et al., AAAI 2019, section 4.1 and figure 3; Li and Talwalkar, UAI 2019, section 4 doubts the latter',
  minutes: { quick: 0.1, lecture: 0.1, long: 0.1 },

  async run({ seed, scale, log }) {
    const { table } = shippedRecord<CellTableResult>('cell-table').result;
    const trials = at(scale, 50, 150, 300);
    const seeds = Array.from({ length: at(scale, 3, 20, 20) }, (_, i) => seed + i);
    const best = bestOf(table);
    const searches: ArchitectureSearch['searches'] = [];
    for (const [name, search] of Object.entries(SEARCHES)) {
      const curves: number[][] = [];
      const found: string[] = [];
      for (const seed of seeds) {
        const history = await search(lookUp(table), { trials, seed });
        curves.push(bestSoFar(history));
        found.push(cellName(history.reduce((a, b) => (b.reward > a.reward ? b : a)).cell));
      }
      const regrets = curves.map(curve => curve.reduce((sum, reward) => sum + best.accuracy - reward, 0) / trials);
      searches.push({ name, curves, found, regrets });
      log(`${name}: median regret ${(100 * median(regrets)).toFixed(2)} points`);
    }
    return { best, cells: Object.keys(table).length, trials, searches };
  },

  figure({ best, searches }) {
    return spreadChart(
      searches.map(({ name, curves }) => ({
        name,
        runs: quartiles(curves).map(curve => curve.map(value => 100 * value)),
      })),
      {
        title: `The best cell so far: median and middle half of ${searches[0].curves.length} seeds`,
        x: 'cells asked',
        y: 'validation accuracy (%)',
        horizontal: { at: 100 * best.accuracy, label: 'the best of the table' },
      },
    );
  },

  numbers: ({ best, searches }) => [
    searches.map(({ name, curves, regrets }) => {
      const hits = curves.filter(curve => curve.at(-1) === best.accuracy).length;
      const reached = median(curves.map(curve => curve.at(-1)!));
      return {
        search: name,
        'accuracy reached': `${(100 * reached).toFixed(1)}%`,
        'found the best': `${hits} of ${curves.length}`,
        'regret (points)': (100 * median(regrets)).toFixed(2),
      };
    }),
  ],

  conclusion({ best, cells, trials }) {
    return (
      `The best of the ${cells} cells of the table has ${(100 * best.accuracy).toFixed(1)}%; the searches saw ${trials} each, and the table has the median of their seeds. ` +
      'Regret is the distance to the best, in the mean over the trials: less is better.'
    );
  },
};

function bestOf(table: CellTable): ArchitectureSearch['best'] {
  const [cell, { accuracy }] = Object.entries(table).reduce((a, b) => (b[1].accuracy > a[1].accuracy ? b : a));
  return { cell, accuracy };
}

/** Three curves: at each trial the quarter, the middle and the three quarters of all. */
function quartiles(curves: number[][]): number[][] {
  const sorted = curves[0].map((_, i) => curves.map(curve => curve[i]).sort((a, b) => a - b));
  return [0.25, 0.5, 0.75].map(share => sorted.map(values => values[Math.round(share * (values.length - 1))]));
}

/** The best cell of the table that came with the kit. */
export function bestCell(): Cell {
  return cellOf(bestOf(shippedRecord<CellTableResult>('cell-table').result.table).cell);
}
