/** Every lecture opened in JupyterLab and run there, in both themes; a screenshot of each figure stays to be looked at. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { lecture, lectures } from '../../src/course/lectures/lectures';
import { quick, toNotebook } from '../../src/course/lectures/notebook';
import { ARTIFACTS, startBrowser, startLab, stopLab } from './lab';

const FOLDER = path.join(ARTIFACTS, 'lectures');
const FIGURES =
  '.jp-OutputArea-output:has(canvas), .jp-OutputArea-output:has(svg), .jp-OutputArea-output:has(img), .jp-OutputArea-output:has(table), .jp-OutputArea-output:has(.js-plotly-plot)';

describe('the lectures in JupyterLab, in a browser', function () {
  this.timeout(900_000);
  let browser: Browser | undefined;
  let lab: ChildProcess | undefined;
  let url = '';

  before(async function () {
    browser = await startBrowser();
    if (!browser) return this.skip();
    fs.rmSync(FOLDER, { recursive: true, force: true });
    fs.mkdirSync(FOLDER, { recursive: true });
    for (const name of lectures()) {
      fs.writeFileSync(path.join(FOLDER, `${name}.ipynb`), JSON.stringify(toNotebook(quick(lecture(name)))));
    }
    ({ lab, url } = await startLab(FOLDER, `${lectures()[0]}.ipynb`));
  });

  after(async () => {
    await browser?.close();
    stopLab(lab);
  });

  afterEach(async () => {
    const { origin, searchParams } = new URL(url);
    const headers = { Authorization: `token ${searchParams.get('token')}` };
    const kernels = (await (await fetch(`${origin}/api/kernels`, { headers })).json()) as { id: string }[];
    for (const { id } of kernels) await fetch(`${origin}/api/kernels/${id}`, { method: 'DELETE', headers });
  });

  for (const name of lectures()) {
    it(`${name} runs to its end without an error, and shows its figures in light and dark`, async () => {
      const page = await browser!.newPage({ viewport: { width: 1300, height: 1200 } });
      await page.goto(url.replace(/\/lab\S*\?/, `/lab/workspaces/${name}/tree/${name}.ipynb?`));
      await page.waitForSelector('.jp-Notebook .jp-CodeCell', { timeout: 120_000 });
      // The words are in the list of running kernels too, which is hidden.
      await page.waitForSelector('.jp-Toolbar-kernelName:has-text("TypeScript (cnn-kit)")', { timeout: 60_000 });
      await page.click('.lm-MenuBar-item:has-text("Run")');
      await page.click('.lm-Menu-item:has-text("Run All Cells") >> nth=0');
      const count = toNotebook(lecture(name)).cells.filter(cell => cell.cell_type === 'code').length;
      const done = `[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].some(prompt => prompt.textContent.includes('${count}'))`;
      // JupyterLab draws only the cells near the window, so the test goes where the last one is.
      const notebook = page.locator('.jp-Notebook .jp-WindowedPanel-outer').first();
      for (let tries = 0; !(await page.evaluate(done)); tries++) {
        assert.ok(tries < 800, 'the lecture did not end');
        await notebook.evaluate(element => element.scrollTo(0, element.scrollHeight));
        await page.waitForTimeout(1000);
      }
      await choose(page, 'JupyterLab Light', true);
      const light = await photograph(page, `${name}-light`);
      await choose(page, 'JupyterLab Dark', false);
      const dark = await photograph(page, `${name}-dark`);
      assert.ok(light > 0);
      assert.equal(dark, light, 'as many figures in the dark as in the light');
      await page.close();
    });
  }
});

async function choose(page: Page, theme: string, light: boolean): Promise<void> {
  const chosen = `body[data-jp-theme-light="${light}"]`;
  if ((await page.locator(chosen).count()) === 0) {
    await page.click('.lm-MenuBar-item:has-text("Settings")');
    await page.hover('.lm-Menu-item:has-text("Theme") >> nth=0');
    await page.click(`.lm-Menu-item:has-text("${theme}") >> nth=0`);
  }
  await page.waitForSelector(chosen, { state: 'attached', timeout: 60_000 });
}

/** Scrolls through the notebook and keeps each figure as a file; returns how many there are. */
async function photograph(page: Page, prefix: string): Promise<number> {
  const notebook = page.locator('.jp-Notebook .jp-WindowedPanel-outer').first();
  const seen = new Set<string>();
  const errors = new Set<string>();
  await notebook.evaluate(element => element.scrollTo(0, 0));
  for (let place = 0, end = false; !end; place += 600) {
    end = await notebook.evaluate((element, top) => {
      element.scrollTo(0, top);
      return top + element.clientHeight >= element.scrollHeight;
    }, place);
    await page.waitForTimeout(250);
    for (const text of await page
      .locator('[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]')
      .allTextContents())
      errors.add(text);
    for (const figure of await page.locator(FIGURES).all()) {
      const cell = figure.locator('xpath=ancestor::*[@data-windowed-list-index]');
      const index = await cell.getAttribute('data-windowed-list-index');
      const within = await figure.evaluate(element =>
        [...element.parentElement!.parentElement!.querySelectorAll('.jp-OutputArea-output')].indexOf(element),
      );
      const id = `${index}-${within}`;
      if (seen.has(id) || !(await figure.isVisible())) continue;
      seen.add(id);
      // Plotly takes a while to load; a still in its place would be a fault.
      if (await figure.and(page.locator('.jp-RenderedPlotly')).count()) {
        await figure.locator('.main-svg').first().waitFor({ timeout: 20_000 });
      }
      const file = path.join(ARTIFACTS, 'figures', `${prefix}-${String(index).padStart(3, '0')}-${within}.png`);
      await figure.screenshot({ path: file, timeout: 20_000 });
    }
  }
  assert.deepEqual([...errors], []);
  return seen.size;
}
