/** JupyterLab as a student starts it, and a browser that looks at it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { ROOT } from '../../src/node/root';

/** Screenshots stay here to be looked at. */
export const ARTIFACTS = path.join(ROOT, '.cache', 'browser');

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A browser, or undefined, with a line that says so, where this machine has none. */
export async function startBrowser(): Promise<Browser | undefined> {
  const executablePath = BROWSERS.find(file => fs.existsSync(file));
  if (executablePath) return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  console.log('    no Chromium or Chrome on this machine: the browser test is skipped (Debian: apt install chromium)');
  return undefined;
}

/** `npm start` over a folder, with JupyterLab's own options; resolves with the address that it prints. */
export function startLab(folder: string, file: string): Promise<{ lab: ChildProcess; url: string }> {
  return start([`--ServerApp.root_dir=${folder}`, `--LabApp.default_url=/lab/tree/${file}`]);
}

/** `npm start` of the kit in `root`, with further options. */
export function start(options: string[], root = ROOT): Promise<{ lab: ChildProcess; url: string }> {
  const words = ['src/setup/run.mjs', 'start', '--no-browser', '--port=0', ...options];
  const lab = spawn(process.execPath, words, { cwd: root, detached: true });
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      text += chunk;
      const url = /http:\/\/127\.0\.0\.1:\d+\/lab\S*token=\w+/.exec(text)?.[0];
      if (url) resolve({ lab, url });
    };
    lab.stdout.on('data', read);
    lab.stderr.on('data', read);
    lab.on('exit', code => reject(new Error(`JupyterLab ended with ${code}: ${text.slice(-500)}`)));
  });
}

export function stopLab(lab: ChildProcess | undefined): void {
  if (lab?.pid) process.kill(-lab.pid, 'SIGTERM');
}

/**
 * A kit of its own in `folder`, set up, whose lectures and exercises can be written in. What is large is linked: nothing
 * writes into those files.
 */
export function copyKit(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.join(folder, '.cache'), { recursive: true });
  const copy = (options: string, names: string[], to = folder): void =>
    void execFileSync('cp', [options, ...names, to], { cwd: ROOT });
  copy('-a', [
    'dist',
    'src',
    'notebooks',
    'exercises',
    'data',
    'test',
    'package.json',
    'package-lock.json',
    'tsconfig.json',
  ]);
  copy('-al', ['.venv', 'node_modules']);
  copy('-al', ['.cache/tensorflow'], path.join(folder, '.cache'));
  // The one file that a moved environment writes over.
  const place = path.join(folder, '.venv', 'cnn-kit.place');
  const content = fs.readFileSync(place);
  fs.rmSync(place);
  fs.writeFileSync(place, content);
}
