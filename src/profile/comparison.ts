/**
 * The lecture's comparison chart (after Canziani, Culurciello & Paszke, 2016, arXiv 1605.07678): published accuracy against
 * operations, parameters and memory of our own networks; and what the lecture concludes, as predicates.
 */
import { isPlain, listOf, refuse } from '../base/options';
import { type Figure, labelSides, plotly, type Side } from '../display';
import { architecture, type PublishedValue } from '../models';
import { profile } from './profile';

/** The networks of the lecture's chart that are in the kit. */
const LECTURE = {
  AlexNet: ['alexnet', 'oneWeirdTrick'],
  VGG: ['vggD', 'vggE'],
  GoogLeNet: ['googlenet'],
  ResNet: ['resnet18', 'resnet34', 'resnet50', 'resnet101', 'resnet152'],
  Inception: ['inceptionV3', 'inceptionV4'],
} as const;

export interface ComparedNetwork {
  name: string;
  family: string;
  /** Percent of ImageNet's validation set; from different papers, so of slightly different ways to test. */
  top1: PublishedValue;
  top5: PublishedValue;
  /** Multiply-adds for one image of the network's own size. */
  operations: number;
  parameters: number;
  /** The share of the parameters that dense layers have. */
  denseShare: number;
  /** Bytes of the activations of one image. */
  activations: number;
  /** Bytes of all weights and of the activations of one image. */
  memory: number;
}

/**
 * What networks of the catalog cost, counted here, beside the accuracy that was published of them.
 * @param families names of the catalog by family; each needs a published accuracy
 * @throws when one is not in the catalog, or nobody published how accurate it is
 */
export function compareNetworks(families: Record<string, readonly string[]> = LECTURE): ComparedNetwork[] {
  if (!isPlain(families))
    refuse('families of compareNetworks', families, 'an object of lists of names, such as { ResNet: ["resnet50"] }');
  for (const [family, names] of Object.entries(families))
    listOf(`family ${family} of compareNetworks`, names, 'an array of names');
  return Object.entries(families).flatMap(([family, names]) => names.map(name => compared(name, family)));
}

function compared(name: string, family: string): ComparedNetwork {
  const { build, published } = architecture(name);
  const { top1, top5 } = published;
  if (!top1 || !top5)
    throw new Error(`The catalog has no published accuracy of ${name}; expected a name that has one.`);
  const { totals, layers } = profile(() => build());
  const { parameters, fixedParameters, multiplyAdds, memory } = totals;
  const dense = layers.filter(layer => layer.role === 'dense').reduce((sum, layer) => sum + layer.parameters, 0);
  return {
    name,
    family,
    top1,
    top5,
    operations: multiplyAdds,
    parameters,
    denseShare: dense / parameters,
    activations: memory,
    memory: 4 * (parameters + fixedParameters) + memory,
  };
}

const MEASURES = {
  'multiply-adds (10^9)': (net: ComparedNetwork) => net.operations / 1e9,
  'parameters (10^6)': (net: ComparedNetwork) => net.parameters / 1e6,
  'memory of weights and activations (MB)': (net: ComparedNetwork) => net.memory / 2 ** 20,
  'memory of activations (MB)': (net: ComparedNetwork) => net.activations / 2 ** 20,
};

/** Accuracy against operations; buttons put parameters or memory in their place. Areas of the marks show parameters. */
export function comparisonChart(networks: readonly ComparedNetwork[] = compareNetworks()): Figure {
  listOf('networks of comparisonChart', networks, 'what compareNetworks gives', (what, net: ComparedNetwork | null) => {
    if (!net?.top1 || !net.top5) refuse(what, net, 'what compareNetworks gives');
  });
  if (networks.length === 0) refuse('networks of comparisonChart', networks, 'at least one');
  const families = [...new Set(networks.map(net => net.family))];
  const members = families.map(family => networks.filter(net => net.family === family));
  const accuracies = { 'top-1': 'top1', 'top-5': 'top5' } as const;
  const measures = Object.entries(MEASURES);
  const describe = (net: ComparedNetwork): string =>
    [
      `<b>${net.name}</b>`,
      ...measures.map(([measure, of]) => `${measure}: ${of(net).toFixed(2)}`),
      `top-1: ${net.top1.value.toFixed(1)}, top-5: ${net.top5.value.toFixed(1)} (${net.top1.source})`,
    ].join('<br>');
  const initial = sides(members, measures[0][1]);
  return plotly({
    data: members.map((nets, i) => ({
      type: 'scatter',
      mode: 'markers+text',
      name: families[i],
      x: nets.map(measures[0][1]),
      y: nets.map(net => net.top1.value),
      text: nets.map(net => net.name),
      textposition: initial[i],
      cliponaxis: false,
      hovertext: nets.map(describe),
      hoverinfo: 'text',
      marker: { size: nets.map(net => net.parameters / 1e6), sizemode: 'area', sizeref: SIZE_OF_MARK, sizemin: 4 },
    })),
    layout: {
      title: { text: 'Accuracy on ImageNet against what it costs', y: 0.97, yanchor: 'top' },
      margin: { t: 110 },
      height: 460,
      xaxis: { title: { text: measures[0][0] }, rangemode: 'tozero' },
      yaxis: { title: { text: 'top-1 accuracy (%)' } },
      updatemenus: [
        menu(0, measures.map(([label, of]) => [label, { x: members.map(nets => nets.map(of)), textposition: sides(members, of) }, { 'xaxis.title.text': label, 'xaxis.autorange': true }])),
        menu(0.5, Object.entries(accuracies).map(([label, key]) => [label, { y: members.map(nets => nets.map(net => net[key].value)) }, { 'yaxis.title.text': `${label} accuracy (%)`, 'yaxis.autorange': true }])),
      ], // prettier-ignore
    },
  });
}

