/** Writes the README's section on speed from results of the bench, between two markers. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../src/setup/steps';
import type { Report, SpeedResult } from './speed';

const BEGIN = '<!-- performance: written by `npm run bench -- readme FILE` -->';
const END = '<!-- end of performance -->';

/** @param files what `npm run --silent bench -- NAME --json` printed; of works in several files, the last counts */
export function intoReadme(files: string[]): void {
  if (!files.length) throw new Error('Name the files with the results: `npm run bench -- readme FILE ...`.');
  const reports = files.map(file => JSON.parse(fs.readFileSync(path.resolve(ROOT, file), 'utf8')) as Report);
  const readme = path.join(ROOT, 'README.md');
  const text = fs.readFileSync(readme, 'utf8');
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`README.md lacks the lines ${BEGIN} and ${END}.`);
  fs.writeFileSync(readme, `${text.slice(0, begin + BEGIN.length)}\n\n${section(reports)}\n\n${text.slice(end)}`);
}

export function section(reports: Report[]): string {
  const { machine, versions } = reports.at(-1)!;
  const byId = new Map(reports.flatMap(({ results }) => results).map(result => [result.id, result]));
  const results = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const other = (name: string, { others }: SpeedResult): string => others[name]?.ratio.toFixed(1) ?? '';
  const row = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const two = (value: number | undefined): string => value?.toFixed(2) ?? '';
  const per = (value: number): string => (value < 10 ? value.toFixed(1) : value.toFixed(0));
  const table = [
    row([
      ...['', 'work', 'batch', 'time by PyTorch’s (quartiles)', 'goal', 'images/s: ours, PyTorch'],
      ...['share of matmul peak', 'peak memory, MB: ours, PyTorch', 'tfjs-node as it comes', 'WebAssembly'],
    ]),
    row(Array<string>(10).fill('---')),
    ...results.map(result => {
      const { id, title, batch, ratio, spread, goal, imagesPerSecond, shareOfPeak, memory, pytorch } = result;
      return row([
        ...[`(${id})`, title, String(batch)],
        ratio === undefined ? '' : `${two(ratio)} (${two(spread![0])} to ${two(spread![1])})`,
        two(goal),
        `${per(imagesPerSecond)}, ${pytorch ? per(pytorch.imagesPerSecond) : ''}`,
        shareOfPeak === undefined ? '' : `${(100 * shareOfPeak).toFixed(0)} %`,
        `${memory.toFixed(0)}, ${pytorch?.memory.toFixed(0) ?? ''}`,
        ...['tfjs-node as it comes', 'WebAssembly'].map(name => other(name, result)),
      ]);
    }),
  ];
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${machine.processor}, ${machine.cores} cores, ${machine.memory}, ${machine.system}; ${named.join(', ')}.`,
    'Below 1 is faster than PyTorch. The last two columns: their time by ours.',
    '',
    ...table,
  ].join('\n');
}
