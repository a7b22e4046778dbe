/** What a notebook shows of a run: its curve, of an object that is plain data to all else. */
import assert from 'node:assert/strict';
import { fit, ready } from '../../src';
import { represent } from '../../src/display/display';
import { tinyModel, tinySet } from './tiny';

interface Spec {
  data: { values: { title: string; set: string; epoch: number; value: number }[] };
  hconcat: object[];
}

describe('the history of a run', () => {
  before(ready);

  it('is shown as loss and error by epoch, and is plain data', async () => {
    const model = tinyModel();
    const history = await fit(model, tinySet(8), {
      ...{ epochs: 3, batchSize: 4, learningRate: 0.01, progress: false },
      validation: tinySet(6),
    });
    const { bundle } = await represent(history);
    const spec = (bundle['application/vnd.vegalite.v5+json'] ?? {}) as Spec;
    assert.equal(spec.hconcat.length, 2);
    assert.deepEqual(
      spec.data.values.filter(({ title, set }) => title === 'loss' && set === 'validation').map(({ value }) => value),
      history.epochs.map(({ validationLoss }) => validationLoss),
    );
    assert.deepEqual(
      spec.data.values.filter(({ title, set }) => title !== 'loss' && set === 'running').map(({ value }) => value),
      history.epochs.map(({ trainError }) => 100 * trainError),
    );
    assert.match(String(bundle['text/plain']), /^Learning curve of 3 epochs, 6 steps; at the end: running loss /);
    assert.deepEqual(JSON.parse(JSON.stringify(history)).epochs.length, 3);
    assert.deepEqual({ ...history }.steps, 6);
    model.dispose();
  });

  it('of less than two epochs is shown by the loss of each step', async () => {
    const model = tinyModel();
    const history = await fit(model, tinySet(8), { epochs: 1, batchSize: 4, learningRate: 0.01, progress: false });
    assert.match(String((await represent(history)).bundle['text/plain']), /^Loss/);
    model.dispose();
  });
});
