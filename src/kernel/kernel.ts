/** What each message of Jupyter's asks for, and its answer. */
import { withoutBoxes } from '../base/compiledNames';
import { escapeMarkup } from '../base/markup';
import { say } from '../base/sentences';
import { display, represent } from '../display/display';
import { jupyterDisplay, type Picture } from '../display/figures/figure';
import { kernelKey, type KernelHost } from '../display/figures/host';
import { Comms } from './comms';
import type { Converter, Inspection } from './interfaces/converter';
import { KeyboardInterrupt, toCellError, type CellError } from './evaluation/errors';
import { Executor } from './evaluation/executor';
import { ownLineOf, showOriginalPlaces } from './evaluation/stack';
import { Output, type Run } from './output';
import { unbroken, type Platform } from './interfaces/platform';
import type { Content, Message } from './interfaces/protocol';
import type { OpenWire, Wire } from './interfaces/wire';

export interface KernelOptions {
  platform: Platform;
  openWire: OpenWire;
  /** The checkout. */
  root: string;
  /** The notebook's folder. */
  folder: string;
  createConverter: (root: string, folder: string) => Converter;
}

/** How long the kernel is left alone before it makes use of that, in milliseconds. */
const IDLE = 500;
/** What most notebooks begin with. */
const FIRST = "import { fit } from 'cnn-kit'; fit";

interface Entry {
  count: number;
  code: string;
  result: string | null;
}

export class Kernel {
  private readonly platform: Platform;
  private readonly output: Output;
  private readonly comms: Comms;
  private readonly history: Entry[] = [];
  private readonly pending: Message[] = [];
  private readonly wire: Wire;
  private converter!: Converter;
  private executor!: Executor;
  private count = 0;
  private running?: { run: Run; message: Message; interrupt: (error: Error) => void };
  private readonly inputs: ((line: string) => void)[] = [];
  private ready = false;
  private busy = false;

  constructor(private readonly options: KernelOptions) {
    this.platform = options.platform;
    this.output = new Output(() => this.wire, this.platform);
    this.comms = new Comms(this.output);
    // Before there is a wire: an interrupt may come while the compiler is loaded.
    this.platform.breakOff(() => this.output.isCell());
    this.platform.onExit(status => this.exit(status));
    this.wire = options.openWire(this.platform.stop, message => this.receive(message));
  }

  /** Loads the compiler; what came in before is answered then. */
  start(): void {
    const { platform, root, folder, createConverter } = this.options;
    const work = <T>(step: () => T): T => unbroken(platform.stop, step);
    const converter = work(() => createConverter(root, folder));
    this.converter = {
      convert: source => work(() => converter.convert(source)),
      keep: () => converter.keep(),
      complete: (source, position) => work(() => converter.complete(source, position)),
      inspect: (source, position) => work(() => converter.inspect(source, position)),
      isComplete: source => work(() => converter.isComplete(source)),
    };
    this.executor = new Executor(platform, this.converter, root, folder, this.output.isEnded);
    showOriginalPlaces(file => this.executor.sourceOf(file), platform);
    this.output.captureStreams();
    this.output.captureTimers();
    (globalThis as Record<symbol, unknown>)[kernelKey] = this.host();
    platform.onLateError((error, isRejection) => this.showLate(error, isRejection));
    this.ready = true;
    void this.work();
    setTimeout(() => this.warm(), IDLE);
  }

  /** Has the compiler read its libraries while nobody waits, so that the first Tab and the first cell are quick. */
  private warm(): void {
    if (!this.busy && !this.count) this.converter.complete(FIRST, FIRST.length);
  }

  private receive(message: Message): void {
    const type = message.header.msg_type;
    if (message.channel === 'stdin') this.inputs.shift()?.(String(message.content.value));
    else if (type === 'interrupt_request') this.answer(message, () => (this.interrupt(), { status: 'ok' }));
    else if (type === 'shutdown_request') void this.shutDown(message);
    else if (type === 'execute_request' || !this.ready) {
      this.pending.push(message);
      void this.work();
    } else this.answer(message, () => this.handle(message));
  }

