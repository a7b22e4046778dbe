/** The kernel's process, as kernel.json starts it: `node main.js CONNECTION_FILE`, in the notebook's folder. */
import fs from 'node:fs';
import path from 'node:path';
import '../../node/raster';
import '../../node/terminal';
import { ROOT } from '../../node/root';
import { createConverter } from '../typescript/tslabConverter';
import { Kernel } from '../kernel';
import { loadCompiler } from './compiler';
import type { Connection } from './frames';
import { loadWhole } from './packages';
import { nodePlatform } from './platform';
import { SocketsWire } from './socketsWire';

const [file] = process.argv.slice(2);
const connection = JSON.parse(fs.readFileSync(file, 'utf8')) as Connection;
const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as { version: string };
// Of a lecture in Korean, wherever it was opened from.
if (/^notebooks[/\\]ko\b/.test(path.relative(ROOT, process.cwd()))) process.env.CNN_KIT_LANGUAGE = 'ko';
loadWhole(nodePlatform.stop);
new Kernel({
  platform: nodePlatform,
  openWire: (stop, receive) => new SocketsWire(connection, version, stop, receive),
  root: ROOT,
  folder: process.cwd(),
  createConverter: (...places) =>
    createConverter(loadCompiler(path.join(ROOT, '.cache', 'kernel')), nodePlatform.paths, ...places),
}).start();
