/** The kernel's process, as kernel.json starts it: `node main.js CONNECTION_FILE`, in the notebook's folder. */
import fs from 'node:fs';
import path from 'node:path';
import '../node/raster';
import '../node/terminal';
import { createConverter } from './converter';
import { Kernel } from './kernel';
import type { Connection } from './protocol';

const [file] = process.argv.slice(2);
const connection = JSON.parse(fs.readFileSync(file, 'utf8')) as Connection;
const root = path.join(__dirname, '..', '..');
new Kernel({ connection, root, folder: process.cwd(), createConverter }).start();
