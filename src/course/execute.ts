/** Executes lectures headless, through our kernel and nbclient: `node dist/course/execute.js [--quick] [NN-name ...]`. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { environment } from '../setup/steps';
import { faults, quick, toNotebook, type Notebook } from './notebook';

const root = path.resolve(__dirname, '../..');
const python = path.join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

const NBCLIENT = `
import os, sys, nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
file = sys.argv[1]
notebook = nbformat.read(file, 4)
resources = {'metadata': {'path': os.path.dirname(file)}}
try:
    NotebookClient(notebook, timeout=900, record_timing=False, resources=resources).execute()
except CellExecutionError:
    pass
nbformat.write(notebook, file)
`;

/** The names of all lectures, in order. */
export function lectures(): string[] {
  const files = fs.readdirSync(path.join(root, 'notebooks'));
  return files
    .filter(file => file.endsWith('.md'))
    .map(file => file.replace('.md', ''))
    .sort();
}

/** The Markdown of a lecture. */
export function lecture(name: string): string {
  const file = path.join(root, 'notebooks', `${name}.md`);
  if (!fs.existsSync(file)) throw new Error(`There is no lecture ${name}; there are ${lectures().join(', ')}.`);
  return fs.readFileSync(file, 'utf8');
}

/**
 * Runs a lecture from a copy under .cache/lectures and returns the notebook with its outputs.
 * @throws if Jupyter itself fails; what the cells do wrong stands in the outputs
 */
export async function execute(markdown: string, name: string): Promise<Notebook> {
  if (!fs.existsSync(python)) throw new Error('Jupyter is not installed; run `npm run doctor`.');
  const folder = path.join(root, '.cache/lectures');
  const file = path.join(folder, `${name}.ipynb`);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, JSON.stringify(toNotebook(markdown)));
  const child = spawn(python, ['-c', NBCLIENT, file], {
    cwd: root,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const status = await new Promise(resolve => child.on('close', resolve));
  if (status !== 0) throw new Error(`nbclient failed: ${errors.trim().split('\n').at(-1)}`);
  return JSON.parse(fs.readFileSync(file, 'utf8')) as Notebook;
}

async function main(words: string[]): Promise<void> {
  const names = words
    .filter(word => !word.startsWith('--'))
    .map(word => path.basename(word).replace(/\.(md|ipynb)$/, ''));
  let failed = 0;
  const all = names.length ? names : lectures();
  for (const name of all) {
    const began = performance.now();
    const markdown = words.includes('--quick') ? quick(lecture(name)) : lecture(name);
    const wrong = await execute(markdown, name).then(faults, (error: Error) => [error.message]);
    if (wrong.length) failed++;
    console.log(`${wrong.length ? '✗' : '✓'} ${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
    wrong.forEach(fault => console.log(`    ${fault}`));
  }
  console.log(`${all.length - failed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 2;
  });
}
