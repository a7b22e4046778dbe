/**
 * Makes what is generated: exercises from solutions; the notebooks of both languages from their Markdown, with the outputs of
 * one run; stubs for what is not translated. A lecture runs again when its code has changed, or when it is asked for:
 * `npm run generate [-- --execute NN ...]`.
 */
import fs from 'node:fs';
import path from 'node:path';
import '../node';
import { ROOT } from '../node/root';
import { command, runIfMain } from '../cli/command';
import { execute } from './lectures/execute';
import { solutionsOf } from '../harness/exercises';
import { stubOf } from '../harness/stub';
import { generatedChart, generatedFacts, generatedHints, generateQuestions } from './generated';
import { FACTS_FILE } from './facts';
import { HINTS_FILE } from './hints';
import { committed, korean, lecture, lectures, namesOf, notebookFile, sourceFile } from './lectures/lectures';
import { faults, toNotebook, type Notebook, type Output } from './lectures/notebook';
import { written } from './lectures/nbformat';
import { placeholders } from './lectures/prose';
import { question, sealedQuestions } from './questions';
import { parseTranslation, translate, updateTranslation } from './lectures/translation';

/** The README's. */
export const CHART = 'notebooks/plain-against-residual.svg';

/** Writes every exercise that its solution has outgrown, and returns their names. */
export function generateExercises(): string[] {
  const outdated = outdatedExercises();
  fs.mkdirSync(path.join(ROOT, 'exercises'), { recursive: true });
  for (const { file, stub } of outdated) fs.writeFileSync(path.join(ROOT, 'exercises', file), stub);
  return outdated.map(({ file }) => file);
}

/** The exercises whose file is not what their solution makes of it. */
export function outdatedExercises(): { file: string; stub: string }[] {
  return solutionsOf()
    .map(exercise => ({ file: `${exercise}.ts`, stub: stubOf(exercise)! }))
    .filter(({ file, stub }) => {
      const exercise = path.join(ROOT, 'exercises', file);
      return !fs.existsSync(exercise) || fs.readFileSync(exercise, 'utf8') !== stub;
    });
}

/** What the notebook of a lecture has to be, given the outputs and the values of its last run. */
export function expectedNotebook(name: string, run: Notebook, language: 'en' | 'ko'): Notebook {
  const translations = parseTranslation(language === 'ko' ? korean(name) : '');
  const notebook = toNotebook(lecture(name), {
    values: run.metadata.cnn_kit?.values,
    translate: language === 'ko' ? text => translate(text, translations) : undefined,
  });
  const ran = run.cells.filter(cell => cell.cell_type === 'code');
  let next = 0;
  const cells = notebook.cells.map(cell => {
    if (cell.cell_type !== 'code') return cell;
    const { outputs, execution_count } = ran[next++] ?? {};
    const shown = language === 'ko' ? (outputs ?? []).map(inKorean) : outputs;
    return { ...cell, execution_count: execution_count ?? null, outputs: shown ?? [] };
  });
  return { ...notebook, cells };
}

/** A question of the course as its Korean text; other outputs as they are. */
function inKorean(output: Output): Output {
  const text = [(output.data?.['text/markdown'] ?? '') as string | string[]].flat().join('');
  const asked = sealedQuestions().find(({ id }) => question(id, 'en').markdown === text);
  if (!asked) return output;
  const lines = (words: string): string[] => words.split(/(?<=\n)/);
  const shown = question(asked.id, 'ko');
  const data = { 'text/markdown': lines(shown.markdown), 'text/plain': lines(String(shown)) };
  return { ...output, data };
}

