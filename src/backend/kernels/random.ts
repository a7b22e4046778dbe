/** Random numbers. */
import * as tf from '@tensorflow/tfjs';
import { FLOAT, INT32 } from '../graph/graphDef';
import { int, shapeTensor, type } from './attributes';
import { kernel, replace } from './onTensorflow';

export function registerRandom(): void {
  kernel('RandomUniform', (_, { shape }, backend) => {
    const size = shapeTensor(shape as number[]);
    const options = [type('T', INT32), type('dtype', FLOAT), int('seed', 0), int('seed2', 0)];
    const noise = backend.executeSingleOutput('RandomUniform', options, [size]);
    size.dispose();
    return noise;
  });

  // tfjs means a seed to draw the same at each call; an operation of TensorFlow's with a seed goes on with its sequence.
  // Without a seed tfjs passes a fraction.
  replace(
    'Multinomial',
    () =>
      ({ logits }, { numSamples, seed, normalized }, backend) =>
        tf.tidy(() => {
          const inputs = [normalized ? logits.log() : logits, tf.scalar(numSamples as number, 'int32')];
          const types = [type('T', FLOAT), type('output_dtype', INT32)];
          if (!Number.isInteger(seed)) {
            return backend.executeSingleOutput('Multinomial', [...types, int('seed', 0), int('seed2', 0)], inputs);
          }
          const seeds = tf.tensor1d([seed as number, 0], 'int32');
          return backend.executeSingleOutput(
            'StatelessMultinomial',
            [...types, type('Tseed', INT32)],
            [...inputs, seeds],
          );
        }),
  );
}
