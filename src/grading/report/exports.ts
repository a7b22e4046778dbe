/** Grades in the forms that learning platforms read: Canvas, nbgrader, Gradescope and JUnit. */
import type { ClassResult, Entry } from '../score/results';
import { escapeMarkup } from '../../base/markup';
import { feedbackOf, studentTotals } from './reports';

/** Rows as CSV (RFC 4180). Numbers are as they are; a text that a spreadsheet would take for a formula gets a '. */
export function csv(rows: (string | number | undefined)[][]): string {
  const cell = (value: string | number | undefined): string => {
    if (value === undefined) return '';
    if (typeof value === 'number') return String(value);
    const guarded = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/.test(value) ? `'${value}` : value;
    return /[",\r\n]|^\s|\s$/.test(guarded) ? `"${guarded.replace(/"/g, '""')}"` : guarded;
  };
  return rows.map(row => row.map(cell).join(',') + '\r\n').join('');
}

/** For Canvas's gradebook import: a row of Points Possible, then one for each student. */
export function canvasCsv({ entries, exercises }: ClassResult): string {
  const students = studentTotals(entries);
  const points = exercises.map(e => entries.find(({ grade }) => grade.exercise === e)?.grade.max ?? 0);
  return csv([
    ['Student', 'ID', 'SIS Login ID', 'Section', ...exercises],
    ['Points Possible', undefined, undefined, undefined, ...points],
    ...students.map(({ student, entries: [{ work }], grades }) => [
      ...[work.name ?? student, work.id, work.email ?? (work.id ? undefined : student), undefined],
      // An empty cell leaves what Canvas has; a failure of ours must not become a zero there.
      ...grades.map(({ score, status, max }) => (status === 'not graded' && max === 0 ? undefined : score)),
    ]),
  ]);
}

/** The table that `nbgrader export` writes. */
export function nbgraderCsv({ entries }: ClassResult): string {
  const time = (text?: string): string | undefined => text?.replace('T', ' ').replace(/(\.\d+)?Z$/, '');
  return csv([
    [
      ...['assignment', 'duedate', 'timestamp', 'student_id', 'last_name', 'first_name', 'email'],
      ...['raw_score', 'late_submission_penalty', 'score', 'max_score'],
    ],
    ...entries.map(({ grade, work, raw, ruling }) => {
      const [first, ...last] = (work.name ?? '').split(' ').reverse();
      const names = last.length ? [first, last.reverse().join(' ')] : [work.name, undefined];
      return [
        ...[grade.exercise, time(ruling.due), time(ruling.submitted), grade.student, ...names, work.email],
        ...[raw, ruling.penalty, grade.score, grade.max],
      ];
    }),
  ]);
}

/** What Gradescope reads from /autograder/results/results.json, for one student. Nothing hidden is in it. */
export function gradescopeResults(entries: Entry[], sandboxed = true): object {
  const [{ score, max }] = studentTotals(entries);
  const result = (name: string, score: number, max_score: number, number: string, output = ''): object => ({
    ...{ name, number, score, max_score, output, output_format: 'text', visibility: 'visible' },
    status: score >= max_score ? 'passed' : 'failed',
  });
  return {
    score,
    visibility: 'visible',
    stdout_visibility: 'hidden',
    output: `${score} of ${max} points`,
    tests: entries.flatMap((entry, i) => {
      const { exercise, reason, tests, hidden, ...sums } = feedbackOf(entry, sandboxed);
      if (tests.length === 0) return [result(exercise, sums.score, sums.max, `${i + 1}`, reason || sums.status)];
      return [
        ...tests.map((test, j) =>
          result(
            ...([
              `${exercise}: ${test.title}`,
              test.passed ? test.points : 0,
              test.points,
              `${i + 1}.${j + 1}`,
            ] as const),
            test.message,
          ),
        ),
        ...(hidden
          ? [result(`${exercise}: hidden tests`, hidden.score, hidden.max, `${i + 1}.${tests.length + 1}`)]
          : []),
      ];
    }),
    extra_data: { exercises: entries.map(entry => feedbackOf(entry, sandboxed)) },
  };
}

/** JUnit's XML, one suite for each student and exercise. For the instructor: hidden tests are in it. */
export function junitXml({ entries }: ClassResult): string {
  const count = (list: Entry['tests']): string =>
    `tests="${list.length}" failures="${list.filter(({ passed }) => !passed).length}"`;
  const suites = entries.map(({ grade, tests }) => {
    const { student, exercise, score, max, status, reason } = grade;
    const properties = Object.entries({ score, max, status, reason }).map(
      ([name, value]) => `<property name="${name}" value="${escapeMarkup(String(value))}"/>`,
    );
    const cases = tests.map(({ title, hidden, points, passed, message }) => {
      const classname = escapeMarkup(`${student}.${exercise}${hidden ? '.hidden' : ''}`);
      const failure = passed ? '' : `<failure message="${escapeMarkup(message ?? (reason || status))}"/>`;
      return `    <testcase classname="${classname}" name="${escapeMarkup(`${title} [${points}]`)}">${failure}</testcase>\n`;
    });
    return `  <testsuite name="${escapeMarkup(`${student}/${exercise}`)}" ${count(tests)} errors="0">
    <properties>${properties.join('')}</properties>
${cases.join('')}  </testsuite>\n`;
  });
  const all = entries.flatMap(({ tests }) => tests);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${count(all)} errors="0">\n${suites.join('')}</testsuites>\n`;
}
