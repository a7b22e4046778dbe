/** What goes back to students, and what the instructor looks at. A student's pages are made of public tests only. */
import type { ClassResult, Entry } from '../score/results';
import { html, type Insert, type Markup, page } from './html';
import { round } from '../score/policy';

/** What a student may know of one exercise. */
export interface Feedback {
  exercise: string;
  score: number;
  max: number;
  status: string;
  reason: string;
  tests: { title: string; points: number; passed: boolean; message?: string }[];
  /** The sums of hidden tests; absent where there are none. */
  hidden?: { score: number; max: number };
}

/** The public part of an entry. Texts that the student's code may have written while hidden tests ran stay here. */
export function feedbackOf(entry: Entry, sandboxed = true): Feedback {
  const { grade, work, tests, ruling, compileError, failure, notes = [] } = entry;
  const { exercise, score, max, status } = grade;
  const hidden = tests.filter(test => test.hidden);
  const points = (list: typeof tests): number => round(list.reduce((sum, test) => sum + test.points, 0));
  const why =
    status === 'missing'
      ? work.problem
      : status === 'not compiled'
        ? compileError
        : status === 'not graded'
          ? 'the grader failed; your instructor has been told and your score will come'
          : failure && stopped(failure);
  const unsandboxed = sandboxed ? undefined : 'graded without a sandbox';
  const judged = status === 'graded' || status === 'stopped';
  return {
    ...{ exercise, score, max, status },
    reason: [why, work.note, ...notes, ...ruling.reasons, unsandboxed].filter(Boolean).join('; '),
    tests: judged
      ? tests
          .filter(test => !test.hidden)
          .map(({ title, points, passed, message }) => ({
            ...{ title, points, passed },
            ...(passed || !message ? {} : { message: message.slice(0, 500) }),
          }))
      : [],
    ...(hidden.length ? { hidden: { score: points(hidden.filter(test => test.passed)), max: points(hidden) } } : {}),
  };
}

/** The kind of a failure without its details, which may quote what a hidden test asked. */
function stopped(failure: string): string {
  const kinds = ['time limit', 'memory limit', 'output limit', 'message limit', 'protocol', 'exited before answering'];
  const kind =
    kinds.find(kind => failure.startsWith(kind)) ?? 'an error outside of any call, or the sandbox was killed';
  return `your code was stopped: ${kind}`;
}

/** A student's page. */
export function feedbackPage(student: string, feedback: Feedback[]): string {
  const sum = (key: 'score' | 'max'): number => round(feedback.reduce((total, item) => total + item[key], 0));
  return page(
    `Feedback for ${student}`,
    html`<h1>Feedback for ${student}</h1>
      <p><strong>${sum('score')} of ${sum('max')} points</strong></p>
      ${feedback.map(exerciseSection)}`,
  );
}

function exerciseSection({ exercise, score, max, status, reason, tests, hidden }: Feedback): Markup {
  const rows = tests.map(({ title, points, passed, message }) => [
    html`<span class="result ${passed ? 'good' : 'bad'}">${passed ? '✓ passed' : '✗ failed'}</span>`,
    html`${title}${message ? html`<br /><span class="bad">${message}</span>` : ''}`,
    `${passed ? points : 0} of ${points}`,
  ]);
  if (hidden) rows.push(['', 'hidden tests', `${hidden.score} of ${hidden.max}`]);
  return html`<h2>${exercise}: ${score} of ${max} points</h2>
    ${status === 'graded' ? '' : html`<p class="bad">${status}</p>`} ${reason ? html`<p>${reason}</p>` : ''}
    ${rows.length ? table(['Result', 'Test', number('Points')], rows) : ''} `;
}

