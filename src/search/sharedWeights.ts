/**
 * One set of weights for all cells: Pham et al., "Efficient Neural Architecture Search via Parameter Sharing", ICML 2018
 * (arXiv 1802.03268), section 2. Each child takes the weights that others of its kind have left at the same places, trains
 * them for a while, and leaves them there.
 */
import * as tf from '@tensorflow/tfjs';
import { networkWithWeights } from '../base/options';

/** Holds weights by the names of layers, and gives them to networks that have layers of these names; `dispose` frees them. */
export class SharedWeights {
  private readonly kept = new Map<string, tf.Tensor>();

  /** How many weights it holds. */
  get size(): number {
    return this.kept.size;
  }

  /**
   * Gives a child the weights that are kept for its layers, by their names; the others stay as they are.
   * @returns how many it gave
   * @throws when one has another shape: the children are not of one family
   */
  give(child: tf.LayersModel): number {
    let given = 0;
    for (const [name, weight] of weightsOf(child)) {
      const kept = this.kept.get(name);
      if (!kept) continue;
      if (String(kept.shape) !== String(weight.shape)) {
        throw new Error(`${name} is kept as [${kept.shape}], but ${child.name} has it as [${weight.shape}].`);
      }
      weight.write(kept);
      given++;
    }
    return given;
  }

  /** Keeps the weights that a child has now, in place of what was kept for its layers. */
  take(child: tf.LayersModel): void {
    for (const [name, weight] of weightsOf(child)) {
      this.kept.get(name)?.dispose();
      this.kept.set(name, tf.keep(weight.read().clone()));
    }
  }

  dispose(): void {
    tf.dispose([...this.kept.values()]);
    this.kept.clear();
  }
}

function weightsOf(model: tf.LayersModel): Map<string, tf.LayerVariable> {
  networkWithWeights('child of SharedWeights', model);
  return new Map(
    model.layers.flatMap(layer =>
      layer.weights.map(weight => [`${layer.name}/${weight.originalName.split('/').at(-1)}`, weight] as const),
    ),
  );
}
