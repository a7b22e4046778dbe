/** A run of training in a process of its own, which kills itself with SIGKILL after the step named, if one is. */
import { fit, horizontalFlip, ready } from '../../src';
import { steps } from '../../src/training';
import { tinyModel, tinySet, weightsOf } from './tiny';

export interface Outcome {
  weights: number[][];
  losses: number[];
  rows: string[];
}

async function run(file: string, killAt: number): Promise<Outcome> {
  await ready();
  const model = tinyModel();
  const history = await fit(model, tinySet(), {
    batchSize: 16,
    epochs: 5,
    learningRate: steps(0.05),
    weightDecay: 1e-3,
    augment: horizontalFlip(),
    validation: tinySet(15, 8, 2),
    checkpoint: { file, every: 2 },
    resume: true,
    onStep: ({ steps }) => steps === killAt && process.kill(process.pid, 'SIGKILL'),
  });
  const rows = history.epochs.map(({ seconds, ...row }) => JSON.stringify(row));
  return { weights: weightsOf(model), losses: history.losses, rows };
}

if (require.main === module) void run(process.argv[2], Number(process.argv[3])).then(outcome => process.send!(outcome));
