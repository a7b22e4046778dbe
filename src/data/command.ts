/** `npm run data -- cifar10 [--from folder|archive|address]` */
import { parseArgs } from 'node:util';
import { installCifar10 } from './installCifar10';

const USAGE = 'npm run data -- cifar10 [--from <folder with .bin files | archive.tar.gz | http address of one>]';

/** Resolves with the exit status. */
export async function main(args: string[]): Promise<number> {
  try {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options: { from: { type: 'string' } } });
    if (positionals.length !== 1 || positionals[0] !== 'cifar10') {
      console.error(`There is no data set '${positionals.join(' ')}'; right is: ${USAGE}`);
      return 1;
    }
    await installCifar10({ from: values.from });
    return 0;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    console.error(code?.startsWith('ERR_PARSE_ARGS') ? `${message} Right is: ${USAGE}` : message);
    return 1;
  }
}

if (require.main === module) void main(process.argv.slice(2)).then(status => (process.exitCode = status));
