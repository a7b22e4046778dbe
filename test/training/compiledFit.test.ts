/** fit() as graphs gives what it gives operation by operation, whatever layers and callbacks do in JavaScript. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import { backend, ready } from '../../src/backend';
import * as L from '../../src/layers';
import { evaluate, fit, type FitOptions, predict } from '../../src/training';
import { tinyModel, tinySet } from './tiny';

const SETTINGS = { epochs: 4, batchSize: 10, learningRate: 0.05, progress: false as const };

/** Drops the whole map of the batch with probability 0.1, by numbers of JavaScript that repeat with each new layer. */
class DropPath extends tf.layers.Layer {
  static readonly className = 'TestDropPath';
  calls = 0;
  private state = 12345;

  override call(inputs: tf.Tensor | tf.Tensor[], { training = false }: { training?: boolean }): tf.Tensor {
    const x = [inputs].flat()[0];
    if (!training) return x.clone();
    this.calls++;
    this.state = (this.state * 16807) % 2147483647;
    return this.state / 2147483647 < 0.1 ? x.mul(0) : x.clone();
  }
}

/** Another factor from its 13th call in training on: in the third of four epochs. */
class Later extends tf.layers.Layer {
  static readonly className = 'TestLater';
  calls = 0;

  override call(inputs: tf.Tensor | tf.Tensor[], { training = false }: { training?: boolean }): tf.Tensor {
    return [inputs].flat()[0].mul(training && ++this.calls > 12 ? 2 : 1);
  }
}

const withLayer = (layer: tf.layers.Layer): tf.LayersModel => {
  const { shape } = tinySet();
  return L.model(
    'custom',
    { inputShape: shape, seed: 5 },
    L.convRelu(4, 3),
    x => layer.apply(x) as L.Node,
    L.globalAvgPool(),
    L.dense(3),
  );
};

async function losses(model: tf.LayersModel, options: FitOptions): Promise<{ losses: number[]; lines: string[] }> {
  const { warn } = console;
  const lines: string[] = [];
  console.warn = (line: string) => void lines.push(line);
  try {
    const history = await fit(model, tinySet(), { ...SETTINGS, ...options });
    return { losses: history.losses, lines };
  } finally {
    console.warn = warn;
    model.dispose();
  }
}

describe('fit as graphs', function () {
  this.timeout(60_000);

  before(async function () {
    await ready();
    if (backend().name !== 'tensorflow') this.skip();
  });

  function assertClose(compiled: number[], eager: number[]): void {
    assert.equal(compiled.length, eager.length);
    compiled.forEach((loss, i) =>
      assert.ok(Math.abs(loss - eager[i]) < 1e-4 * eager[i], `step ${i}: ${loss} in place of ${eager[i]}`),
    );
  }

  it('with a layer that decides in JavaScript from an early step on, runs eagerly and says so in one line', async () => {
    // The two rehearsals of the first step draw twice; of the second batch size there is no graph any more.
    const ahead = (layer: DropPath, calls: number): DropPath => {
      for (let i = 0; i < calls; i++) tf.tidy(() => void layer.call(tf.scalar(1), { training: true }));
      return layer;
    };
    const compiled = await losses(withLayer(new DropPath({})), { epochs: 12 });
    const eager = await losses(withLayer(ahead(new DropPath({}), 2)), { epochs: 12, compile: false });
    assertClose(compiled.losses.slice(0, 20), eager.losses.slice(0, 20));
    assert.equal(compiled.lines.length, 1, compiled.lines.join('\n'));
    assert.match(compiled.lines[0], /^Training custom runs eagerly, as what it does changes from call to call\.$/);
  });

  it('with a layer that does something else from the third epoch on', async () => {
    const layer = new Later({});
    // Two rehearsals of each of the two batch sizes.
    layer.calls = -4;
    const compiled = await losses(withLayer(layer), {});
    const eager = await losses(withLayer(new Later({})), { compile: false });
    assertClose(compiled.losses, eager.losses);
    assert.equal(compiled.lines.length, 1, compiled.lines.join('\n'));
  });

  it("with a layer's property that onStep changes", async () => {
    const run = (compile: boolean) => {
      const layer = tf.layers.leakyReLU({ alpha: 0.1 });
      const onStep: FitOptions['onStep'] = ({ steps }) => {
        if (steps === 12) (layer as tf.layers.Layer & { alpha: number }).alpha = 0.9;
      };
      return losses(withLayer(layer), { compile, onStep });
    };
    const compiled = await run(true);
    assertClose(compiled.losses, (await run(false)).losses);
    assert.deepEqual(compiled.lines, []);
  });

  it('with a copy that was given the same weights, which it does not touch', async () => {
    const [net, copy] = [tinyModel({ seed: 5 }), tinyModel({ seed: 6 })];
    tf.tidy(() => copy.setWeights(net.getWeights()));
    const set = tinySet();
    const probabilities = async (model: tf.LayersModel): Promise<number[]> => {
      const p = await predict(model, set);
      const values = [...p.dataSync()];
      p.dispose();
      return values;
    };
    const before = await probabilities(copy);
    for (let i = 0; i < 3; i++) assert.deepEqual((await probabilities(copy)).length, before.length);
    await fit(net, set, { ...SETTINGS, epochs: 8 });
    (await probabilities(copy)).forEach((value, i) => assert.ok(Math.abs(value - before[i]) < 1e-6));
    const { accuracy } = await evaluate(net, set);
    assert.ok(accuracy > 0.9, `accuracy ${accuracy}`);
    net.dispose();
    copy.dispose();
  });
});
