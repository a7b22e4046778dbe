/**
 * Executes lectures headless, through our kernel and nbclient, and writes nothing: `npm run execute [-- --quick] [NN ...]`.
 * Without names, --quick leaves out the lectures that say `<!-- slow -->`. --compare runs on the images of the committed
 * notebooks and compares the values in their text.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../node/root';
import { command, runIfMain } from '../../cli/command';
import { environment } from '../../setup/steps';
import { committed, lecture, lectures, namesOf } from './lectures';
import { faults, quick, readValues, toNotebook, valuesCell, type Notebook } from './notebook';
import { placeholders } from './prose';

const python = path.join(ROOT, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');

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

export interface Executed {
  notebook: Notebook;
  /** What each `{{expression}}` of the text came to; empty if a cell failed. */
  values: Record<string, string>;
}

/**
 * Runs a lecture from a copy under .cache/lectures.
 * @param options.offline takes the images that our code draws, so that every machine gets the same
 * @throws if Jupyter itself fails, or a value of the text cannot be told; errors of the cells are in the outputs
 */
export async function execute(markdown: string, name: string, { offline = false } = {}): Promise<Executed> {
  if (!fs.existsSync(python)) throw new Error('Jupyter is not installed; run `npm run doctor`.');
  const folder = path.join(ROOT, '.cache/lectures');
  const file = path.join(folder, `${name}.ipynb`);
  fs.mkdirSync(folder, { recursive: true });
  const asked = toNotebook(markdown);
  const last = {
    cell_type: 'code',
    id: 'values',
    metadata: {},
    source: [valuesCell(markdown)],
    outputs: [],
    execution_count: null,
  } as const;
  const told = placeholders(markdown).length > 0;
  fs.writeFileSync(file, JSON.stringify({ ...asked, cells: [...asked.cells, ...(told ? [last] : [])] }));
  const child = spawn(python, ['-c', NBCLIENT, file], {
    cwd: ROOT,
    env: { ...environment(), ...(offline ? { CNN_KIT_DATA: 'offline' } : {}) },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const status = await new Promise(resolve => child.on('close', resolve));
  if (status !== 0) throw new Error(`nbclient failed: ${errors.trim().split('\n').at(-1)}`);
  const notebook = JSON.parse(fs.readFileSync(file, 'utf8')) as Notebook;
  if (!told) return { notebook, values: {} };
  const cells = notebook.cells.slice(0, -1);
  const failed = cells.some(cell => cell.outputs?.some(output => output.output_type === 'error'));
  return { notebook: { ...notebook, cells }, values: failed ? {} : readValues(notebook.cells.at(-1)!) };
}

const main = command('execute', async ({ values: { quick: isQuick, compare }, positionals: asked }) => {
  const all = asked.length ? namesOf(asked) : lectures().filter(name => !isQuick || !isSlow(lecture(name)));
  let failed = 0;
  for (const name of all) {
    const began = performance.now();
    const markdown = isQuick ? quick(lecture(name)) : lecture(name);
    const wrong = await execute(markdown, name, { offline: compare }).then(
      ({ notebook, values }) => [...faults(notebook), ...(compare ? drift(name, values) : [])],
      (error: Error) => [error.message],
    );
    if (wrong.length) failed++;
    console.log(`${wrong.length ? '✗' : '✓'} ${name} (${((performance.now() - began) / 1000).toFixed(0)} s)`);
    wrong.forEach(fault => console.log(`    ${fault}`));
  }
  console.log(`${all.length - failed} passed, ${failed} failed`);
  return failed ? 1 : 0;
});

/** The values of the committed text that another run does not give, one sentence each. */
export function drift(
  name: string,
  values: Record<string, string>,
  old = committed(name)?.metadata.cnn_kit?.values ?? {},
): string[] {
  const numberOf = (text: string): number => Number(text.replace(/[,%]/g, ''));
  return placeholders(lecture(name)).flatMap(({ expression, measured }) => {
    const [then, now] = [old[expression], values[expression]];
    const near = Math.abs(numberOf(now) - numberOf(then)) <= 0.25 * Math.abs(numberOf(then));
    return then === now || (measured && near)
      ? []
      : [`{{${expression}}} is ${then} in the text and ${now} in this run`];
  });
}

/** Whether the default suite leaves the lecture to `npm run test:all`. */
const isSlow = (markdown: string): boolean => /^<!-- slow -->$/m.test(markdown);

runIfMain(module, main);
