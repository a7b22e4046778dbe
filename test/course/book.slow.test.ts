/** `npm run book`: made without a warning, and read without a network. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { renderBook } from '../../src/course/lectures/book';
import { lectures } from '../../src/course/lectures/lectures';
import { CACHE } from '../../src/setup/steps';
import { ARTIFACTS, startBrowser } from '../browser/lab';

const out = path.join(CACHE, 'book', 'tested');

const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

describe('the book', function () {
  before(async () => assert.deepEqual(await renderBook(out, () => undefined), []));

  it('has every lecture in both languages, with contents and the index of the search', () => {
    for (const language of ['en', 'ko']) {
      const home = fs.readFileSync(path.join(out, language, 'index.html'), 'utf8');
      for (const name of lectures()) assert.ok(home.includes(`href="${name}.html"`), `${language}: ${name}`);
      assert.ok(fs.existsSync(path.join(out, language, 'searchindex.js')));
    }
  });

  it('shows every image, each with its alternative text', () => {
    for (const name of lectures()) {
      const page = fs.readFileSync(path.join(out, 'en', `${name}.html`), 'utf8');
      const images = [...page.matchAll(/<img [^>]*>/g)].map(([tag]) => tag).filter(tag => tag.includes('_images/'));
      assert.ok(images.length > 0, name);
      for (const tag of images) assert.match(tag, /alt="(?!_images)[^"]+"/, `${name}: ${tag.slice(0, 120)}`);
    }
  });

  it('goes to the other language at every page, turns its figures, and has nothing that axe calls serious', async function () {
    const browser = await startBrowser();
    if (!browser) return this.skip();
    try {
      for (const [width, colorScheme] of [
        [1280, 'light'],
        [390, 'dark'],
      ] as const) {
        const context = await browser.newContext({ offline: true, colorScheme, viewport: { width, height: 900 } });
        const page = await context.newPage();
        for (const name of ['index', ...lectures()]) {
          await page.goto(pathToFileURL(path.join(out, 'en', `${name}.html`)).href);
          const other = page.locator('.language a');
          assert.equal(await other.getAttribute('href'), `../ko/${name}.html`);
          const wider = (await page.evaluate('document.documentElement.scrollWidth - innerWidth')) as number;
          assert.ok(wider <= 0, `${name} is ${wider} pixels wider than ${width}`);
          await page.evaluate(AXE);
          const faults = (await page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(found => found.violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => id + ': ' + nodes[0].html))`)) as string[];
          assert.deepEqual(faults, [], `${name} at ${width} pixels`);
        }
        await page.goto(pathToFileURL(path.join(out, 'en', '07-comparison.html')).href);
        await page.waitForSelector('.live .js-plotly-plot .points path', { timeout: 60_000 });
        await context.close();
      }
    } finally {
      await browser.close();
    }
  });

  it('loads nothing but its own files, with the network off, and its search finds', async function () {
    const browser = await startBrowser();
    if (!browser) return this.skip();
    try {
      const context = await browser.newContext({ offline: true, viewport: { width: 1300, height: 1600 } });
      const page = await context.newPage();
      const outside: string[] = [];
      page.on('request', request => void (/^(file|data|blob):/.test(request.url()) || outside.push(request.url())));
      page.on('requestfailed', request => outside.push(`failed: ${request.url()}`));
      for (const language of ['en', 'ko']) {
        const address = (file: string): string => pathToFileURL(path.join(out, language, file)).href;
        for (const name of lectures()) {
          await page.goto(address(`${name}.html`));
          await page.screenshot({ path: path.join(ARTIFACTS, `book-${language}-${name}.png`) });
        }
        await page.goto(`${address('search.html')}?q=dropout`);
        await page.waitForSelector('#search-results li a', { timeout: 20_000 });
      }
      assert.deepEqual(outside, []);
    } finally {
      await browser.close();
    }
  });
});
