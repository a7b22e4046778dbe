import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import { environment } from '../../src/setup/steps';
import { inVenv } from '../../src/setup/python';

export interface Shown {
  type: string;
  content: Record<string, any>;
}

export interface Executed {
  replies: Record<string, any>[];
  messages: Shown[][];
  seconds: number;
  /** From the interrupt to the reply. */
  stopped: number | null;
}

/** A kernel behind Jupyter's own client (session.py), as a notebook has it. */
export class Session {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: Lines,
    readonly ready: number,
  ) {}

  static async start(folder = path.join(ROOT, 'notebooks'), kernel = 'cnn-kit'): Promise<Session> {
    const child = spawn(inVenv('python'), [path.join(__dirname, 'session.py'), kernel, folder], {
      env: environment(),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const lines = new Lines(child);
    const { ready } = JSON.parse(await lines.next()) as { ready: number };
    return new Session(child, lines, ready);
  }

  async request<T>(operation: string, rest: object = {}): Promise<T> {
    const answer = this.lines.next();
    this.child.stdin!.write(`${JSON.stringify({ operation, ...rest })}\n`);
    return JSON.parse(await answer) as T;
  }

  async execute(code: string, options: object = {}): Promise<Executed> {
    return this.request('execute', { code, ...options });
  }

  /** Runs a cell that must succeed, and gives what it showed. */
  async run(code: string, options: object = {}): Promise<Shown[]> {
    const { replies, messages } = await this.execute(code, options);
    if (replies[0]?.status !== 'ok') throw new Error(`${code} ended in ${JSON.stringify(replies[0])}`);
    return messages[0].filter(({ type }) => type !== 'execute_input');
  }

  /** The text of a cell's result. */
  async value(code: string): Promise<string | undefined> {
    const shown = await this.run(code);
    return shown.find(({ type }) => type === 'execute_result')?.content.data['text/plain'] as string | undefined;
  }

  /** Ends the client as a crash would. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  async end(): Promise<void> {
    this.child.stdin!.end();
    await new Promise(resolve => this.child.on('exit', resolve));
  }
}

/** What the client prints, line by line; one line may be megabytes. */
class Lines {
  private text = '';
  private waiting?: { resolve: (line: string) => void; reject: (error: Error) => void };

  constructor(child: ChildProcess) {
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      this.text += text;
      this.deliver();
    });
    child.once('exit', () => this.waiting?.reject(new Error('The kernel client ended.')));
  }

  next(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.deliver();
    });
  }

  private deliver(): void {
    const end = this.text.indexOf('\n');
    if (end < 0 || !this.waiting) return;
    this.waiting.resolve(this.text.slice(0, end));
    this.waiting = undefined;
    this.text = this.text.slice(end + 1);
  }
}

/** All that a cell printed on one stream. */
export const printed = (shown: Shown[], name = 'stdout'): string =>
  shown
    .filter(({ type, content }) => type === 'stream' && content.name === name)
    .map(({ content }) => content.text)
    .join('');

/** Resolves when no process has that id. */
export async function ended(id: number): Promise<void> {
  for (;;) {
    try {
      process.kill(id, 0);
    } catch {
      return;
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}
