/** What is generated besides exercises and notebooks: src/course/hints.json, exercises.json and questions.json, the README's chart. */
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { type VegaLiteSpec, svgOf } from '../display/charts/vegaLite';
import { shippedExperiment } from '../experiments';
import type { DepthRun } from '../experiments/plainAgainstResidual';
import { spreadChart } from '../experiments/spreadChart';
import { SOLUTIONS, solutionsOf } from '../harness/exercises';
import { hintsOf, toExercise } from '../harness/stub';
import type { Facts } from './facts';
import { QUESTIONS_FILE, sealedQuestions, type SealedQuestion } from './questions';
import { isSealOf, seal, type QuestionSource } from './seal';

/** What src/course/hints.json should hold. */
export function generatedHints(): string {
  const hints = solutionsOf().map(exercise => [
    exercise,
    hintsOf(fs.readFileSync(path.join(SOLUTIONS, `${exercise}.ts`), 'utf8')),
  ]);
  return JSON.stringify(Object.fromEntries(hints), null, 2) + '\n';
}

/** What src/course/exercises.json should hold. @throws where a solution's header says no points, minutes or difficulty */
export function generatedFacts(): string {
  const all = solutionsOf().map((exercise): [string, Facts] => {
    const file = `solutions/${exercise}.ts`;
    const solution = fs.readFileSync(path.join(SOLUTIONS, `${exercise}.ts`), 'utf8');
    const header = /Points: (\d+)\. About (\d+) minutes\. Difficulty: ([123]) of 3\./.exec(solution);
    if (!header)
      throw new Error(
        `${file} has no "Points: 12. About 25 minutes. Difficulty: 2 of 3." in its header; write it there.`,
      );
    const [points, minutes, difficulty] = header.slice(1).map(Number);
    const types = ts.transpileDeclaration(toExercise(solution, file), { compilerOptions: { removeComments: true } });
    return [
      exercise,
      { points, minutes, difficulty, functions: Object.keys(hintsOf(solution)), types: types.outputText },
    ];
  });
  return JSON.stringify(Object.fromEntries(all), null, 2) + '\n';
}

/** The questions of all lectures, as solutions/questions/NN.ts has them. */
export async function questionSources(): Promise<QuestionSource[]> {
  const { build } = await import('esbuild');
  const folder = path.join(SOLUTIONS, 'questions');
  const files = fs.readdirSync(folder).filter(file => file.endsWith('.ts'));
  const lists = files.sort().map(async file => {
    const built = await build({
      entryPoints: [path.join(folder, file)],
      write: false,
      format: 'cjs',
      tsconfigRaw: '{}',
    });
    const module = { exports: {} as { questions: QuestionSource[] } };
    new Function('module', 'exports', built.outputFiles[0].text)(module, module.exports);
    return module.exports.questions;
  });
  return (await Promise.all(lists)).flat();
}

/** The ids of the questions whose sealed form is missing, left over or not made of their source. */
export async function outdatedQuestions(): Promise<string[]> {
  const sources = await questionSources();
  const sealed = new Map(currentQuestions().map(question => [question.id, question]));
  const left = [...sealed.keys()].filter(id => !sources.some(source => source.id === id));
  return [...left, ...sources.filter(s => !sealed.has(s.id) || !isSealOf(sealed.get(s.id)!, s)).map(({ id }) => id)];
}

/** Seals what has changed. */
export async function generateQuestions(): Promise<void> {
  const before = new Map(currentQuestions().map(question => [question.id, question]));
  const sealed = (await questionSources()).map(source => seal(source, before.get(source.id)));
  fs.writeFileSync(QUESTIONS_FILE, JSON.stringify(sealed, null, 1) + '\n');
}

function currentQuestions(): SealedQuestion[] {
  return fs.existsSync(QUESTIONS_FILE) ? sealedQuestions() : [];
}

/** What notebooks/plain-against-residual.svg should be: the chart at the top of the README, of the record that came with the kit. */
export async function generatedChart(): Promise<string> {
  const { runs } = shippedExperiment<{ runs: DepthRun[] }>('plain-against-residual').result;
  const names = [...new Set(runs.map(({ kind, depth }) => `${kind}, ${depth} layers`))];
  const { text, bundle } = spreadChart(
    names.map(name => ({
      name,
      runs: runs
        .filter(({ kind, depth }) => `${kind}, ${depth} layers` === name)
        .map(({ trainErrors }) => trainErrors.map(error => 100 * error)),
    })),
    {
      title: 'A deeper plain network learns less, a deeper residual network more',
      x: 'epochs',
      y: 'training error (%)',
    },
  );
  return `${await svgOf((await bundle)['application/vnd.vegalite.v5+json'] as VegaLiteSpec, text)}\n`;
}
