/** The banks of wrong answers, one for each exercise. */
import fs from 'node:fs';
import path from 'node:path';
import type { Functions } from '../../src/harness/functions';

/** Functions that answer wrongly, what they do, and the message that must meet it. */
export type Wrong = { name: string; message: RegExp } & Functions;

const root = path.join(__dirname, '../..');

/** @throws when the exercise has none, with the file to add */
export function bankOf(exercise: string): Wrong[] {
  const file = path.join('test/exercises/wrong', `${exercise}.ts`);
  const { wrong } = fs.existsSync(path.join(root, file)) ? (require(path.join(root, file)) as { wrong?: Wrong[] }) : {};
  if (Array.isArray(wrong) && wrong.length > 0) return wrong;
  throw new Error(`The exercise ${exercise} has no bank of wrong answers; expected ${file}, which exports \`wrong\`.`);
}

/** The bank, or nothing where there is none. */
export function knownMistakes(exercise: string): Wrong[] {
  try {
    return bankOf(exercise);
  } catch {
    return [];
  }
}
