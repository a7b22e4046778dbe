import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { toNotebook } from '../../src/course/lectures/notebook';
import { inVenv } from '../../src/setup/python';
import { environment, ROOT } from '../../src/setup/steps';
import { printed, Session } from './session';

const folder = path.join(ROOT, '.cache', 'kernel-test');

/** Colours out. */
const bare = (text: string): string => text.replace(/\x1b\[\d+m/g, '');

describe('the kernel', function () {
  this.timeout(900_000);
  let session: Session;

  before(async () => {
    fs.rmSync(folder, { recursive: true, force: true });
    fs.mkdirSync(path.join(folder, 'notebooks'), { recursive: true });
    session = await Session.start(path.join(folder, 'notebooks'));
  });
  after(() => session?.end());

  it("passes all of Jupyter's own tests, with none skipped", () => {
    const { stderr } = spawnSync(inVenv('python'), [path.join(__dirname, 'suite.py')], {
      env: environment(),
      encoding: 'utf8',
    });
    assert.match(stderr, /Ran 12 tests/, stderr);
    assert.match(stderr, /^OK$/m, stderr);
  });

  it('says of its language what the notebooks say, into which JupyterLab writes it', async () => {
    const { language_info } = await session.request<{ language_info: object }>('ask', { method: 'kernel_info' });
    assert.deepEqual(language_info, toNotebook('').metadata.language_info);
  });

  it('gives the value of the last expression, and nothing for undefined', async () => {
    assert.equal(await session.value('const one = 1; one + 1'), '2');
    assert.deepEqual(await session.run('undefined'), []);
  });

  it('knows names of earlier cells in { name } too, also as what is assigned to', async () => {
    await session.run('let short = 1; function brief() { return 2; }');
    assert.equal(
      await session.value('JSON.stringify([{ short }, { brief }.brief(), [{ short }].map(({ short }) => short)])'),
      `'[{"short":1},2,[1]]'`,
    );
    await session.run('({ short } = { short: 5 }); ({ nothing: short, short = 6 } = { nothing: 7 } as any);');
    assert.equal(await session.value('short'), '6');
  });

  it('runs the same cell again and again, also when it was just asked about', async () => {
    const code = 'const width = 3; const squared = width * width; squared';
    for (let i = 0; i < 4; i++) assert.equal(await session.value(code), '9');
    const asked = 'const height = 4; let doubled = height * 2; doubled';
    for (let i = 0; i < 3; i++) {
      await session.request('ask', { method: 'inspect', code: asked, cursor_pos: 8 });
      assert.equal(await session.value(asked), '8');
    }
    await session.run('1');
    await session.run('1');
    const { matches } = await session.request<{ matches: string[] }>('ask', {
      method: 'complete',
      code: 'doubled.toFi',
    });
    assert.deepEqual(matches, ['toFixed']);
  });

  it('shows a runtime error with cell, line and the line itself', async () => {
    const { replies, messages } = await session.execute(
      'interface Row { a: number }\nfunction deep(row: Row): number {\n  throw new RangeError(`${row.a} is too far`);\n}\ndeep({ a: 7 });',
    );
    const error = messages[0].find(({ type }) => type === 'error')!.content;
    assert.equal(error.ename, 'RangeError');
    assert.equal(error.evalue, '7 is too far');
    assert.equal(replies[0].ename, 'RangeError');
    const traceback = bare(error.traceback.join('\n'));
    assert.match(traceback, /In\[\d+\]:3/);
    assert.match(traceback, /---> 3 {3}throw new RangeError/);
    assert.match(traceback, /In\[\d+\]:5:1/);
    assert.doesNotMatch(traceback, /dist\/kernel|node:/);
  });

  it('shows a type error with its number and line', async () => {
    const { messages } = await session.execute("const fine = 1;\nconst wrong: number = 'text';");
    const error = messages[0].find(({ type }) => type === 'error')!.content;
    assert.equal(error.ename, 'TS2322');
    assert.match(bare(error.traceback.join('\n')), /In\[\d+\]:2:7[^]*---> 2 const wrong: number = 'text';/);
  });

  it('knows the type of a value whose type no cell has named', async () => {
    await session.run("import { profile as count, vgg } from 'cnn-kit';");
    await session.run("const counted = count(() => vgg('A'));");
    assert.equal(await session.value("counted.rows.filter(({ name }) => name === 'fc6').length"), '1');
  });

  it('takes names that its own code has, too', async () => {
    await session.run('let live = 1, stop = 2, box = 3, whole = 4, settle = 5, interrupt = 6, value = 7;');
    await session.run(
      'for (let i = 0; i < 2; i++) { live++; stop++; box++; whole++; settle++; interrupt++; value++; }',
    );
    assert.equal(await session.value('[live, stop, box, whole, settle, interrupt, value].join()'), "'3,4,5,6,7,8,9'");
  });

  it('maps errors within an imported local file, and notices an edit without a restart', async () => {
    const file = path.join(folder, 'shapes.ts');
    const write = (text: string): void => fs.writeFileSync(file, text);
    write(
      'export interface Side { length: number }\n\nexport function area(side: Side): number {\n  throw new Error(`no area of ${side.length}`);\n}\n',
    );
    const { messages } = await session.execute("import { area } from '../shapes';\narea({ length: 2 });");
    const traceback = bare(messages[0].find(({ type }) => type === 'error')!.content.traceback.join('\n'));
    assert.match(traceback, /shapes\.ts:4/);
    assert.match(traceback, /---> 4 {3}throw new Error/);
    assert.match(traceback, /In\[\d+\]:2/);

    write('export function area(side: number): number {\n  return side * side;\n}\n');
    assert.equal(await session.value("import { area } from '../shapes.ts';\narea(3)"), '9');
    write('export function area(side: number): string {\n  return side;\n}\n');
    const broken = await session.execute("import { area } from '../shapes';\narea(3)");
    assert.match(bare(broken.replies[0].traceback.join('\n')), /shapes\.ts:2:3/);
  });

  it('keeps the names that were declared before an error, and their older values after it', async () => {
    await session.run('let first = 1; const second = [1]; let later = 5; const held = 7; const readHeld = () => held;');
    const { replies } = await session.execute(
      "first = 2; const third = 3; throw new Error('x'); const fourth = 4; const held = 8; const again = () => held;",
    );
    assert.equal(replies[0].status, 'error');
    assert.equal(await session.value('[first, second[0], third]'), '[ 2, 1, 3 ]');
    assert.equal(await session.value('held'), '7');
    const unset = await session.execute('fourth');
    assert.equal(unset.replies[0].ename, 'ReferenceError');
    assert.match(unset.replies[0].evalue, /fourth has no value/);
  });

  it('shares variables between functions of one cell and code of another', async () => {
    await session.run('let total = 0; function add(n: number) { total += n; return total; }');
    await session.run('add(2); total = 10;');
    assert.equal(await session.value('add(1)'), '11');
    assert.equal(await session.value('total'), '11');
  });

  it('awaits at the top level: parentheses, brackets, for await', async () => {
    const shown = await session.run(
      "await (new Promise(resolve => setTimeout(resolve, 5)));\nawait [1];\nasync function* numbers() { yield 1; yield 2; }\nfor await (const n of numbers()) console.log(n);\nawait (async () => 'done')()",
    );
    assert.equal(printed(shown), '1\n2\n');
    assert.equal(shown.at(-1)!.content.data['text/plain'], "'done'");
  });

  it('delivers 20,000 lines of one cell, in order, and ends it', async () => {
    const shown = await session.run("for (let i = 0; i < 20000; i++) console.log('line', i);");
    const lines = printed(shown).trimEnd().split('\n');
    assert.equal(lines.length, 20_000);
    assert.ok(lines.every((line, i) => line === `line ${i}`));
  });

  it('puts late output into the cell that caused it', async () => {
    const { messages } = await session.execute("setTimeout(() => console.log('late'), 300);", {
      more: ["await new Promise(resolve => setTimeout(resolve, 600)); console.log('second');"],
    });
    assert.equal(printed(messages[0]), 'late\n');
    assert.equal(printed(messages[1]), 'second\n');
  });

  it('survives a throw in a timer and a rejection that no one handles, and shows both', async () => {
    const shown = await session.run(
      "setTimeout(() => { throw new Error('in a timer'); }, 5);\nvoid Promise.reject(new Error('unheard'));\nawait new Promise(resolve => setTimeout(resolve, 100));",
    );
    assert.match(bare(printed(shown, 'stderr')), /in a timer[^]*In\[\d+\]:1/);
    assert.match(bare(printed(shown, 'stderr')), /Unhandled rejection: Error: unheard/);
    assert.equal(await session.value('1 + 1'), '2');
  });

  for (const [what, code] of [
    ['a loop without end', 'let turns = 0; for (;;) turns++;'],
    ['a loop without end after an await', 'await 1; for (;;);'],
    ['an await that never ends', 'await new Promise(() => undefined);'],
    ['a loop over await', 'for (;;) await new Promise(resolve => setTimeout(resolve, 10));'],
    ['a regular expression without end', "/^(a+)+$/.test('a'.repeat(60) + 'b')"],
    ['a loop that goes on early', 'for (let i = 0; ; i++) { if (i % 2 < 2) continue; }'],
    ['a loop within a loop', 'for (;;) for (const turn of [1, 2]) for (let i = 0; i < 1e9; i++);'],
    ['a loop in a function', 'function spin() { for (;;); } spin();'],
    ['a loop in a class', 'class Spin { static { for (;;); } }'],
    ['a loop that catches everything', 'for (;;) { try { for (;;); } catch { await 1; } }'],
  ]) {
    it(`interrupts ${what}, and keeps the variables`, async () => {
      await session.run('const kept = 42;');
      const { replies } = await session.execute(`console.log('begun'); ${code}`, { interrupt_at: 'begun' });
      assert.equal(replies[0]?.ename, 'KeyboardInterrupt');
      assert.equal(await session.value('kept'), '42');
    });
  }

  it('interrupts a training, and keeps what it has learned', async () => {
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

  it('lets nothing of an interrupted cell go on', async () => {
    await session.run('let ticks = 0;');
    const code = 'console.log("begun"); for (;;) { ticks++; await new Promise(resolve => setTimeout(resolve, 5)); }';
    await session.execute(code, { interrupt_at: 'begun' });
    const before = await session.value('ticks');
    await session.run('await new Promise(resolve => setTimeout(resolve, 300));');
    assert.equal(await session.value('ticks'), before);
  });

  it('aborts what was queued behind a failing cell, and runs what comes after', async () => {
    const { replies } = await session.execute("await 1; throw new Error('first')", { more: ['console.log(2)', '3'] });
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['error', 'aborted', 'aborted'],
    );
    assert.equal(await session.value('4'), '4');
  });

  it('runs what is queued if the client says so', async () => {
    const { replies } = await session.execute("throw new Error('first')", { more: ['5'], stop_on_error: false });
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['error', 'ok'],
    );
  });

  it('asks for a line, and refuses where no one can answer', async () => {
    await session.run("import { input } from 'cnn-kit';");
    const shown = await session.run("console.log('hello ' + (await input('name? ')))", { answer: 'Ada' });
    assert.equal(printed(shown), 'hello Ada\n');
    const { replies } = await session.execute("await input('name? ')");
    assert.match(replies[0].evalue, /answers no questions/);
  });

  it('shows a bundle of several kinds, updates it in place and clears it', async () => {
    await session.run("import { display } from 'cnn-kit';");
    const shown = await session.run(
      "const handle = display({ 'text/html': '<b>1</b>', 'text/plain': '1' });\nhandle.update({ 'text/plain': '2' });\ndisplay.clear({ wait: true });\nhandle",
    );
    assert.deepEqual(
      shown.map(({ type }) => type),
      ['display_data', 'update_display_data', 'clear_output'],
    );
    assert.deepEqual(shown[0].content.data, { 'text/html': '<b>1</b>', 'text/plain': '1' });
    assert.equal(shown[1].content.transient.display_id, shown[0].content.transient.display_id);
    assert.equal(shown[2].content.wait, true);
  });

  it('opens comms both ways', async () => {
    const shown = await session.run(
      "import { comm } from 'cnn-kit';\nconst widget = comm.open('slider', { data: { value: 1 } });\nwidget.onMessage = ({ data }) => widget.send({ data: { echo: data.value } });",
    );
    const opened = shown.find(({ type }) => type === 'comm_open')!.content;
    assert.equal(opened.target_name, 'slider');
    assert.deepEqual(opened.data, { value: 1 });
    const answers = await session.request<{ type: string; content: Record<string, any> }[]>('comm', {
      type: 'comm_msg',
      content: { comm_id: opened.comm_id, data: { value: 5 } },
    });
    assert.deepEqual(
      answers.map(({ content }) => content.data),
      [{ echo: 5 }],
    );

    await session.run(
      "comm.onOpen('from-browser', (opened, { data }) => { opened.send({ data: { got: data } }); opened.close(); });",
    );
    const both = await session.request<{ type: string; content: Record<string, any> }[]>('comm', {
      type: 'comm_open',
      content: { comm_id: 'abc', target_name: 'from-browser', data: 'x' },
    });
    assert.deepEqual(
      both.map(({ type }) => type),
      ['comm_msg', 'comm_close'],
    );
    const unknown = await session.request<{ type: string }[]>('comm', {
      type: 'comm_open',
      content: { comm_id: 'abd', target_name: 'nobody', data: {} },
    });
    assert.deepEqual(
      unknown.map(({ type }) => type),
      ['comm_close'],
    );
  });

  it('completes and explains our own names', async () => {
    await session.run("import { alexnet, fit } from 'cnn-kit';");
    const { matches } = await session.request<{ matches: string[] }>('ask', {
      method: 'complete',
      code: 'alexnet({ cla',
    });
    assert.ok(matches.includes('classes'), String(matches));
    const page = await session.request<{ data: Record<string, string> }>('ask', {
      method: 'inspect',
      code: 'fit',
      cursor_pos: 2,
    });
    assert.match(page.data['text/markdown'], /Trains `model`/);
    assert.match(page.data['text/plain'], /fit\(model: .*LayersModel/);
  });

  it('counts code points, not UTF-16 units, in a completion', async () => {
    const code = "'🐈'; Number.isSafeInt";
    const reply = await session.request<Record<string, any>>('ask', { method: 'complete', code });
    assert.deepEqual([reply.matches, reply.cursor_start, reply.cursor_end], [['isSafeInteger'], 12, 21]);
  });

  it('imports packages: CommonJS, and ES modules only', async () => {
    assert.equal(await session.value("import semver from 'semver'; semver.major('3.2.1')"), '3');
    assert.match((await session.value("import { mean } from 'd3-array'; mean([1, 3])"))!, /^2$/);
  });

  it('restarts: names are gone, cells run', async () => {
    await session.run('const before = 1;');
    await session.request('restart');
    const { replies } = await session.execute('before');
    assert.equal(replies[0].ename, 'TS2304');
    assert.equal(await session.value('2'), '2');
  });
});
