/** What is generated of the solutions besides the exercises: src/course/hints.json and src/course/questions.json. */
import fs from 'node:fs';
import path from 'node:path';
import { SOLUTIONS, solutionsOf } from '../harness/exercises';
import { hintsOf } from '../harness/stub';
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