/** The code of a notebook, and the values that its text asks for: what makes another run necessary. */
function needsRun(name: string): boolean {
  const old = committed(name);
  if (!old) return true;
  const codeOf = (notebook: Notebook): string =>
    JSON.stringify(
      notebook.cells.filter(cell => cell.cell_type === 'code').map(({ source }) => [source].flat().join('')),
    );
  const values = old.metadata.cnn_kit?.values ?? {};
  return (
    codeOf(old) !== codeOf(toNotebook(lecture(name))) ||
    placeholders(lecture(name)).some(({ expression }) => values[expression] === undefined)
  );
}

/** The notebooks whose file is not what the Markdown, in English and Korean, makes of their last run. */
export function outdatedNotebooks(): string[] {
  return lectures().flatMap(name =>
    (['en', 'ko'] as const).flatMap(language => {
      const [old, run] = [committed(name, language), committed(name)];
      const outdated =
        !old || !run || needsRun(name) || written(old) !== written(expectedNotebook(name, run, language));
      return outdated ? [notebookFile(name, language)] : [];
    }),
  );
}

async function run(name: string): Promise<Notebook> {
  const { notebook, values } = await execute(lecture(name), name, { offline: true });
  const wrong = faults(notebook);
  if (wrong.length) throw new Error(`${sourceFile(name)} does not run: ${wrong[0]}`);
  const cells = notebook.cells.map(cell =>
    cell.outputs ? { ...cell, outputs: joined(cell.outputs.map(withoutTimes)) } : cell,
  );
  return { ...notebook, cells, metadata: { ...notebook.metadata, cnn_kit: { values } } };
}

/** An output without how long a training took on the machine that ran it, which says nothing of the reader's. */
export function withoutTimes(output: Output): Output {
  if (output.output_type === 'stream') return output;
  const text = JSON.stringify(output, (key, value: unknown) =>
    key === 'image/png' && typeof value === 'string' ? `png:${value}` : value,
  )
    .replace(/( steps) in \d[\d.]* (s|min \d+ s|h \d+ min)\b/g, '$1')
    .replace(/, [\d.,]+ images\/s/g, '');
  return JSON.parse(text, (key, value: unknown) =>
    key === 'image/png' && typeof value === 'string' ? value.slice(4) : value,
  ) as Output;
}

/** Prints that came in several messages, as one: where they were cut is chance. */
export function joined(outputs: readonly Output[]): Output[] {
  const all: Output[] = [];
  for (const output of outputs) {
    const last = all.at(-1);
    if (output.output_type !== 'stream' || last?.output_type !== 'stream' || last.name !== output.name)
      all.push(output);
    else
      all[all.length - 1] = {
        ...last,
        text: [last.text ?? '', output.text ?? '']
          .flat()
          .join('')
          .split(/(?<=\n)/),
      };
  }
  return all;
}

/** Writes a file if that changes it. */
function write(file: string, text: string): void {
  const place = path.join(ROOT, file);
  if (fs.existsSync(place) && fs.readFileSync(place, 'utf8') === text) return;
  fs.mkdirSync(path.dirname(place), { recursive: true });
  fs.writeFileSync(place, text);
  console.log(`wrote ${file}`);
}

async function generateLecture(name: string, again: boolean): Promise<void> {
  write(sourceFile(name, 'ko'), updateTranslation(lecture(name), korean(name)));
  if (again || needsRun(name)) console.log(`running ${name}`);
  const ran = again || needsRun(name) ? await run(name) : committed(name)!;
  for (const language of ['en', 'ko'] as const)
    write(notebookFile(name, language), written(expectedNotebook(name, ran, language)));
}

const main = command('generate', async ({ values, positionals }) => {
  for (const file of generateExercises()) console.log(`wrote exercises/${file}`);
  fs.writeFileSync(HINTS_FILE, generatedHints());
  fs.writeFileSync(path.join(ROOT, FACTS_FILE), generatedFacts());
  await generateQuestions();
  write(CHART, await generatedChart());
  const asked = namesOf(positionals);
  for (const name of asked.length ? asked : lectures()) await generateLecture(name, Boolean(values.execute));
});

runIfMain(module, main);
