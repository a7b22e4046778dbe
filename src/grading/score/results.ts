/** What grading a class comes to: the grades, and all that the reports are made of. */
import type { TestResult } from '../../harness/run';
import type { Collected } from '../collect/collect';
import type { Change } from './changes';
import type { Ruling } from './policy';

/** One line of grades.json. */
export interface Grade {
  student: string;
  exercise: string;
  score: number;
  max: number;
  status: 'graded' | 'missing' | 'not compiled' | 'stopped' | 'not graded';
  /** What is not plain about the grade, in one sentence; else empty. */
  reason: string;
}

/** A grade with all that reports are made of. */
export interface Entry {
  grade: Grade;
  work: Collected;
  /** Score of the tests alone. */
  raw: number;
  ruling: Ruling;
  /** In the order of the test file; empty where nothing ran. */
  tests: TestResult[];
  compileError?: string;
  /** What stopped the sandbox, in the grader's words and perhaps the student's: for the instructor only. */
  failure?: string;
  /** What was odd while the cells of a notebook ran. */
  notes?: string[];
}

export interface ClassResult {
  entries: Entry[];
  exercises: string[];
  /** All tests of each exercise, in their order. */
  outlines: Map<string, TestResult[]>;
  changes: Change[];
  /** Files that were handed in and end in no grade, one sentence each. */
  warnings: string[];
  /** How many submissions ran, and how many were known from before. */
  ran: number;
  known: number;
  /** The sandbox of the submissions, in words; `sandboxed` is false for --no-sandbox. */
  sandbox: string;
  sandboxed: boolean;
}
