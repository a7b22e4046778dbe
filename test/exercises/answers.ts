/** How a test of an exercise asks for the student's answers, and how it names the mistake that a wrong one looks like. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { tf } from 'cnn-kit';

type Functions<T> = { [K in keyof T as T[K] extends (...values: never[]) => unknown ? K : never]: T[K] };

/** The exported functions of an exercise, each answering with a promise: the grader asks them in another process. */
export type Answers<T> = {
  [K in keyof Functions<T>]: T[K] extends (...values: infer A) => infer R
    ? (...values: A) => Promise<Awaited<R>>
    : never;
};

type Look = (functions: Record<string, (...values: any[]) => any>, kit: unknown, ...values: any[]) => unknown;

interface Examiner {
  /** Of the inputs that the tests draw. */
  seed?: number;
  call(module: string, name: string, values: unknown[]): Promise<unknown>;
  probe(module: string, look: Look, values: unknown[]): Promise<unknown>;
}

/** The examiner that `check` or the grader has set. */
const given = (): Examiner | undefined =>
  (globalThis as { [key: symbol]: Examiner | undefined })[Symbol.for('cnn-kit.answers')];

/** Who answers: the examiner given, or the folder in ANSWERS (solutions, exercises or any path). */
function examiner(): Examiner {
  const set = given();
  if (set) return set;
  const root = path.join(__dirname, '../..');
  const folder = path.resolve(root, process.env.ANSWERS ?? 'solutions');
  const load = (module: string): Parameters<Look>[0] => {
    const file = path.join(folder, `${module}.ts`);
    if (!fs.existsSync(file)) throw new Error(`${path.relative(root, file)} is missing; ANSWERS names its folder.`);
    return require(file) as Parameters<Look>[0];
  };
  return {
    async call(module, name, values) {
      const called = load(module)[name];
      if (typeof called !== 'function')
        throw new Error(`${module} exports no function ${name}; export it by this name.`);
      return called(...values) as unknown;
    },
    probe: async (module, look, values) => look(load(module), require('cnn-kit'), ...values),
  };
}

/** Mulberry32: numbers in [0, 1), the same for the same seed. Not Math.random, from which the student's functions draw too. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const seed = given()?.seed ?? Number(process.env.CNN_KIT_SEED ?? Math.floor(Math.random() * 2 ** 32));
let next = generator(seed);
let begun = 0;
// Each test draws from its own place on: one that fails early leaves the inputs of the others as they are.
if (typeof beforeEach === 'function') beforeEach(() => void (next = generator(seed + 0x9e3779b9 * ++begun)));
const draw = (): number => next();
const tensorOf = (shape: number[], value: () => number): tf.Tensor => {
  const length = shape.reduce((a, b) => a * b, 1);
  return tf.tensor(Float32Array.from({ length }, value), shape);
};

/** The inputs of a test: a number in [0, 1), and tensors. All come from one seed. */
export const random = Object.assign(draw, {
  /** A whole number from `low` to `high`, both included. */
  integer: (low: number, high: number): number => low + Math.floor(draw() * (high - low + 1)),
  /** Standard normal numbers, of Box and Muller. */
  normal: <R extends tf.Rank>(shape: tf.ShapeMap[R]): tf.Tensor<R> =>
    tensorOf(shape, () => Math.sqrt(-2 * Math.log(1 - draw())) * Math.cos(2 * Math.PI * draw())) as tf.Tensor<R>,
  uniform: <R extends tf.Rank>(shape: tf.ShapeMap[R], low = 0, high = 1): tf.Tensor<R> =>
    tensorOf(shape, () => low + (high - low) * draw()) as tf.Tensor<R>,
});

/** The functions of exercise `module`: `const { localResponseNorm } = answers<typeof import('../../solutions/02-lrn')>('02-lrn')`. */
export function answers<T>(module: string): Answers<T> {
  const named =
    (_: object, name: string | symbol) =>
    (...values: unknown[]): Promise<unknown> =>
      examiner().call(module, String(name), values);
  return new Proxy({}, { get: named }) as Answers<T>;
}

