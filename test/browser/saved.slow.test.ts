/** Every committed notebook opened in JupyterLab on its kernel and saved: no byte changes. */
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ROOT } from '../../src/node/root';
import { filesBelow } from '../../src/setup/steps';
import { ARTIFACTS, startBrowser, startLab, stopLab } from './lab';

const NOTEBOOKS = path.join(ROOT, 'notebooks');
const FOLDER = path.join(ARTIFACTS, 'saved');
const names = filesBelow(NOTEBOOKS).filter(name => name.endsWith('.ipynb'));

describe('a lecture that is opened in JupyterLab and saved', function () {
  this.timeout(900_000);
  let browser: Browser | undefined;
  let lab: ChildProcess | undefined;
  let url = '';

  before(async function () {
    browser = await startBrowser();
    if (!browser) return this.skip();
    fs.rmSync(FOLDER, { recursive: true, force: true });
    fs.mkdirSync(path.join(FOLDER, 'ko'), { recursive: true });
    for (const name of names) fs.copyFileSync(path.join(NOTEBOOKS, name), path.join(FOLDER, name));
    ({ lab, url } = await startLab(FOLDER, names[0]));
  });

  after(async () => {
    await browser?.close();
    stopLab(lab);
  });

  for (const name of names) {
    it(`leaves ${name} as it was`, async () => {
      const page = await browser!.newPage({ viewport: { width: 1200, height: 1400 } });
      page.setDefaultTimeout(300_000);
      await page.goto(url.replace(/\/lab\S*\?/, `/lab/tree/${name}?reset&`));
      // The kernel has told what it is by then, which JupyterLab writes into the notebook.
      await page.waitForSelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]');
      const isSave = (method: string, address: string): boolean =>
        method === 'PUT' && address.includes(`/api/contents/${name}`);
      const saved = page.waitForResponse(answer => isSave(answer.request().method(), answer.url()));
      await page.click('.jp-Notebook .jp-Cell >> nth=0');
      await page.keyboard.press('Control+s');
      assert.equal((await saved).status(), 200);
      await page.close();
      const [before, after] = [NOTEBOOKS, FOLDER].map(folder => fs.readFileSync(path.join(folder, name), 'utf8'));
      assert.ok(before === after, `${name} is another file now; see ${path.join(FOLDER, name)}`);
    });
  }
});
