/**
 * `npm run validate -- NOTEBOOK [--out DIR --name NN-name]`: opens an assignment that was written for nbgrader (a
 * `source` notebook) or for otter-assign, says question by question what of it becomes an exercise of ours and what
 * does not, and with --out writes what does.
 */
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { command, runIfMain, usage, UsageError } from '../cli/command';

export interface Question {
  name: string;
  points?: number;
  /** Code with its solution regions, in our markers. */
  solution: string;
  tests: { source: string; hidden: boolean; points?: number }[];
}

export interface Imported {
  form: 'nbgrader' | 'otter';
  language: string;
  questions: Question[];
  /** Code before or between the questions that they may need. */
  given: string[];
  /** One sentence for each thing that is not imported. */
  refused: string[];
}

interface Cell {
  cell_type: string;
  source: string;
  nbgrader?: Record<string, unknown>;
}

/** @throws one sentence where it is no notebook, or neither nbgrader's nor otter's. */
export function readAssignment(text: string): Imported {
  let notebook: {
    cells?: unknown;
    metadata?: { kernelspec?: { language?: string }; language_info?: { name?: string } };
  };
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    throw new Error(`It is no notebook: ${(error as Error).message}.`);
  }
  if (!Array.isArray(notebook?.cells)) throw new Error('It is no notebook of nbformat 4: it has no list of cells.');
  const language = notebook.metadata?.kernelspec?.language ?? notebook.metadata?.language_info?.name ?? 'unknown';
  const cells = notebook.cells.map((cell: Record<string, unknown>): Cell => {
    const source = Array.isArray(cell.source) ? cell.source.join('') : String(cell.source ?? '');
    const metadata = cell.metadata as { nbgrader?: Record<string, unknown> } | undefined;
    return { cell_type: String(cell.cell_type), source, nbgrader: metadata?.nbgrader };
  });
  const isOtter = cells.some(({ source }) => /^#\s*(BEGIN|ASSIGNMENT) (QUESTION|CONFIG)/m.test(source));
  if (!isOtter && !cells.some(({ nbgrader }) => nbgrader))
    throw new Error('It has neither metadata of nbgrader nor raw cells of otter; nothing says what is a question.');
  const imported = isOtter ? fromOtter(cells, language) : fromNbgrader(cells, language);
  if (!/^typescript$/i.test(language))
    imported.refused.unshift(
      `its language is ${language}: names, points and the places of tests are read, its code has to be written in TypeScript`,
    );
  return imported;
}

