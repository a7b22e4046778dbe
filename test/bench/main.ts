/**
 * `npm run bench -- [NAME ...] [--only a,c] [--rounds 7] [--no-others] [--json]`: speed, both sides measured in one run.
 * `npm run bench -- readme FILE ...`: writes what --json printed into README.md.
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { intoReadme } from './readme';
import type { Report } from './speed';

export interface BenchOptions {
  /** Ids of works; the others are left out. */
  only?: string[];
  rounds?: number;
  /** Whether tfjs-node as it comes and WebAssembly are measured too. */
  others?: boolean;
  log(line: string): void;
}

const names = fs
  .readdirSync(__dirname)
  .filter(file => file.endsWith('.bench.ts'))
  .map(file => file.replace('.bench.ts', ''));

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      'no-others': { type: 'boolean' },
      json: { type: 'boolean' },
    },
  });
  if (positionals[0] === 'readme') return intoReadme(positionals.slice(1));
  const unknown = positionals.find(name => !names.includes(name));
  if (unknown) throw new Error(`There is no bench ${unknown}; there are ${names.join(', ')}.`);
  const rounds = Number(values.rounds ?? 7);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds is ${values.rounds}; right is 1, 2, ...`);
  const log = (line: string): void => (values.json ? console.error(line) : console.log(line));
  const options = { only: values.only?.split(','), rounds, others: !values['no-others'], log };
  const reports: Report[] = [];
  for (const name of positionals.length ? positionals : names) {
    log(`\n${name}`);
    const { bench } = require(path.join(__dirname, `${name}.bench.ts`)) as {
      bench: (options: BenchOptions) => Promise<Report | void>;
    };
    const report = await bench(options);
    if (report) reports.push(report);
  }
  if (!values.json) return;
  console.log(JSON.stringify({ ...reports[0], results: reports.flatMap(({ results }) => results) }, undefined, 2));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
