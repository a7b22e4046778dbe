import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { ROOT } from '../../src/node/root';
import { quick, toNotebook } from '../../src/course/lectures/notebook';
import { ARTIFACTS, startBrowser, startLab, stopLab } from './lab';

const FOLDER = path.join(ARTIFACTS, 'served');

/** The lecture, short, with a training that is long enough to watch and a cell without end after it. */
function writeNotebook(): void {
  const lecture = fs.readFileSync(path.join(ROOT, 'notebooks', 'source', '02-alexnet.md'), 'utf8');
  const more = [
    '```typescript',
    "const long = await fit(cifarNet({ widths: [8, 8, 16], seed: 2 }), train, { epochs: 60, batchSize: 32, progress: 'watched' });",
    '```',
    '```typescript',
    'for (;;) await new Promise(resolve => setTimeout(resolve, 20));',
    '```',
  ];
  fs.rmSync(FOLDER, { recursive: true, force: true });
  fs.mkdirSync(FOLDER, { recursive: true });
  const notebook = toNotebook(`${quick(lecture)}\n${more.join('\n')}\n`);
  fs.writeFileSync(path.join(FOLDER, 'lecture.ipynb'), JSON.stringify(notebook));
}

describe('the lecture in JupyterLab, in a browser', function () {
  this.timeout(900_000);
  let browser: Browser | undefined;
  let page: Page;
  let lab: ChildProcess | undefined;

  before(async function () {
    browser = await startBrowser();
    if (!browser) return this.skip();
    writeNotebook();
    const started = await startLab(FOLDER, 'lecture.ipynb');
    lab = started.lab;
    page = await browser.newPage({ viewport: { width: 1200, height: 1400 } });
    // A busy machine takes longer for everything.
    page.setDefaultTimeout(600_000);
    await page.goto(started.url.replace(/\/lab\S*\?/, '/lab/tree/lecture.ipynb?'));
    await page.waitForSelector('.jp-Notebook .jp-CodeCell');
  });

  after(async () => {
    await browser?.close();
    stopLab(lab);
  });

  const shot = async (name: string): Promise<void> =>
    void (await page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) }));

  /** In the middle of the page, also when JupyterLab has drawn what is above it. */
  const show = async (element: Locator): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await element.evaluate(node => node.scrollIntoView({ block: 'center' }));
      await page.waitForTimeout(500);
    }
  };

  it('opens on the TypeScript kernel', async () => {
    await page.waitForSelector('text=TypeScript (cnn-kit)');
    await shot('1-opened');
  });

  it('colours the code as TypeScript', async () => {
    await page.locator('.jp-CodeCell .cm-line span:text-is("import")').first().waitFor();
  });

  it('runs all cells and draws the chart of the race', async () => {
    await page.click('.lm-MenuBar-item:has-text("Run")');
    await page.click('.lm-Menu-item:has-text("Run All Cells") >> nth=0');
    const chart = page.locator('.vega-embed canvas, .vega-embed svg').first();
    await chart.waitFor({ state: 'attached' });
    await show(chart);
    const box = (await chart.boundingBox())!;
    assert.ok(box.width > 300 && box.height > 150, JSON.stringify(box));
    await shot('2-chart');
  });

  it('moves the progress bar in place during training', async () => {
    const bar = page.locator('.jp-OutputArea-output:has-text("watched")');
    await bar.first().waitFor();
    await show(bar.first());
    const seen = new Set<string>();
    while (seen.size < 3) {
      seen.add(/(\d+) of/.exec((await bar.first().textContent())!)?.[1] ?? '');
      await page.waitForTimeout(200);
    }
    await shot('3-progress');
    assert.ok(seen.size >= 3, `the bar showed ${[...seen].join(', ')}`);
    assert.equal(await bar.count(), 1);
  });

  it('interrupts a cell that never ends, with the button', async () => {
    const last = page.locator('.jp-CodeCell').last();
    const running = page.locator('.jp-CodeCell:has-text("for (;;)") .jp-InputPrompt');
    const starred =
      "[...document.querySelectorAll('.jp-InputPrompt')].filter(prompt => prompt.textContent === '[*]:').length";
    await page.waitForFunction(`${starred} === 1`, undefined);
    await last.scrollIntoViewIfNeeded();
    assert.equal(await running.last().textContent(), '[*]:');
    await page.click('[data-command="notebook:interrupt-kernel"], button[title*="Interrupt"]');
    await page.locator('.jp-OutputArea-output:has-text("KeyboardInterrupt")').waitFor();
    await shot('4-interrupted');
  });

  it('shows no error but that one', async () => {
    const errors = await page
      .locator('[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]')
      .allTextContents();
    assert.deepEqual(
      errors.filter(text => !text.includes('KeyboardInterrupt')),
      [],
    );
  });
});