  /** Takes what waits, cell by cell. */
  private async work(): Promise<void> {
    if (!this.ready || this.busy) return;
    this.busy = true;
    for (let message = this.pending.shift(); message; message = this.pending.shift()) {
      const current = message;
      if (message.header.msg_type === 'execute_request') await this.execute(message);
      else this.answer(message, () => this.handle(current));
      this.platform.afterCell();
    }
    this.busy = false;
  }

  private answer(message: Message, work: () => Content | undefined): void {
    this.status('busy', message);
    let content: Content | undefined;
    try {
      content = work();
    } catch (error) {
      const { ename, evalue, traceback } = this.explain(error);
      content = { status: 'error', ename, evalue, traceback };
    }
    if (content) this.wire.reply(message, content);
    this.status('idle', message);
  }

  private status(state: 'busy' | 'idle', { header }: Message): void {
    this.output.flush();
    this.wire.publish('status', { execution_state: state }, header);
  }

  private handle({ header, content, metadata, buffers }: Message): Content | undefined {
    switch (header.msg_type) {
      case 'complete_request':
        return this.complete(content);
      case 'inspect_request':
        return this.inspect(content);
      case 'is_complete_request':
        return this.converter.isComplete(content.code as string);
      case 'history_request':
        return this.searchHistory(content);
      case 'comm_info_request':
        return this.comms.info(content.target_name as string | undefined);
      case 'comm_open':
      case 'comm_msg':
      case 'comm_close': {
        const run = { parent: header, abort: new AbortController() };
        this.comms.receive(header.msg_type, content, { data: content.data as Content, metadata, buffers }, run);
        return undefined;
      }
      default:
        return undefined;
    }
  }

  private async execute(message: Message): Promise<void> {
    const { code, silent = false, store_history = !silent, stop_on_error = true } = message.content;
    this.status('busy', message);
    if (!silent) this.count++;
    const execution_count = this.count;
    const run: Run = { parent: message.header, abort: new AbortController(), cell: `In[${execution_count}]` };
    const entry: Entry = { count: execution_count, code: code as string, result: null };
    if (store_history) this.history.push(entry);
    if (!silent) this.output.publish('execute_input', { code, execution_count }, run);

    try {
      const payload = this.help(code as string);
      if (!payload.length) {
        const interrupted = new Promise<never>((_, reject) => (this.running = { run, message, interrupt: reject }));
        // As a job of its own: broken off, it takes along all that it was called from.
        const work = Promise.resolve().then(() =>
          this.output.within(run, () => this.runCell(code as string, run.cell!)),
        );
        const result = await Promise.race([work, interrupted]);
        if (result && !silent) {
          const { bundle, metadata = {} } = result;
          if (typeof bundle['text/plain'] === 'string') bundle['text/plain'] = withoutBoxes(bundle['text/plain']);
          entry.result = String(bundle['text/plain'] ?? '');
          this.output.publish('execute_result', { execution_count, data: bundle, metadata }, run);
        }
      }
      this.output.flush();
      this.wire.reply(message, { status: 'ok', execution_count, payload, user_expressions: {} });
    } catch (thrown) {
      // Whatever it was that an interrupt broke, such as a child process that the cell waited for.
      const error = Atomics.exchange(this.platform.stop, 0, 0) ? new KeyboardInterrupt() : thrown;
      await this.fail(message, run, error, { execution_count, stop_on_error });
    }
    this.running = undefined;
    this.status('idle', message);
  }

