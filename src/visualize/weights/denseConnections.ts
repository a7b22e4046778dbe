/**
 * Who uses whose maps in a DenseNet: Huang et al., "Densely Connected Convolutional Networks", CVPR 2017 (arXiv 1608.06993),
 * section 5, "Feature Reuse", and figure 5.
 */
import * as tf from '@tensorflow/tfjs';
import { networkWithWeights } from '../../base/options';

export interface DenseBlockConnections {
  /** The row of the network, such as denseBlock1. */
  block: string;
  /**
   * [source][target]: the mean magnitude of the weights on the maps of that source. Source 0 is what enters the block, source
   * s its layer s. Targets are layers 1 .. L and then the layer after the block; undefined where the source comes later.
   */
  strengths: (number | undefined)[][];
}

/**
 * How much each layer of a dense block takes from each of the layers before it (figure 5 of the paper).
 * @param model a DenseNet as `densenet` and `densenetCifar` build it
 * @throws when it has no dense block
 */
export function denseConnections(model: tf.LayersModel): DenseBlockConnections[] {
  networkWithWeights('model of denseConnections', model);
  const weighted = model.layers.filter(layer => layer.weights.some(({ shape }) => shape.length >= 2));
  const names = [...new Set(weighted.map(({ name }) => name.split('/')[0]).filter(row => /^denseBlock\d+$/.test(row)))];
  if (!names.length) throw new Error(`${model.name} has no dense block; expected a DenseNet.`);
  return names.map(block => {
    const inside = weighted.filter(({ name }) => name.startsWith(`${block}/`));
    const count = new Set(inside.map(({ name }) => name.split('/')[1])).size;
    const layers = Array.from({ length: count }, (_, i) => inside.filter(({ name }) => name.split('/')[1] === `${i + 1}`)); // prettier-ignore
    const behind = weighted[weighted.indexOf(inside.at(-1)!) + 1];
    // The maps in the order in which they are joined: what enters, then what each layer adds.
    const widths = [
      kernelOf(layers[0][0]).shape.at(-2)!,
      ...layers.map(layer => kernelOf(layer.at(-1)!).shape.at(-1)!),
    ];
    const targets = [...layers.map(([first]) => first), behind].map(layer => meanMagnitudes(kernelOf(layer)));
    let from = 0;
    const strengths = widths.map((width, source) => {
      const row = targets.map((magnitudes, target) =>
        source > target ? undefined : magnitudes.slice(from, from + width).reduce((a, b) => a + b, 0) / width,
      );
      from += width;
      return row;
    });
    return { block, strengths };
  });
}

function kernelOf(layer: tf.layers.Layer): tf.Tensor {
  return layer.weights.find(({ shape }) => shape.length >= 2)!.read();
}

/** Mean magnitude of the weights on each input channel. */
function meanMagnitudes(kernel: tf.Tensor): number[] {
  return tf.tidy(() => {
    const [inChannels, filters] = kernel.shape.slice(-2);
    return Array.from(kernel.abs().reshape([-1, inChannels, filters]).mean([0, 2]).dataSync());
  });
}
