import { exerciseCells } from '../harness/stub';
import { exported, parse } from '../harness/declarations';
import { KERNELSPEC, LANGUAGE_INFO } from '../kernel/interfaces/language';

/** The notebook of an exercise, with nbgrader's metadata (version 3) and a cell that checks it. */
export function exerciseNotebook(stub: string, exercise: string, points: number): object {
  const cell = (id: string, source: string, nbgrader: object): object => ({
    cell_type: 'code',
    id: id.replace(/[^\w-]/g, '-').slice(0, 64),
    metadata: { nbgrader: { schema_version: 3, grade_id: id, task: false, ...nbgrader } },
    source: source.split(/(?<=\n)/),
    execution_count: null,
    outputs: [],
  });
  const cells = exerciseCells(stub, exercise).map(({ id, given, source }) =>
    cell(id, source, { grade: false, solution: !given, locked: given }),
  );
  const functions = exported(parse(stub)).join(', ');
  const check = `import { check } from 'cnn-kit/dist/course/check';\nawait check('${exercise}', { ${functions} });`;
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: KERNELSPEC, language_info: LANGUAGE_INFO },
    cells: [
      ...cells,
      cell(`${exercise}-check`, check, { grade: true, solution: false, locked: true, points, cell_type: 'code' }),
    ],
  };
}
