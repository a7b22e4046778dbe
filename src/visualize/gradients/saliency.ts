/**
 * One activation's gradient with respect to the pixels, by three rules for the ReLU: Springenberg et al., "Striving for
 * Simplicity: The All Convolutional Net", 2014, figure 1.
 */
import * as tf from '@tensorflow/tfjs';
import { among, anything, check, type Checks, text, wholeNumber } from '../../base/options';
import {
  type Apply,
  applyLayer,
  choose,
  outputOf,
  pathTo,
  type Position,
  rectifierOf,
  refuseImages,
  run,
} from '../network/graph';

/**
 * What a ReLU lets back. 'gradient': what is where its input was positive (Simonyan et al., 2013). 'deconvnet': what is
 * positive itself. 'guided': both.
 */
export type ReluRule = 'gradient' | 'guided' | 'deconvnet';

export const RELU_RULES: readonly ReluRule[] = ['gradient', 'guided', 'deconvnet'];

export interface SaliencyOptions {
  /** The name of a layer, or of a row: then its last layer. Not given: the network's output, so that `map` is a class. */
  layer?: string;
  /** Which map, unit or class. */
  map: number;
  position?: Position;
  rule?: ReluRule;
}

const OPTIONS: Checks<SaliencyOptions> = {
  layer: text,
  map: (what, value) => wholeNumber(what, value, 0),
  position: anything,
  rule: among(...RELU_RULES),
};

/**
 * The gradient of one activation of each image with respect to its pixels, with the ReLU's rule replaced. By the rule
 * 'deconvnet', times the activation, this is what `deconvnet` gives with `localResponseNorm: 'gradient'`.
 *
 * @param x [batch, height, width, channels], as the network takes it
 * @returns [batch, height, width, channels]; the caller disposes of it
 * @throws if there is no such layer, map, position or rule
 */
export function saliency(model: tf.LayersModel, x: tf.Tensor4D, options: SaliencyOptions): tf.Tensor4D {
  check('saliency', options, OPTIONS);
  refuseImages('saliency', model, x);
  const { layer, map, position, rule = 'gradient' } = options;
  const target = outputOf(model, layer);
  wholeNumber(layer === undefined ? 'map of saliency' : `map of ${layer}`, map, 0, target.shape.at(-1)! - 1);
  return tf.tidy(() => {
    const path = pathTo(target);
    const { mask } = choose(run(path, x).get(target)!, map, position);
    const apply = rule === 'gradient' ? applyLayer : withRule(rule);
    return tf.grad((pixels: tf.Tensor) => run(path, pixels, apply).get(target)!.mul(mask).sum())(x) as tf.Tensor4D;
  });
}

/** `saliency` by every rule, for images side by side. The caller disposes of each. */
export function saliencyByRule(
  model: tf.LayersModel,
  x: tf.Tensor4D,
  options: Omit<SaliencyOptions, 'rule'>,
): Record<ReluRule, tf.Tensor4D> {
  const { rule: _, ...checks } = OPTIONS;
  check('saliencyByRule', options, checks);
  const pairs = RELU_RULES.map(rule => [rule, saliency(model, x, { ...options, rule })]);
  return Object.fromEntries(pairs) as Record<ReluRule, tf.Tensor4D>;
}

function withRule(rule: ReluRule): Apply {
  return (layer, inputs) => {
    const kind = rectifierOf(layer);
    return kind ? rectify(inputs[0], kind, rule) : applyLayer(layer, inputs);
  };
}

/** relu or relu6 with the rule's way back. */
function rectify(x: tf.Tensor, kind: 'relu' | 'relu6', rule: ReluRule): tf.Tensor {
  const rectified = tf.customGrad((...args: unknown[]) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
    save([x]);
    const open = (x: tf.Tensor): tf.Tensor => (kind === 'relu' ? x.greater(0) : tf.logicalAnd(x.greater(0), x.less(6)));
    return {
      value: kind === 'relu' ? x.relu() : x.relu6(),
      gradFunc: (dy: tf.Tensor, [x]: tf.Tensor[]) => {
        const back = rule === 'gradient' ? dy : dy.relu();
        return rule === 'deconvnet' ? back : back.mul(open(x).toFloat());
      },
    };
  });
  return rectified(x);
}