/** Parameters (10^6) to a mark's pixels, by plotly's rule for areas: a diameter of sqrt(parameters / this). */
const SIZE_OF_MARK = 0.08;

/** Sides for the names of all networks, in a plot of about the size that a notebook gives it. */
function sides(members: readonly ComparedNetwork[][], of: (net: ComparedNetwork) => number): Side[][] {
  const [width, height] = [670, 270];
  const networks = members.flat();
  const most = 1.1 * Math.max(...networks.map(of));
  const [low, high] = [Math.min, Math.max].map(end => end(...networks.map(top1)));
  const margin = 0.15 * (high - low);
  const marks = networks.map(net => ({
    x: (width * of(net)) / most,
    y: (height * (high + margin - top1(net))) / (high - low + 2 * margin),
    radius: Math.max(4, Math.sqrt(net.parameters / 1e6 / SIZE_OF_MARK)) / 2,
    label: net.name,
  }));
  const all = labelSides(marks, [width, height]);
  return members.map(nets => nets.map(net => all[networks.indexOf(net)]));
}

function menu(x: number, buttons: [label: string, data: object, layout: object][]): object {
  const choices = buttons.map(([label, data, layout]) => ({ label, method: 'update', args: [data, layout] }));
  return { type: 'dropdown', x, xanchor: 'left', y: 1.12, yanchor: 'bottom', buttons: choices };
}

export interface Conclusion {
  claim: string;
  holds(networks: readonly ComparedNetwork[]): boolean;
}

const of = (networks: readonly ComparedNetwork[], ...families: string[]): ComparedNetwork[] =>
  networks.filter(net => families.includes(net.family));
const except = (networks: readonly ComparedNetwork[], ...families: string[]): ComparedNetwork[] =>
  networks.filter(net => !families.includes(net.family));

type Measure = (net: ComparedNetwork) => number;
const operations: Measure = net => net.operations;
const parameters: Measure = net => net.parameters;
const memory: Measure = net => net.memory;
const top1: Measure = net => net.top1.value;

/** Whether each of the ones is below each of the others. */
const below = (ones: ComparedNetwork[], others: ComparedNetwork[], measure: Measure): boolean =>
  Math.max(...ones.map(measure)) < Math.min(...others.map(measure));

/** What the lecture says of its chart. Memory is that of weights and activations; of activations alone, ResNet-152 has most. */
export const conclusions: readonly Conclusion[] = [
  {
    claim: 'VGG: highest memory, most operations',
    holds: all => [memory, operations].every(measure => below(except(all, 'VGG'), of(all, 'VGG'), measure)),
  },
  {
    claim: 'GoogLeNet: very efficient: fewest parameters, and none as accurate has fewer operations',
    holds: all =>
      below(of(all, 'GoogLeNet'), except(all, 'GoogLeNet'), parameters) &&
      of(all, 'GoogLeNet').every(net =>
        except(all, 'GoogLeNet').every(other => top1(other) < top1(net) || operations(other) > operations(net)),
      ),
  },
  {
    claim: 'AlexNet: low compute, lots of parameters, nearly all of them in dense layers, lowest accuracy',
    holds: all =>
      below(of(all, 'AlexNet'), except(all, 'AlexNet'), operations) &&
      below(except(all, 'AlexNet', 'VGG'), of(all, 'AlexNet'), parameters) &&
      below(of(all, 'AlexNet'), except(all, 'AlexNet'), top1) &&
      of(all, 'AlexNet').every(net => net.denseShare > 0.95),
  },
  {
    claim: 'ResNet: moderate efficiency: operations between those of GoogLeNet and VGG',
    holds: all =>
      below(of(all, 'GoogLeNet'), of(all, 'ResNet'), operations) &&
      below(of(all, 'ResNet'), of(all, 'VGG'), operations),
  },
  {
    claim: 'ResNet: high accuracy: from 50 layers on above AlexNet, VGG and GoogLeNet, and only Inception-v4 above 152',
    holds: all => {
      const deep = of(all, 'ResNet').filter(net => !['resnet18', 'resnet34'].includes(net.name));
      const best = Math.max(...deep.map(top1));
      const above = all.filter(net => top1(net) > best).map(net => net.name);
      return below(of(all, 'AlexNet', 'VGG', 'GoogLeNet'), deep, top1) && above.join() === 'inceptionV4';
    },
  },
  {
    claim: 'Inception-v4: highest top-1 accuracy',
    holds: all =>
      below(all.filter(net => net.name !== 'inceptionV4'), all.filter(net => net.name === 'inceptionV4'), top1), // prettier-ignore
  },
];
