/** Answers that people give to exercise 03-deconv-step, each with the message that must meet it. */
import { tf } from 'cnn-kit';
import { deconvStep, type ForwardLayer, unpool } from '../../../solutions/03-deconv-step';

type Step = (maps: tf.Tensor4D, layer: ForwardLayer) => unknown;

const up = (maps: tf.Tensor4D, { switches, rectified }: ForwardLayer): tf.Tensor4D =>
  unpool(maps, switches, rectified.shape[1], rectified.shape[2]);
const filter = (x: tf.Tensor4D, { filters, inputSize, stride }: ForwardLayer): tf.Tensor4D =>
  tf.conv2dTranspose(x, filters, [x.shape[0], ...inputSize, filters.shape[2]], stride, 'valid');
const signs = ({ rectified }: ForwardLayer): tf.Tensor => rectified.greater(0).toFloat();

export const wrong: { name: string; message: RegExp; deconvStep: Step }[] = [
  {
    name: 'propagates back',
    message: /that is backpropagation/,
    deconvStep: (maps, layer) => filter(up(maps, layer).mul<tf.Tensor4D>(signs(layer)), layer),
  },
  {
    name: 'propagates back, guided',
    message: /guided backpropagation/,
    deconvStep: (maps, layer) => filter(up(maps, layer).relu().mul<tf.Tensor4D>(signs(layer)), layer),
  },
  {
    name: 'does not rectify',
    message: /was not rectified/,
    deconvStep: (maps, layer) => filter(up(maps, layer), layer),
  },
  {
    name: 'rectifies at the end',
    message: /ReLU came after the filters/,
    deconvStep: (maps, layer) => filter(up(maps, layer), layer).relu(),
  },
  {
    name: 'rectifies twice',
    message: /the result was rectified too/,
    deconvStep: (maps, layer) => deconvStep(maps, layer).relu(),
  },
  {
    name: 'flips the filters',
    message: /filters were not flipped/,
    deconvStep: (maps, layer) => deconvStep(maps, { ...layer, filters: layer.filters.reverse([0, 1]) }),
  },
  {
    name: 'exchanges in and out',
    message: /in and out of the filters/,
    deconvStep: (maps, layer) => deconvStep(maps, { ...layer, filters: layer.filters.transpose([0, 1, 3, 2]) }),
  },
  {
    name: 'adds the bias',
    message: /the bias was added/,
    deconvStep: (maps, layer) => filter(up(maps, layer).add<tf.Tensor4D>(layer.bias).relu(), layer),
  },
  {
    name: 'subtracts the bias',
    message: /the bias was taken away/,
    deconvStep: (maps, layer) => filter(up(maps, layer).sub<tf.Tensor4D>(layer.bias).relu(), layer),
  },
  {
    name: 'copies to the whole windows',
    message: /copied to their whole windows/,
    deconvStep: (maps, layer) => {
      const [, height, width] = layer.rectified.shape;
      return filter(tf.image.resizeNearestNeighbor(maps, [height, width]).relu(), layer);
    },
  },
  {
    name: "uses the first image's switches",
    message: /switches of the first image/,
    deconvStep: (maps, layer) =>
      deconvStep(maps, { ...layer, switches: layer.switches.slice(0, 1).tile([maps.shape[0], 1, 1, 1]) }),
  },
  {
    name: 'sends the activations down',
    message: /forward activations were sent down/,
    deconvStep: (_, layer) => filter(layer.rectified, layer),
  },
  {
    name: 'convolves forwards',
    message: /the shape is|input depth|must match/,
    deconvStep: (maps, layer) => tf.conv2d(tf.relu(up(maps, layer)), layer.filters, 1, 'same'),
  },
  {
    name: 'forgets the stride',
    message: /the shape is \[.*\]; what went into the convolution/,
    deconvStep: (maps, layer) => {
      const [, height, width] = layer.rectified.shape;
      const inputSize: [number, number] = [height + layer.filters.shape[0] - 1, width + layer.filters.shape[0] - 1];
      return deconvStep(maps, { ...layer, stride: 1, inputSize });
    },
  },
  {
    name: 'stops after unpooling',
    message: /the shape is/,
    deconvStep: (maps, layer) => up(maps, layer).relu(),
  },
  { name: 'returns nothing', message: /must return a tensor, got undefined/, deconvStep: () => undefined },
];
