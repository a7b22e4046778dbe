/** `file://` for saving and loading models, on every backend, by the code of tfjs-node. */
import * as tf from '@tensorflow/tfjs';
import type { NodeFileSystem } from '@tensorflow/tfjs-node-gpu/dist/io/file_system';

export function registerFiles(): void {
  const route = (url: string | string[]): NodeFileSystem | null => {
    const [first] = [url].flat();
    if (!first.startsWith('file://')) return null;
    const { nodeFileSystemRouter } = require('./native/tfjsNode/files') as typeof import('./native/tfjsNode/files');
    return nodeFileSystemRouter(url as string) as NodeFileSystem;
  };
  tf.io.registerSaveRouter(route as never);
  tf.io.registerLoadRouter(route as never);
}
