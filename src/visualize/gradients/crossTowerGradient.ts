/** Whether two towers of a network are apart: AlexNet, section 3.2 and figure 2. */
import * as tf from '@tensorflow/tfjs';
import { refuse } from '../../base/options';
import { applyLayer, outputOf, pathTo, type Place, refuseImages, run } from '../network/graph';

/**
 * How much each tower of a row depends on the other tower of the row before: the largest magnitude of the gradient of the
 * sum of squares of its maps, before the ReLU. Exactly 0 where the towers are apart.
 * @param x [batch, height, width, channels], as the network takes it
 * @param row with layers `row/tower0/...` and `row/tower1/...`, as in `alexnetTwoTowers`
 * @returns of tower 0 by tower 1, and of tower 1 by tower 0
 * @throws if the row has no towers, or no row with towers is before it
 */
export function crossTowerGradient(model: tf.LayersModel, x: tf.Tensor4D, row: string): [number, number] {
  refuseImages('crossTowerGradient', model, x);
  const rows = [...new Set(model.layers.flatMap(({ name }) => (name.includes('/tower0/') ? name.split('/')[0] : [])))];
  const place = rows.indexOf(row);
  if (place < 1) {
    const others = rows.slice(1).join(', ');
    refuse(
      'row of crossTowerGradient',
      row,
      others ? `one of ${others}` : `a network with towers, unlike ${model.name}`,
    );
  }
  const outputs = [0, 1].map(tower => linearOutput(model, `${row}/tower${tower}`));
  const sources = [0, 1].map(tower => outputOf(model, `${rows[place - 1]}/tower${tower}`));
  return [0, 1].map(tower => gradient(outputs[tower], sources[1 - tower], x)) as [number, number];
}

/** What the row's layer with weights gives; of a row without weights its end. */
function linearOutput(model: tf.LayersModel, row: string): Place {
  const layer = model.layers.find(({ name, weights }) => name.startsWith(`${row}/`) && weights.length > 0);
  return layer ? (layer.getOutputAt(0) as Place) : outputOf(model, row);
}

function gradient(output: Place, source: Place, x: tf.Tensor4D): number {
  const path = pathTo(output);
  if (!path.includes(source)) return 0;
  return tf.tidy(() => {
    const values = run(path, x);
    const change = tf.grad((delta: tf.Tensor) => {
      const changed = run(path, x, (layer, inputs) => {
        const value = applyLayer(layer, inputs);
        return layer === source.sourceLayer ? value.add(delta) : value;
      });
      return changed.get(output)!.square().sum();
    })(tf.zerosLike(values.get(source)!));
    return change.abs().max().dataSync()[0];
  });
}
