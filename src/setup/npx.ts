#!/usr/bin/env node
/** `npx cnn-kit COMMAND`: what the installed package needs no checkout for. */
import fs from 'node:fs';
import path from 'node:path';
import { ready } from '../backend';
import { buildTensorflow, findCompiler } from '../backend/native/build';
import { TENSORFLOW_VERSION, tensorflowFolder } from '../backend/native/tensorflow';
import { main as data } from '../cifar10/command';
import { asksForHelp, parse, UsageError } from '../cli/command';
import { alone } from './lock.cjs';
import { findPython } from './python';
import { ROOT } from '../node/root';
import { CACHE, run } from './steps';

interface Command {
  about: string;
  run(words: string[]): Promise<number>;
}

const log = (line: string): void => console.log(line);

const COMMANDS: Record<string, Command> = {
  setup: {
    about: `fetches TensorFlow ${TENSORFLOW_VERSION}, which computes several times as fast as WebAssembly; needs Python with pip`,
    run: async words => {
      if (parse('setup', words).values.again) fs.rmSync(tensorflowFolder(), { recursive: true, force: true });
      const python = findPython().command;
      const { ok, detail } = await alone(
        () => buildTensorflow({ root: ROOT, python, run, log }),
        path.join(CACHE, 'setup.lock'),
      );
      for (const left of ['pip', 'tmp']) fs.rmSync(path.join(CACHE, left), { recursive: true, force: true });
      log(ok ? `${detail}: ready.` : detail);
      return ok ? 0 : 1;
    },
  },
  doctor: {
    about: 'says what computes, and what would make it faster',
    run: async words => {
      const { json } = parse('doctor', words).values;
      const info = await ready();
      const { name, version, device, binding, reason, faster } = info;
      if (json) return (log(JSON.stringify(info, null, 2)), 0);
      log(`Node      ${process.versions.node}`);
      log(`backend   ${name} ${version} on ${device}${binding ? ` through ${binding}` : ''}: ${reason}`);
      log(`compiler  ${findCompiler() ?? 'none'}`);
      if (faster) log(`faster    ${faster}`);
      return 0;
    },
  },
  data: { about: 'fetches CIFAR-10: `npx cnn-kit data cifar10`; --help says more', run: data },
};

async function main([name = '--help', ...words]: string[]): Promise<number> {
  if (asksForHelp([name, ...words]) && name !== 'data') {
    log('npx cnn-kit COMMAND\n');
    for (const [name, { about }] of Object.entries(COMMANDS)) log(`  ${name.padEnd(8)}${about}`);
    return 0;
  }
  if (!Object.hasOwn(COMMANDS, name))
    throw new UsageError(`There is no command ${name}; expected one of ${Object.keys(COMMANDS).join(', ')}.`);
  return COMMANDS[name].run(words);
}

main(process.argv.slice(2)).then(
  status => (process.exitCode = status),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
