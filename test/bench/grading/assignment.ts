/** One assignment of five questions with two tests each, one of them hidden, for every grader in its own form. */

export interface Question {
  name: string;
  /** A right solution in each language; the second one uses TensorFlow.js. */
  python: string;
  typescript: string;
  tensorflow: string;
  /** Arguments and the value, both as JSON, which Python reads too. */
  visible: [args: string, value: string];
  hidden: [args: string, value: string];
}

export const QUESTIONS: Question[] = [
  {
    name: 'relu',
    python: 'def relu(x):\n    return [max(0, v) for v in x]',
    typescript: 'export const relu = (x: number[]) => x.map(v => Math.max(0, v));',
    tensorflow: 'export const relu = (x: number[]) => Array.from(tf.relu(tf.tensor1d(x)).dataSync());',
    visible: ['[-1, 0, 2]', '[0, 0, 2]'],
    hidden: ['[5, -7, 3]', '[5, 0, 3]'],
  },
  {
    name: 'dot',
    python: 'def dot(x):\n    return sum(v * v for v in x)',
    typescript: 'export const dot = (x: number[]) => x.reduce((sum, v) => sum + v * v, 0);',
    tensorflow: 'export const dot = (x: number[]) => tf.dot(tf.tensor1d(x), tf.tensor1d(x)).dataSync()[0];',
    visible: ['[1, 2, 3]', '14'],
    hidden: ['[4, 0, 5]', '41'],
  },
  {
    name: 'argmax',
    python: 'def argmax(x):\n    return x.index(max(x))',
    typescript: 'export const argmax = (x: number[]) => x.indexOf(Math.max(...x));',
    tensorflow: 'export const argmax = (x: number[]) => tf.argMax(tf.tensor1d(x)).dataSync()[0];',
    visible: ['[1, 9, 3]', '1'],
    hidden: ['[4, 0, 5]', '2'],
  },
  {
    name: 'length',
    python: 'def length(x):\n    n, k, s, p = x\n    return (n + 2 * p - k) // s + 1',
    typescript: 'export const length = ([n, k, s, p]: number[]) => Math.floor((n + 2 * p - k) / s) + 1;',
    tensorflow:
      'export const length = ([n, k, s, p]: number[]) => tf.pool(tf.ones([n + 2 * p, n + 2 * p, 1]), k, "max", "valid", 1, s).shape[0];',
    visible: ['[28, 5, 1, 0]', '24'],
    hidden: ['[32, 3, 2, 1]', '16'],
  },
  {
    name: 'pool',
    python: 'def pool(x):\n    return [max(x[i:i + 2]) for i in range(0, len(x), 2)]',
    typescript: 'export const pool = (x: number[]) => x.flatMap((v, i) => (i % 2 ? [] : [Math.max(v, x[i + 1])]));',
    tensorflow:
      'export const pool = (x: number[]) => Array.from(tf.maxPool(tf.tensor3d(x, [1, x.length, 1]), [1, 2], [1, 2], "valid").dataSync());',
    visible: ['[1, 2, 4, 3]', '[2, 4]'],
    hidden: ['[9, 1, 0, 7]', '[9, 7]'],
  },
];

/** Ours: one test file, with the hidden tests in their place. */
export function testFile(exercise: string): string {
  const test = ({ name }: Question, [args, value]: [string, string], i: number): string =>
    `it('${name} ${i} [1]', async () => assert.deepEqual(await call('${exercise}', '${name}', [${args}]), ${value}));`;
  return `import assert from 'node:assert/strict';
const { call } = (globalThis as any)[Symbol.for('cnn-kit.answers')];
describe('visible', () => { ${QUESTIONS.map(q => test(q, q.visible, 1)).join('\n')} });
describe('hidden', () => { ${QUESTIONS.map(q => test(q, q.hidden, 2)).join('\n')} });
`;
}

/** A student's file; \`student\` makes it differ from all others. */
export function submission(kind: 'typescript' | 'tensorflow', student: number): string {
  const start = kind === 'tensorflow' ? "import { tf } from 'cnn-kit';\n" : '';
  return `${start}${QUESTIONS.map(question => question[kind]).join('\n')}\n// student ${student}\n`;
}

interface Cell {
  source: string;
  metadata?: object;
  id?: string;
}

function notebook(cells: Cell[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'python3', display_name: 'Python 3', language: 'python' } },
    cells: cells.map(({ source, metadata = {}, id }, i) => ({
      ...{ cell_type: 'code', id: id ?? `cell-${i}`, metadata, source, execution_count: null, outputs: [] },
    })),
  });
}

const check = ({ name }: Question, [args, value]: [string, string]): string => `assert ${name}(${args}) == ${value}`;

/** nbgrader's source notebook. */
export function nbgraderSource(): string {
  return notebook(
    QUESTIONS.flatMap(question => {
      const mark = (id: string, more: object): object => ({
        nbgrader: { schema_version: 3, grade_id: id, task: false, ...more },
      });
      const { name, python } = question;
      const [head, ...body] = python.split('\n');
      return [
        {
          source: `${head}\n    ### BEGIN SOLUTION\n${body.join('\n')}\n    ### END SOLUTION`,
          metadata: mark(name, { grade: false, solution: true, locked: false }),
        },
        ...(['visible', 'hidden'] as const).map(kind => ({
          source:
            kind === 'visible'
              ? check(question, question.visible)
              : `### BEGIN HIDDEN TESTS\n${check(question, question.hidden)}\n### END HIDDEN TESTS`,
          metadata: mark(`${name}-${kind}`, { grade: true, solution: false, locked: true, points: 1 }),
        })),
      ];
    }),
  );
}

/** A test file of otter in its dictionary form. */
export function otterTest(question: Question): string {
  const { name } = question;
  const cases = (['visible', 'hidden'] as const).map(kind => ({
    code: `>>> ${check(question, question[kind])}`,
    hidden: kind === 'hidden',
    locked: false,
  }));
  const text = JSON.stringify({
    name,
    points: 2,
    suites: [{ cases, scored: true, setup: '', teardown: '', type: 'doctest' }],
  });
  return `OK_FORMAT = True\ntest = ${text.replace(/\btrue\b/g, 'True').replace(/\bfalse\b/g, 'False')}\n`;
}

/** A student's notebook for otter: the answers and nothing more. */
export function otterNotebook(): string {
  return notebook(QUESTIONS.map(({ python }) => ({ source: python })));
}
