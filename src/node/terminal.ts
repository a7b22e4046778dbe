/** Text on the terminal, as Node shows and reads it. */
import readline from 'node:readline/promises';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import zlib from 'node:zlib';
import { runtime } from '../base/runtime';

/** Shows a line in place of the last one; the last stays. */
export function writeOver(terminal: { write(text: string): unknown }, line: string, isLast: boolean): void {
  terminal.write(`\r${line}\x1b[K${isLast ? '\n' : ''}`);
}

const NO_LINE = 'The standard input ended before a line came.';

runtime.inspect = (value, { isOneLine = false } = {}) => inspect(value, isOneLine ? { breakLength: Infinity } : {});
runtime.print = text => void process.stdout.write(`${text}\n`);
runtime.printOver = (line, isLast) => {
  if (process.stdout.isTTY) writeOver(process.stdout, line, isLast);
};
runtime.deflate = bytes => zlib.deflateSync(bytes, { level: 9 });
runtime.readLine = async (prompt, password) => {
  if (process.stdin.readableEnded) throw new Error(NO_LINE);
  process.stdout.write(prompt);
  const silent = new Writable({ write: (chunk, encoding, done) => done() });
  const lines = readline.createInterface({
    input: process.stdin,
    output: password ? silent : process.stdout,
    terminal: process.stdin.isTTY,
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('line', resolve);
      lines.once('close', () => reject(new Error(NO_LINE)));
      lines.once('SIGINT', () => lines.close());
    });
  } finally {
    lines.close();
  }
};