  private async runCell(code: string, name: string): Promise<Picture | undefined> {
    const value = await this.executor.run(code, name);
    // Jobs that the cell has queued are its own, as is a promise that fails in them.
    await this.output.jobsDone();
    const result = value === undefined || value === null ? undefined : await represent(this.withType(value));
    // Figures that the cell has shown are drawn before it ends, in its name.
    await display.settled();
    return result && Object.keys(result.bundle).length ? result : undefined;
  }

  /** A function by its name and type, which say more than `[Function: f]`. */
  private withType(value: unknown): unknown {
    if (typeof value !== 'function' || jupyterDisplay in value) return value;
    const type = this.executor.lastType?.();
    if (!type) return value;
    // What tslab calls the value of a cell.
    const name = /^tsLastExpr\d*$/.test(value.name) ? '' : value.name;
    const isClass = /^class\b/.test(Function.prototype.toString.call(value));
    return { 'text/plain': isClass ? `class ${name || '(anonymous)'}` : [name, type].filter(Boolean).join(': ') };
  }

  private async fail(
    message: Message,
    run: Run,
    error: unknown,
    { execution_count, stop_on_error }: { execution_count: number; stop_on_error: boolean },
  ): Promise<void> {
    // Whatever is left running of the cell is not to go on.
    const { ename, evalue, traceback, stacks } = this.explain(error, run);
    if (ename === 'KeyboardInterrupt') run.abort.abort();
    // What the client had queued behind this cell before it could know of the failure does not run; what it sends after does.
    // And an interrupt that the cell has seen by the flag has come as a message, too: it is not left for the next cell.
    await this.wire.caughtUp();
    const aborted = stop_on_error ? this.pending.splice(0) : [];
    this.output.publish('error', { ename, evalue, traceback }, run);
    this.showStacks(stacks, run);
    this.wire.reply(message, { status: 'error', execution_count, ename, evalue, traceback, user_expressions: {} });
    for (const waiting of aborted) {
      if (waiting.header.msg_type !== 'execute_request') this.pending.push(waiting);
      else this.answer(waiting, () => ({ status: 'aborted', execution_count: this.count }));
    }
  }

  private explain(error: unknown, run?: Run): CellError {
    return toCellError(error, {
      sourceOf: file => this.executor?.sourceOf(file),
      platform: this.platform,
      cell: run?.cell,
    });
  }

  /** What the traceback has folded, for whoever opens it: Jupyter's own errors are text without anything to click on. */
  private showStacks(stacks: string[], run: Run | undefined): void {
    if (!stacks.length) return;
    const html = `<details><summary>${say('wholeStack')}</summary><pre>${escapeMarkup(stacks.join('\n\n'))}</pre></details>`;
    this.output.publish('display_data', { data: { 'text/html': html }, metadata: {}, transient: {} }, run);
  }

  private interrupt(): void {
    Atomics.store(this.platform.stop, 0, 0);
    this.running?.run.abort.abort();
    this.running?.interrupt(new KeyboardInterrupt());
  }

  /** A failure in a timer or a promise that no one waits for: shown in the cell that started it, and the kernel goes on. */
  private showLate(error: unknown, isRejection: boolean): void {
    const { run } = this.output;
    const { ename, traceback, stacks } = this.explain(error, run);
    // What an interrupt breaks says nothing more than the cell does.
    if (ename === 'KeyboardInterrupt' || this.output.isEnded() || Atomics.load(this.platform.stop, 0)) return;
    const text = traceback.join('\n');
    const said = isRejection ? say('lateRejection', { error: text }) : text;
    this.output.publish('stream', { name: 'stderr', text: `${said}\n` }, run);
    this.showStacks(stacks, run);
  }

  /** A cell that ends the process says so, as the runtime gives no time for more. */
  private exit(status: number): void {
    if (!this.running) return this.output.flush();
    const { run, message } = this.running;
    const evalue = say('exited', { status });
    const content = { ename: 'KernelExit', evalue, traceback: [evalue] };
    this.output.publish('error', content, run);
    this.wire.reply(message, { status: 'error', execution_count: this.count, ...content, user_expressions: {} });
    this.status('idle', message);
  }

