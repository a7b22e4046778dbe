/** The files of the lectures under notebooks/: what is there, by name. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../node/root';
import type { Notebook } from './notebook';

/** The place of a file of the lectures. */
export const at = (file: string): string => path.join(ROOT, 'notebooks', file);

/** The Korean paragraphs of a lecture as its file has them; empty if there is none yet. */
export const korean = (name: string): string =>
  fs.existsSync(at(`${name}.ko.md`)) ? fs.readFileSync(at(`${name}.ko.md`), 'utf8') : '';

/** The notebook that is committed, if there is one. */
export function committed(name: string, language: 'en' | 'ko' = 'en'): Notebook | undefined {
  const file = at(language === 'en' ? `${name}.ipynb` : `${name}.ko.ipynb`);
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Notebook) : undefined;
}

/** The names of all lectures, in order. */
export function lectures(): string[] {
  const files = fs.readdirSync(path.join(ROOT, 'notebooks'));
  return files
    .filter(file => /^\d\d-[^.]+\.md$/.test(file))
    .map(file => file.replace('.md', ''))
    .sort();
}

/** Full names for names, numbers or files: '02', '02-alexnet', 'notebooks/02-alexnet.md'. */
export function namesOf(words: string[]): string[] {
  return words.map(word => {
    const asked = path.basename(word).replace(/(\.ko)?\.(md|ipynb)$/, '');
    const found = lectures().find(name => name === asked || name.split('-')[0] === asked);
    if (!found) throw new Error(`There is no lecture ${asked}; there are ${lectures().join(', ')}.`);
    return found;
  });
}

/** The Markdown of a lecture. */
export function lecture(name: string): string {
  const file = path.join(ROOT, 'notebooks', `${name}.md`);
  if (!fs.existsSync(file)) throw new Error(`There is no lecture ${name}; there are ${lectures().join(', ')}.`);
  return fs.readFileSync(file, 'utf8');
}
