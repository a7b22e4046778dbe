/** The kernel in a folder of kernels, of our own Jupyter or one that is there already. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { type Given, UsageError } from '../cli/command';
import { KERNELSPEC } from '../kernel/interfaces/language';
import { writeWhole } from '../node/files';
import { ROOT } from '../node/root';

/** A block of activations between two layers. */
const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="12" fill="#0072B2"/>' +
  '<g stroke="#fff" stroke-width="2" stroke-linejoin="round"><path d="M10 26 18 18V42L10 50Z" fill="#56B4E9"/>' +
  '<path d="M26 24 34 16H44L36 24Z M36 24 44 16V40L36 48Z" fill="#E69F00"/><path d="M26 24H36V48H26Z" fill="#F0C75E"/>' +
  '<path d="M48 28 54 22V36L48 42Z" fill="#56B4E9"/></g></svg>\n';

/** Writes what changes with the place of the checkout and the Node in use, and the logo; whole, and only what is new. */
export function writeKernel(folder: string): void {
  const spec = {
    argv: [process.execPath, path.join(ROOT, 'dist', 'kernel', 'node', 'main.js'), '{connection_file}'],
    display_name: KERNELSPEC.display_name,
    language: KERNELSPEC.language,
    interrupt_mode: 'message',
  };
  const files: Record<string, string | Uint8Array> = {
    'kernel.json': JSON.stringify(spec, null, 2) + '\n',
    'logo-svg.svg': LOGO,
  };
  for (const size of [32, 64]) {
    const image = new Resvg(LOGO, { fitTo: { mode: 'width', value: size } }).render();
    files[`logo-${size}x${size}.png`] = image.asPng();
  }
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    if (!fs.existsSync(file) || !fs.readFileSync(file).equals(Buffer.from(content)))
      writeWhole(file, typeof content === 'string' ? content : [content]);
  }
}

/** Registers the kernel for a Jupyter that is there already, or takes it out again; returns what was done. */
export function registerKernel({ values, positionals }: Given<'kernel'>): string {
  const [what, ...more] = positionals;
  if (more.length || (what !== 'install' && what !== 'uninstall')) {
    throw new UsageError(`The kernel is to be ${positionals.join(' ') || 'nothing'}; expected install or uninstall.`);
  }
  if (values.user && values.prefix !== undefined) {
    throw new UsageError('Both --user and --prefix are given; expected one place for the kernel.');
  }
  const { name = KERNELSPEC.name } = values;
  // As jupyter_client has it.
  if (!/^[\w.-]+$/.test(name)) {
    throw new UsageError(`--name is ${name}; expected letters, digits, dots, hyphens and underscores.`);
  }
  const place = values.prefix === undefined ? dataFolder() : path.join(path.resolve(values.prefix), 'share', 'jupyter');
  const folder = path.join(place, 'kernels', name);
  if (what === 'install') {
    writeKernel(folder);
    return `The kernel ${name} is in ${folder}; it runs from ${ROOT}, which has to stay where it is.`;
  }
  if (!fs.existsSync(path.join(folder, 'kernel.json'))) throw new Error(`There is no kernel ${name} in ${place}.`);
  if (!fs.readFileSync(path.join(folder, 'kernel.json'), 'utf8').includes(KERNELSPEC.display_name)) {
    throw new Error(`${folder} holds another kernel than ours, and stays.`);
  }
  fs.rmSync(folder, { recursive: true });
  return `The kernel ${name} is no longer in ${place}.`;
}

/** Where Jupyter looks for what a user has installed. */
function dataFolder(): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME, APPDATA } = process.env;
  if (JUPYTER_DATA_DIR) return JUPYTER_DATA_DIR;
  if (process.platform === 'darwin') return path.join(os.homedir(), 'Library', 'Jupyter');
  if (process.platform === 'win32' && APPDATA) return path.join(APPDATA, 'jupyter');
  return path.join(XDG_DATA_HOME || path.join(os.homedir(), '.local', 'share'), 'jupyter');
}
