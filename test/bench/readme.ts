/** Writes the tables of README.md beside it from results of the bench, each between two markers. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../src/node/root';
import type { GradingResult } from './grading.bench';
import { inWords, type Report, type SpeedResult } from './speed';

const WRITTEN = 'written by `npm run bench -- readme FILE`';

/** @param files what `npm run --silent bench -- NAME --json` printed; of works in several files, the last counts */
export function intoReadme(files: string[]): void {
  if (!files.length) throw new Error('Name the files with the results: `npm run bench -- readme FILE ...`.');
  const reports = files.map(file => JSON.parse(fs.readFileSync(path.resolve(ROOT, file), 'utf8')) as Report);
  const readme = path.join(__dirname, 'README.md');
  let text = fs.readFileSync(readme, 'utf8');
  const replace = (name: string, table: string): void => {
    const [begin, end] = [`<!-- ${name}: ${WRITTEN} -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`test/bench/README.md lacks the lines ${begin} and ${end}.`);
    text = `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`;
  };
  const speed = reports.filter(({ results }) => results.length);
  const grading = reports.filter(report => report.grading).at(-1);
  if (speed.length) replace('performance', section(speed));
  if (grading) replace('grading performance', gradingSection(grading));
  fs.writeFileSync(readme, text);
}

/** Submissions a second, and how many times the anchors' rate that is. */
function gradingSection({ machine, versions, grading }: Report): string {
  const row = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const times = (by: GradingResult['otter']): string =>
    by ? `${by.ratio.toFixed(1)} (${by.spread.map(value => value.toFixed(1)).join(' to ')})` : '';
  const per = (rate: number): string => (rate < 10 ? rate.toFixed(2) : rate.toFixed(0));
  return [
    `${origin({ machine, versions })} Median of ${grading![0].rounds} rounds in turns.`,
    '',
    row(['', 'submissions a round', 'submissions/s', 'times nbgrader (quartiles)', 'goal', 'times otter (quartiles)']),
    row(Array<string>(6).fill('---')),
    ...grading!.map(({ name, submissionsPerRound, perSecond, nbgrader, otter, goal }) =>
      row([
        name,
        String(submissionsPerRound),
        per(perSecond),
        times(nbgrader),
        goal === undefined ? '' : String(goal),
        times(otter),
      ]),
    ),
  ].join('\n');
}

function origin({ machine, versions }: Pick<Report, 'machine' | 'versions'>): string {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `${machine.processor}, ${machine.cores} cores, ${machine.memory}, ${machine.system}; ${named.join(', ')}.`;
}

function section(reports: Report[]): string {
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
  return [
    origin({ machine, versions }),
    'Below 1 is faster than PyTorch. The last two columns: their time by ours.',
    '',
    ...table,
    ...results.flatMap(({ id, profile }) =>
      profile ? ['', `Where the time of (${id}) goes, operation by operation: ${inWords(profile)}.`] : [],
    ),
  ].join('\n');
}
