/** Hints that open step by step: each call opens one more. Their text is written in the solutions and generated into hints.json. */
import fs from 'node:fs';
import path from 'node:path';
import { linesMarkup } from '../base/markup';
import { shown } from '../base/options';
import { say } from '../base/sentences';
import { refusePackage, ROOT } from '../node/root';
import { exercisesOf } from '../harness/exercises';

/** By exercise, by function: from a push in the right direction to nearly the code. */
export type Hints = Record<string, Record<string, string[]>>;

export const HINTS_FILE = path.join(ROOT, 'src/course/hints.json');
const OPENED_FILE = path.join(ROOT, '.cache/hints.json');

/** The hints of an exercise that are open. */
class OpenHints {
  constructor(
    readonly exercise: string,
    readonly hints: Record<string, string[]>,
    readonly step: number,
    readonly steps: number,
  ) {}

  toString(): string {
    const lines = Object.entries(this.hints).flatMap(([name, hints]) =>
      hints.slice(0, this.step).map((text, i) => `${i ? ' '.repeat(name.length + 1) : `${name}:`} ${i + 1}. ${text}`),
    );
    return [this.heading(), ...lines].join('\n');
  }

  private heading(): string {
    const { exercise, step, steps } = this;
    const more = say(step < steps ? 'hintMore' : 'hintLast');
    return say('hintOf', { exercise, step, steps, more });
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    const lines = Object.entries(this.hints).flatMap(([name, hints]) => [
      `${name}:`,
      ...hints.slice(0, this.step).map((text, i) => `  ${i + 1}. ${text}`),
    ]);
    return { 'text/html': linesMarkup([this.heading(), ...lines].join('\n')), 'text/plain': this.toString() };
  }
}

/**
 * Opens the next hint of an exercise and shows it with those before. How far you are is kept in `openedFile`.
 * @throws if there is no such exercise
 */
export function hint(exercise: string, openedFile = OPENED_FILE): OpenHints {
  refusePackage('The hints');
  const all = JSON.parse(fs.readFileSync(HINTS_FILE, 'utf8')) as Hints;
  if (typeof exercise !== 'string' || !Object.hasOwn(all, exercise)) {
    throw new Error(say('noExercise', { exercise: shown(exercise), known: exercisesOf().join(', ') }));
  }
  const hints = all[exercise];
  const steps = Math.max(...Object.values(hints).map(list => list.length));
  const opened = readOpened(openedFile);
  const step = Math.min((Number(opened[exercise]) || 0) + 1, steps);
  fs.mkdirSync(path.dirname(openedFile), { recursive: true });
  fs.writeFileSync(openedFile, JSON.stringify({ ...opened, [exercise]: step }));
  return new OpenHints(exercise, hints, step, steps);
}

function readOpened(file: string): Record<string, unknown> {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}
