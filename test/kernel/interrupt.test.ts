/** Whatever a cell does, an interrupt ends it and leaves the variables. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import { ended, Session } from './session';

const folder = path.join(ROOT, '.cache', 'interrupt-test');

/** What a cell does after it has said so, by what it is called. */
const CELLS: Record<string, string> = {
  'a loop without end': 'let turns = 0; for (;;) turns++;',
  'a loop without end after an await': 'await 1; for (;;);',
  'an await that never ends': 'await new Promise(() => undefined);',
  'a loop over await': 'for (;;) await new Promise(resolve => setTimeout(resolve, 10));',
  'a regular expression without end': "/^(a+)+$/.test('a'.repeat(60) + 'b')",
  'a regular expression after an await': "await 1; /^(a+)+$/.test('a'.repeat(60) + 'b');",
  'a regular expression in a promise': "await Promise.resolve().then(() => /^(a+)+$/.test('a'.repeat(60) + 'b'));",
  'a regular expression in a timer':
    "setTimeout(() => /^(a+)+$/.test('a'.repeat(60) + 'b')); await new Promise(() => undefined);",
  'a loop that goes on early': 'for (let i = 0; ; i++) { if (i % 2 < 2) continue; }',
  'a loop within a loop': 'for (;;) for (const turn of [1, 2]) for (let i = 0; i < 1e9; i++);',
  'a loop in a function': 'function spin() { for (;;); } spin();',
  'a loop in a class': 'class Spin { static { for (;;); } }',
  'recursion after an await':
    'function fib(n: number): number { return n < 2 ? n : fib(n - 1) + fib(n - 2); } await 1; fib(99);',
  'recursion in a method':
    'class Tree { visit(n: number) { if (n) { this.visit(n - 1); this.visit(n - 1); } } } await 1; new Tree().visit(99);',
  'recursion over await':
    "async function again(): Promise<void> { await require('node:fs').promises.stat('/'); return again(); } await again();",
  'promises without end': 'const turn = (): Promise<void> => Promise.resolve().then(() => turn()); await turn();',
  'a thenable that resolves with itself':
    'const self: any = { then(resolve: (value: any) => void) { resolve(self); } }; await self;',
  'jobs without end': 'const job = () => queueMicrotask(job); job(); await new Promise(() => undefined);',
  'ticks without end': 'const tick = () => process.nextTick(tick); tick(); await new Promise(() => undefined);',
  'immediates without end': 'const soon = () => { setImmediate(soon); }; soon(); await new Promise(() => undefined);',
  'an interval': 'setInterval(() => undefined, 5); await new Promise(() => undefined);',
  'an interval that is busy':
    'setInterval(() => { for (const end = Date.now() + 200; Date.now() < end; ); }, 5); await new Promise(() => undefined);',
  'a timer of promises': "await require('node:timers/promises').setTimeout(600_000);",
  'an interval of promises': "for await (const _ of require('node:timers/promises').setInterval(5));",
  'Atomics.wait': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  'Atomics.wait after an await': 'await 1; Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
  'a generator without end':
    'await 1; function* ones(): Generator<number> { yield 1; yield* ones(); } for (const one of ones());',
  'an iterator that Array.from takes': 'await 1; Array.from({ *[Symbol.iterator]() { for (;;) yield 1; } });',
  'a loop that catches everything': 'for (;;) { try { for (;;); } catch { await 1; } }',
  'awaits in a loop that catches everything':
    "for (;;) { try { await require('node:fs').promises.stat('/'); } catch {} }",
  'children in a loop that catches everything':
    "for (;;) { try { require('node:child_process').execSync('sleep 600'); } catch {} }",
  'a loop in an imported file': "import { spin } from '../endless';\nspin();",
  'recursion in an imported file': "import { fib as localFib } from '../endless';\nawait 1; localFib(99);",
  'promises in an imported file': "import { turn as localTurn } from '../endless';\nawait localTurn();",
  'an imported file that never ends': "import '../neverEnds';",
};