  private async shutDown(message: Message): Promise<void> {
    this.answer(message, () => ({ status: 'ok', restart: message.content.restart as boolean }));
    await this.wire.close();
    this.platform.exit();
  }

  private host(): KernelHost {
    return {
      display: (bundle, { id, update = false, metadata = {} }) => {
        const type = update ? 'update_display_data' : 'display_data';
        this.output.publish(type, { data: bundle, metadata, transient: id ? { display_id: id } : {} });
      },
      clear: wait => this.output.publish('clear_output', { wait }),
      signal: () => this.output.run?.abort.signal,
      input: (prompt, password) => this.input(prompt, password),
      ownLine: error => ownLineOf(error, file => this.executor.sourceOf(file), this.platform),
      openComm: (target, message) => this.comms.openComm(target, message),
      onComm: (target, handler) => this.comms.onOpen(target, handler),
    };
  }

  private async input(prompt: string, password: boolean): Promise<string> {
    const message = this.running?.message;
    if (!message) throw new Error(say('noCellToAsk'));
    if (!message.content.allow_stdin) throw new Error(say('noOneToAsk'));
    this.output.flush();
    return new Promise(resolve => {
      this.inputs.splice(0, Infinity, resolve);
      this.wire.requestInput(message, { prompt, password });
    });
  }

  private complete({ code, cursor_pos }: Content): Content {
    const { start, end, matches } = this.converter.complete(
      code as string,
      toUnits(code as string, cursor_pos as number),
    );
    const [cursor_start, cursor_end] = [start, end].map(units => toPoints(code as string, units));
    const types = matches.slice(0, 200).map(match => ({ ...match, start: cursor_start, end: cursor_end }));
    return {
      status: 'ok',
      matches: matches.map(({ text }) => text),
      cursor_start,
      cursor_end,
      metadata: { _jupyter_types_experimental: types },
    };
  }

  private inspect({ code, cursor_pos }: Content): Content {
    const info = this.converter.inspect(code as string, toUnits(code as string, cursor_pos as number));
    return { status: 'ok', found: !!info, metadata: {}, data: info ? pageOf(info) : {} };
  }

  /** `fit?` shows what is known of fit in the pager, as in IPython. */
  private help(code: string): Content[] {
    const name = /^\s*([\w$][\w$.]*)\?\s*$/.exec(code)?.[1];
    const info = name && this.converter.inspect(name, name.length);
    return info ? [{ source: 'page', start: 0, data: pageOf(info) }] : [];
  }

  private searchHistory({ hist_access_type, pattern, unique, n, start = 1, stop, output }: Content): Content {
    let entries = this.history;
    if (hist_access_type === 'search') {
      const glob = new RegExp(`^${globToRegExp((pattern as string | undefined) ?? '*')}$`, 's');
      entries = entries.filter(({ code }) => glob.test(code));
      if (unique) entries = [...new Map(entries.map(entry => [entry.code, entry])).values()];
    } else if (hist_access_type === 'range') {
      entries = entries.filter(({ count }) => count >= start && count < (stop ?? Infinity));
    }
    if (n) entries = entries.slice(-n);
    const history = entries.map(({ count, code, result }) => [0, count, output ? [code, result] : code]);
    return { status: 'ok', history };
  }
}

function pageOf({ signature, documentation }: Inspection): Content {
  return {
    'text/plain': [signature, documentation].filter(Boolean).join('\n\n'),
    'text/markdown': `\`\`\`typescript\n${signature}\n\`\`\`\n\n${documentation}`,
  };
}

const globToRegExp = (glob: string): string =>
  glob
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');

/** Jupyter counts code points, JavaScript UTF-16 units. */
const toUnits = (text: string, points: number): number => [...text].slice(0, points).join('').length;
const toPoints = (text: string, units: number): number => [...text.slice(0, units)].length;
