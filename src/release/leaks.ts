/** Whether anything is in a released folder that must not leave: a last look, which knows nothing of how it was made. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../node/root';
import { toExercise } from '../harness/stub';
import { filesBelow } from '../setup/steps';
import { hiddenTitles } from './publicTest';

/** Not made from the manifest, whose mistakes it is to find. */
const WITHHELD = /^(.*\/)?(solutions|(src|test)\/(grading|sandbox|release)|\.git|node_modules)(?=\/|$)/;

/** Every file of `released` with a line of a solution or the title of a hidden test of `root`, one sentence each. */
export function findLeaks(released: string, root = ROOT): string[] {
  const all = filesBelow(released);
  const withheld = all.flatMap(name => WITHHELD.exec(name)?.[0] ?? []);
  const leaks = [...new Set(withheld)].map(name => `${name} is in it`);
  const texts = all
    .filter(name => /\.(ts|mts|js|mjs|json|md|ipynb|txt|html|yml|map)$/.test(name))
    .map(name => ({ name, text: unescaped(name, fs.readFileSync(path.join(released, name), 'utf8')) }));
  const folder = path.join(root, 'solutions');
  const files = fs.readdirSync(folder).filter(name => name.endsWith('.ts'));
  const solutionOf = (file: string): string => fs.readFileSync(path.join(folder, file), 'utf8');
  // What one exercise gives away, no other one keeps secret.
  const given = files.map(file => toExercise(solutionOf(file), file)).join('\n');
  for (const file of files) {
    const solution = solutionOf(file);
    const secret = regionLines(solution).filter(line => line.length >= 24 && !given.includes(line));
    for (const { name, text } of texts) {
      // The library is open to students anyway; lectures and public tests may share one line by accident, not two.
      if (/^(src|data)\//.test(name)) continue;
      const found = secret.filter(line => text.includes(line));
      if (found.length > (/^(lectures|notebooks|test)\//.test(name) ? 1 : 0))
        leaks.push(`${name} holds ${JSON.stringify(found[0])} of solutions/${file}`);
    }
    const test = path.join(root, 'test', 'exercises', file.replace(/\.ts$/, '.test.ts'));
    const titles = fs.existsSync(test) ? hiddenTitles(fs.readFileSync(test, 'utf8')) : [];
    for (const title of titles)
      for (const { name, text } of texts)
        if (text.includes(title)) leaks.push(`${name} holds the hidden test ${JSON.stringify(title)}`);
  }
  return leaks;
}

/** A notebook's text as its cells read it, since JSON escapes quotes. */
function unescaped(name: string, text: string): string {
  return name.endsWith('.ipynb') ? text.replace(/\\"/g, '"').replace(/\\\\/g, '\\') : text;
}

function regionLines(solution: string): string[] {
  let inside = false;
  return solution.split('\n').flatMap(line => {
    if (/^\s*\/\/ (BEGIN|END) SOLUTION/.test(line)) inside = line.includes('BEGIN');
    else if (inside) return [line.trim()];
    return [];
  });
}
