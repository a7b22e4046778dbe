/**
 * A process of its own that checks exercises/NN-name.ts, so that an endless loop in it can be stopped. It stays
 * loaded between checks: the second one takes a tenth of a second.
 */
import { fork, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { say } from '../base/sentences';
import { detailsOf } from './failure/details';
import { loadExercise, newSeed, type Place, testFunctions } from '../harness/functions';
import type { TestResult } from '../harness/run';
import { decodeText } from '../harness/text';
import type { TypeChecker, TypeFault } from '../harness/typeFaults';
import { ROOT } from '../node/root';
import { factsOf } from './facts';

type Message =
  | { ready: true }
  | { test: TestResult }
  | { call: string }
  | { result: TestResult }
  | { types: TypeFault[] }
  | { done: true }
  | { fault: string };

interface Question {
  exercise: string;
  seed: number;
  place?: Place;
  /** Whether the type errors are asked for, too. */
  types?: boolean;
}

/** What a check of a file found. */
export interface Checked {
  types: TypeFault[];
  tests: TestResult[];
}

/** What is going on, to say which part never ended. */
interface Progress {
  test?: TestResult;
  call?: string;
  results: TestResult[];
  types: TypeFault[];
}

export class Checker {
  private child?: ChildProcess;
  private ready?: Promise<void>;

  /** @param seconds that the file may take to load, and each of its functions to answer */
  constructor(private readonly seconds = 10) {}

  /** Starts the process ahead of the first check. */
  start(): void {
    if (this.child) return;
    const child = fork(path.join(__dirname, `checker${path.extname(__filename)}`), [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.child = child;
    this.ready = new Promise((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', () => reject(new Error(say('noChecker'))));
    });
    this.ready.catch(() => undefined);
    child.once('exit', () => {
      if (this.child === child) this.child = undefined;
    });
    this.hold(false);
  }

  /**
   * The results of all tests on exercises/<exercise>.ts, or on what is at another place; of a part that does not end or
   * ends the process, a failed test that says so, and no test after it.
   * @throws if the file cannot be compiled or fails while it is loaded
   */
  async check(exercise: string, seed = newSeed(), place?: Place): Promise<TestResult[]> {
    return (await this.answer({ exercise, seed, place })).tests;
  }

  /** The same of exercises/<exercise>.ts, with its type errors. */
  checkFile(exercise: string, seed = newSeed()): Promise<Checked> {
    return this.answer({ exercise, seed, types: true });
  }

  /** Whether a message says that a part did not end. */
  isLate(message: string): boolean {
    return message.endsWith(this.late(''));
  }

  private async answer(question: Question): Promise<Checked> {
    this.start();
    this.hold(true);
    const child = this.child!;
    try {
      await this.ready;
      return await this.ask(child, question);
    } finally {
      this.hold(false);
    }
  }

  stop(): void {
    this.child?.kill('SIGKILL');
    this.child = undefined;
  }

  private late(what: string): string {
    return say('endless', { what, seconds: this.seconds });
  }

  private ask(child: ChildProcess, question: Question): Promise<Checked> {
    const progress: Progress = { results: [], types: [] };
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(timer);
        child.off('message', receive).off('exit', exited);
        end();
      };
      const cut = (messageOf: (what: string) => string): void => {
        const { test, call, results, types } = progress;
        const file = question.place?.file ?? `exercises/${question.exercise}.ts`;
        if (test === undefined) return finish(() => reject(new Error(messageOf(file))));
        const message = messageOf(call ?? say('theTest'));
        finish(() => resolve({ types, tests: [...results, { ...test, passed: false, message }] }));
      };
      const late = (): void => {
        this.stop();
        cut(what => this.late(what));
      };
      const exited = (code: number | null, signal: string | null): void =>
        cut(what => say('endedProcess', { what, how: signal ?? say('exitStatus', { status: code! }) }));
      const receive = (message: Message): void => {
        clearTimeout(timer);
        timer = setTimeout(late, 1000 * this.seconds);
        if ('test' in message) Object.assign(progress, { test: message.test, call: undefined });
        else if ('call' in message) progress.call = message.call;
        else if ('result' in message) progress.results.push(message.result);
        else if ('fault' in message) finish(() => reject(new Error(message.fault)));
        else if ('types' in message) progress.types = message.types;
        else if ('done' in message) finish(() => resolve({ types: progress.types, tests: progress.results }));
      };
      let timer = setTimeout(late, 1000 * this.seconds);
      child.on('message', receive).on('exit', exited);
      child.send(question);
    });
  }

  /** Whether this process waits for the child before it ends: only during a check. */
  private hold(held: boolean): void {
    const child = this.child;
    if (held) (child?.ref(), child?.channel?.ref());
    else (child?.unref(), child?.channel?.unref());
  }
}

let typeChecker: TypeChecker | undefined;

/** Those of exercises/<exercise>.ts; none where the file is missing, which the check then says. */
function typeFaults(exercise: string): TypeFault[] {
  const file = path.join(ROOT, 'exercises', `${exercise}.ts`);
  if (!fs.existsSync(file)) return [];
  // Loaded here, in the child: a notebook's kernel has a compiler of its own.
  const { TypeChecker } = require('../harness/typeFaults') as typeof import('../harness/typeFaults');
  typeChecker ??= new TypeChecker(ROOT);
  const { types, functions } = factsOf()[exercise];
  return typeChecker.faultsOf(file.split(path.sep).join('/'), decodeText(fs.readFileSync(file)), types, functions);
}

function serve(): void {
  const send = (message: Message): void => void process.send!(message);
  process.setSourceMapsEnabled(true);
  // The student's line is shown, however deep in a library an error arises.
  Error.stackTraceLimit = Infinity;
  const { tf } = require('cnn-kit') as { tf: { engine(): { startScope(): void; endScope(): void } } };
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ exercise, seed, place, types }: Question) => {
    if (types) send({ types: typeFaults(exercise) });
    tf.engine().startScope();
    loadExercise(exercise, place)
      .then(functions =>
        testFunctions(exercise, functions, {
          seed,
          detailsOf,
          onTest: test => send({ test }),
          onCall: call => send({ call }),
          onResult: result => send({ result }),
        }),
      )
      .then(
        () => send({ done: true }),
        (error: Error) => send({ fault: error.message }),
      )
      .finally(() => tf.engine().endScope());
  });
  send({ ready: true });
}

if (require.main === module && process.send) serve();