/**
 * What the function `name` leaves of its first argument. Asked in the student's own process: into the grader's, only
 * answers come back.
 */
export function leaves(module: string, name: string, ...values: unknown[]): Promise<unknown> {
  // Its text goes to the student's process, so it names nothing from here.
  const look: Look = async (functions, _, called, first, ...rest) => {
    await functions[called](first, ...rest);
    return first;
  };
  return examiner().probe(module, look, [name, ...values]);
}

/** A mistake that people make: what to say of it, and the answer that it leads to. It may throw where it cannot be made. */
export type Mistake<T> = [message: string, answer: () => T];

/** The answer must be `right`; if it is what a mistake leads to, the first such one is named. */
export function expectTensor(
  answer: unknown,
  right: tf.Tensor,
  mistakes: Mistake<tf.Tensor>[] = [],
  what = 'the answer',
): void {
  assert.ok(answer instanceof tf.Tensor, `${what} must be a tensor, got ${kindOf(answer)}.`);
  if (isSame(answer, right)) return;
  nameMistake(mistakes, wrong => isSame(answer, wrong));
  assert.deepEqual(answer.shape, right.shape, `${what} has the shape [${answer.shape}]; expected [${right.shape}].`);
  assert.fail(`${what}: expected ${show(right.dataSync())}, got ${show(answer.dataSync())}.`);
}

/** The same for a number. */
export function expectNumber(
  answer: unknown,
  right: number,
  mistakes: Mistake<number>[] = [],
  what = 'the answer',
): void {
  assert.ok(typeof answer === 'number', `${what} must be a number, got ${kindOf(answer)}.`);
  if (isClose(answer, right)) return;
  nameMistake(mistakes, wrong => isClose(answer, wrong));
  assert.fail(`${what}: expected ${right}, got ${answer}.`);
}

/** The same for plain data: lists, texts, objects of them. */
export function expectData<T>(answer: unknown, right: T, mistakes: Mistake<T>[] = [], what = 'the answer'): void {
  if (isEqual(answer, right)) return;
  nameMistake(mistakes, wrong => isEqual(answer, wrong));
  const [expected, got] = [right, answer].map(value => String(JSON.stringify(value)).slice(0, 200));
  assert.fail(`${what}: expected ${expected}, got ${got}.`);
}

function nameMistake<T>(mistakes: Mistake<T>[], matches: (wrong: T) => boolean): void {
  for (const [message, make] of mistakes) {
    let wrong: T;
    try {
      wrong = make();
    } catch {
      continue;
    }
    if (matches(wrong)) assert.fail(`${message}.`);
  }
}

function isClose(a: number, b: number): boolean {
  return (
    a === b ||
    Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b)) * (Number.isInteger(b) && Math.abs(b) > 1000 ? 1e-5 : 1)
  );
}

function isSame(a: tf.Tensor, b: tf.Tensor): boolean {
  if (a.shape.join() !== b.shape.join()) return false;
  const [left, right] = [a.dataSync(), b.dataSync()];
  return left.every((x, i) => isClose(x, right[i]));
}

/** Whether an answer is `b`, within rounding. It may have more keys than asked for, and one number any shape. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return isClose(a, b);
  if (a instanceof tf.Tensor && b instanceof tf.Tensor)
    return isSame(a.size === 1 && b.size === 1 ? a.reshape(b.shape) : a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (a instanceof tf.Tensor || b instanceof tf.Tensor) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && a.length !== (b as unknown[]).length) return false;
  return Object.keys(b).every(key => isEqual((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]));
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value;
}

function show(values: ArrayLike<number>): string {
  const first = Array.from(values).slice(0, 6);
  return `${first.map(x => x.toFixed(3)).join(', ')}${values.length > 6 ? ', ...' : ''}`;
}
