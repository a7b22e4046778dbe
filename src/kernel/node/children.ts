/** Child processes of cells: what they print goes to the notebook where they inherit the kernel's streams. */
import childProcess, { ChildProcess, type StdioOptions } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';
import path from 'node:path';

type Options = { stdio?: StdioOptions; detached?: boolean };
type Call = (...args: unknown[]) => unknown;

const NAMES = { 1: 'stdout', 2: 'stderr' } as const;

/** @param signal aborts when the cell that now runs is interrupted; its children are then, too */
export function captureChildren(signal: () => AbortSignal | undefined): void {
  const prototype = ChildProcess.prototype as ChildProcess & { spawn(options: Options): number };
  const { spawn } = prototype;
  prototype.spawn = function (this: ChildProcess, options: Options): number {
    const inherited = inheritedOf(options.stdio);
    const status = spawn.call(this, { ...options, stdio: withStreams(options.stdio, inherited, () => 'pipe') });
    for (const number of inherited) {
      const stream = this.stdio?.[number] as NodeJS.ReadableStream | null | undefined;
      stream?.setEncoding('utf8').on('data', text => void process[NAMES[number]].write(text));
    }
    const interrupted = signal();
    const interrupt = (): void => void this.kill('SIGINT');
    if (!options.detached) interrupted?.addEventListener('abort', interrupt);
    this.once('exit', () => interrupted?.removeEventListener('abort', interrupt));
    return status;
  };
  // What is written to is the module's object, which its types have as constants.
  const exports = childProcess as unknown as Record<string, Call>;
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) exports[name] = captured(exports[name]);
  syncBuiltinESMExports();
}

/** A call that waits for its child, which prints into files meanwhile: pipes would limit how much. */
function captured(call: Call): Call {
  return (...args) => {
    const at = args.findIndex(argument => typeof argument === 'object' && argument && !Array.isArray(argument));
    const { stdio } = (args[at] ?? {}) as Options;
    const inherited = inheritedOf(stdio);
    if (!inherited.length) return call(...args);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-child-'));
    const files = inherited.map(number => fs.openSync(path.join(folder, NAMES[number]), 'w'));
    const streams = withStreams(stdio, inherited, number => files[inherited.indexOf(number)]);
    try {
      return call(...args.slice(0, at), { ...(args[at] as Options), stdio: streams }, ...args.slice(at + 1));
    } finally {
      files.forEach(file => fs.closeSync(file));
      for (const number of inherited) process[NAMES[number]].write(fs.readFileSync(path.join(folder, NAMES[number])));
      fs.rmSync(folder, { recursive: true });
    }
  };
}

/** Which of output and error a child shares with the kernel. */
function inheritedOf(stdio: StdioOptions | undefined): (1 | 2)[] {
  if (stdio === 'inherit') return [1, 2];
  if (!Array.isArray(stdio)) return [];
  const shared = ['inherit', 1, 2, process.stdout, process.stderr] as unknown[];
  return ([1, 2] as const).filter(number => shared.includes(stdio[number]));
}

function withStreams(
  stdio: StdioOptions | undefined,
  inherited: (1 | 2)[],
  stream: (number: 1 | 2) => 'pipe' | number,
): StdioOptions | undefined {
  if (!inherited.length) return stdio;
  const streams = Array.isArray(stdio) ? [...stdio] : ([0, 1, 2] as StdioOptions & unknown[]);
  for (const number of inherited) streams[number] = stream(number);
  return streams;
}
