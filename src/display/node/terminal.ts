import readline from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { Terminal } from '../runtime';

export const terminal: Terminal = {
  status(line, last) {
    if (process.stdout.isTTY) process.stdout.write(`\r${line}\x1b[K${last ? '\n' : ''}`);
  },
  async ask(prompt, password) {
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
        lines.once('close', () => reject(new Error('The standard input ended before a line came.')));
        lines.once('SIGINT', () => lines.close());
      });
    } finally {
      lines.close();
    }
  },
};
