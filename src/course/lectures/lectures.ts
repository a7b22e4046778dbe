/** The files of the lectures under notebooks/: what is there, by name. */
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../node/root';
import type { Notebook } from './notebook';

/** The Markdown of a lecture, or its Korean paragraphs, from the root. */
export const sourceFile = (name: string, language: 'en' | 'ko' = 'en'): string =>
  `notebooks/source/${name}${language === 'ko' ? '.ko' : ''}.md`;

/** What readers of a language open, from the root. */
export const notebookFile = (name: string, language: 'en' | 'ko' = 'en'): string =>
  `notebooks/${language === 'ko' ? 'ko/' : ''}${name}.ipynb`;

const at = (file: string): string => path.join(ROOT, file);

/** The Korean paragraphs of a lecture as its file has them; empty if there is none yet. */
export const korean = (name: string): string => {
  const file = at(sourceFile(name, 'ko'));
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '';
};

/** The notebook that is committed, if there is one. */
export function committed(name: string, language: 'en' | 'ko' = 'en'): Notebook | undefined {
  const file = at(notebookFile(name, language));
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Notebook) : undefined;
}

/** The names of all lectures, in order. */
export function lectures(): string[] {
  const files = fs.readdirSync(at('notebooks/source'));
  return files
    .filter(file => /^\d\d-[^.]+\.md$/.test(file))
    .map(file => file.replace('.md', ''))
    .sort();
}

/** Full names for names, numbers or files: '02', '02-alexnet', 'notebooks/02-alexnet.ipynb'. */
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
  const file = at(sourceFile(name));
  if (!fs.existsSync(file)) throw new Error(`There is no lecture ${name}; there are ${lectures().join(', ')}.`);
  return fs.readFileSync(file, 'utf8');
}
