/** Batch norm with fixed statistics as part of the convolution before it, in a trace whose variables become constants. */
import * as tf from '@tensorflow/tfjs';
import { FLOAT } from './graphDef';
import { type Reference, type Trace, type TracedNode } from './types';

/**
 * scale (conv(x, filter) - mean) / sqrt(variance + epsilon) + offset is conv(x, filter f) + (offset - mean f), where
 * f = scale / sqrt(variance + epsilon). TensorFlow then runs convolution, bias and activation as one kernel.
 */
export function foldBatchNorm(trace: Trace): Trace {
  const nodes = [...trace.nodes];
  const users = countUsers(trace);
  const constant = (value: tf.Tensor): Reference => {
    const data = new Uint8Array(Float32Array.from(value.dataSync()).buffer);
    nodes.push({
      attributes: [],
      inputs: [],
      constant: { dtype: FLOAT, shape: value.shape, data, isNoise: false },
      outputs: [{ shape: value.shape, dtype: FLOAT }],
    });
    return { node: nodes.length - 1, output: 0 };
  };

  for (const [i, norm] of trace.nodes.entries()) {
    if (norm.operation !== 'FusedBatchNormV3' || attribute(norm, 'is_training') !== false) continue;
    const [x, ...parameters] = norm.inputs;
    if (!('node' in x) || x.output !== 0 || users[x.node] !== 1) continue;
    // Outputs after the first are the statistics, for gradients.
    const isOther = (input: Reference): boolean => 'node' in input && input.node === i && input.output > 0;
    if (trace.nodes.some(({ inputs }) => inputs.some(isOther))) continue;
    const convolution = trace.nodes[x.node];
    const isByDepth = convolution.operation === 'DepthwiseConv2dNative';
    if (convolution.operation !== 'Conv2D' && !isByDepth) continue;
    tf.tidy(() => {
      const values = [convolution.inputs[1], ...parameters].map(input => valueOf(input, trace));
      if (!values.every(value => value !== undefined)) return;
      const [filter, scale, offset, mean, variance] = values;
      const factor = scale.mul(tf.rsqrt(variance.add(attribute(norm, 'epsilon') as number)));
      const perFilter = isByDepth ? factor.reshape(filter.shape.slice(2)) : factor;
      nodes[x.node] = { ...convolution, inputs: [convolution.inputs[0], constant(filter.mul(perFilter))] };
      const bias = offset.sub(mean.mul(factor));
      const attributes = norm.attributes.filter(({ name }) => name === 'T');
      const outputs = norm.outputs.slice(0, 1);
      // TensorFlow 2.21 loses the padding where it makes one kernel of this, and so may see no bias.
      if (isByDepth && attribute(convolution, 'padding') === 'EXPLICIT') {
        nodes[i] = { ...norm, operation: 'Sub', attributes, inputs: [x, constant(bias.neg())], outputs };
      } else {
        const format = norm.attributes.filter(({ name }) => name === 'data_format');
        nodes[i] = {
          ...norm,
          operation: 'BiasAdd',
          attributes: [...attributes, ...format],
          inputs: [x, constant(bias)],
          outputs,
        };
      }
    });
  }
  return { ...trace, nodes };
}

function countUsers({ nodes, outputs, assigned }: Trace): number[] {
  const users = nodes.map(() => 0);
  const ends = [...outputs, ...assigned].map(({ reference }) => reference);
  for (const reference of [...nodes.flatMap(({ inputs }) => inputs), ...ends]) {
    if ('node' in reference) users[reference.node]++;
  }
  return users;
}

/** The value of a variable, a constant, or one of them reshaped; undefined for what depends on arguments. */
function valueOf(reference: Reference, trace: Trace): tf.Tensor | undefined {
  if ('variable' in reference) return reference.variable;
  if (!('node' in reference)) return undefined;
  const { operation, inputs, constant } = trace.nodes[reference.node];
  if (constant) return tf.tensor(new Float32Array(constant.data.slice().buffer), constant.shape);
  if (operation !== 'Reshape' || !('node' in inputs[1])) return undefined;
  const shape = trace.nodes[inputs[1].node].constant;
  return shape && valueOf(inputs[0], trace)?.reshape([...new Int32Array(shape.data.slice().buffer)]);
}

function attribute({ attributes }: TracedNode, name: string): unknown {
  return attributes.find(attribute => attribute.name === name)?.value;
}
