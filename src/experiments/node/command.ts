/**
 * `npm run experiment -- NAME [--seed n] [--scale quick|lecture|long] [--out FILE.json]`
 *
 * Runs a named experiment, prints what came out beside the claim, and writes the result as JSON, with how it was made, and
 * its figures as PNG. Without a name it lists the experiments. A run that was interrupted goes on with the part
 * it was in.
 */
import path from 'node:path';
import { command, runIfMain, usage, UsageError } from '../../cli/command';

const FOLDER = path.join('data', 'cache', 'experiments');

/** Resolves with the exit status. */
export const main = command('experiment', async ({ values, positionals }) => {
  const [name, ...more] = positionals;
  if (more.length) throw new UsageError(`There are ${positionals.length} names; expected ${usage('experiment')}.`);
  const { ready } = await import('../../backend');
  const { EXPERIMENTS, experiment, experimentOf, hasShipped, SCALES, writeRecord } = await import('..');
  if (!name) {
    console.log(usage('experiment'));
    for (const [name, { title, claim, source, minutes }] of Object.entries(EXPERIMENTS)) {
      const times = SCALES.map(scale => `${scale} ${minutes[scale]} min`).join(', ');
      console.log(`\n${name}: ${title}\n  ${claim}\n  ${source}`);
      console.log(`  ${times}${hasShipped(name) ? '; a result came with the kit' : ''}`);
    }
    return 0;
  }
  const { seed: seedText = '0', scale: scaleName = 'lecture' } = values;
  const seed = Number(seedText);
  if (!/^-?\d+$/.test(seedText)) throw new Error(`The seed is '${seedText}'; expected a whole number.`);
  const scale = SCALES.find(scale => scale === scaleName);
  if (!scale) throw new Error(`The scale is '${scaleName}'; expected one of ${SCALES.join(', ')}.`);
  const out = values.out ?? path.join(FOLDER, `${name}-${scale}-${seed}.json`);
  if (!out.endsWith('.json')) throw new Error(`--out is '${out}'; expected a file whose name ends in .json.`);
  const { title, claim, source } = experimentOf(name);
  await ready();
  console.log(`${title}\nClaim: ${claim} (${source})`);
  const shown = await experiment(name, {
    seed,
    scale,
    log: line => console.log(line),
    parts: path.join(FOLDER, `${name}-${scale}-${seed}.unfinished`),
  });
  const { figures, tables, ...record } = shown;
  console.log(`\n${[...figures, ...tables].map(({ text }) => text).join('\n\n')}\n\nFound: ${record.conclusion}`);
  const files = await writeRecord(out, record, figures);
  console.log(`Written: ${files.join(', ')}`);
});

runIfMain(module, main);
