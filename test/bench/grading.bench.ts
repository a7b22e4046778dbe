/**
 * Submissions a second: this grader against `nbgrader autograde` and `otter run`, on the same assignment of five
 * questions with two tests each. Python notebooks for the anchors, TypeScript files for ours, plain and with
 * TensorFlow.js; ours run after their sandbox, the anchors without one. The graders take turns within each round.
 */
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import { bubblewrapFailure } from '../../src/sandbox/bubblewrap';
import { findPython } from '../../src/setup/python';
import { CACHE, environment, once, run } from '../../src/setup/steps';
import type { BenchOptions } from './main';
import { nbgraderSource, otterNotebook, otterTest, QUESTIONS, submission, testFile } from './grading/assignment';
import { median } from './rounds';
import { machine, type Ratio, ratioOf, type Report, words } from './speed';

const VENV = path.join(CACHE, 'bench', 'graders');
const ANCHORS = { nbgrader: '0.9.6', 'otter-grader': '7.0.0' };
const EXERCISE = '01-five';
/** Submissions of one round: so many that what a grader starts once for a class, ours and theirs, does not decide. */
const COUNTS = { typescript: 300, tensorflow: 100, nbgrader: 12, otter: 1 };

/** Submissions a second over all cores, and how many times nbgrader's and otter's rate that is, round by round. */
export interface GradingResult {
  name: string;
  rounds: number;
  submissionsPerRound: number;
  perSecond: number;
  nbgrader?: Ratio;
  otter?: Ratio;
  /** Times nbgrader's rate. */
  goal?: number;
}

