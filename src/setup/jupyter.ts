/** JupyterLab's own part: our kernel registered in the .venv, Python's hidden, the news pop-up off, and the start. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { writeWhole } from '../node/files';
import { ROOT } from '../node/root';
import { UsageError } from '../cli/command';
import { KERNELSPEC } from '../kernel/interfaces/language';
import { writeKernel } from './kernel';
import { environment } from './steps';
import { inVenv, VENV } from './python';

export const KERNEL_NAME = KERNELSPEC.name;

/** Writes what changes with the place of the checkout and the Node in use; cheap, so done at every start. */
export function configureJupyter(): void {
  writeKernel(path.join(VENV, 'share', 'jupyter', 'kernels', KERNEL_NAME));
  write(path.join(VENV, 'etc', 'jupyter', 'jupyter_server_config.json'), {
    KernelSpecManager: { allowed_kernelspecs: [KERNEL_NAME], ensure_native_kernel: false },
    // The kernel itself completes and explains; looking for a server of every language takes a second of the start.
    LanguageServerManager: { autodetect: false },
  });
  write(path.join(VENV, 'share', 'jupyter', 'lab', 'settings', 'overrides.json'), {
    '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
    // Seconds, not two minutes: `progress()` and `npm run submit` read what is saved.
    '@jupyterlab/docmanager-extension:plugin': { autosaveInterval: 10 },
    // Milliseconds: JupyterLab throws away what takes longer than one second, as the first list of a kernel does.
    '@jupyterlab/completer-extension:manager': { providerTimeout: 20_000 },
  });
}

/**
 * Serves JupyterLab over the checkout; `args` are JupyterLab's own, and `--lang ko`, which opens the Korean lectures.
 * Resolves with its exit status.
 */
export function startJupyterLab(all: string[]): Promise<number> {
  const { language, args } = takeLanguage(all);
  // JupyterLab refuses an option that is given twice, so the caller's take the place of ours.
  const isGiven = (names: RegExp): boolean => args.some(argument => names.test(argument.split('=')[0]));
  const rooted = isGiven(/^--(ServerApp\.root_dir|notebook-dir|ServerApp\.notebook_dir)$/);
  const options = rooted ? [] : [`--ServerApp.root_dir=${ROOT}`];
  if (!rooted && !isGiven(/\.default_url$/)) {
    options.push(`--LabApp.default_url=/lab/tree/${startPage(language)}`);
  }
  if (process.getuid?.() === 0 && !isGiven(/^--(allow-root|ServerApp\.allow_root)$/)) {
    options.push('--allow-root');
    console.log(
      'You are root, which is safe as long as JupyterLab serves this machine alone and asks for its token, as it does unless ' +
        'you change that; whatever a notebook does, it does as root.',
    );
  }
  const child = spawn(inVenv('python'), ['-m', 'jupyterlab', ...options, ...args], {
    cwd: ROOT,
    env: { ...environment(), CNN_KIT_LANGUAGE: language },
    stdio: 'inherit',
  });
  // JupyterLab asks "are you sure" at the first Ctrl-C; both of us get the signal, and we wait for its answer.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(signal ? 130 : (code ?? 1)));
  });
}

/** `--lang ko` or `--lang=ko`, taken out of the options. */
export function takeLanguage(all: string[]): { language: 'en' | 'ko'; args: string[] } {
  const index = all.findIndex(word => /^--lang(=|$)/.test(word));
  if (index < 0) return { language: 'en', args: all };
  const joined = all[index].includes('=');
  const language = joined ? all[index].split('=')[1] : all[index + 1];
  if (language !== 'en' && language !== 'ko') throw new UsageError(`--lang is ${language}; expected en or ko.`);
  return { language, args: all.filter((_, i) => i !== index && (joined || i !== index + 1)) };
}

/** The notebook that opens first: it leads to the lectures. */
function startPage(language: 'en' | 'ko'): string {
  const file = `notebooks/${language === 'ko' ? 'ko/' : ''}00-start.ipynb`;
  if (!fs.existsSync(path.join(ROOT, file)))
    throw new Error(`There is no start page ${file}; run \`npm run generate\`.`);
  return file;
}

/** Whole or not at all, and only what is new: another JupyterLab of this checkout may be reading. */
function write(file: string, content: object): void {
  const text = JSON.stringify(content, null, 2) + '\n';
  if (fs.existsSync(file) && fs.readFileSync(file, 'utf8') === text) return;
  writeWhole(file, text);
}
