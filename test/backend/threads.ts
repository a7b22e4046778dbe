/** The sum of three twos, without a call to `ready`, in this thread and in two workers beside it. */
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import '../../src/backend';

const sum = tf.sum(tf.fill([3], 2)).dataSync()[0];
if (isMainThread) {
  const worker = (): Promise<number> =>
    new Promise((resolve, reject) => {
      // tsx does not reach into worker threads by itself.
      const code = `require('tsx/cjs'); require(${JSON.stringify(__filename)});`;
      new Worker(code, { eval: true }).on('message', resolve).on('error', reject);
    });
  void Promise.all([worker(), worker()]).then(sums => process.send!([sum, ...sums]));
} else parentPort!.postMessage(sum);
