import assert from 'node:assert/strict';
import path from 'node:path';
import vm from 'node:vm';
import { build } from 'esbuild';
import { ROOT } from '../../src/node/root';
import { createConverter } from '../../src/kernel/typescript/tslabConverter';
import type { KernelOptions } from '../../src/kernel/kernel';
import { loadCompiler } from '../../src/kernel/node/compiler';
import { nodePlatform } from '../../src/kernel/node/platform';
import type { Content, Header, Message } from '../../src/kernel/interfaces/protocol';

/** All that a cell is given beside the language: what every browser has. */
const WEB = ['console', 'crypto', 'atob', 'TextEncoder', 'TextDecoder', 'AbortController', 'performance', 'setTimeout'];
const globals = globalThis as typeof globalThis & Record<string, unknown>;

interface Published {
  type: string;
  content: Content;
  parent?: string;
}

/** A page in the place of Jupyter: messages go in and come out as objects. */
class Page {
  readonly published: Published[] = [];
  private receive!: (message: Message) => void;
  private readonly waiting = new Map<string, (content: Content) => void>();
  private sent = 0;

  readonly openWire: KernelOptions['openWire'] = (_, receive) => {
    this.receive = receive;
    return {
      reply: (to, content) => this.waiting.get(to.header.msg_id)?.(content),
      publish: (type, content, parent) => this.published.push({ type, content, parent: (parent as Header).msg_id }),
      requestInput: to => this.receive(this.message('input_reply', { value: `for ${to.header.msg_id}` }, 'stdin')),
      caughtUp: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
  };

  ask(type: string, content: Content): Promise<Content> {
    const message = this.message(type, content);
    return new Promise(resolve => {
      this.waiting.set(message.header.msg_id, resolve);
      this.receive(message);
    });
  }

  private message(type: string, content: Content, channel: Message['channel'] = 'shell'): Message {
    const header = { msg_id: `${++this.sent}`, msg_type: type, session: 's', username: 'u', date: '', version: '5.4' };
    return { channel, identities: [], header, parent: {}, metadata: {}, content, buffers: [] };
  }
}

/** A runtime of nothing but the language: files and packages in memory, scripts by an indirect eval, no way to interrupt. */
function barePlatform(evaluate: (code: string) => unknown, print: { write?: (text: string) => void }) {
  const packages: Record<string, unknown> = { 'node:path': { join: (...parts: string[]) => parts.join('/') } };
  const platform: KernelOptions['platform'] = {
    stop: new Int32Array(2),
    paths: nodePlatform.paths,
    readFile: () => undefined,
    evaluate: ({ code, name }) => evaluate(`${code}\n//# sourceURL=${name}`),
    packages: () => ({ require: id => packages[id], load: () => Promise.resolve() }),
    asyncContext<T>() {
      let current: T | undefined;
      return { get: () => current, run: (value: T, work) => ((current = value), work()) };
    },
    originalOf: nodePlatform.originalOf,
    importMeta: file => ({ url: `file://${file}` }),
    isOwn: file => !file.startsWith('In['),
    captureStreams: capture => (print.write = text => capture('stdout', text)),
    breakOff: () => undefined,
    onLateError: () => undefined,
    onExit: () => undefined,
    afterCell: () => undefined,
    exit: () => undefined,
  };
  return platform;
}

describe('the kernel without Node', function () {
  this.timeout(120_000);
  const page = new Page();
  const print: { write?: (text: string) => void } = {};

  before(async () => {
    // For a browser: any import of Node ends the build, and any global of Node's the first cell.
    const bundle = await build({
      stdin: {
        contents: "export { Kernel } from './kernel/kernel'; export { runtime } from './base/runtime';",
        resolveDir: path.join(ROOT, 'src'),
      },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      globalName: 'kernel',
      logLevel: 'silent',
    });
    const world = vm.createContext(Object.fromEntries(WEB.map(name => [name, globals[name]])));
    vm.runInContext(bundle.outputFiles[0].text, world);
    const evaluate = (code: string): unknown => vm.runInContext(code, world) as unknown;
    Object.assign(world, { print: (text: string) => print.write!(text), clearTimeout });
    const { Kernel, runtime } = evaluate('kernel') as typeof import('../../src/kernel/kernel') &
      typeof import('../../src/base/runtime');
    runtime.inspect = value => JSON.stringify(value) ?? String(value);
    new Kernel({
      platform: barePlatform(evaluate, print),
      openWire: page.openWire,
      root: ROOT,
      folder: path.join(ROOT, 'notebooks'),
      createConverter: (root, folder) =>
        createConverter(loadCompiler(path.join(ROOT, '.cache', 'kernel')), nodePlatform.paths, root, folder),
    }).start();
  });

  const run = async (code: string): Promise<Content> => page.ask('execute_request', { code, allow_stdin: true });
  const value = async (code: string): Promise<unknown> => {
    const reply = await run(code);
    assert.equal(reply.status, 'ok', JSON.stringify(reply));
    const last = page.published.filter(({ type }) => type === 'execute_result').at(-1);
    assert.equal(last?.content.execution_count, reply.execution_count);
    return last?.content.data['text/plain'];
  };

  it('runs cells that share names, with types, awaits and decorators', async () => {
    await run('let base = 40; function add(n: number): number { return base + n; }');
    assert.equal(await value('base++; await Promise.resolve(add(1))'), '42');
    assert.equal((await run("base = 'text'")).ename, 'TS2322');
    await run('const upper = (_: unknown, { name }: ClassMethodDecoratorContext) => () => String(name).toUpperCase();');
    assert.equal(await value("class Named { @upper word() { return ''; } }\nnew Named().word()"), '"WORD"');
  });

  it('shows what is printed and displayed, and an error at its line', async () => {
    await run("declare function print(text: string): void; print('printed'); await 1;");
    assert.deepEqual(
      page.published.filter(({ type }) => type === 'stream').map(({ content }) => content.text),
      ['printed'],
    );
    await run("({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>1</b>' }) })");
    const { data } = page.published.filter(({ type }) => type === 'execute_result').at(-1)!.content;
    assert.equal(JSON.stringify(data), '{"text/html":"<b>1</b>"}');
    const failed = await run(
      "interface Row { a: number }\nconst row: Row = { a: 1 };\nthrow new RangeError('on line 3');",
    );
    assert.equal(failed.ename, 'RangeError');
    assert.match(failed.traceback.join('\n'), /In\[\d+\]:3[^]*on line 3/);
  });

  it('imports what the platform has, completes and tells whether code is complete', async () => {
    assert.equal(await value("import { join } from 'node:path';\njoin('a', 'b')"), '"a/b"');
    const { matches } = await page.ask('complete_request', { code: 'add(1).toFi', cursor_pos: 11 });
    assert.deepEqual(matches, ['toFixed']);
    assert.equal((await page.ask('is_complete_request', { code: 'f(' })).status, 'incomplete');
  });
});
