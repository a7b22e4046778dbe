/** What a student reads when an operation fails: the same words on every backend, with operation, shapes and layer. */
import assert from 'node:assert/strict';
import { tf } from '../../src';
import { tensorflowMissing } from '../../src/backend/native/tensorflow';
import { explain } from '../../src/backend/words/explain';
import { sentenceOf } from '../../src/backend/words/sentences';
import { runChild } from './child';
import { failures } from './failures';

const EXPECTED: Record<keyof typeof failures, string> = {
  'convolution, channels':
    'convolution: the image has 3 channels, the filter 64; the shapes are [1,8,8,3] and [3,3,64,8].',
  'convolution, rank':
    'convolution: the image has rank 2, the shape [8,8]; expected rank 4, [batch, height, width, channels].',
  'convolution, type': 'convolution: the image is of type int32; expected float32.',
  'depthwise convolution':
    'depthwise convolution: the image has 3 channels, the filter 4; the shapes are [1,8,8,3] and [3,3,4,1].',
  'pooling, rank':
    'max pooling: the image has rank 2, the shape [2,3]; expected rank 4, [batch, height, width, channels].',
  'matrix product':
    'matrix product: the first matrix has 3 columns, the second 4 rows; the shapes are [2,3] and [4,5].',
  'matrix product, transposed':
    'matrix product: the first matrix has 2 columns, the second 4 rows; the shapes are [2,3] and [4,5], the first transposed.',
  'matrix product, rank': 'matrix product: a matrix has the shape [3]; expected two axes at least.',
  'matrix product, batches':
    'matrix product: the batches differ in the shapes [2,2,3] and [3,3,4]; expected the same axes before the last two.',
  'matrix product, no tensor': 'matrix product: the first matrix is missing; expected a tensor.',
  concatenation:
    'concatenation: tensor 2 of 2 has the shape [4,5], the first [2,3]; expected the same sizes in every axis but 0.',
  'concatenation, rank':
    'concatenation: tensor 2 of 2 has the shape [4], the first [2,3]; expected the same sizes in every axis but 0.',
  'concatenation, axis': 'concatenation: the axis is 5; expected one from -2 to 1.',
  stacking: 'stacking: tensor 2 of 2 has the shape [2,4], the first [2,3]; expected the same shape.',
  reshape: 'reshape: 6 values do not fill the shape [7]; the tensor has the shape [2,3].',
  'reshape, open size': 'reshape: 6 values do not fill the shape [-1,4]; expected a multiple of 4.',
  addition: 'addition: the shapes [2,3] and [4,3] differ in axis 0, 2 and 4; expected the same sizes, or 1.',
  'addition, method': 'addition: the shapes [2,3] and [4] differ in axis -1, 3 and 4; expected the same sizes, or 1.',
  'addition, type': 'addition: the first tensor is of type string; expected numbers.',
  maximum: 'maximum: the shapes [8] and [7] differ in axis 0, 8 and 7; expected the same sizes, or 1.',
  'a gradient': 'matrix product: the first matrix has 2 columns, the second 7 rows; the shapes are [2,2] and [7,7].',
  'sum, axis': 'sum: the axis is 3; expected one from -2 to 1.',
  'argMax, axis': 'argMax: the axis is 3; expected one from -2 to 1.',
  'gather, type': 'gather: the indices are of type float32; expected int32.',
  tensor: 'tensor: 3 values do not fill the shape [2,2]; expected 4.',
  assign: 'assign: the new value has the shape [3]; expected [2].',
  'disposed of': 'addition: the tensor, of shape [2,3], is disposed of; expected one that is still there.',
  'disposed of, second':
    'matrix product: tensor 2 of 2, of shape [2,2], is disposed of; expected one that is still there.',
  'disposed of, read': 'dataSync: the tensor, of shape [2,3], is disposed of; expected one that is still there.',
  'out of memory':
    'zeros: out of memory for a tensor of shape [100000,100000,100], 4 TB; expected a smaller batch or image.',
  'a layer': 'last takes 4 in axis -1; the tensor has the shape [1,5] (in small).',
  "a layer's channels":
    'convolution: the image has 4 channels, the filter 3; the shapes are [1,32,32,4] and [3,3,3,16] (layer conv1/conv of resnet20-cifar).',
  'a network, size': 'resnet20-cifar takes [any,32,32,3]; the tensor has the shape [1,64,64,3].',
  'a network, rank': 'resnet20-cifar takes tensors of rank 4, a batch first; the tensor has the shape [32,32,3].',
  'a network, training': 'small takes [3] for each example; the tensor has [2].',
  'a network, not compiled': 'small is not compiled; call compile({ optimizer, loss }) first, or use fit of cnn-kit.',
  'a network, disposed of': 'The weights of last are disposed of; expected a network that is still there (in small).',
};

const BACKENDS = {
  cpu: { CNN_KIT_BACKEND: 'cpu' },
  wasm: { CNN_KIT_BACKEND: 'wasm' },
  'tensorflow (addon)': { CNN_KIT_BACKEND: 'tensorflow', CNN_KIT_BINDING: undefined },
  'tensorflow (koffi)': { CNN_KIT_BACKEND: 'tensorflow', CNN_KIT_BINDING: 'koffi' },
};

describe('what is said of an operation that fails', () => {
  for (const [name, environment] of Object.entries(BACKENDS)) {
    it(`is in the field's words on ${name}`, async function () {
      const missing = name.startsWith('tensorflow') && tensorflowMissing();
      if (missing) {
        console.log(`      skipped: ${missing}`);
        this.skip();
      }
      const { message, stderr } = await runChild<Record<string, string>>('failures.ts', environment);
      assert.deepEqual({ message, stderr }, { message: EXPECTED, stderr: '' });
    });
  }

  it('names the shape that TensorFlow had no memory for', () => {
    const call = { operation: 'tile', inputs: [], values: [] };
    const status =
      'Invalid TF_Status: 8\nMessage: OOM when allocating tensor with shape[1000,40000,40000] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator mklcpu';
    const said = 'out of memory for a tensor of shape [1000,40000,40000], 6.4 TB; expected a smaller batch or image.';
    assert.equal(sentenceOf(status, call), `tile: ${said}`);
    const error = new Error(status.replace(/^.*\n.*: OOM/, 'TensorFlow: {{function_node f}} OOM'));
    explain(error, { ...call, operation: 'the compiled step' });
    assert.equal(error.message, `the compiled step: ${said}`);
    assert.match(error.stack!, /^Error: the compiled step: out of memory/);
  });

  it('keeps a text that is not known, and without the number of the status', () => {
    const call = { operation: 'tile', inputs: [tf.ones([2])], values: [] };
    assert.equal(sentenceOf('what a student wrote', call), undefined);
    assert.equal(sentenceOf('Invalid TF_Status: 3\nMessage: Odd', call), 'tile: Odd; given [2].');
  });

  it('leaves what operations give, and their names', async () => {
    assert.equal(tf.conv2d.name, 'conv2d__op');
    assert.deepEqual(await tf.tensor1d([1, 2]).add(1).array(), [2, 3]);
  });
});
