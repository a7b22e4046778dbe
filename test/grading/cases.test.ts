import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

/** The list that the grader was designed against: what submissions are known to do to graders. */
const CASES = [
  ...['exit0-load', 'exit0-call', 'reallyExit', 'exit-handler', 'throw-getter', 'patch-assert', 'patch-it'],
  ...['patch-mocha', 'require-cache', 'fake-report', 'forge-file', 'forge-protocol', 'forge-secret', 'read-tests'],
  ...['stack-peek', 'read-solution', 'proto-pollute', 'evil-values', 'Object.is-patch', 'json-proto', 'infinite-loop'],
  ...['async-hang', 'timer-patch', 'mem-heap', 'shm-tmp-fill', 'fork-bomb', 'many-process-memory', 'output-flood'],
  ...['network', 'env-secret', 'host-tamper', 'signal-parent', 'nested-userns', 'zip-slip', 'zip-bomb'],
  ...['symlink-submission', 'notebook-tamper', 'notebook-bombs', 'name-injection', 'hardcode-visible'],
  ...['nondeterminism', 'oracle', 'feedback-leak', 'type-level', 'side-effect import', 'late-throw', 'grader-kill'],
  'crash-keeps-score',
];

describe('the list of known attacks', () => {
  const titles = fs
    .readdirSync(__dirname)
    .filter(file => file.endsWith('.test.ts') && file !== path.basename(__filename))
    .flatMap(
      file => fs.readFileSync(path.join(__dirname, file), 'utf8').match(/(?<=(?:it\(|name: )['"])case \d+: /g) ?? [],
    );

  it('has a test for each of its 48 cases', () => {
    const missing = CASES.map((name, i) => `case ${i + 1}: ${name}`).filter(
      (_, i) => !titles.includes(`case ${i + 1}: `),
    );
    assert.deepEqual(missing, []);
  });
});
