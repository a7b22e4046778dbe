import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import { autograder } from '../../src/release/autograder';
import { zip } from '../../src/handin/zip';

/** What Gradescope's documentation names for results.json. */
interface Results {
  score: number;
  visibility: string;
  stdout_visibility: string;
  tests: { name: string; score: number; max_score: number; status: string; output: string; visibility: string }[];
}

describe("Gradescope's autograder", function () {
  let home: string;
  const at = (name: string): string => path.join(home, name);

  before(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-autograder-'));
    fs.writeFileSync(at('autograder.zip'), zip(autograder(['01-count-conv', '02-lrn'])));
    // Unpacked by another reader than ours, and set up but for the packages, which are here.
    execFileSync('python3', ['-c', UNPACK, at('autograder.zip'), at('source')]);
    for (const name of ['node_modules', 'dist']) fs.symlinkSync(path.join(ROOT, name), at(`source/${name}`));
    fs.mkdirSync(at('results'));
  });
  after(() => fs.rmSync(home, { recursive: true, force: true }));

  const run = (files: Record<string, string>) => {
    fs.rmSync(at('submission'), { recursive: true, force: true });
    fs.mkdirSync(at('submission'));
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(at(`submission/${name}`), text);
    const env = { ...process.env, AUTOGRADER: home, AUTOGRADER_SANDBOX: 'none' };
    return spawnSync(at('source/run_autograder'), { env, encoding: 'utf8' });
  };
  const results = (): Results => JSON.parse(fs.readFileSync(at('results/results.json'), 'utf8')) as Results;

  it('has scripts that may be executed, the tests that are asked for and no others', () => {
    for (const name of ['setup.sh', 'run_autograder'])
      assert.equal(fs.statSync(at(`source/${name}`)).mode & 0o777, 0o755);
    assert.deepEqual(fs.readdirSync(at('source/solutions')), ['01-count-conv.ts', '02-lrn.ts']);
    assert.deepEqual(fs.readdirSync(at('source/test/exercises')).sort(), [
      ...['01-count-conv.test.ts', '02-lrn.test.ts', 'answers.ts', 'recorded.ts'],
    ]);
    const [setup, script] = autograder(['02-lrn'], { tensorflow: true }).map(({ content }) => String(content));
    assert.match(setup, /^npm run setup$/m);
    assert.match(script, /--tensorflow$/m);
  });

  it('writes what Gradescope reads: full points for what is right, none for what is not there', () => {
    const { status, stderr } = run({ '02-lrn.ts': fs.readFileSync(path.join(ROOT, 'solutions/02-lrn.ts'), 'utf8') });
    assert.equal(status, 0, stderr);
    const { score, visibility, stdout_visibility, tests } = results();
    assert.deepEqual([score, visibility, stdout_visibility], [8, 'visible', 'hidden']);
    assert.deepEqual([tests[0].name, tests[0].score, tests[0].max_score], ['01-count-conv', 0, 10]);
    assert.match(tests[0].output, /not handed in/);
    for (const test of tests.slice(1)) assert.deepEqual([test.score, test.status], [test.max_score, 'passed']);
  });

  it('keeps what it reports and grades from submissions that follow', () => {
    for (const folder of ['results', 'reports', 'class']) assert.equal(fs.statSync(at(folder)).mode & 0o077, 0, folder);
  });

  it('fails, and writes no score, where it cannot grade', () => {
    fs.rmSync(at('results/results.json'));
    fs.renameSync(at('source/test/exercises'), at('source/test/gone'));
    const { status } = run({ '02-lrn.ts': '' });
    assert.equal(status, 1);
    assert.ok(!fs.existsSync(at('results/results.json')));
  });
});

const UNPACK = `
import os, sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
for i in z.infolist():
    z.extract(i, sys.argv[2])
    os.chmod(os.path.join(sys.argv[2], i.filename), i.external_attr >> 16 & 0o777)
`;
