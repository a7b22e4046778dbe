/**
 * The backend of @tensorflow/tfjs-node-gpu with all of its kernels. In dist this file is a bundle of them (src/setup/library.ts):
 * the installed package does without tfjs-node-gpu, whose install script fetches a library that we never use.
 */
import '@tensorflow/tfjs-node-gpu/dist/register_all_kernels';

export { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend';
