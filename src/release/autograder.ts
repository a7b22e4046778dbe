/**
 * `npm run autograder -- --exercises NN-name --out autograder.zip [--tensorflow]`: a zip that Gradescope takes as a
 * programming assignment's autograder.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../node/root';
import { command, runIfMain } from '../cli/command';
import { testFileOf } from '../harness/exercises';
import { zip, type ZipFile } from '../handin/zip';

/** Root in a container without namespaces: submissions get a uid of their own, and what they may not see is closed to it. */
const setupScript = (tensorflow: boolean): string => `#!/usr/bin/env bash
set -euo pipefail
apt-get update -qq
apt-get install -y -qq npm python3-venv util-linux procps
npm install --global --silent n
n 20
hash -r
cd /autograder/source
${tensorflow ? 'npm run setup' : 'npm ci --no-audit --no-fund --loglevel=error\nnpm run build --silent'}
chmod -R go-rwx test solutions
chmod -R go+rX dist node_modules package.json${tensorflow ? ' .cache/tensorflow\nchmod go+x .cache' : ''}
`;

const runScript = (exercises: string[], tensorflow: boolean): string => `#!/usr/bin/env bash
# Gradescope calls this for each submission; AUTOGRADER stands for /autograder where the zip is tried out elsewhere.
set -uo pipefail
ROOT="\${AUTOGRADER:-/autograder}"
SOURCE="$ROOT/source"
SANDBOX="\${AUTOGRADER_SANDBOX:-user}"
rm -rf "$ROOT/class" "$ROOT/reports"
mkdir -p "$ROOT/class" "$ROOT/reports" "$ROOT/results"
chmod 700 "$ROOT/results" "$ROOT/reports" "$ROOT/class"
cp -rP "$ROOT/submission" "$ROOT/class/student"
cd "$SOURCE"
node dist/grading/command.js "$ROOT/class" --out "$ROOT/reports" --tests "$SOURCE/test/exercises" \\
  --exercises ${exercises.join(',')} --jobs 1 --sandbox "$SANDBOX"${tensorflow ? ' --tensorflow' : ''}
if ! cp "$ROOT/reports/students/student/results.json" "$ROOT/results/results.json"; then
  # No score: Gradescope then keeps the one before, and says that the autograder failed.
  exit 1
fi
`;

/**
 * The files of the zip: the kit without notebooks and data, and of the exercises those that are graded.
 * @param tensorflow submissions compute with TensorFlow's library: for heavy work, and a container of 2 GB or more
 */
export function autograder(exercises: string[], { root = ROOT, tensorflow = false } = {}): ZipFile[] {
  for (const exercise of exercises) testFileOf(exercise, path.join(root, 'test', 'exercises'));
  const own = exercises.flatMap(name => [`solutions/${name}.ts`, `test/exercises/${name}.test.ts`]);
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
  const wanted = (name: string): boolean =>
    own.includes(name) ||
    /^(src\/|package\.json$|package-lock\.json$|\.npmrc$|tsconfig\.json$)/.test(name) ||
    (/^test\/exercises\/[^/]+\.ts$/.test(name) && !name.endsWith('.test.ts'));
  const names = [...new Set([...listed.filter(wanted), ...own.filter(name => fs.existsSync(path.join(root, name)))])];
  return [
    { name: 'setup.sh', content: setupScript(tensorflow), executable: true },
    { name: 'run_autograder', content: runScript(exercises, tensorflow), executable: true },
    ...names
      .filter(name => fs.existsSync(path.join(root, name)))
      .map(name => ({ name, content: fs.readFileSync(path.join(root, name)) })),
  ];
}

const main = command('autograder', ({ values }) => {
  const exercises = values.exercises.split(',').map(name => name.trim());
  const files = autograder(exercises, { tensorflow: values.tensorflow });
  fs.writeFileSync(values.out, zip(files));
  console.log(`${values.out}: ${files.length} files. Upload it at Gradescope under Configure Autograder.`);
});

runIfMain(module, main);