/** The instructor's page of the class: histogram, pass rate of every test, everyone's scores, and who changed. */
export function classPage(result: ClassResult): string {
  const { entries, exercises, outlines, changes, warnings, sandboxed } = result;
  const totals = studentTotals(entries);
  const shares = totals.map(({ score, max }) => (max ? score / max : 0));
  const sorted = [...shares].sort((a, b) => a - b);
  const middle = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  const mean = shares.reduce((sum, x) => sum + x, 0) / shares.length;
  const odd = entries.filter(({ grade }) => grade.status !== 'graded' || grade.reason);
  return page(
    'Class',
    html`<h1>Class</h1>
      ${sandboxed ? '' : html`<p class="warning">Graded without a sandbox (--no-sandbox): submissions ran with the instructor's rights.</p>`}
      <p>
        ${totals.length} students, ${exercises.length} exercises. Median ${percent(middle)}, mean ${percent(mean)}.
        Sandbox: ${result.sandbox}. ${result.ran} ran, ${result.known} were known from before.
      </p>
      <h2>Students by score, in % of the points</h2>
      ${histogram(shares)}
      <h2>Pass rates</h2>
      ${exercises.map(exercise => passRates(exercise, outlines.get(exercise) ?? [], entries))}
      <h2>Students</h2>
      ${table(
        ['Student', ...exercises.map(number), number('Total')],
        totals.map(({ student, grades, score, max }) => [
          student,
          ...grades.map(grade => (grade.status === 'missing' ? '–' : grade.score)),
          `${score} of ${max}`,
        ]),
      )}
      <h2>To look at</h2>
      ${
        odd.length
          ? table(
              ['Student', 'Exercise', 'Status', 'Reason'],
              odd.map(({ grade: { student, exercise, status, reason } }) => [student, exercise, status, reason]),
            )
          : html`<p>Nothing: every exercise was graded plainly.</p>`
      }
      <h2>Files without a grade</h2>
      ${
        warnings.length
          ? html`<ul>
              ${warnings.map(warning => html`<li>${warning}</li>`)}
            </ul>`
          : html`<p>None.</p>`
      }
      <h2>Changed since the run before</h2>
      ${
        changes.length
          ? table(
              ['Student', 'Exercise', number('Before'), number('Now'), 'Why'],
              changes.map(({ student, exercise, from, to, why }) => [student, exercise, points(from), points(to), why]),
            )
          : html`<p>No grade.</p>`
      }`,
  );
}

function points(grade: { score: number; max: number } | null): string {
  return grade ? `${grade.score} of ${grade.max}` : '–';
}

/** Each student's grades and sums, in the order of the entries. */
export function studentTotals(
  entries: Entry[],
): { student: string; entries: Entry[]; grades: Entry['grade'][]; score: number; max: number }[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const group = groups.get(entry.grade.student);
    if (group) group.push(entry);
    else groups.set(entry.grade.student, [entry]);
  }
  return [...groups].map(([student, own]) => ({
    ...{ student, entries: own, grades: own.map(({ grade }) => grade) },
    score: round(own.reduce((sum, { grade }) => sum + grade.score, 0)),
    max: round(own.reduce((sum, { grade }) => sum + grade.max, 0)),
  }));
}

function passRates(exercise: string, tests: Entry['tests'], entries: Entry[]): Markup {
  const ran = entries.filter(
    ({ grade }) => grade.exercise === exercise && (grade.status === 'graded' || grade.status === 'stopped'),
  );
  const rows = tests.map(({ title, hidden, points }, i) => {
    const passed = ran.filter(entry => entry.tests[i]?.passed).length;
    const share = ran.length ? passed / ran.length : 0;
    const bar = html`<svg viewBox="0 0 120 12" width="120" height="12" role="img" aria-label="${percent(share)}">
      <rect class="bar" width="${(120 * share).toFixed(1)}" height="12" />
    </svg>`;
    return [`${title}${hidden ? ' (hidden)' : ''}`, points, bar, `${passed} of ${ran.length} (${percent(share)})`];
  });
  return html`<h3>${exercise}</h3>
    ${table(['Test', number('Points'), '', number('Passed')], rows)} `;
}

interface Column {
  title: string;
  isNumber: boolean;
}

function number(title: string): Column {
  return { title, isNumber: true };
}

/** Scrolls by itself where the page is too narrow for it. */
function table(columns: (string | Column)[], rows: Insert[][]): Markup {
  const of = (k: number): Column => {
    const column = columns[k];
    return typeof column === 'string' ? { title: column, isNumber: false } : column;
  };
  const kind = (k: number): Markup => (of(k).isNumber ? html` class="number"` : html``);
  const head = columns.map((_, k) => html`<th${kind(k)}>${of(k).title}</th>`);
  const body = rows.map(
    row =>
      html`<tr>
        ${row.map((cell, k) => html`<td${kind(k)}>${cell}</td>`)}
      </tr> `,
  );
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </div>`;
}

/** Students per tenth of the points; full marks are in the last tenth. */
function histogram(shares: number[]): Markup {
  const counts = Array.from({ length: 10 }, () => 0);
  for (const share of shares) counts[Math.min(9, Math.max(0, Math.floor(10 * share + 1e-9)))]++;
  const most = Math.max(1, ...counts);
  const bars = counts.map((count, i) => {
    const height = (150 * count) / most;
    const x = 10 + 58 * i;
    return html`<rect class="bar" x="${x}" y="${(170 - height).toFixed(1)}" width="50" height="${height.toFixed(1)}" />
      <text x="${x + 25}" y="${(164 - height).toFixed(1)}" text-anchor="middle">${count || ''}</text>
      <text x="${x + 25}" y="186" text-anchor="middle">${10 * i}–${10 * i + 10}</text> `;
  });
  return html`<svg
    viewBox="0 0 600 195"
    width="600"
    height="195"
    role="img"
    aria-label="Histogram of scores: students per tenth of the points"
  >
    ${bars}
    <line class="axis" x1="5" y1="170" x2="595" y2="170" />
  </svg>`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