/** nbgrader's markers, as substrings of a comment line, in ours. */
function markers(source: string): string {
  return source
    .replace(/^(\s*)(?:\/\/|#)+\s*BEGIN SOLUTION.*$/gm, '$1// BEGIN SOLUTION: write this')
    .replace(/^(\s*)(?:\/\/|#)+\s*END SOLUTION.*$/gm, '$1// END SOLUTION');
}

function fromNbgrader(cells: Cell[], language: string): Imported {
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

function fromOtter(cells: Cell[], language: string): Imported {
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

/** The exercise in our own form: the source of stub and solution, and its test file. */
export function toOurs(
  { questions, given, language }: Imported,
  name: string,
): { solution: string; test: string; refused: string[] } {
  const refused: string[] = [];
  if (!/^typescript$/i.test(language)) throw new Error(`Code in ${language} cannot be imported; right is TypeScript.`);
  const solution = [...given, ...questions.map(question => question.solution)].map(exported).join('\n');
  const functions = functionsOf(solution);
  const test = (source: string, title: string): string => {
    const { code, fault } = awaited(source, functions);
    if (fault) refused.push(`${title}: ${fault}`);
    return `  it(${JSON.stringify(title)}, async () => {\n${code.replace(/^/gm, '    ')}\n  });\n`;
  };
  const list = (hidden: boolean): string =>
    questions
      .flatMap(question => {
        const share = question.tests.filter(({ points }) => points === undefined).length || 1;
        return question.tests.map((item, i) => {
          const points = item.points ?? (question.points ?? share) / share;
          return item.hidden === hidden
            ? test(item.source, `${question.name} ${i + 1} [${Number(points.toFixed(4))}]`)
            : '';
        });
      })
      .join('');
  const imports = [
    ...new Set(questions.flatMap(({ tests }) => tests.flatMap(({ source }) => source.match(/^import .*$/gm) ?? []))),
  ];
  if (!imports.some(line => /['"](node:)?assert/.test(line)))
    imports.unshift("import assert from 'node:assert/strict';");
  const secret = list(true);
  return {
    solution: solution.trim() + '\n',
    test: `${imports.join('\n')}
import { answers } from './answers';

const { ${functions.join(', ')} } = answers<typeof import('../../solutions/${name}')>('${name}');

describe('${name}', () => {
${list(false)}${secret ? `  describe('hidden', () => {\n${secret}  });\n` : ''}});
`,
    refused,
  };
}

/** Every top-level function and constant is exported, as tests ask for them by name. */
function exported(source: string): string {
  return source.replace(/^(async function|function|const|let|class)\b/gm, 'export $1');
}

function functionsOf(source: string): string[] {
  const file = ts.createSourceFile('x.ts', source, ts.ScriptTarget.ES2022);
  return file.statements.flatMap(statement => {
    if (ts.isFunctionDeclaration(statement) && statement.name) return [statement.name.text];
    if (!ts.isVariableStatement(statement)) return [];
    return statement.declarationList.declarations.flatMap(({ name, initializer }) =>
      ts.isIdentifier(name) && initializer && (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer))
        ? [name.text]
        : [],
    );
  });
}

function isAsync(node: ts.Node): boolean {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);
}

/** A test whose calls of the student's functions wait for their answers, which come from another process. */
function awaited(source: string, functions: string[]): { code: string; fault?: string } {
  const text = source.replace(/^import .*$/gm, '').trim();
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ES2022, true);
  const places: [from: number, to: number][] = [];
  let fault: string | undefined;
  const visit = (node: ts.Node, inner: boolean): void => {
    const within = inner || (ts.isFunctionLike(node) && !isAsync(node));
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && functions.includes(node.expression.text)) {
      if (within)
        fault = `it calls ${node.expression.text} inside of another function, which has to wait for the answer; make that function async`;
      else if (!ts.isAwaitExpression(node.parent)) places.push([node.getStart(file), node.getEnd()]);
    }
    ts.forEachChild(node, child => visit(child, within));
  };
  visit(file, false);
  let code = text;
  // From the back, and the outer call of a nest after the inner ones: starts grow, so do insertions behind them.
  const insertions = places.flatMap(([from, to]) => [
    { at: from, text: '(await ' },
    { at: to, text: ')' },
  ]);
  for (const { at, text } of insertions.sort((a, b) => b.at - a.at)) code = code.slice(0, at) + text + code.slice(at);
  return { code, fault };
}

const main = command('validate', ({ values, positionals }) => {
  if (positionals.length !== 1)
    throw new UsageError(`There are ${positionals.length} notebooks; expected ${usage('validate')}.`);
  if (!fs.existsSync(positionals[0])) throw new Error(`There is no file ${positionals[0]}.`);
  const imported = readAssignment(fs.readFileSync(positionals[0], 'utf8'));
  const { form, language, questions, refused } = imported;
  console.log(`${form}, ${language}: ${questions.length} questions can be graded`);
  for (const { name, points, tests } of questions) {
    const sum = points ?? tests.reduce((total, test) => total + (test.points ?? 1), 0);
    console.log(
      `  ✓ ${name}: ${sum} points, ${tests.length} tests, ${tests.filter(({ hidden }) => hidden).length} hidden`,
    );
  }
  const lost = [...refused];
  if (values.out) {
    const name = values.name ?? '';
    if (!/^\d\d-[\w-]+$/.test(name))
      throw new Error(`--name is ${JSON.stringify(name)}; right is NN-name, such as 02-lrn.`);
    const { solution, test, refused } = toOurs(imported, name);
    lost.push(...refused);
    for (const [folder, file, text] of [
      ['solutions', `${name}.ts`, solution],
      ['test/exercises', `${name}.test.ts`, test],
    ]) {
      const place = path.join(values.out, folder, file);
      if (fs.existsSync(place)) throw new Error(`${place} is there already; give another --name.`);
      fs.mkdirSync(path.dirname(place), { recursive: true });
      fs.writeFileSync(place, text);
      console.log(`wrote ${place}`);
    }
  }
  if (lost.length) console.log('not imported:');
  for (const line of lost) console.log(`  ✗ ${line}`);
});

runIfMain(module, main);
