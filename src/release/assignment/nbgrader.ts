import { type Cell, type Imported, markers } from './imported';

/** The questions of a `source` notebook of nbgrader's. */
export function fromNbgrader(cells: Cell[], language: string): Imported {
  const imported: Imported = { form: 'nbgrader', language, questions: [], given: [], refused: [] };
  const { questions, given, refused } = imported;
  const seen = new Set<string>();
  for (const { cell_type, source, nbgrader } of cells) {
    if (!nbgrader) {
      if (cell_type === 'code' && source.trim()) given.push(source);
      continue;
    }
    const id = String(nbgrader.grade_id ?? '');
    if (seen.has(id)) refused.push(`grade_id ${id} is there twice: the second cell is left out`);
    else if (nbgrader.schema_version !== 3)
      refused.push(`${id} has metadata of version ${nbgrader.schema_version}; run nbgrader update first`);
    else if (nbgrader.task) refused.push(`${id} is a task that people grade; give its points in the policy file`);
    else if (nbgrader.solution && nbgrader.grade)
      refused.push(`${id} is graded by people; give its points in the policy file`);
    else if (cell_type !== 'code') refused.push(`${id} is ${cell_type} and graded; give its points in the policy file`);
    else if (nbgrader.solution) questions.push({ name: id, solution: markers(source), tests: [] });
    else if (nbgrader.grade && questions.length === 0) refused.push(`${id} tests before there is anything to test`);
    else if (nbgrader.grade) {
      const points = Number(nbgrader.points ?? 0);
      const hidden = /^.*BEGIN HIDDEN TESTS.*$([\s\S]*?)^.*END HIDDEN TESTS.*$/gm;
      const visible = source.replace(hidden, '').trim();
      const secret = [...source.matchAll(hidden)].map(match => match[1].trim()).filter(Boolean);
      const { tests } = questions[questions.length - 1];
      // A cell's points are for all of it: where a part is hidden, the visible part alone is worth nothing.
      if (visible) tests.push({ source: visible, hidden: false, points: secret.length ? 0 : points });
      if (secret.length) tests.push({ source: [visible, ...secret].join('\n'), hidden: true, points });
      if (nbgrader.checksum)
        refused.push(`the checksum of ${id}: what is graded here is our own text, not the student's`);
    } else given.push(source);
    seen.add(id);
  }
  return imported;
}
