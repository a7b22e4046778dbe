/**
 * The compiled library in dist, as notebooks load it and `npm pack` takes it: no file whose source is gone, the parts of
 * @tensorflow/tfjs-node-gpu that the backend uses, and types that compile without `skipLibCheck`.
 */
import fs from 'node:fs';
import path from 'node:path';
import { buildSync } from 'esbuild';
import { declareWithoutErrors } from './declarations';
import { ROOT } from '../node/root';
import { filesBelow, run } from './steps';

/** Compiles src into `dist`. */
export async function compileLibrary(dist: string): Promise<void> {
  await run(process.execPath, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'src']);
  removeOutlived(dist);
  bundleTfjsNode(dist);
  declareWithoutErrors(dist);
}

/** What an older source was compiled to. */
function removeOutlived(dist: string): void {
  for (const name of filesBelow(dist).filter(name => !name.startsWith('types/'))) {
    const stem = /^(.*)\.(?:d\.ts|js|js\.map)$/.exec(name)?.[1];
    if (stem && !fs.existsSync(path.join(ROOT, 'src', `${stem}.ts`))) fs.rmSync(path.join(dist, name));
  }
}

/**
 * What the backend takes of tfjs-node-gpu, in place of the modules that import it, and beside them what its binding is
 * compiled from. tfjs itself is no part of the bundles, as there has to be one engine.
 */
function bundleTfjsNode(dist: string): void {
  const native = path.join(dist, 'backend', 'native');
  for (const name of ['backend', 'files'])
    buildSync({
      ...{ entryPoints: [path.join(ROOT, 'src', 'backend', 'native', 'tfjsNode', `${name}.ts`)], bundle: true },
      ...{ outfile: path.join(native, 'tfjsNode', `${name}.js`), platform: 'node', format: 'cjs', target: 'node20' },
      ...{ external: ['@tensorflow/tfjs'], alias: { '@tensorflow/tfjs-core': '@tensorflow/tfjs' } },
      ...{ absWorkingDir: ROOT, logLevel: 'error' },
    });
  const binding = path.dirname(require.resolve('@tensorflow/tfjs-node-gpu/binding/tfjs_binding.cc'));
  fs.cpSync(binding, path.join(native, 'binding'), { recursive: true });
  for (const name of ['context.cc', 'cuda.txt'])
    fs.copyFileSync(path.join(ROOT, 'src', 'backend', 'native', name), path.join(native, name));
}
