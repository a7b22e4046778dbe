/** `npm run progress`: which exercises are done, what they are worth and how long the rest takes. */
import { command, runIfMain } from '../cli/command';
import { progress } from './progress';

runIfMain(
  module,
  command('progress', async () => console.log(String(await progress()))),
);
