/** Saving to and loading from files by @tensorflow/tfjs-node-gpu; in dist a bundle, as `backend.ts` is. */
export { nodeFileSystemRouter } from '@tensorflow/tfjs-node-gpu/dist/io/file_system';
