/** An exercise's tests against functions of this process: what `check` runs, in a notebook or on a student's file. */
import fs from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import type * as Esbuild from 'esbuild';
import { withoutCompiledNames } from '../base/compiledNames';
import { say } from '../base/sentences';
import { ROOT } from '../node/root';
import { bundleTest } from './bundle';
import { candidatesOf } from './candidates';
import { CellScope, COMMANDS, functionOf, isCommands } from './cellScope';
import { testFileOf } from './exercises';
import { decodeText } from './text';
import { firstLine, type Look, runTests, startBackend, type TestResult } from './run';

export type Functions = Record<string, (...values: never[]) => unknown>;

/** What a run tells while it goes on. */
export interface TestOptions {
  /** Seed for the inputs that the tests draw; another one at each run if not given. */
  seed?: number;
  /** A test begins. */
  onTest?(test: TestResult): void;
  /** A function of the student's is called. */
  onCall?(name: string): void;
  onResult?(result: TestResult): void;
  /** What to tell of a failure beside its message. */
  detailsOf?(error: Error, last: Call | undefined): Pick<TestResult, 'line' | 'call'>;
}

/** A call of a function of the student's. */
export interface Call {
  name: string;
  values: unknown[];
}

/** Whether an exercise's tests draw their inputs; those of the student edition hold them as values. */
export function drawsInputs(exercise: string): boolean {
  return !/from '\.\/recorded'/.test(fs.readFileSync(testFileOf(exercise), 'utf8'));
}

/** The seed that CNN_KIT_SEED gives, or any other one. */
export const newSeed = (): number => Number(process.env.CNN_KIT_SEED ?? Math.floor(Math.random() * 2 ** 32));

/**
 * Runs all tests of the exercise; each call of `functions` is announced first, so that one that never ends can be named.
 * @throws if there is no such exercise
 */
export async function testFunctions(
  exercise: string,
  functions: Functions,
  { seed = newSeed(), onCall, detailsOf, ...told }: TestOptions = {},
): Promise<TestResult[]> {
  const file = testFileOf(exercise);
  await startBackend(fs.readFileSync(file, 'utf8'));
  let last: Call | undefined;
  const examiner = {
    seed,
    async call(_: string, name: string, values: unknown[]): Promise<unknown> {
      const called = functionOf(functions, name);
      if (!called) throw new Error(say('noFunction', { name }));
      onCall?.(name);
      last = { name, values };
      try {
        return await called(...values);
      } catch (error) {
        if (error !== null && typeof error === 'object') throw error;
        throw new Error(say('thrownValue', { name, value: JSON.stringify(error) ?? String(error) }));
      }
    },
    probe: async (_: string, look: Look, values: unknown[]): Promise<unknown> =>
      look(functions, require('cnn-kit'), ...values),
  };
  return runTests(bundleTest(file), examiner, {
    timeout: 60_000,
    messageOf: error => withoutCompiledNames(firstLine(error)),
    // What is not written yet has nothing to look at.
    detailsOf: error => (firstLine(error).startsWith('Not written yet') ? {} : (detailsOf?.(error, last) ?? {})),
    ...told,
    onTest: test => {
      last = undefined;
      told.onTest?.(test);
    },
  });
}

/** Where an answer is. */
export interface Place {
  /** A TypeScript file or a notebook, from the root of the kit where it is relative. */
  file: string;
  /** The functions that are asked of it; of a notebook only the cells that they need run. */
  asked: string[];
}

/**
 * The functions of exercises/<exercise>.ts, or of the file or notebook at another place.
 * @throws if it cannot be compiled, with the line and what is there
 */
export async function loadExercise(exercise: string, place?: Place): Promise<Functions> {
  const file = path.resolve(ROOT, place?.file ?? `exercises/${exercise}.ts`);
  const sources = [testFileOf(exercise), file].filter(source => fs.existsSync(source));
  await startBackend(...sources.map(source => fs.readFileSync(source, 'utf8')));
  return file.endsWith('.ts') ? (evaluate(file, compile(file)) as Functions) : loadNotebook(file, place!.asked);
}

async function loadNotebook(file: string, asked: string[]): Promise<Functions> {
  // Loaded where there is a notebook: the npm package, which has none, comes without a compiler.
  const { parseNotebook } = require('./notebook') as typeof import('./notebook');
  const { answerCells } = require('./answerCells') as typeof import('./answerCells');
  const { compileWork } = require('./program') as typeof import('./program');
  const code = parseNotebook(decodeText(fs.readFileSync(file))).filter(({ kind }) => kind === 'code');
  const cells = answerCells(code, asked);
  const requireFrom = createRequire(file);
  const load = (id: string): unknown => {
    if (isCommands(id)) return COMMANDS;
    const local = id.startsWith('.') && candidatesOf(path.dirname(file), id).find(name => fs.existsSync(name));
    return local ? evaluate(local, compile(local)) : requireFrom(id);
  };
  const scope = new CellScope(load);
  for (const { code } of (await compileWork({ cells })).cells ?? []) {
    // As in a notebook, the next cell runs all the same.
    await scope
      .run(evaluate(file, `module.exports = ${code}`) as Parameters<CellScope['run']>[0])
      .catch(() => undefined);
  }
  return scope.names as Functions;
}

/** Runs CommonJS as if it were in `file`. */
function evaluate(file: string, code: string): unknown {
  const module = Object.assign(new Module(file), { filename: file, require: createRequire(file) });
  (module as unknown as { _compile(code: string, file: string): void })._compile(code, file);
  return module.exports;
}

/** A TypeScript file with what it imports from its own folder, as JavaScript that knows its lines. */
function compile(file: string): string {
  const { buildSync } = require('esbuild') as typeof Esbuild;
  try {
    const { outputFiles } = buildSync({
      ...{ entryPoints: [file], bundle: true, write: false, platform: 'node', target: 'node20', format: 'cjs' },
      ...{ packages: 'external', tsconfigRaw: '{}', logLevel: 'silent', sourcemap: 'inline', absWorkingDir: ROOT },
    });
    return outputFiles[0].text;
  } catch (failure) {
    const [{ text, location }] = (failure as Esbuild.BuildFailure).errors;
    const name = path.relative(ROOT, file);
    if (!location) throw new Error(`${name}: ${text}`);
    throw new Error(`${say('atLine', { file: name, line: location.line, text })}\n    ${location.lineText.trim()}`);
  }
}
