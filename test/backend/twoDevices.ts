/** Trains the two towers in a process that has two devices, and tells what ran where. */
import { alexnetTwoTowers, fit, offlineImages, ready, tf } from '../../src';
import { compile, devices, onDevice, operationsByDevice, placeLayers } from '../../src/backend';

export interface TwoDevices {
  devices: string[];
  /** Of a product on device 1, then with its gradient. */
  product: [number[], number[]];
  losses: { placed: number[]; unplaced: number[] };
  operations: number[];
  compiled: { reason: string; graphs: number; same: boolean };
}

async function run(): Promise<TwoDevices> {
  await ready();
  const start = operationsByDevice();
  const since = (before: number[]): number[] => operationsByDevice().map((count, i) => count - before[i]);
  const product = tf.tidy((): TwoDevices['product'] => {
    const [a, b] = [tf.ones([2, 2]), tf.ones([2, 2])];
    onDevice(1, () => a.matMul(b));
    const forwards = since(start);
    const before = operationsByDevice();
    tf.grad((x: tf.Tensor) => onDevice(1, () => x.matMul(b)))(a);
    return [forwards, since(before)];
  });

  const train = async (place: boolean): Promise<number[]> => {
    const model = alexnetTwoTowers({
      inputShape: [32, 32, 3],
      classes: 10,
      first: { size: 5, stride: 2, padding: 2 },
      widths: [8, 16, 12, 12, 8, 16],
      init: 'he',
      seed: 1,
    });
    if (place) placeLayers(model, name => (name.includes('tower0') ? 0 : name.includes('tower1') ? 1 : undefined));
    const set = offlineImages({ split: 'train', count: 32 });
    // Operations within a graph are not counted one by one.
    const { losses } = await fit(model, set, { maxSteps: 4, batchSize: 16, progress: false, compile: !place });
    model.dispose();
    return losses;
  };
  const before = operationsByDevice();
  const placed = await train(true);
  const operations = since(before);

  const square = (x: tf.Tensor): tf.Tensor => onDevice(1, () => x.square());
  const step = compile(square);
  const x = tf.tensor1d([1, 2, 3]);
  const answers = [1, 2, 3, 4].map(() => [...step(x).dataSync()].join());
  return {
    devices: devices(),
    product,
    losses: { placed, unplaced: await train(false) },
    operations,
    compiled: { reason: step.reason ?? '', graphs: step.graphs, same: answers.every(answer => answer === '1,4,9') },
  };
}

if (require.main === module) void run().then(outcome => process.send!(outcome));
