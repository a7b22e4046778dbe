/**
 * `npm run validate -- NOTEBOOK [--out DIR --name NN-name]`: opens an assignment that was written for nbgrader (a
 * `source` notebook) or for otter-assign, says question by question what of it becomes an exercise of ours and what
 * does not, and with --out writes what does.
 */
import fs from 'node:fs';
import path from 'node:path';
import { command, runIfMain, usage, UsageError } from '../cli/command';
import { toOurs } from './assignment/ours';
import { readAssignment } from './assignment/read';

const main = command('validate', ({ values, positionals }) => {
  if (positionals.length !== 1)
    throw new UsageError(`There are ${positionals.length} notebooks; expected ${usage('validate')}.`);
  if (!fs.existsSync(positionals[0])) throw new Error(`There is no file ${positionals[0]}.`);
  const imported = readAssignment(fs.readFileSync(positionals[0], 'utf8'));
  const { form, language, questions, refused } = imported;
  console.log(`${form}, ${language}: ${questions.length} questions can be graded`);
  for (const { name, points, tests } of questions) {
    const sum = points ?? tests.reduce((total, test) => total + (test.points ?? 1), 0);
    console.log(
      `  ✓ ${name}: ${sum} points, ${tests.length} tests, ${tests.filter(({ hidden }) => hidden).length} hidden`,
    );
  }
  const lost = [...refused];
  if (values.out) {
    const name = values.name ?? '';
    if (!/^\d\d-[\w-]+$/.test(name))
      throw new Error(`--name is ${JSON.stringify(name)}; expected NN-name, such as 02-lrn.`);
    const { solution, test, refused } = toOurs(imported, name);
    lost.push(...refused);
    for (const [folder, file, text] of [
      ['solutions', `${name}.ts`, solution],
      ['test/exercises', `${name}.test.ts`, test],
    ]) {
      const place = path.join(values.out, folder, file);
      if (fs.existsSync(place)) throw new Error(`${place} is there already; give another --name.`);
      fs.mkdirSync(path.dirname(place), { recursive: true });
      fs.writeFileSync(place, text);
      console.log(`wrote ${place}`);
    }
  }
  if (lost.length) console.log('not imported:');
  for (const line of lost) console.log(`  ✗ ${line}`);
});

runIfMain(module, main);
