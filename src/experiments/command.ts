/**
 * `npm run experiment -- NAME [--seed n] [--scale quick|lecture|long] [--out FILE.json]`
 *
 * Runs a named experiment, prints what came out beside the claim, and writes the result as JSON, with how it was made, and
 * its figures as PNG. Without a name, or with --help, it lists the experiments. A run that was interrupted goes on with the part
 * it was in.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';

const USAGE = 'npm run experiment -- NAME [--seed n] [--scale quick|lecture|long] [--out FILE.json]';
const FOLDER = path.join('data', 'cache', 'experiments');

/** Resolves with the exit status. */
export async function main(args: string[]): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        seed: { type: 'string', default: '0' },
        scale: { type: 'string', default: 'lecture' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const [name, ...more] = positionals;
    if (more.length) throw new Error(`One experiment at a time; expected ${USAGE}`);
    const { ready } = await import('../backend');
    const { EXPERIMENTS, experiment, experimentOf, hasShipped, SCALES, writeRecord } = await import('.');
    if (!name || values.help) {
      console.log(USAGE);
      for (const [name, { title, claim, source, minutes }] of Object.entries(EXPERIMENTS)) {
        const times = SCALES.map(scale => `${scale} ${minutes[scale]} min`).join(', ');
        console.log(`\n${name}: ${title}\n  ${claim}\n  ${source}`);
        console.log(`  ${times}${hasShipped(name) ? '; a result came with the kit' : ''}`);
      }
      return 0;
    }
    const seed = Number(values.seed);
    if (!/^-?\d+$/.test(values.seed)) throw new Error(`The seed is '${values.seed}'; expected a whole number.`);
    const scale = SCALES.find(scale => scale === values.scale);
    if (!scale) throw new Error(`The scale is '${values.scale}'; expected one of ${SCALES.join(', ')}.`);
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
    const { figures, ...record } = shown;
    console.log(`\n${figures.map(({ text }) => text).join('\n\n')}\n\nFound: ${record.conclusion}`);
    const files = await writeRecord(out, record, figures);
    console.log(`Written: ${files.join(', ')}`);
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(code?.startsWith('ERR_PARSE_ARGS') ? `${message} Right is: ${USAGE}` : message);
    return 1;
  }
}

if (require.main === module) void main(process.argv.slice(2)).then(status => (process.exitCode = status));
