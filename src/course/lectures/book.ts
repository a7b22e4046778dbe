/**
 * The course as static pages with outputs, contents and search, in both languages, made by Sphinx of the committed notebooks:
 * `npm run book` writes book/index.html, which needs no network and no server.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../node/root';
import { command, runIfMain } from '../../cli/command';
import { inVenv, setUpVenv } from '../../setup/python';
import { CACHE, environment } from '../../setup/steps';
import { committed, lectures } from './lectures';
import type { Notebook } from './notebook';

const SOURCE = path.join(ROOT, 'src', 'course', 'lectures', 'book');
const WORK = path.join(CACHE, 'book');
const PLOTLY = 'application/vnd.plotly.v1+json';

const WORDS = {
  en: {
    title: 'CNN architectures, as lectures that you run',
    lead: 'From AlexNet to architecture search. Every figure and number below was made by the code that stands above it. To run it yourself, clone the repository and type `npm start`.',
  },
  ko: {
    title: 'CNN 구조: 직접 실행하는 강의',
    lead: 'AlexNet에서 구조 탐색까지. 모든 그림과 숫자는 바로 위의 코드가 만든 것입니다. 직접 실행하려면 저장소를 복제하고 `npm start -- --lang ko`를 입력하세요.',
  },
} as const;

/** The notebook as Sphinx gets it: its images with the alternative text that Jupyter keeps beside them. */
export function withAltTexts(notebook: Notebook): Notebook {
  const cells = notebook.cells.map(cell => {
    const metadata = cell.outputs
      ?.map(({ metadata }) => (metadata?.['image/png'] ?? metadata?.['image/svg+xml']) as { alt?: string })
      .find(image => image?.alt);
    return metadata
      ? {
          ...cell,
          metadata: { ...cell.metadata, mystnb: { image: { alt: metadata.alt!.replace(/\s*\n\s*/g, '; ') } } },
        }
      : cell;
  });
  return { ...notebook, cells };
}

/** Has figures of Plotly in the page, which course.js brings to life; until then, and where it does not run, their stills. */
function withLiveFigures(notebook: Notebook): Notebook {
  const cells = notebook.cells.map(cell => ({
    ...cell,
    outputs: cell.outputs?.map(output => {
      const { [PLOTLY]: figure, 'image/svg+xml': still, 'text/plain': text } = output.data ?? {};
      if (figure === undefined) return output;
      // No end of the script inside of it.
      const json = JSON.stringify(figure).replace(/</g, '\\u003c');
      const html = `<div class="live">${[still ?? ''].flat().join('')}<script type="application/json">${json}</script></div>`;
      return { ...output, data: { 'text/html': html, ...(text === undefined ? {} : { 'text/plain': text }) } };
    }),
  }));
  return { ...notebook, cells };
}

/** Renders one language and returns what Sphinx warns of. */
function render(language: 'en' | 'ko', out: string): string[] {
  const source = path.join(WORK, language);
  for (const folder of [source, path.join(WORK, 'html', language)]) fs.rmSync(folder, { recursive: true, force: true });
  const place = (file: string, folder = ''): void => {
    fs.mkdirSync(path.join(source, folder), { recursive: true });
    fs.copyFileSync(file, path.join(source, folder, path.basename(file)));
  };
  place(path.join(SOURCE, 'conf.py'));
  for (const name of ['course.css', 'course.js']) place(path.join(SOURCE, name), 'static');
  place(require.resolve('plotly.js/plotly.min.js'), 'static');
  place(path.join(SOURCE, 'language.html'), 'templates');
  const names = lectures().filter(name => committed(name, language));
  for (const name of names) {
    fs.writeFileSync(
      path.join(source, `${name}.ipynb`),
      JSON.stringify(withLiveFigures(withAltTexts(committed(name, language)!))),
    );
  }
  const { title, lead } = WORDS[language];
  const contents = ['```{toctree}', ':maxdepth: 2', '', ...names, '```'].join('\n');
  fs.writeFileSync(path.join(source, 'index.md'), `# ${title}\n\n${lead}\n\n${contents}\n`);
  const { status, stderr } = spawnSync(
    inVenv('python', path.join(WORK, 'venv')),
    [
      '-m',
      'sphinx',
      '-q',
      '-E',
      '-b',
      'html',
      '-d',
      path.join(WORK, `${language}-doctrees`),
      source,
      path.join(WORK, 'html', language),
    ],
    { encoding: 'utf8', env: { ...environment(), CNN_KIT_LANGUAGE: language } },
  );
  if (status !== 0) throw new Error(`Sphinx could not render the course: ${stderr.trim().split('\n').at(-1)}`);
  fs.cpSync(path.join(WORK, 'html', language), path.join(out, language), { recursive: true });
  return stderr.split('\n').filter(line => line.includes('WARNING'));
}

/**
 * Renders the course into a folder, which is emptied first.
 * @returns what Sphinx warns of
 */
export async function renderBook(out: string, log: (line: string) => void): Promise<string[]> {
  await setUpVenv(path.join(WORK, 'venv'), path.join(SOURCE, 'requirements.txt'), () =>
    log('Python packages: Sphinx, once (30 MB to fetch, 190 MB on disk)'),
  );
  fs.rmSync(out, { recursive: true, force: true });
  const warnings = (['en', 'ko'] as const).flatMap(language => render(language, out));
  const home =
    '<!doctype html><meta charset="utf-8"><title>cnn-kit</title><meta http-equiv="refresh" content="0; url=en/index.html"><a href="en/index.html">English</a> <a href="ko/index.html">한국어</a>\n';
  fs.writeFileSync(path.join(out, 'index.html'), home);
  return warnings;
}

const main = command('book', async () => {
  const out = path.join(ROOT, 'book');
  const warnings = await renderBook(out, line => console.log(line));
  warnings.forEach(line => console.log(line.replace(WORK, '')));
  console.log(`wrote book/index.html; open it in a browser`);
});

runIfMain(module, main);
