/** `npm run grade -- SUBMISSIONS --out REPORTS`: grades a class and writes all reports. */
import path from 'node:path';
import { writeOver } from '../node/terminal';
import { command, type Given, runIfMain, usage } from '../cli/command';
import { gradeClass } from './grade';
import type { GradeOptions } from './plan';
import { stubOf } from '../harness/stub';
import { readPolicy } from './score/policy';
import { writeSimilarity } from './report/writeSimilarity';
import { type SandboxName, SANDBOXES } from '../sandbox/sandbox';
import { writeReports } from './report/write';

/**
 * What the arguments ask for.
 * @throws one sentence for what is missing or unknown.
 */
export function optionsOf({
  values,
  positionals,
}: Given<'grade'>): GradeOptions & { late?: string; similarity?: boolean } {
  if (positionals.length !== 1) {
    const seen = positionals.length
      ? `There are ${positionals.length} folders`
      : 'The folder of the submissions is missing';
    throw new Error(`${seen}; expected ${usage('grade')}.`);
  }
  if (values.jobs !== undefined && !/^[1-9]\d?$/.test(values.jobs))
    throw new Error(`--jobs is ${values.jobs}; expected a number from 1 to 99.`);
  const submissions = path.resolve(positionals[0]);
  const out = path.resolve(values.out);
  if (`${out}/`.startsWith(`${submissions}/`))
    throw new Error(`--out is inside the submissions, where it would be taken for a student; choose another folder.`);
  const answerSeconds = values['answer-seconds'];
  if (answerSeconds !== undefined && !/^[1-9]\d{0,2}$/.test(answerSeconds))
    throw new Error(`--answer-seconds is ${answerSeconds}; expected a number from 1 to 999.`);
  if (values.sandbox !== undefined && !SANDBOXES.includes(values.sandbox as SandboxName))
    throw new Error(`--sandbox is ${values.sandbox}; expected one of ${SANDBOXES.join(', ')}.`);
  if (values.queue !== undefined && !/^rediss?:\/\/[^/]+/.test(values.queue))
    throw new Error(`--queue is ${values.queue}; expected an address such as redis://localhost:6379.`);
  const startOptions = { tensorflow: values.tensorflow, image: values.image };
  const exercises = values.exercises
    ?.split(',')
    .map(name => path.basename(name.trim(), '.ts'))
    .filter(Boolean);
  if (exercises?.length === 0) throw new Error('--exercises names no exercise; expected names with commas between.');
  return {
    ...{ submissions, out, exercises: exercises && [...new Set(exercises)], late: values.late, fresh: values.fresh },
    ...{ jobs: values.jobs ? Number(values.jobs) : undefined, queue: values.queue, similarity: values.similarity },
    answerSeconds: answerSeconds === undefined ? undefined : Number(answerSeconds),
    sandbox: { name: values['no-sandbox'] ? 'none' : (values.sandbox as SandboxName), ...startOptions },
    ...(values.tests ? { testFolder: path.resolve(values.tests) } : {}),
  };
}

/** The line of progress: a bar, the count, and how long the rest takes at the pace so far. */
export function progressLine(done: number, total: number, seconds: number): string {
  const filled = total ? Math.floor((20 * done) / total) : 20;
  const left = done ? Math.round((seconds / done) * (total - done)) : undefined;
  const time = left === undefined ? '' : `  ${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`;
  return `[${'#'.repeat(filled)}${'-'.repeat(20 - filled)}] ${done}/${total}${time}`;
}

const main = command('grade', async given => {
  const { late, similarity, ...options } = optionsOf(given);
  const begun = Date.now();
  const result = await gradeClass({
    ...options,
    policy: late === undefined ? undefined : readPolicy(path.resolve(late)),
    onHeldUp: sentence => console.error(sentence),
    onProgress: process.stderr.isTTY
      ? (done, total) =>
          writeOver(process.stderr, progressLine(done, total, (Date.now() - begun) / 1000), done === total)
      : undefined,
  });
  writeReports(result, options.out);
  if (similarity) {
    const works = result.entries.map(({ work }) => work);
    const said = await writeSimilarity(works, exercise => stubOf(exercise, options.solutionFolder), options.out);
    for (const line of said) console.log(line);
  }
  const { entries, changes, warnings, ran, known, sandboxed } = result;
  const failed = entries.filter(({ grade }) => grade.status === 'not graded');
  if (!sandboxed) console.log('Graded without a sandbox: submissions ran with your own rights.');
  console.log(
    `${entries.length} grades of ${new Set(entries.map(({ grade }) => grade.student)).size} students: ` +
      `${ran} submissions ran, ${known} were known from before, ${changes.length} grades changed.`,
  );
  for (const { student, exercise, from, to, why } of changes.slice(0, 20))
    console.log(`  ${student} ${exercise}: ${from?.score ?? '–'} → ${to?.score ?? '–'} (${why})`);
  if (changes.length > 20) console.log(`  and ${changes.length - 20} more, in changes.json`);
  if (warnings.length) console.log('Files that were handed in and end in no grade:');
  for (const warning of warnings.slice(0, 20)) console.log(`  ${warning}`);
  if (warnings.length > 20) console.log(`  and ${warnings.length - 20} more, in class.html`);
  for (const { grade } of failed.slice(0, 20)) console.log(`  ${grade.student} ${grade.exercise}: ${grade.reason}`);
  console.log(`The reports are in ${options.out}; students may get what is in its folder students.`);
  return failed.length ? 2 : 0;
});

runIfMain(module, main);
