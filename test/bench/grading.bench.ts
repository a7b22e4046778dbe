/**
 * Submissions a second: this grader against `nbgrader autograde` and `otter run`, on the same assignment of five
 * questions with two tests each. Python notebooks for the anchors, TypeScript files for ours, plain and with
 * TensorFlow.js; ours run behind their sandbox, the anchors without one. The graders take turns within each round.
 */
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { bubblewrapFailure } from '../../src/grading/wall';
import { findPython } from '../../src/setup/python';
import { CACHE, environment, once, ROOT, run } from '../../src/setup/steps';
import { nbgraderSource, otterNotebook, otterTest, QUESTIONS, submission, testFile } from './grading/assignment';

const HOME = path.join(CACHE, 'bench');
const VENV = path.join(HOME, 'graders');
const PACKAGES = ['nbgrader==0.9.6', 'otter-grader==7.0.0'];
const EXERCISE = '01-five';
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** Submissions of one round: enough that starting our own workers, which happens once for a class, does not decide. */
const COUNTS = { ours: Number(process.env.BENCH_CLASS ?? 150), nbgrader: 6, otter: 2 };
const SYNTHETIC = Number(process.env.BENCH_SUBMISSIONS ?? 10_000);

export async function bench(): Promise<void> {
  await installAnchors();
  const folder = fs.mkdtempSync(path.join(HOME, 'grading-'));
  try {
    const contestants = [
      await ours(folder, 'typescript'),
      await ours(folder, 'tensorflow'),
      await nbgrader(folder),
      otter(folder),
    ];
    const rates = contestants.map(() => [] as number[]);
    for (let round = 0; round < ROUNDS; round++) {
      const order = contestants.map((_, k) => k);
      for (const k of round % 2 ? order.reverse() : order) {
        const { count, grade } = contestants[k];
        const start = performance.now();
        await grade();
        rates[k].push((1000 * count) / (performance.now() - start));
      }
    }
    console.log(`submissions a second, median of ${ROUNDS} rounds; the ratio is to nbgrader within each round`);
    contestants.forEach(({ name }, k) => {
      const ratio = median(rates[k].map((rate, i) => rate / rates[2][i]));
      console.log(`  ${name.padEnd(34)} ${median(rates[k]).toFixed(2).padStart(7)}  ${ratio.toFixed(1)}x`);
    });
    await synthetic(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

interface Contestant {
  name: string;
  count: number;
  /** Grades `count` submissions that it has not seen. */
  grade(): Promise<void>;
}

async function installAnchors(): Promise<void> {
  const { command, version } = findPython();
  await once(path.join(VENV, 'stamp'), [...PACKAGES, version], path.join(VENV, 'bin', 'python'), async () => {
    console.log(`  installing ${PACKAGES.join(' and ')} in ${path.relative(ROOT, VENV)} (600 MB)`);
    fs.rmSync(VENV, { recursive: true, force: true });
    await run(command, ['-m', 'venv', VENV]);
    const python = path.join(VENV, 'bin', 'python');
    const uv = path.join(ROOT, '.venv', 'bin', 'uv');
    if (fs.existsSync(uv)) await run(uv, ['pip', 'install', '--quiet', '--python', python, ...PACKAGES]);
    else await run(python, ['-m', 'pip', 'install', '--quiet', ...PACKAGES]);
  });
}

/** A class on disk, every file another one, so that nothing is known from before. */
function writeClass(folder: string, kind: 'typescript' | 'tensorflow', count: number, first: number): string {
  for (let i = first; i < first + count; i++) {
    const home = path.join(folder, `student-${i}`, 'exercises');
    fs.mkdirSync(home, { recursive: true });
    fs.writeFileSync(path.join(home, `${EXERCISE}.ts`), submission(kind, i));
  }
  return folder;
}

function gradeCommand(home: string, submissions: string, out: string): string[] {
  const words = [path.join(ROOT, 'dist/grading/command.js'), submissions, '--out', out, '--tests', home];
  return [...words, ...(bubblewrapFailure() ? ['--no-sandbox'] : [])];
}

async function ours(folder: string, kind: 'typescript' | 'tensorflow'): Promise<Contestant> {
  const count = COUNTS.ours;
  const home = path.join(folder, kind);
  const tests = path.join(home, 'tests');
  fs.mkdirSync(tests, { recursive: true });
  fs.writeFileSync(path.join(tests, `${EXERCISE}.test.ts`), testFile(EXERCISE));
  let round = 0;
  const grade = async (): Promise<void> => {
    const number = round++;
    const submissions = writeClass(path.join(home, `class-${number}`), kind, count, 1000 * number);
    const out = path.join(home, `out-${number}`);
    await command(process.execPath, gradeCommand(tests, submissions, out), ROOT);
    const grades = JSON.parse(fs.readFileSync(path.join(out, 'grades.json'), 'utf8')) as { score: number }[];
    const full = grades.filter(({ score }) => score === 2 * QUESTIONS.length).length;
    if (full !== count) throw new Error(`Only ${full} of ${count} right submissions got full marks from ours.`);
  };
  return { name: `ours, ${kind === 'typescript' ? 'plain TypeScript' : 'TensorFlow.js'}`, count, grade };
}

async function nbgrader(folder: string): Promise<Contestant> {
  const count = COUNTS.nbgrader;
  const home = path.join(folder, 'nbgrader');
  fs.mkdirSync(path.join(home, 'source', 'hw1'), { recursive: true });
  fs.writeFileSync(path.join(home, 'source', 'hw1', 'hw1.ipynb'), nbgraderSource());
  fs.writeFileSync(path.join(home, 'nbgrader_config.py'), "c = get_config()\nc.CourseDirectory.course_id = 'bench'\n");
  const program = path.join(VENV, 'bin', 'nbgrader');
  await command(program, ['generate_assignment', 'hw1', '--force'], home);
  const released = JSON.parse(fs.readFileSync(path.join(home, 'release', 'hw1', 'hw1.ipynb'), 'utf8')) as {
    cells: { metadata: { nbgrader?: { grade_id: string } }; source: string | string[] }[];
  };
  for (const cell of released.cells) {
    const question = QUESTIONS.find(({ name }) => name === cell.metadata.nbgrader?.grade_id);
    if (question) cell.source = question.python;
  }
  for (let i = 0; i < count; i++) {
    const place = path.join(home, 'submitted', `student-${i}`, 'hw1');
    fs.mkdirSync(place, { recursive: true });
    fs.writeFileSync(path.join(place, 'hw1.ipynb'), JSON.stringify(released));
  }
  return { name: 'nbgrader autograde', count, grade: () => command(program, ['autograde', 'hw1', '--force'], home) };
}

function otter(folder: string): Contestant {
  const count = COUNTS.otter;
  const home = path.join(folder, 'otter');
  fs.mkdirSync(path.join(home, 'tests'), { recursive: true });
  for (const question of QUESTIONS)
    fs.writeFileSync(path.join(home, 'tests', `${question.name}.py`), otterTest(question));
  fs.writeFileSync(path.join(home, 'student.ipynb'), otterNotebook());
  const program = path.join(VENV, 'bin', 'otter');
  execFileSync(
    program,
    ['generate', '-t', 'tests', '-o', 'autograder.zip', '--no-config', '--no-requirements', '--no-environment'],
    {
      ...{ cwd: home, env: anchorEnvironment(), stdio: 'ignore' },
    },
  );
  const grade = async (): Promise<void> => {
    for (let i = 0; i < count; i++) {
      fs.mkdirSync(path.join(home, `out-${i}`), { recursive: true });
      await command(program, ['run', '-a', 'autograder.zip', '-o', `out-${i}`, 'student.ipynb', '--no-logo'], home);
      const { tests } = JSON.parse(fs.readFileSync(path.join(home, `out-${i}`, 'results.json'), 'utf8')) as {
        tests: { score?: number }[];
      };
      const score = tests.reduce((sum, test) => sum + (test.score ?? 0), 0);
      if (score !== 2 * QUESTIONS.length) throw new Error(`otter gave ${score} points to a right submission.`);
    }
  };
  return { name: 'otter run', count, grade };
}

function anchorEnvironment(): NodeJS.ProcessEnv {
  const kernels = path.join(VENV, 'share', 'jupyter');
  return { ...environment(), PATH: `${path.join(VENV, 'bin')}:${process.env.PATH}`, JUPYTER_PATH: kernels };
}

/** Runs a program to its end; throws with the end of what it said when it fails. */
function command(program: string, words: string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { cwd, env: anchorEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', text => (said = (said + text).slice(-2000)));
    child.on('error', reject);
    child.on('exit', code => (code === 0 ? resolve() : reject(new Error(`${path.basename(program)}: ${said}`))));
  });
}

/** A class far larger than any: the memory of the grader and of its workers early on and at the end. */
async function synthetic(folder: string): Promise<void> {
  const home = path.join(folder, 'synthetic');
  const tests = path.join(home, 'tests');
  fs.mkdirSync(tests, { recursive: true });
  fs.writeFileSync(path.join(tests, `${EXERCISE}.test.ts`), testFile(EXERCISE));
  const submissions = writeClass(path.join(home, 'class'), 'typescript', SYNTHETIC, 0);
  const out = path.join(home, 'out');
  const child = spawn(process.execPath, gradeCommand(tests, submissions, out), { cwd: ROOT, stdio: 'ignore' });
  const ended = new Promise<number | null>(resolve => child.on('exit', resolve));
  const journal = path.join(out, 'journal.jsonl');
  const lines = (): number => (fs.existsSync(journal) ? fs.readFileSync(journal, 'utf8').split('\n').length - 1 : 0);
  const seen: { share: number; grader: number; worker: number }[] = [];
  const start = performance.now();
  const watch = setInterval(() => {
    const { grader, worker } = residentMemory(child.pid!);
    if (grader) seen.push({ share: lines() / SYNTHETIC, grader, worker });
  }, 1000);
  const status = await ended;
  clearInterval(watch);
  if (status !== 0) throw new Error(`The grader ended with ${status} on ${SYNTHETIC} synthetic submissions.`);
  const rate = SYNTHETIC / ((performance.now() - start) / 1000);
  const early = seen.filter(({ share }) => share > 0.1 && share < 0.3);
  const late = seen.filter(({ share }) => share > 0.8);
  const most = (list: typeof seen, key: 'grader' | 'worker'): string =>
    `${Math.max(...list.map(sample => sample[key])).toFixed(0)} MB`;
  console.log(`${SYNTHETIC} synthetic submissions, ${rate.toFixed(1)} a second; the most memory held`);
  for (const key of ['grader', 'worker'] as const)
    console.log(`  ${key.padEnd(8)} from 10 to 30 %: ${most(early, key)}, from 80 % on: ${most(late, key)}`);
}

/** Resident megabytes of the grader, and of the largest of its workers. */
function residentMemory(pid: number): { grader: number; worker: number } {
  const of = (id: number | string): number => {
    try {
      return Number(/VmRSS:\s*(\d+)/.exec(fs.readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0) / 1024;
    } catch {
      return 0;
    }
  };
  let children: string[] = [];
  try {
    children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  } catch {
    // It has just ended.
  }
  return { grader: of(pid), worker: Math.max(0, ...children.map(of)) };
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
