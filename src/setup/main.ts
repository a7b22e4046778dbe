/** `npm start`, `npm test` and `npm run doctor`: set up what is missing, then do it. */
import fs from 'node:fs';
import path from 'node:path';
import { buildTensorflow } from '../backend/build';
import { configureJupyter, startJupyterLab } from './jupyter';
import { inVenv, setUpPython } from './python';
import { alone, once, ROOT, run } from './steps';

async function setUp(): Promise<void> {
  const log = (line: string): void => console.log(line);
  await alone(async () => {
    await setUpPython(log);
    const { ok, detail } = await buildTensorflow({ root: ROOT, python: inVenv('python'), log });
    if (!ok) log(detail);
    await build(log);
    configureJupyter();
  });
}

/** Compiles src into dist, which notebooks and the kernel load. */
async function build(log: (line: string) => void): Promise<void> {
  const sources = (fs.readdirSync(path.join(ROOT, 'src'), { recursive: true }) as string[])
    .filter(file => /\.(ts|json)$/.test(file))
    .sort()
    .map(file => `${file} ${fs.readFileSync(path.join(ROOT, 'src', file), 'utf8')}`);
  await once(path.join(ROOT, 'dist', '.stamp'), sources, async () => {
    log('Library: compiling');
    await run(process.execPath, [path.join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'src']);
  });
}

const COMMANDS: Record<string, (args: string[]) => Promise<number>> = {
  setup: async () => (await setUp(), 0),
  start: async args => (await setUp(), startJupyterLab(args)),
  test: async args => (await setUp(), (await import('./test')).test(args)),
  doctor: async args => (await import('./doctor')).doctor(args),
};

const [name, ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (!command) {
  console.error(`There is no command ${name}; right is one of ${Object.keys(COMMANDS).join(', ')}.`);
  process.exit(1);
}
command(args).then(
  status => process.exit(status),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
