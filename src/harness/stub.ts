/** solutions/NN-name.ts, the single source of an exercise, the stub that is made of it, and the stub's cells. */
import fs from 'node:fs';
import path from 'node:path';
import { declared, parse } from './declarations';
import { SOLUTIONS } from './exercises';

const BEGIN = /^(\s*)\/\/ BEGIN SOLUTION(?:: (.*))?$/;
const END = /^\s*\/\/ END SOLUTION$/;

/** The stub that students get: every solution region becomes its hint and one clear error. Type-checks as it stands. */
export function toExercise(solution: string, file: string): string {
  const stub: string[] = [];
  let begun = 0;
  solution.split('\n').forEach((line, i) => {
    const begin = BEGIN.exec(line);
    if (begin && begun) throw new Error(`${file}:${i + 1} begins a solution inside the one of line ${begun}.`);
    if (END.test(line) && !begun) throw new Error(`${file}:${i + 1} ends a solution that was not begun.`);
    if (begin) {
      const [, indent, hint] = begin;
      if (!hint) throw new Error(`${file}:${i + 1} has no hint; write // BEGIN SOLUTION: what to do.`);
      begun = i + 1;
      stub.push(`${indent}// YOUR CODE HERE: ${hint}`);
      stub.push(`${indent}throw new Error('Not written yet: ${hint.replace(/['\\]/g, '\\$&')}.');`);
    } else if (END.test(line)) begun = 0;
    else if (!begun) stub.push(line);
  });
  if (begun) throw new Error(`${file}:${begun} begins a solution that never ends; close it with // END SOLUTION.`);
  if (!stub.some(line => line.includes('// YOUR CODE HERE'))) throw new Error(`${file} has no // BEGIN SOLUTION.`);
  return stub.join('\n');
}

/** The exercise as it is handed out, where its solution is at hand. */
export function stubOf(exercise: string, solutions = SOLUTIONS): string | undefined {
  const file = path.join(solutions, `${exercise}.ts`);
  return fs.existsSync(file) ? toExercise(fs.readFileSync(file, 'utf8'), `solutions/${exercise}.ts`) : undefined;
}

/** The hints of every function: that of its marker, then each `// HINT: ` line of its solution. */
export function hintsOf(solution: string): Record<string, string[]> {
  const hints: Record<string, string[]> = {};
  let name = '';
  for (const line of solution.split('\n')) {
    name = /^export (?:async )?function (\w+)/.exec(line)?.[1] ?? name;
    const hint = BEGIN.exec(line)?.[2] ?? /^\s*\/\/ HINT: (.*)$/.exec(line)?.[1];
    if (hint) (hints[name] ??= []).push(hint);
  }
  return hints;
}

/** One code cell of an exercise: `given` cells are the instructor's, the others are for the student to fill in. */
export interface ExerciseCell {
  id: string;
  given: boolean;
  source: string;
}

/** Splits the stub of an exercise into cells: one for each declaration that the student writes, and what is between. */
export function exerciseCells(stub: string, exercise: string): ExerciseCell[] {
  const file = parse(stub);
  const cells: ExerciseCell[] = [];
  let given = 0;
  for (const statement of file.statements) {
    const start = statement.getStart(file);
    // A cell exports nothing: the kernel knows all names of all cells, and refuses an exported type.
    const rest = stub.slice(start, statement.getEnd()).replace(/^export (?!default\b|\{|\*)/, '');
    const source = (stub.slice(statement.getFullStart(), start) + rest).replace(/^\s*\n/, '');
    const open = source.includes('// YOUR CODE HERE');
    const last = cells[cells.length - 1];
    if (!open && last?.given) last.source += `\n${source}`;
    else if (!open) cells.push({ id: `${exercise}-given-${++given}`, given: true, source });
    else cells.push({ id: `${exercise}-${declared(statement)[0] ?? cells.length}`.slice(0, 64), given: false, source });
  }
  return cells;
}