describe('an interrupt', function () {
  this.timeout(900_000);
  let session: Session;

  before(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(path.join(folder, 'notebooks'), { recursive: true });
    fs.writeFileSync(
      path.join(folder, 'endless.ts'),
      'export function spin(): void {\n  for (;;);\n}\n' +
        'export const fib = (n: number): number => (n < 2 ? n : fib(n - 1) + fib(n - 2));\n' +
        'export const turn = (): Promise<void> => Promise.resolve().then(() => turn());\n',
    );
    fs.writeFileSync(path.join(folder, 'neverEnds.ts'), 'for (;;);\nexport {};\n');
    session = await Session.start(path.join(folder, 'notebooks'));
  });
  after(() => session?.end());

  for (const [what, code] of Object.entries(CELLS)) {
    it(`ends ${what}, and keeps the variables`, async () => {
      await session.run('const kept = 42;');
      const { replies, messages } = await session.execute(`console.log('begun'); ${code}`, { interrupt_at: 'begun' });
      assert.equal(replies[0]?.ename, 'KeyboardInterrupt');
      assert.deepEqual(
        messages[0].filter(({ type, content }) => type === 'stream' && content.name === 'stderr'),
        [],
      );
      assert.equal(await session.value('kept'), '42');
    });
  }

  it('is nothing that a signal alone does: one for the children of a cell may come when the next cell runs', async () => {
    const signalled = "process.kill(process.pid, 'SIGINT'); for (const end = Date.now() + 100; Date.now() < end; );";
    assert.equal(await session.value(`${signalled} 6 * 7`), '42');
    assert.equal(await session.value(`await 1; ${signalled} await new Promise(setImmediate); 6 * 7`), '42');
  });

  it('ends a cell once when it is sent three times, and not the next', async () => {
    for (const code of [CELLS['a loop without end'], CELLS['an await that never ends'], CELLS['Atomics.wait']]) {
      const { replies } = await session.execute(`console.log('begun'); ${code}`, {
        interrupt_at: 'begun',
        interrupts: 3,
      });
      assert.equal(replies[0]?.ename, 'KeyboardInterrupt');
      assert.equal(await session.value('await 1; 6 * 7'), '42');
    }
  });

  for (const [what, code] of [
    ['waited for', "require('node:child_process').execSync(command, { stdio: 'inherit' });"],
    [
      'listened to',
      "await new Promise(done => require('node:child_process').spawn('sh', ['-c', command]).on('exit', done));",
    ],
  ]) {
    it(`ends a child process that is ${what}, and the child`, async () => {
      const file = path.join(folder, `child-${what.slice(0, 6)}`);
      await session.run(`const kept = 43; const command = 'echo $$ > ${file}; exec sleep 600';`);
      const started = session.execute(`console.log('begun'); ${code}`, { interrupt_at: 'begun' });
      assert.equal((await started).replies[0]?.ename, 'KeyboardInterrupt');
      assert.equal(await session.value('kept'), '43');
      if (fs.existsSync(file)) await ended(Number(fs.readFileSync(file, 'utf8')));
    });
  }

  it('ends a training, and keeps what it has learned', async () => {
    await session.run(
      "import { cifarNet, fit, lectureImages } from 'cnn-kit';\n" +
        "const images = lectureImages({ split: 'train', count: 512 });\n" +
        'const learner = cifarNet({ widths: [8, 8, 16] }); let steps = 0;\n' +
        'await fit(learner, images, { epochs: 1, learningRate: 0.01, progress: false });',
    );
    const { replies } = await session.execute(
      'await fit(learner, images, { epochs: 1e4, learningRate: 0.01, onStep: now => { if (!steps) console.log("begun"); steps = now.steps; } });',
      { interrupt_at: 'begun' },
    );
    assert.equal(replies[0]?.ename, 'KeyboardInterrupt');
    const steps = Number(await session.value('steps'));
    assert.ok(steps > 0, `${steps} steps`);
    assert.equal(await session.value('steps'), String(steps));
  });

  it('ends a prediction', async () => {
    await session.run("import { predict } from 'cnn-kit';");
    const { replies } = await session.execute(
      "for (;;) { await predict(learner, images); if (steps) console.log('begun'); steps = 0; }",
      { interrupt_at: 'begun' },
    );
    assert.equal(replies[0]?.ename, 'KeyboardInterrupt');
    assert.equal(await session.value('steps'), '0');
  });

  for (const [what, code] of Object.entries({
    timers: 'for (;;) { ticks++; await new Promise(resolve => setTimeout(resolve, 5)); }',
    'timers of promises': "for await (const _ of require('node:timers/promises').setInterval(5)) ticks++;",
    'files, whatever it catches': "for (;;) { try { ticks++; await require('node:fs').promises.stat('/'); } catch {} }",
    'functions that wait':
      "async function count(): Promise<void> { ticks++; await require('node:fs').promises.stat('/'); return count(); } await count();",
    'an await': "await require('node:timers/promises').setTimeout(200); ticks++;",
  })) {
    it(`lets nothing of the cell go on: ${what}`, async () => {
      await session.run('let ticks = 0;');
      await session.execute(`console.log('begun'); ${code}`, { interrupt_at: 'begun' });
      const before = await session.value('ticks');
      await session.run('await new Promise(resolve => setTimeout(resolve, 300));');
      assert.equal(await session.value('ticks'), before);
    });
  }

  it('lets nothing of the cell go on: the turn of an iterator that comes later', async () => {
    await session.run(
      "import { EventEmitter, on } from 'node:events';\nconst turns = new EventEmitter(); let taken = 0;",
    );
    const code = "console.log('begun'); for await (const _ of on(turns, 'turn')) taken++;";
    await session.execute(code, { interrupt_at: 'begun' });
    await session.run("turns.emit('turn'); await new Promise(setImmediate);");
    assert.equal(await session.value('taken'), '0');
  });

  it('ends the first cell while the compiler is loaded, and leaves a kernel that works', async () => {
    const reply = await session.request<{ ename: string }>('interrupt', { code: 'for (;;);' });
    assert.equal(reply.ename, 'KeyboardInterrupt');
    assert.equal(await session.value('1 + 2'), '3');
  });
});
