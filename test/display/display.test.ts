import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import vm from 'node:vm';
import { display, Figure, input, represent, table } from '../../src/display';
import { withKernel } from './kernel';

const shower = (bundle: unknown) => ({ [Symbol.for('Jupyter.display')]: () => bundle });

/** What a program that uses the folder prints in plain Node. */
function run(body: string, stdin = ''): { stdout: string; stderr: string; status: number | null } {
  const [node, display] = ['src/node', 'src/display'].map(folder => JSON.stringify(path.resolve(folder)));
  const code = `require(${node}); const d = require(${display}); (async () => { ${body} })();`;
  return spawnSync(process.execPath, ['--import', 'tsx', '-e', code], { encoding: 'utf8', input: stdin });
}

describe('display', () => {
  it('shows bundles as they are, objects by their method, and other values as inspect prints them', () =>
    withKernel(shown => {
      display({ 'text/html': '<b>1</b>', 'text/plain': '1' });
      display(shower({ 'text/plain': 'mine' }));
      display({ a: [1, 'x'] });
      display({});
      display(undefined);
      assert.deepEqual(
        shown.map(({ bundle }) => bundle),
        [
          { 'text/html': '<b>1</b>', 'text/plain': '1' },
          { 'text/plain': 'mine' },
          { 'text/plain': "{ a: [ 1, 'x' ] }" },
          { 'text/plain': '{}' },
          { 'text/plain': 'undefined' },
        ],
      );
      assert.equal(new Set(shown.map(({ id }) => id)).size, 5);
    }));

  it('takes bundles from another realm', () =>
    withKernel(shown => {
      display(vm.runInNewContext(`({ 'text/plain': 'from afar' })`));
      assert.deepEqual(shown[0].bundle['text/plain'], 'from afar');
    }));

  it('updates in place', () =>
    withKernel(shown => {
      const handle = display(1);
      handle.update(2);
      assert.deepEqual(
        shown.map(({ bundle, id, update }) => [bundle['text/plain'], id, update]),
        [
          ['1', handle.id, false],
          ['2', handle.id, true],
        ],
      );
    }));

  it('shows what a promise resolves to, once it does', () =>
    withKernel(async shown => {
      display(shower(Promise.resolve({ 'text/plain': 'drawn' })));
      display(Promise.resolve(shower({ 'text/plain': 'twice' })));
      assert.equal(shown.length, 0);
      await display.settled();
      assert.deepEqual(shown.map(({ bundle, update }) => [bundle['text/plain'], update]).sort(), [
        ['drawn', false],
        ['twice', false],
      ]);
    }));

  it('drops a drawing that a later update has overtaken', () =>
    withKernel(async shown => {
      let finish = (_: unknown): void => undefined;
      const handle = display(shower(new Promise(resolve => (finish = resolve))));
      handle.update('new');
      finish({ 'text/plain': 'old' });
      await display.settled();
      assert.deepEqual(
        shown.map(({ bundle, update }) => [bundle['text/plain'], update]),
        [["'new'", false]],
      );
    }));

  it('says in its place what could not be drawn, and settled rejects once', () =>
    withKernel(async shown => {
      display(shower(Promise.reject(new Error('No paint.'))));
      await assert.rejects(display.settled(), /No paint/);
      assert.match(shown[0].bundle['text/plain'] as string, /could not be drawn.*No paint/);
      await display.settled();
    }));

  it('refuses what a display method gives that is no bundle', () => {
    assert.throws(() => display(shower({ html: '<b>' })), /gave \{ html.*expected a MIME bundle/);
  });

  it('clears, tells the signal of the cell and asks for input by the kernel', async () => {
    const calls: unknown[] = [];
    const { signal } = new AbortController();
    await withKernel(
      async () => {
        display.clear();
        display.clear({ wait: true });
        assert.equal(display.signal, signal);
        assert.equal(await input('Name? ', { password: true }), 'Ada');
      },
      {
        clear: wait => calls.push(wait),
        signal: () => signal,
        input: async (...question) => (calls.push(question), 'Ada'),
      },
    );
    assert.deepEqual(calls, [false, true, ['Name? ', true]]);
    assert.equal(display.signal, undefined);
  });

  it('draws a figure once, with its metadata', () =>
    withKernel(async shown => {
      let drawn = 0;
      const figure = new Figure('words', () => ({
        bundle: { 'text/plain': `drawn ${++drawn}` },
        metadata: { 'image/png': { width: 1 } },
      }));
      display(figure);
      display(figure);
      assert.deepEqual((await represent(figure)).metadata, { 'image/png': { width: 1 } });
      assert.deepEqual(
        shown.map(({ bundle, metadata }) => [bundle['text/plain'], metadata]),
        Array(2).fill(['drawn 1', { 'image/png': { width: 1 } }]),
      );
    }));

  it('is the same to a kernel that knows only the display method', async () => {
    const figure = table([{ a: 1 }]) as Figure & Record<symbol, () => unknown>;
    assert.deepEqual(await figure[Symbol.for('Jupyter.display')](), await table([{ a: 1 }]).bundle);
  });
});

describe('display in plain Node', () => {
  it('prints text, of figures without drawing them', () => {
    const { stdout, stderr } = run(`
      d.display({ 'text/html': '<b>', 'text/plain': 'bundle' });
      d.display(d.table([{ a: 1 }]));
      d.display(new d.Figure('words', () => { throw new Error('drawn'); }));
      d.display(7).update(8);
      d.display({ 'image/png': '' });`);
    assert.equal(stdout, 'bundle\na\n-\n1\nwords\n7\n8\n(image/png)\n', stderr);
  });

  it('prints no progress where the output is no terminal', () => {
    const { stdout, status } = run(`
      const bar = d.progressBar({ title: 'run', total: 2 });
      bar.update({ step: 1, loss: 2 }); bar.end(); console.log('done');`);
    assert.deepEqual([stdout, status], ['done\n', 0]);
  });

  it('rewrites one line on a terminal', () => {
    const { stdout } = run(`
      process.stdout.isTTY = true;
      const bar = d.progressBar({ title: 'run', total: 2 });
      bar.update({ step: 2, loss: 0.5 }); bar.end(); bar.end();`);
    const lines = stdout.split('\r').slice(1);
    assert.match(lines[0], /^run: 0%, 0 of 2 steps/);
    assert.match(lines.at(-1)!, /^run: 2 of 2 steps in .*, loss from 0.5 to 0.5\x1b\[K\n$/);
    assert.equal(stdout.match(/\n/g)?.length, 1);
  });

  it('reads input from the standard input, and says when there is none', () => {
    assert.equal(run(`console.log((await d.input('Name? ')).length);`, 'Ada\nBob\n').stdout, 'Name? 3\n');
    const { stderr, status } = run(`await d.input('Name? ');`);
    assert.match(stderr, /The standard input ended before a line came/);
    assert.notEqual(status, 0);
  });
});
