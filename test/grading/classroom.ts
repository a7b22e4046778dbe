/** A small class on disk to grade: one exercise with public and hidden tests, and whatever students hand in. */
import fs from 'node:fs';
import path from 'node:path';
import { gradeClass } from '../../src/grading/grade';
import type { GradeOptions } from '../../src/grading/plan';
import type { ClassResult } from '../../src/grading/score/results';
import { bubblewrapFailure } from '../../src/sandbox/bubblewrap';

export const RIGHT = 'export function sum(list: number[]): number { return list.reduce((a, b) => a + b, 0); }';
export const WRONG = 'export function sum(list: number[]): number { return -1; }';

/** `sum` is asked for [1, 2] (2 points), hidden for [70, 80, 90] (3 points), and then in public for [5] (5 points). */
export const TEST = `
import assert from 'node:assert/strict';
const { call } = (globalThis as any)[Symbol.for('cnn-kit.answers')];
const sum = (list: number[]) => call('01-sum', 'sum', [list]);
describe('first', () => {
  it('adds two <numbers> & more [2]', async () => assert.strictEqual(await sum([1, 2]), 3, 'two numbers: expected 3'));
  describe('hidden', () => {
    it('secretTitle adds three [3]', async () => assert.strictEqual(await sum([70, 80, 90]), 240, 'secretMessage'));
  });
});
describe('then', () => {
  it('adds one [5]', async () => assert.strictEqual(await sum([5]), 5));
});
`;

/** A folder below .cache, since test files find the packages from there. */
export class Classroom {
  readonly folder: string;

  constructor() {
    const cache = path.join(__dirname, '../../.cache');
    fs.mkdirSync(cache, { recursive: true });
    this.folder = fs.mkdtempSync(path.join(cache, 'class-'));
    this.write('tests/01-sum.test.ts', TEST);
  }

  path(name: string): string {
    return path.join(this.folder, name);
  }

  write(name: string, text: string | Buffer): void {
    fs.mkdirSync(path.dirname(this.path(name)), { recursive: true });
    fs.writeFileSync(this.path(name), text);
  }

  hand(student: string, source: string, exercise = '01-sum'): void {
    this.write(`class/${student}/exercises/${exercise}.ts`, source);
  }

  grade(options: Partial<GradeOptions> = {}): Promise<ClassResult> {
    return gradeClass({
      submissions: this.path('class'),
      out: this.path('out'),
      testFolder: this.path('tests'),
      sandbox: bubblewrapFailure() ? { name: 'none' } : {},
      jobs: 2,
      ...options,
    });
  }

  /** For commands: the sandbox that `grade` takes here. */
  get sandboxWords(): string[] {
    return bubblewrapFailure() ? ['--no-sandbox'] : [];
  }

  remove(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
