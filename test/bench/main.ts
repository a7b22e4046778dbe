/**
 * `npm run bench -- [NAME ...] [--only a,c] [--rounds 7] [--no-others] [--json]`: speed, both sides measured in one run.
 * `npm run bench -- grading --class 10000`: the grader's memory over one large class.
 * `npm run bench -- readme FILE ...`: writes what --json printed into test/bench/README.md.
 */
import fs from 'node:fs';
import path from 'node:path';
import { command, runIfMain } from '../../src/cli/command';
import { intoReadme } from './readme';
import type { Report } from './speed';

export interface BenchOptions {
  /** Ids of works; the others are left out. */
  only?: string[];
  rounds?: number;
  /** Students of one large class, for the bench of the grader's memory. */
  students?: number;
  /** Whether tfjs-node as it comes and WebAssembly are measured too. */
  others?: boolean;
  log(line: string): void;
}

const names = fs
  .readdirSync(__dirname)
  .filter(file => file.endsWith('.bench.ts'))
  .map(file => file.replace('.bench.ts', ''));

const main = command('bench', async ({ values, positionals }) => {
  if (positionals[0] === 'readme') return intoReadme(positionals.slice(1));
  const unknown = positionals.find(name => !names.includes(name));
  if (unknown) throw new Error(`There is no bench ${unknown}; there are ${names.join(', ')}.`);
  const count = (name: 'rounds' | 'class'): number | undefined => {
    const value = values[name];
    if (value === undefined) return undefined;
    if (!/^[1-9]\d*$/.test(value)) throw new Error(`--${name} is ${value}; expected 1, 2, ...`);
    return Number(value);
  };
  const log = (line: string): void => (values.json ? console.error(line) : console.log(line));
  const options = {
    ...{ only: values.only?.split(','), rounds: count('rounds'), students: count('class') },
    ...{ others: !values['no-others'], log },
  };
  const reports: Report[] = [];
  for (const name of positionals.length ? positionals : names) {
    log(`\n${name}`);
    const { bench } = require(path.join(__dirname, `${name}.bench.ts`)) as {
      bench: (options: BenchOptions) => Promise<Report | void>;
    };
    const report = await bench(options);
    if (report) reports.push(report);
  }
  if (!values.json || !reports.length) return;
  const together: Report = {
    machine: reports[0].machine,
    versions: Object.assign({}, ...reports.map(({ versions }) => versions)) as Report['versions'],
    results: reports.flatMap(({ results }) => results),
    grading: reports.find(({ grading }) => grading)?.grading,
  };
  console.log(JSON.stringify(together, undefined, 2));
});

runIfMain(module, main);
