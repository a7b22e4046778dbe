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
      const { visible, all, fault } = hiddenParts(source);
      if (fault) refused.push(`the visible tests of ${id}, all of which are hidden: ${fault}`);
      const { tests } = questions[questions.length - 1];
      // A cell's points are for all of it: where a part is hidden, the visible part alone is worth nothing.
      if (visible) tests.push({ source: visible, hidden: false, points: all === visible ? points : 0 });
      if (all !== visible) tests.push({ source: all, hidden: true, points });
      if (nbgrader.checksum)
        refused.push(`the checksum of ${id}: what is graded here is our own text, not the student's`);
    } else given.push(source);
    seen.add(id);
  }
  return imported;
}

/** A test cell without its hidden parts, and with them; where the markers do not pair, nothing of it is visible. */
function hiddenParts(source: string): { visible: string; all: string; fault?: string } {
  const visible: string[] = [];
  const all: string[] = [];
  let inside = false;
  let fault: string | undefined;
  for (const line of source.split('\n')) {
    const mark = /\b(BEGIN|END)\s+HIDDEN\s+TESTS?\b/i.exec(line)?.[1].toUpperCase();
    if (mark && inside === (mark === 'BEGIN')) fault ??= `${line.trim()} has no other marker to go with`;
    if (mark) inside = mark === 'BEGIN';
    else {
      all.push(line);
      if (!inside) visible.push(line);
    }
  }
  if (inside) fault ??= 'BEGIN HIDDEN TESTS has no END HIDDEN TESTS';
  return { visible: fault ? '' : visible.join('\n').trim(), all: all.join('\n').trim(), fault };
}
