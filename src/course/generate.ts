/** Makes what is generated: exercises from solutions, notebooks (executed) from Markdown. `npm run generate [-- NN-name ...]` */
import fs from 'node:fs';
import path from 'node:path';
import { execute, lecture, lectures } from './execute';
import { toExercise } from './exercises';
import { faults, toNotebook, type Notebook } from './notebook';

const root = path.resolve(__dirname, '../..');

/** Writes every exercise that its solution has outgrown, and returns their names. */
export function generateExercises(): string[] {
  const outdated = outdatedExercises();
  fs.mkdirSync(path.join(root, 'exercises'), { recursive: true });
  for (const { file, stub } of outdated) fs.writeFileSync(path.join(root, 'exercises', file), stub);
  return outdated.map(({ file }) => file);
}

/** The exercises whose file is not what their solution makes of it. */
export function outdatedExercises(): { file: string; stub: string }[] {
  const solutions = fs.readdirSync(path.join(root, 'solutions')).filter(file => file.endsWith('.ts'));
  return solutions
    .map(file => ({
      file,
      stub: toExercise(fs.readFileSync(path.join(root, 'solutions', file), 'utf8'), `solutions/${file}`),
    }))
    .filter(({ file, stub }) => {
      const exercise = path.join(root, 'exercises', file);
      return !fs.existsSync(exercise) || fs.readFileSync(exercise, 'utf8') !== stub;
    });
}

/** The lectures whose notebook is missing or holds other cells than their Markdown. Outputs do not count. */
export function outdatedNotebooks(): string[] {
  const cellsOf = (notebook: Notebook): string =>
    JSON.stringify(notebook.cells.map(({ cell_type, id, source }) => [cell_type, id, [source].flat().join('')]));
  return lectures().filter(name => {
    const file = path.join(root, 'notebooks', `${name}.ipynb`);
    if (!fs.existsSync(file)) return true;
    return cellsOf(JSON.parse(fs.readFileSync(file, 'utf8')) as Notebook) !== cellsOf(toNotebook(lecture(name)));
  });
}

async function generateNotebook(name: string): Promise<void> {
  const markdown = lecture(name);
  const notebook = await execute(markdown, name);
  const wrong = faults(notebook);
  if (wrong.length) throw new Error(`notebooks/${name}.md does not run: ${wrong[0]}`);
  const { metadata } = toNotebook(markdown);
  fs.writeFileSync(
    path.join(root, 'notebooks', `${name}.ipynb`),
    JSON.stringify({ ...notebook, metadata }, null, 1) + '\n',
  );
}

async function main(words: string[]): Promise<void> {
  for (const file of generateExercises()) console.log(`wrote exercises/${file}`);
  for (const name of words.length ? words : outdatedNotebooks()) {
    await generateNotebook(name);
    console.log(`wrote notebooks/${name}.ipynb`);
  }
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
