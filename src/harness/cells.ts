/** The stub of an exercise, cut into the cells of a notebook. */
import { declared, parse } from './declarations';

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
