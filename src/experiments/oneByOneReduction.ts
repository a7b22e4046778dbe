/** What GoogLeNet's 1 x 1 convolutions in front of the large ones save: counted, nothing is trained. */
import { barChart, lineChart } from '../display';
import { type ReductionCost, reductionCosts } from '../profile';
import type { Experiment } from './experiment';

export interface OneByOneReduction {
  modules: ReductionCost[];
}

export const oneByOneReduction: Experiment<OneByOneReduction> = {
  title: '1 x 1 reductions',
  claim:
    'Without 1 x 1 reductions even a modest number of 5 x 5 convolutions is prohibitively expensive, and the number of maps grows from stage to stage.',
  source: 'Szegedy et al., CVPR 2015, section 4 and figure 2',
  minutes: { quick: 0.1, lecture: 0.1, long: 0.1 },

  run: () => Promise.resolve({ modules: reductionCosts() }),

  figure({ modules }) {
    const kinds = { 'with reductions (2 b)': 'reduced', 'without, same output': 'direct' } as const;
    const bars = modules.flatMap(cost =>
      Object.entries(kinds).map(([series, kind]) => ({
        label: cost.module,
        series,
        value: cost[kind].multiplyAdds / 1e6,
      })),
    );
    const maps = [
      { name: 'with reductions (2 b)', values: modules.map(({ reduced }) => reduced.outputShape[2]) },
      { name: 'naive (2 a), from the same input', values: modules.map(({ naive }) => naive.outputShape[2]) },
    ];
    return [
      barChart(bars, { title: 'Multiply-adds of each inception module', x: 'module', y: 'millions' }),
      lineChart(maps, { title: 'Maps that each module gives', x: 'module (1 is 3a, 9 is 5b)', y: 'maps' }),
    ];
  },

  conclusion({ modules }) {
    const total = (kind: 'reduced' | 'direct'): number =>
      modules.reduce((sum, cost) => sum + cost[kind].multiplyAdds, 0);
    const last = modules.at(-1)!;
    const million = (count: number): string => (count / 1e6).toFixed(1);
    return (
      `The nine modules take ${million(total('reduced'))} million multiply-adds with the reductions and ` +
      `${million(total('direct'))} million without, ${(total('direct') / total('reduced')).toFixed(1)} times as many. ` +
      `5b alone: ${million(last.reduced.multiplyAdds)} million and ${last.reduced.parameters.toLocaleString('en')} weights ` +
      `with, ${million(last.direct.multiplyAdds)} million and ${last.direct.parameters.toLocaleString('en')} without; the naive ` +
      `form would give ${last.naive.outputShape[2]} maps instead of ${last.reduced.outputShape[2]}.`
    );
  },
};
