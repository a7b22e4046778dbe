import fs from 'node:fs';
import { writeWhole } from '../node/files';
import type { JobResult } from './run/worker';

/** What came of a job, and the hash of all that decides it. */
export type Outcome = Omit<JobResult, 'fault'> & { key: string };

/** Outcomes by content, appended as they come: what a killed run has graded is there for the next one. */
export class Journal {
  readonly outcomes = new Map<string, Outcome>();
  private readonly descriptor: number;

  constructor(file: string) {
    const text = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
    // A last line without its end was cut by a kill: that submission is graded again.
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) writeWhole(file, [Buffer.from(whole)]);
    for (const line of whole.split('\n').filter(Boolean)) {
      try {
        const outcome = JSON.parse(line) as Outcome;
        this.outcomes.set(outcome.key, outcome);
      } catch {
        // A line that a full disk or a power cut spoiled costs one submission its place in the cache, nothing more.
      }
    }
    this.descriptor = fs.openSync(file, 'a');
  }

  add(outcome: Outcome): void {
    fs.writeSync(this.descriptor, JSON.stringify(outcome) + '\n');
    this.outcomes.set(outcome.key, outcome);
  }

  close(): void {
    fs.fsyncSync(this.descriptor);
    fs.closeSync(this.descriptor);
  }
}
