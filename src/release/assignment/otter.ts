import { parse } from 'yaml';
import { type Cell, type Imported, markers, type Question } from './imported';

/** Settings of an assignment that grade or generate in a way that we do not have. */
const UNKNOWN = ['seed', 'variables', 'export_cell', 'files', 'environment', 'requirements', 'generate'];

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
        const settings = settingsOf(source, 'the assignment', refused);
        refused.push(...UNKNOWN.filter(key => key in settings).map(key => `the setting ${key} of the assignment`));
      } else if (what === 'BEGIN' && thing === 'QUESTION') {
        question = questionOf(source, `question ${questions.length + 1}`, refused);
        part = 'question';
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
    else if (part === 'tests') question.tests.push(testOf(source, question.name, refused));
  }
  if (question) refused.push(`${question.name} has no END QUESTION`);
  return imported;
}

/** What a raw cell, or the comment of a test, says in YAML; its own marks are comments there. */
function settingsOf(yaml: string, of: string, refused: string[]): Record<string, unknown> {
  try {
    const settings: unknown = parse(yaml);
    return typeof settings === 'object' && settings !== null ? (settings as Record<string, unknown>) : {};
  } catch (error) {
    refused.push(`the settings of ${of}, which are no YAML: ${(error as Error).message.split('\n')[0]}`);
    return {};
  }
}

function questionOf(source: string, title: string, refused: string[]): Question & { manual: boolean } {
  const { name = title, points, manual } = settingsOf(source, title, refused);
  const question = { name: String(name), solution: '', tests: [], manual: manual === true };
  if (question.manual) refused.push(`${name} is graded by people; give its points in the policy file`);
  if (typeof points === 'number') return { ...question, points };
  if (points !== undefined && points !== null) refused.push(`the points of ${name}, which are a list for its tests`);
  return question;
}

function testOf(source: string, name: string, refused: string[]): Question['tests'][number] {
  const mark = /^(?:#|\/\/)\s*HIDDEN\b.*$/im;
  const text = source.replace(mark, '').trim();
  const comment = /^(?:"""([\s\S]*?)"""|\/\*([\s\S]*?)\*\/)[ \t]*(?:(?:#|\/\/).*)?/;
  const [, python, typescript] = comment.exec(text) ?? [];
  const { points, hidden } = settingsOf(python ?? typescript ?? '', `a test of ${name}`, refused);
  return {
    source: text.replace(comment, '').trim(),
    hidden: hidden === true || mark.test(source),
    ...(typeof points === 'number' ? { points } : {}),
  };
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
