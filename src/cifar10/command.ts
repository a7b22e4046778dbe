/** `npm run data -- cifar10 [--from folder|archive|address]` */
import { command, runIfMain, usage, UsageError } from '../cli/command';
import { installCifar10 } from './installCifar10';

/** Resolves with the exit status. */
export const main = command('data', async ({ values, positionals }) => {
  if (positionals.length !== 1 || positionals[0] !== 'cifar10')
    throw new UsageError(`There is no data set '${positionals.join(' ')}'; expected ${usage('data')}.`);
  await installCifar10({ from: values.from });
});

runIfMain(module, main);
