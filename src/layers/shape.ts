/** Layers that move values, cut some off or join zeros on. */
import * as tf from '@tensorflow/tfjs';
import { refuse, wholeNumber } from '../base/options';
import * as ops from '../ops';
import { type Block, place, word } from './building/block';
import { type Description, sliding } from './building/description';
import { first, OptionsLayer, register, requireFeatureMap, type Shape } from './building/layer';
import { layerName } from './building/naming';

/** [null, height, width, channels] to [null, height * width * channels], channels fastest (PyTorch: slowest). */
export function flatten(): Block {
  return word('flatten', [], x => place(tf.layers.flatten({ name: layerName('flatten') }), x));
}

interface PadLayerOptions {
  /** Rows above, rows below, columns left, columns right. Negative numbers cut. */
  padding: [number, number, number, number];
  channels?: [number, number];
}

/** Zeros around the image, and before and after the channels. */
class Pad extends OptionsLayer<PadLayerOptions> {
  static readonly className = 'CnnKitPad';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, height, width, channels] = inputShape as Shape;
    const [top, bottom, left, right] = this.options.padding;
    const [before, behind] = this.options.channels ?? [0, 0];
    return [batch, height! + top + bottom, width! + left + right, channels! + before + behind];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const { padding } = this.options;
      const channels = this.options.channels ?? [0, 0];
      const [top, bottom, left, right] = padding.map(p => Math.max(p, 0));
      const x = first(inputs).pad([[0, 0], [top, bottom], [left, right], channels]); // prettier-ignore
      if (padding.every(p => p >= 0)) return x;
      const [cutTop, cutBottom, cutLeft, cutRight] = padding.map(p => Math.max(-p, 0));
      const [, height, width] = x.shape;
      return x.slice([0, cutTop, cutLeft, 0], [-1, height! - cutTop - cutBottom, width! - cutLeft - cutRight, -1]);
    });
  }

  override describe(): Description {
    const [top, , left] = this.options.padding;
    return { role: 'other', label: 'pad', window: () => sliding([1, 1], [1, 1], [top, left]) };
  }
}
register(Pad);

/**
 * Zeros around the map: one number, or [above, below, left, right]; negative numbers cut.
 * @param channels zeros before and after the channels
 */
export function pad(sides: number | [number, number, number, number], channels?: [number, number]): Block {
  const all: unknown = typeof sides === 'number' ? [sides, sides, sides, sides] : sides;
  const areWhole = (values: unknown, length: number): boolean =>
    Array.isArray(values) && values.length === length && values.every(Number.isInteger);
  if (!areWhole(all, 4)) refuse('padding of pad', sides, 'a whole number, or [above, below, left, right]');
  if (channels !== undefined && !areWhole(channels, 2)) refuse('channels of pad', channels, '[before, after]');
  return word('pad', [sides, channels], x => {
    const name = layerName('pad');
    requireFeatureMap(name, x);
    return place(new Pad({ name, padding: all as [number, number, number, number], channels }), x);
  });
}

/** Every `stride`-th row and column, without a filter. */
class Subsample extends OptionsLayer<{ stride: number }> {
  static readonly className = 'CnnKitSubsample';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch, height, width, channels] = inputShape as Shape;
    const { stride } = this.options;
    return [batch, Math.ceil(height! / stride), Math.ceil(width! / stride), channels];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    // tf.stridedSlice has no gradient.
    const { stride } = this.options;
    return ops.avgPool(first(inputs) as tf.Tensor4D, 1, { stride });
  }

  override describe(): Description {
    const { stride } = this.options;
    return { role: 'other', label: 'subsample', window: () => sliding([1, 1], [stride, stride]) };
  }
}
register(Subsample);

/** Every `stride`-th row and column, without a filter. */
export function subsample(stride: number): Block {
  wholeNumber('stride of subsample', stride);
  return word('subsample', [stride], x => {
    const name = layerName('subsample');
    requireFeatureMap(name, x);
    return place(new Subsample({ name, stride }), x);
  });
}

/** Some of the channels: from `from`, `count` of them. */
class SliceChannels extends OptionsLayer<{ from: number; count: number }> {
  static readonly className = 'CnnKitSliceChannels';

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...(inputShape as Shape).slice(0, -1), this.options.count];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = first(inputs);
    const { from, count } = this.options;
    return x.slice([...x.shape.slice(0, -1).fill(0), from], [...x.shape.slice(0, -1), count]);
  }
}
register(SliceChannels);

/** `count` of the channels, from `from` on. */
export function sliceChannels(from: number, count: number): Block {
  wholeNumber('first channel of sliceChannels', from, 0);
  wholeNumber('number of channels of sliceChannels', count);
  return word('sliceChannels', [from, count], x => {
    const name = layerName('slice');
    const channels = x.shape.at(-1)!;
    if (from + count > channels) {
      throw new Error(`${name} takes channels ${from} to ${from + count - 1} of ${channels}; expected less.`);
    }
    return place(new SliceChannels({ name, from, count }), x);
  });
}

/** Channel shuffle, ShuffleNet figure 1: seen as [groups, channels / groups], transposed. */
class ChannelShuffle extends OptionsLayer<{ groups: number }> {
  static readonly className = 'CnnKitChannelShuffle';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = first(inputs);
      const [batch, height, width, channels] = x.shape as [number, number, number, number];
      const { groups } = this.options;
      return x
        .reshape([batch * height * width, groups, channels / groups])
        .transpose([0, 2, 1])
        .reshape(x.shape);
    });
  }
}
register(ChannelShuffle);

/** The channels of all groups in turn (ShuffleNet, figure 1). */
export function channelShuffle(groups: number): Block {
  wholeNumber('number of groups of channelShuffle', groups);
  return word('channelShuffle', [groups], x => {
    const name = layerName('shuffle');
    requireFeatureMap(name, x);
    if (x.shape[3]! % groups !== 0) {
      throw new Error(`${name} has ${groups} groups for ${x.shape[3]} channels; expected a divisor.`);
    }
    return place(new ChannelShuffle({ name, groups }), x);
  });
}
