import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { generatedChart } from '../src/course/generated';
import { withoutInstructors } from '../src/release/markers';

const root = path.join(__dirname, '..');
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

/** Three minutes, at 250 words a minute. */
const MOST_WORDS = 750;

describe('the READMEs', () => {
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter(file => /(^|\/)README\.md$/.test(file) && fs.existsSync(path.join(root, file)));

  for (const file of files)
    it(`${file} links to what is there`, () => {
      const links = [...read(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
      const missing = links.filter(link => {
        if (/^https?:/.test(link)) return false;
        const [name, heading] = link.split('#');
        const target = path.join(root, path.dirname(file), name);
        if (!fs.existsSync(target)) return true;
        const anchors = (text: string): string[] =>
          [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
            title
              .toLowerCase()
              .replace(/[^\w ]/g, '')
              .replace(/ /g, '-'),
          );
        return heading !== undefined && !anchors(fs.readFileSync(target, 'utf8')).includes(heading);
      });
      assert.deepEqual(missing, []);
    });

  it(`begin with a page of at most ${MOST_WORDS} words`, () => {
    // As students get it; what is drawn or hidden is not read.
    const words = withoutInstructors(read('README.md'), 'README.md')
      .replace(/<!--.*?-->|\]\([^)]*\)|^\|[-| ]*$/gm, ' ')
      .match(/[\p{L}\d][\p{L}\d'.,/-]*/gu)!;
    assert.ok(words.length <= MOST_WORDS, `${words.length} words`);
  });

  it('show the chart of the record that came with the kit', async () => {
    const file = 'notebooks/plain-against-residual.svg';
    assert.ok(read('README.md').includes(`](${file})`));
    assert.equal(read(file), await generatedChart(), 'Run `npm run generate`.');
  });
});
