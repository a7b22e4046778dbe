import { type Figure, jupyterDisplay, lineChart, palette, vegaLite } from '../../display';
import type { History } from './history';

/** The learning curve of a run: loss and error of each epoch, running and on the validation set; of less than two epochs the loss of each step. */
function learningCurve({ epochs, losses, steps }: History): Figure {
  if (epochs.length < 2) return lineChart(losses.length ? losses : [NaN], { title: 'Loss', x: 'step', y: 'loss' });
  const panels = [
    { title: 'loss', running: 'trainLoss', held: 'validationLoss', scale: 1 },
    { title: 'error (%)', running: 'trainError', held: 'validationError', scale: 100 },
  ] as const;
  const values = panels.flatMap(({ title, running, held, scale }) =>
    epochs.flatMap(epoch => [
      { title, set: 'running', epoch: epoch.epoch, value: scale * epoch[running] },
      ...(epoch[held] === undefined
        ? []
        : [{ title, set: 'validation', epoch: epoch.epoch, value: scale * epoch[held] }]),
    ]),
  );
  const sets = [...new Set(values.map(({ set }) => set))];
  // Vega would put ticks between two epochs.
  const few = epochs.length <= 12 ? { values: epochs.map(({ epoch }) => epoch) } : {};
  const panel = (title: string): object => ({
    width: 240,
    height: 200,
    transform: [{ filter: { field: 'title', equal: title } }],
    mark: { type: 'line', point: epochs.length <= 40 && { size: 24 } },
    encoding: {
      x: { field: 'epoch', type: 'quantitative', axis: { format: 'd', tickMinStep: 1, ...few } },
      y: { field: 'value', type: 'quantitative', title },
      color: {
        field: 'set',
        type: 'nominal',
        title: null,
        scale: { domain: sets, range: palette.slice(0, sets.length) },
      },
    },
  });
  const last = values.filter(({ epoch }) => epoch === epochs[epochs.length - 1].epoch);
  const text = last.map(({ title, set, value }) => `${set} ${title} ${Number(value.toPrecision(3))}`).join(', ');
  return vegaLite(
    { data: { values }, hconcat: panels.map(({ title }) => panel(title)) },
    { text: `Learning curve of ${epochs.length} epochs, ${steps} steps; at the end: ${text}` },
  );
}

/** Has a history shown by its curve, as the last value of a cell; to all else it stays plain data. */
export function showAsCurve(history: History): History {
  return Object.defineProperty(history, jupyterDisplay, { value: () => learningCurve(history).bundle });
}
