/** `npm run release -- --out DIR`: the student edition, without solutions, hidden tests, grader and history. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { buildSync } from 'esbuild';
import { ROOT } from '../node/root';
import { command, runIfMain } from '../cli/command';
import { written } from '../course/lectures/nbformat';
import type { Notebook } from '../course/lectures/notebook';
import { solutionsOf } from '../harness/exercises';
import { toExercise } from '../harness/stub';
import { exerciseNotebook } from './exerciseNotebook';
import { findLeaks } from './leaks';
import { isReleased, WITHHELD_ROOMS } from './manifest';
import { refuseNearMarkers, withoutInstructors } from './markers';
import { studentLock, studentPackage } from './packages';
import { publicTest } from './publicTest';
import { outlineOf, recordedSource, recordTests } from './record';

export interface ReleaseOptions {
  out: string;
  /** The kit that is released. */
  root?: string;
}

/**
 * Writes the student edition to `out`, which must not exist or be empty.
 * @returns the exercises in it
 * @throws when something that must not leave would: then nothing is left in `out`.
 */
export async function release({ out, root = ROOT }: ReleaseOptions): Promise<string[]> {
  if (fs.existsSync(out) && fs.readdirSync(out).length)
    throw new Error(`The folder ${out} is not empty; give a new one, so that nothing old is released with it.`);
  const target = path.resolve(out);
  if (`${target}/`.startsWith(`${path.resolve(root)}/src/`))
    throw new Error(`${out} is inside src; give a folder elsewhere.`);
  const write = (name: string, content: string | Buffer): void => {
    fs.mkdirSync(path.dirname(path.join(target, name)), { recursive: true });
    fs.writeFileSync(path.join(target, name), content);
  };
  try {
    for (const name of filesOf(root, target)) if (isReleased(name)) write(name, studentVersion(root, name));
    const exercises = solutionsOf(path.join(root, 'solutions'));
    for (const name of ['answers.ts', 'recorded.ts']) {
      const file = `test/exercises/${name}`;
      write(file, fs.readFileSync(path.join(root, file), 'utf8').replace("?? 'solutions'", "?? 'exercises'"));
    }
    const packed: [file: string, text: string][] = [];
    for (const exercise of exercises) {
      const { file, source } = releaseExercise(exercise, root, write);
      const tests = await recordTests(exercise, root);
      if (tests) write(file, recordedSource(exercise, tests));
      else packed.push([file, packedTest(source, exercise, root)]);
    }
    const leaks = findLeaks(target, root);
    if (leaks.length) throw new Error(`The release would leak: ${leaks.slice(0, 5).join('; ')}.`);
    // Last, since in a packed file no leak could be seen.
    for (const [file, text] of packed) write(file, text);
    return exercises;
  } catch (error) {
    fs.rmSync(target, { recursive: true, force: true });
    throw error;
  }
}

/** A file of the kit as students get it. */
function studentVersion(root: string, name: string): string | Buffer {
  const content = fs.readFileSync(path.join(root, name));
  if (name === 'package.json') return studentPackage(content.toString());
  if (name === 'package-lock.json')
    return studentLock(content.toString(), studentPackage(fs.readFileSync(path.join(root, 'package.json'), 'utf8')));
  if (!/\.(md|ts|[cm]js)$/.test(name)) return content;
  const text = withoutInstructors(content.toString(), name);
  for (const [, imported] of text.matchAll(/(?:from|import|require\(|import\() ?'(\.[^']*)'/g)) {
    const place = path.posix.join(path.posix.dirname(name), imported);
    if (WITHHELD_ROOMS.some(room => place.startsWith(`${room}/`)))
      throw new Error(
        `${name} imports ${place}, which students do not get; put that between // BEGIN INSTRUCTOR and // END INSTRUCTOR.`,
      );
  }
  return text;
}

/** Writes the stub of an exercise, as a file and as a notebook, and its public test, which is returned. */
function releaseExercise(
  exercise: string,
  root: string,
  write: (name: string, text: string) => void,
): { file: string; source: string } {
  const read = (name: string): string => fs.readFileSync(path.join(root, name), 'utf8');
  refuseNearMarkers(read(`solutions/${exercise}.ts`), `solutions/${exercise}.ts`, true);
  const stub = toExercise(read(`solutions/${exercise}.ts`), `solutions/${exercise}.ts`);
  const file = `test/exercises/${exercise}.test.ts`;
  const source = publicTest(read(file));
  const points = outlineOf(path.join(root, file)).reduce((sum, test) => sum + test.points, 0);
  write(`exercises/${exercise}.ts`, stub);
  write(`exercises/${exercise}.ipynb`, written(exerciseNotebook(stub, exercise, points) as Notebook));
  write(file, source);
  return { file, source };
}

/**
 * A public test of answers that the student's function draws, which no value can be right for: packed, so that what it
 * computes does not lie open. No secret: who wants to can unpack it.
 */
function packedTest(source: string, exercise: string, root: string): string {
  const { outputFiles } = buildSync({
    stdin: { contents: source, loader: 'ts', resolveDir: path.join(root, 'test', 'exercises') },
    ...{ bundle: true, write: false, platform: 'node', target: 'node20', format: 'cjs', packages: 'external' },
    ...{ minify: true, legalComments: 'none', tsconfigRaw: '{}', logLevel: 'silent' },
    define: { 'process.env.ANSWERS': '"exercises"' },
  });
  const packed = zlib.deflateRawSync(outputFiles[0].text, { level: 9 }).toString('base64');
  return `// The public tests of ${exercise}, packed, since they know what is right. To run them: npm run check ${exercise}
eval(require('node:zlib').inflateRawSync(Buffer.from('${packed}', 'base64')).toString());
`;
}

/** Tracked files, and new ones that git does not ignore. */
function filesOf(root: string, out: string): string[] {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return listed
    .split('\0')
    .filter(name => name && fs.lstatSync(path.join(root, name), { throwIfNoEntry: false })?.isFile())
    .filter(name => !path.join(root, name).startsWith(`${out}${path.sep}`));
}

const main = command('release', async ({ values }) => {
  const exercises = await release({ out: values.out });
  console.log(
    `${exercises.length} exercises are in ${values.out}; no solution, no hidden test and no grader was found there.`,
  );
});

runIfMain(module, main);
