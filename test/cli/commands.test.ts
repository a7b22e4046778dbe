import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { command, help, parse, usage } from '../../src/cli/command';
import { type CommandName, COMMANDS, type Declaration } from '../../src/cli/commands';

const ROOT = path.join(__dirname, '../..');
const names = Object.keys(COMMANDS) as CommandName[];
const declarationOf = (name: CommandName): Declaration => COMMANDS[name];

/** Runs a program of the checkout, without compiling it first. */
const node = (...words: string[]) =>
  spawnSync(process.execPath, ['--require', 'tsx/cjs', ...words], { cwd: ROOT, encoding: 'utf8' });

function refused({ status, stdout, stderr }: ReturnType<typeof node>): void {
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^Unknown option '--wat'; expected npm [^\n]*, and --help says more\.\n$/);
}

describe('every command', function () {
  it('of package.json is declared, and the other way round', () => {
    const { scripts } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    const called = Object.entries(scripts).flatMap(([name, line]) =>
      /^node src\/setup\/run\.mjs (\S+)$/.exec(line)?.[1] === name ? [name] : [],
    );
    assert.deepEqual(called.sort(), [...names].sort());
    // The others are no commands of ours, or one of ours with an option.
    const others = Object.entries(scripts).filter(([name]) => !called.includes(name));
    assert.deepEqual(others.map(([name]) => name).sort(), ['test:all']);
  });

  for (const name of names) {
    const { script, rest, options, about, example } = declarationOf(name);

    it(`${name} answers --help with every option and an example that it takes`, () => {
      const { status, stdout, stderr } = node('src/setup/run.mjs', name, '--help');
      assert.deepEqual([status, stderr], [0, '']);
      assert.equal(stdout, `${help(name)}\n`);
      assert.ok(stdout.includes(about));
      for (const flag of Object.keys(options)) assert.match(stdout, new RegExp(`^  --${flag}\\b.* {2}\\S`, 'm'));
      const shown = stdout.split('\n').filter(line => line.startsWith('Example: npm '));
      assert.equal(shown.length, 1);
      assert.ok(shown[0].endsWith(example));
      // JupyterLab's options are its own.
      if (!rest) assert.doesNotThrow(() => parse(name, example.split(' ').filter(Boolean)));
    });

    it(`${name} refuses an option that it does not know, by its name`, function () {
      // JupyterLab's own refusal comes after seconds of loading; the start of the lectures is tried out in test/setup.
      if (rest) return assert.match(help(name), /anything else {2,}is for JupyterLab/);
      const program = script?.replace(/^dist\/(.*)\.js$/, 'src/$1.ts');
      refused(node(...(program ? [program] : ['src/setup/run.mjs', name]), '--wat'));
    });
  }

  it('refuses it before the set-up, too', () => refused(node('src/setup/run.mjs', 'grade', 'class', '--wat')));
});

describe('a command', () => {
  it('names what is missing, has no value, or is one argument too many, in one sentence', () => {
    const expected = (name: CommandName): string => `expected ${usage(name)}, and --help says more.`;
    for (const [name, words, message] of [
      ['release', [], '--out is missing; '],
      ['release', ['--out'], "Option '--out <value>' argument missing; "],
      ['doctor', ['--json=1'], "Option '--json' does not take an argument; "],
      ['doctor', ['now'], "Unexpected argument 'now'; "],
    ] as const)
      assert.throws(() => parse(name, [...words]), { message: message + expected(name) });
  });

  it('gives its program typed values, and its exit status, or 1 for what is thrown', async () => {
    const said: unknown[] = [];
    const program = command('check', ({ values, positionals }) => {
      said.push(values.once, positionals);
      if (positionals.length > 1) throw new Error('(expected in the output of this test)');
      return positionals.length;
    });
    assert.deepEqual(
      [await program(['02-lrn', '--once']), await program(['a', 'b']), await program(['--', '-h'])],
      [1, 1, 1],
    );
    assert.deepEqual(said, [true, ['02-lrn'], undefined, ['a', 'b'], undefined, ['-h']]);
  });
});
