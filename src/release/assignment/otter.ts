import { type Cell, type Imported, markers, type Question } from './imported';

/** The questions of a notebook for otter-assign. */
export function fromOtter(cells: Cell[], language: string): Imported {
  const imported: Imported = { form: 'otter', language, questions: [], given: [], refused: [] };
  const { questions, given, refused } = imported;
  let question: (Question & { manual?: boolean }) | undefined;
  let part: 'question' | 'solution' | 'tests' = 'question';
  for (const { cell_type, source } of cells) {
    const mark = /^#\s*(BEGIN|END|ASSIGNMENT)\s+(QUESTION|SOLUTION|PROMPT|TESTS|CONFIG)/m.exec(source);
    if (cell_type === 'raw' && mark) {
      const [, what, thing] = mark;
      if (thing === 'CONFIG') {
        for (const key of ['seed', 'variables', 'export_cell', 'files', 'environment', 'requirements', 'generate'])
          if (new RegExp(`^${key}\\s*:`, 'm').test(source)) refused.push(`the setting ${key} of the assignment`);
      } else if (what === 'BEGIN' && thing === 'QUESTION') {
        const field = (key: string): string | undefined =>
          new RegExp(`^\\s*${key}\\s*:\\s*(.+)$`, 'm').exec(source)?.[1].trim();
        const name = field('name')?.replace(/^["']|["']$/g, '') ?? `question ${questions.length + 1}`;
        const points = Number(field('points'));
        question = { name, solution: '', tests: [], ...(Number.isFinite(points) ? { points } : {}) };
        part = 'question';
        if (field('manual') === 'true') {
          refused.push(`${name} is graded by people; give its points in the policy file`);
          question.manual = true;
        }
        if (field('points') && !Number.isFinite(points))
          refused.push(`the points of ${name}, which are a list for its tests`);
      } else if (what === 'BEGIN') part = thing === 'TESTS' ? 'tests' : thing === 'SOLUTION' ? 'solution' : 'question';
      else if (thing === 'QUESTION') {
        if (question && !question.manual) questions.push(question);
        question = undefined;
      } else part = 'question';
      continue;
    }
    if (cell_type !== 'code' || !source.trim()) continue;
    if (!question) given.push(source);
    else if (part === 'solution') question.solution += `${otterSolution(source, question.name, refused)}\n`;
    else if (part === 'tests') {
      const hidden = /^(?:#|\/\/)\s*HIDDEN/m.test(source);
      const points = /^points\s*:\s*([\d.]+)/m.exec(source)?.[1];
      const code = source
        .replace(/^(?:#|\/\/)\s*HIDDEN.*$/m, '')
        .replace(/^"""[\s\S]*?"""/, '')
        .replace(/^\/\*[\s\S]*?\*\//, '')
        .trim();
      question.tests.push({ source: code, hidden, ...(points ? { points: Number(points) } : {}) });
    }
  }
  if (question) refused.push(`${question.name} has no END QUESTION`);
  return imported;
}

function otterSolution(source: string, name: string, refused: string[]): string {
  if (/(?:#|\/\/)\s*SOLUTION NO PROMPT/.test(source))
    refused.push(`the lines without prompt in the solution of ${name} are kept as given`);
  if (/(?:#|\/\/)\s*BEGIN PROMPT/.test(source))
    refused.push(`the prompt of ${name}: our stubs say what is to be written`);
  const code = source.replace(/^\s*"""\s*(?:#|\/\/)\s*BEGIN PROMPT[\s\S]*?END PROMPT.*$/gm, '');
  // A line that is a solution becomes a region of its own.
  return markers(code).replace(
    /^(\s*)(.*?)\s*(?:#|\/\/)\s*SOLUTION(?: NO PROMPT)?\s*$/gm,
    '$1// BEGIN SOLUTION: write this\n$1$2\n$1// END SOLUTION',
  );
}