/** `--rounds 3` is the default here, and takes four minutes; `--class 10000` measures memory over one large class instead. */
export async function bench({ rounds = 3, students, log }: BenchOptions): Promise<Report | void> {
  const home = path.join(CACHE, 'bench');
  fs.mkdirSync(home, { recursive: true });
  if (students) return largeClass(path.join(home, `class-of-${students}`), students, log);
  await installAnchors(log);
  const folder = fs.mkdtempSync(path.join(home, 'grading-'));
  try {
    const contestants = [
      ours(folder, 'typescript', 30),
      ours(folder, 'tensorflow', 10),
      await nbgrader(folder),
      otter(folder),
    ];
    const rates = contestants.map(() => [] as number[]);
    for (let round = 0; round < rounds; round++) {
      const order = contestants.map((_, k) => k);
      for (const k of round % 2 ? order.reverse() : order) {
        const { count, grade, name } = contestants[k];
        const start = performance.now();
        await grade();
        rates[k].push((1000 * count) / (performance.now() - start));
        log(`  round ${round + 1}: ${name} ${rates[k][round].toFixed(2)} submissions/s`);
      }
    }
    const by = (k: number, other: number): Ratio | undefined =>
      k === other ? undefined : ratioOf(rates[k], rates[other]);
    const grading = contestants.map(({ name, count, goal }, k): GradingResult => {
      const result = { name, rounds, submissionsPerRound: count, perSecond: median(rates[k]), goal };
      return { ...result, nbgrader: by(k, 2), otter: by(k, 3) };
    });
    grading.forEach(result => log(describe(result)));
    const versions = { node: process.versions.node, ...ANCHORS };
    return { machine: machine(), versions, results: [], grading };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function describe({ name, perSecond, nbgrader, otter, goal }: GradingResult): string {
  const reached = goal === undefined ? '' : `, goal ${goal}: ${nbgrader!.ratio >= goal ? 'reached' : 'not reached'}`;
  const times = [
    nbgrader ? `${words(nbgrader)} times nbgrader${reached}` : '',
    otter ? `${words(otter)} times otter` : '',
  ];
  return [`${name}: ${perSecond.toFixed(2)} submissions/s`, ...times.filter(Boolean)].join('; ');
}

interface Contestant {
  name: string;
  count: number;
  goal?: number;
  /** Grades `count` submissions that it has not seen. */
  grade(): Promise<void>;
}

async function installAnchors(log: BenchOptions['log']): Promise<void> {
  const { command, version } = findPython();
  const packages = Object.entries(ANCHORS).map(([name, version]) => `${name}==${version}`);
  await once(path.join(VENV, 'stamp'), [...packages, version], path.join(VENV, 'bin', 'python'), async () => {
    log(`  installing ${packages.join(' and ')} in ${path.relative(ROOT, VENV)} (600 MB)`);
    fs.rmSync(VENV, { recursive: true, force: true });
    await run(command, ['-m', 'venv', VENV]);
    const python = path.join(VENV, 'bin', 'python');
    const uv = path.join(ROOT, '.venv', 'bin', 'uv');
    if (fs.existsSync(uv)) await run(uv, ['pip', 'install', '--quiet', '--python', python, ...packages]);
    else await run(python, ['-m', 'pip', 'install', '--quiet', ...packages]);
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

function ours(folder: string, kind: 'typescript' | 'tensorflow', goal: number): Contestant {
  const count = COUNTS[kind];
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
  return { name: `ours, ${kind === 'typescript' ? 'plain TypeScript' : 'TensorFlow.js'}`, count, goal, grade };
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

/**
 * A class far larger than any: prints the memory of the grader and of its workers over time. Its folder stays until the
 * class is graded to its end, so that a run that was ended goes on out of the journal.
 */
async function largeClass(home: string, students: number, log: BenchOptions['log']): Promise<void> {
  const tests = path.join(home, 'tests');
  fs.mkdirSync(tests, { recursive: true });
  fs.writeFileSync(path.join(tests, `${EXERCISE}.test.ts`), testFile(EXERCISE));
  const submissions = writeClass(path.join(home, 'class'), 'typescript', students, 0);
  const out = path.join(home, 'out');
  const graded = linesOf(path.join(out, 'journal.jsonl'));
  const before = graded();
  if (before) log(`  ${before} lines are in the journal of a run before`);
  const child = spawn(process.execPath, gradeCommand(tests, submissions, out), { cwd: ROOT, stdio: 'ignore' });
  const ended = new Promise<number | null>(resolve => child.on('exit', resolve));
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  let peak = { grader: 0, worker: 0 };
  let next = 0;
  const watch = setInterval(() => {
    const { grader, worker } = residentMemory(child.pid!);
    peak = { grader: Math.max(peak.grader, grader), worker: Math.max(peak.worker, worker) };
    if (seconds() < next) return;
    next += 10;
    const most = `most held in these 10 s: grader ${peak.grader.toFixed(0)} MB, largest worker ${peak.worker.toFixed(0)} MB`;
    log(`  ${seconds().toFixed(0)} s, ${graded()} graded; ${most}`);
    peak = { grader: 0, worker: 0 };
  }, 250);
  const status = await ended;
  clearInterval(watch);
  if (status !== 0)
    throw new Error(`The grader ended with ${status} on a class of ${students}; run it again to go on.`);
  const grades = JSON.parse(fs.readFileSync(path.join(out, 'grades.json'), 'utf8')) as { score: number }[];
  const full = grades.filter(({ score }) => score === 2 * QUESTIONS.length).length;
  log(`  ${full} of ${grades.length} have full marks; ${((graded() - before) / seconds()).toFixed(1)} a second`);
  fs.rmSync(home, { recursive: true, force: true });
}

/** Counts the lines of a file that grows, each byte once. */
function linesOf(file: string): () => number {
  let [lines, read] = [0, 0];
  return () => {
    if (!fs.existsSync(file)) return lines;
    const descriptor = fs.openSync(file, 'r');
    const block = Buffer.alloc(1 << 20);
    for (let size; (size = fs.readSync(descriptor, block, 0, block.length, read)) > 0; read += size)
      for (let at = -1; (at = block.indexOf(10, at + 1)) >= 0 && at < size;) lines++;
    fs.closeSync(descriptor);
    return lines;
  };
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
