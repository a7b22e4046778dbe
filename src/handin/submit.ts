/** `npm run submit [-- --out FILE] [--force]`: looks a student's exercises over and packs them to be handed in. */
import fs from 'node:fs';
import path from 'node:path';
import { transformSync } from 'esbuild';
import { command, runIfMain } from '../cli/command';
import { exercisesOf } from '../harness/exercises';
import { zip, type ZipFile } from './zip';

/** An exercise has 10 kB. */
const MAX_SOURCE = 1 << 18;

/** What became of one exercise. */
export interface Finding {
  exercise: string;
  state: 'ready' | 'not begun' | 'partly written' | 'does not compile' | 'missing' | 'too large';
  detail: string;
}

/** Looks at exercises/*.ts and *.ipynb below `root`, and gives what to say of each exercise and what to pack. */
export function lookOver(root: string): { findings: Finding[]; files: ZipFile[] } {
  const folder = path.join(root, 'exercises');
  const tests = path.join(root, 'test', 'exercises');
  if (!fs.existsSync(tests)) throw new Error(`There is no folder ${tests}; run npm run submit in the course's folder.`);
  const exercises = exercisesOf(tests);
  const files: ZipFile[] = [];
  const findings = exercises.map((exercise): Finding => {
    const found = ['.ts', '.ipynb']
      .map(extension => `${exercise}${extension}`)
      .filter(name => fs.statSync(path.join(folder, name), { throwIfNoEntry: false })?.isFile());
    if (found.length === 0) return { exercise, state: 'missing', detail: `exercises/${exercise}.ts is not there` };
    const judged = found.map((name): Finding => {
      const content = fs.readFileSync(path.join(folder, name));
      if (name.endsWith('.ts') && content.length > MAX_SOURCE)
        return {
          exercise,
          state: 'too large',
          detail: `${name} has ${content.length} bytes; at most ${MAX_SOURCE} are read`,
        };
      files.push({ name: `exercises/${name}`, content });
      return { exercise, ...judge(name, content.toString('utf8')) };
    });
    // A stub beside the notebook that was worked in is no fault.
    return (
      judged.find(({ state }) => state === 'ready') ?? judged.find(({ state }) => state !== 'not begun') ?? judged[0]
    );
  });
  return { findings, files };
}

function judge(name: string, text: string): Pick<Finding, 'state' | 'detail'> {
  let source = text;
  if (name.endsWith('.ipynb')) {
    try {
      const { cells } = JSON.parse(text) as { cells: { cell_type: string; source: string | string[] }[] };
      source = cells.flatMap(cell => (cell.cell_type === 'code' ? [[cell.source].flat().join('')] : [])).join('\n');
    } catch (error) {
      return { state: 'does not compile', detail: `${name} is no notebook: ${(error as Error).message}` };
    }
  } else {
    try {
      transformSync(source, { loader: 'ts', format: 'cjs', target: 'node20', logLevel: 'silent' });
    } catch (error) {
      const { text, location } = (error as import('esbuild').TransformFailure).errors[0];
      return { state: 'does not compile', detail: `${name} line ${location?.line ?? '?'}: ${text}` };
    }
  }
  const open = [...source.matchAll(/throw new Error\('Not written yet: (.*?)\.'\);/g)];
  const asked = [...source.matchAll(/\/\/ YOUR CODE HERE/g)];
  if (open.length === 0) return { state: 'ready', detail: '' };
  const next = `still to do: ${open[0][1].replace(/\\'/g, "'")}`;
  return { state: open.length >= asked.length && !begun(source) ? 'not begun' : 'partly written', detail: next };
}

/** Whether code stands right after a mark, before its error: the student has begun there. */
function begun(source: string): boolean {
  return /\/\/ YOUR CODE HERE.*\n(?!\s*throw new Error\('Not written yet)/.test(source);
}

const main = command('submit', ({ values }) => {
  const out = path.resolve(values.out ?? 'submission.zip');
  const { findings, files } = lookOver(process.cwd());
  for (const { exercise, state, detail } of findings)
    console.log(`${state === 'ready' ? '✓' : '✗'} ${exercise}: ${state}${detail ? ` (${detail})` : ''}`);
  const ready = findings.filter(({ state }) => state === 'ready').length;
  const broken = findings.filter(({ state }) => state === 'does not compile' || state === 'too large');
  if (files.length === 0) throw new Error('There is nothing to pack; the exercises belong into the folder exercises.');
  if (broken.length && !values.force)
    throw new Error(
      `Nothing was packed; fix ${broken.map(b => b.exercise).join(', ')}, or pack all the same with --force.`,
    );
  fs.writeFileSync(out, zip(files));
  console.log(`${ready} of ${findings.length} exercises are ready. Hand in ${out}, which holds ${files.length} files.`);
});

runIfMain(module, main);
