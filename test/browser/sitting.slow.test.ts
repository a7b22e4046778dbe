/**
 * A student's first sitting, in a kit that was just set up: the start page, a lecture, values, an error, help, an exercise
 * solved in its cell, handed in, and there still when the page is opened again. Screenshots of each station stay to be
 * looked at: light and dark, wide and as narrow as a telephone.
 */
import assert from 'node:assert/strict';
import { spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { ROOT } from '../../src/node/root';
import { ARTIFACTS, copyKit, start, startBrowser, stopLab } from './lab';

const EXERCISE = '01-count-conv';
const CHECKED = `await check('${EXERCISE}', { countConv })`;

/** What the student writes into the cell: the solution's code, without what makes an exercise of it. */
const solved = fs
  .readFileSync(path.join(ROOT, 'solutions', `${EXERCISE}.ts`), 'utf8')
  .replace(/^\/\*\*[^]*?\*\/\n/, '')
  .replace(/^ *\/\/ (BEGIN|END|HINT).*\n/gm, '')
  .replace(/^export /gm, '')
  .trim();
const withoutGroups = solved.replace('** 2 * (inputChannels / groups)', '** 2 * inputChannels');

const WORDS = {
  en: { title: 'Start here', done: '1/2', notWritten: 'Not written yet' },
  ko: { title: '여기서 시작하세요', done: '1/2', notWritten: '아직 작성하지 않았습니다' },
};

for (const language of ['en', 'ko'] as const) {
  const words = WORDS[language];
  const folder = language === 'ko' ? 'ko/' : '';

  describe(`a first sitting (${language}), in a browser`, function () {
    this.timeout(900_000);
    const kit = path.join(ARTIFACTS, `kit-${language}`);
    let browser: Browser | undefined;
    let lab: ChildProcess | undefined;
    let page: Page;
    let url = '';
    let shots = 0;

    before(async function () {
      browser = await startBrowser();
      if (!browser) return this.skip();
      copyKit(kit);
      const options = ['--LabApp.expose_app_in_browser=True', '--lang', language];
      ({ lab, url } = await start(options, kit));
      page = await browser.newPage({ viewport: WIDE, locale: language });
      // A busy machine takes longer for everything.
      page.setDefaultTimeout(300_000);
    });

    afterEach(async function () {
      if (this.currentTest?.isFailed()) await page.screenshot({ path: path.join(ARTIFACTS, 'sitting-failed.png') });
    });

    after(async () => {
      await browser?.close();
      stopLab(lab);
    });

    /** Each station in both themes and both widths; `place` is brought into view in each. */
    const shoot = async (name: string, place?: Locator): Promise<void> => {
      const station = `sitting-${language}-${String(++shots).padStart(2, '0')}-${name}`;
      for (const theme of ['Dark', 'Light']) {
        await chooseTheme(page, theme);
        for (const size of [NARROW, WIDE]) {
          await page.setViewportSize(size);
          await showFiles(page, size === WIDE);
          await settled(page);
          await place?.evaluate(node => node.scrollIntoView({ block: 'center' }));
          await settled(page);
          const file = `${station}-${theme.toLowerCase()}-${size.width}.png`;
          await page.screenshot({ path: path.join(ARTIFACTS, file), animations: 'disabled' });
        }
      }
    };

    const panel = (): Locator => page.locator('.jp-NotebookPanel:not(.lm-mod-hidden)');
    const active = (): Locator => panel().locator('.jp-Cell.jp-mod-active');

    /** Runs the active cell and gives its output, when it has ended. */
    const run = async (): Promise<Locator> => {
      await page.evaluate(listen);
      await page.keyboard.press('Control+Enter');
      await page.evaluate(() => globalThis.ended);
      await settled(page);
      return active().locator('.jp-Cell-outputArea');
    };

    /** A cell of the student's own below the active one, as with the key B. */
    const write = async (code: string): Promise<void> => {
      await page.keyboard.press('Escape');
      const id = await active().getAttribute('data-windowed-list-index');
      await page.keyboard.press('b');
      await panel().locator(`.jp-Cell.jp-mod-active:not([data-windowed-list-index="${id}"])`).waitFor();
      await page.keyboard.press('Enter');
      await active().locator('.cm-content:focus').waitFor();
      await page.keyboard.insertText(code);
      await holds(active(), code);
    };

    /** Scrolls to a cell as a student does: JupyterLab draws only those near the window. */
    const find = async (text: string): Promise<Locator> => {
      const cell = panel().locator('.jp-CodeCell', { hasText: text }).first();
      const view = panel().locator('.jp-WindowedPanel-outer');
      for (let tries = 0; !(await cell.isVisible()); tries++) {
        assert.ok(tries < 1000, `no cell with ${text}`);
        await view.evaluate(node => {
          const isEnd = node.scrollTop + node.clientHeight >= node.scrollHeight - 2;
          node.scrollTo(0, isEnd ? 0 : node.scrollTop + node.clientHeight / 2);
        });
        await settled(page);
      }
      await cell.evaluate(node => node.scrollIntoView({ block: 'center' }));
      return cell;
    };

    const enter = async (cell: Locator): Promise<void> => {
      await cell.locator('.cm-content').click();
      await active().locator('.cm-content:focus').waitFor();
    };

    it('begins on the start page, which runs', async () => {
      await page.goto(url);
      await panel().getByRole('heading', { name: words.title }).waitFor();
      await page.waitForSelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]');
      await shoot('start');
      await enter(await find('count: 8 });'));
      const output = await run();
      await output.locator('img, canvas').first().waitFor();
      await shoot('images', output);
    });

    it('goes to the first lecture by its link', async () => {
      await panel()
        .locator('.jp-WindowedPanel-outer')
        .evaluate(node => node.scrollTo(0, 0));
      await panel().locator('a[href*="01-reading-networks"]').click();
      await page.waitForSelector('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Toolbar-kernelName:has-text("TypeScript")');
      await panel().locator('h1:has-text("1.")').waitFor();
      await panel().locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
      await shoot('lecture');
      await enter(await find('await ready();'));
      await shoot('imported', await run());
    });

    it('shows a tensor as numbers and as an image', async () => {
      await write('tf.range(0, 2000).reshape([40, 50])');
      const numbers = await run();
      await numbers.getByText('1.999e+03').first().waitFor();
      await shoot('tensor', active());
      await write('tf.stack([tf.linspace(0, 1, 1024).reshape([32, 32]), tf.zeros([32, 32]), tf.ones([32, 32])], 2)');
      const image = await run();
      await image.locator('img').first().waitFor();
      await shoot('tensor-image', active());
    });

    it("shows an error by the student's own line, and the library's frames when they are opened", async () => {
      await write(
        'function half(a: tf.Tensor2D, b: tf.Tensor2D) {\n  return tf.matMul(a, b).div(2);\n}\nhalf(tf.ones([2, 3]), tf.ones([2, 3]))',
      );
      const output = await run();
      const said = await output.innerText();
      assert.match(said, /return tf\.matMul\(a, b\)\.div\(2\);/);
      await shoot('error', active());
      await output.locator('summary').click();
      await output.locator('details[open] pre').waitFor();
      await shoot('error-opened', active());
    });

    it('helps while typing', async () => {
      await write('');
      await page.keyboard.type('tf.max');
      await page.keyboard.press('Tab');
      await page.locator('.jp-Completer-item:has-text("maxPool")').first().waitFor();
      await shoot('completion');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText('tf.maxPool(tf.ones([1, 4, 4, 1]), ');
      await page.keyboard.press('Shift+Tab');
      await page.locator('.jp-Tooltip:has-text("filterSize")').waitFor();
      await shoot('signature');
      await page.keyboard.press('Escape');
    });

    it('checks an exercise in its cell: as it was handed out, nearly right, right', async () => {
      await enter(await find(CHECKED));
      const first = await run();
      await first.getByText(words.notWritten).first().waitFor();
      await shoot('exercise', active());
      for (const [name, code] of [
        ['wrong', withoutGroups],
        ['right', solved],
      ]) {
        await page.keyboard.press('Enter');
        await active().locator('.cm-content:focus').waitFor();
        await page.keyboard.press('Control+a');
        await page.keyboard.insertText(`${code}\n\n${CHECKED}`);
        await holds(active(), code);
        const output = await run();
        await output
          .getByText(name === 'right' ? '✓' : '✗')
          .first()
          .waitFor();
        await shoot(`check-${name}`, output);
      }
      assert.doesNotMatch(await active().locator('.jp-Cell-outputArea').innerText(), /✗/);
    });

    it('opens hints, asks questions and takes answers', async () => {
      await write("hint('01-receptive-field')");
      assert.match(await (await run()).innerText(), /1\./);
      await shoot('hint', active());
      await write("question('01-1')");
      await run();
      await shoot('question', active());
      await write("answer('01-1', 51264)");
      assert.match(await (await run()).innerText(), /51,264/);
      await shoot('answer', active());
    });

    it('saves, and progress() counts what is done', async () => {
      await page.keyboard.press('Control+s');
      await page.locator('.lm-DockPanel-tabBar .lm-mod-current:not(.jp-mod-dirty)').waitFor();
      await write('await progress()');
      const output = await run();
      await output.getByText(words.done).first().waitFor();
      await shoot('progress', output);
    });

    it('hands in what stands in the cell', () => {
      const { stdout, stderr } = spawnSync(process.execPath, ['src/setup/run.mjs', 'submit'], {
        cwd: kit,
        encoding: 'utf8',
      });
      assert.match(stdout, new RegExp(`✓ ${EXERCISE}.*notebooks/${folder}01-reading-networks\\.ipynb`), stderr);
      assert.ok(fs.existsSync(path.join(kit, 'submission.zip')));
    });

    it('has everything still when the page is opened again', async () => {
      await page.goto(url.replace(/\/lab\S*\?/, `/lab/tree/notebooks/${folder}01-reading-networks.ipynb?reset&`));
      const cell = await find(CHECKED);
      await cell.getByText('const filters = kernel ** 2 * (inputChannels / groups) * outputChannels;').waitFor();
      assert.doesNotMatch(await cell.locator('.jp-Cell-outputArea').innerText(), /✗/);
      await shoot('again', cell);
    });
  });
}

const WIDE = { width: 1280, height: 900 };
const NARROW = { width: 390, height: 844 };

/** The editor of a cell holds `code`; the last line is looked for, as long texts are drawn in part. */
async function holds(cell: Locator, code: string): Promise<void> {
  const first = code.split('\n')[0];
  if (first) await cell.locator('.cm-line', { hasText: first }).first().waitFor();
}

interface Message {
  header: { msg_type: string };
  content: { execution_state?: string };
}

/** What JupyterLab gives to a page that asks for it, and a promise of ours. */
/** Globals of JupyterLab's page; `ended` is ours. */
declare global {
  var jupyterapp: {
    commands: { execute(id: string, options?: object): Promise<unknown> };
    shell: {
      collapseLeft(): void;
      expandLeft(): void;
      currentWidget: {
        sessionContext: { iopubMessage: { connect(slot: (sender: unknown, message: Message) => void): void } };
      };
    };
  };
  var ended: Promise<void>;
}

/** Promises the end of the next cell that runs. No function here has a name, which the page would not know. */
function listen(): void {
  const { iopubMessage } = globalThis.jupyterapp.shell.currentWidget.sessionContext;
  let begun = false;
  globalThis.ended = new Promise(resolve =>
    iopubMessage.connect((_, { header, content }) => {
      begun ||= header.msg_type === 'execute_input';
      if (begun && content.execution_state === 'idle') resolve();
    }),
  );
}

/** The list of files, which a student on a telephone closes: JupyterLab leaves it as wide there. */
function showFiles(page: Page, isShown: boolean): Promise<void> {
  return page.evaluate(isShown => {
    const { shell } = globalThis.jupyterapp;
    if (isShown) shell.expandLeft();
    else shell.collapseLeft();
  }, isShown);
}

async function chooseTheme(page: Page, theme: string): Promise<void> {
  await page.evaluate(
    theme => globalThis.jupyterapp.commands.execute('apputils:change-theme', { theme }),
    `JupyterLab ${theme}`,
  );
  await page.waitForSelector(`body[data-jp-theme-light="${theme === 'Light'}"]`, { state: 'attached' });
}

/** Until nothing moves from one frame to the next. */
async function settled(page: Page): Promise<void> {
  const places = `new Promise(resolve => requestAnimationFrame(() => setTimeout(() => resolve(
    [...document.querySelectorAll('.jp-Cell, .jp-OutputArea-output')]
      .map(node => JSON.stringify(node.getBoundingClientRect()))
      .join(),
  ), 100)))`;
  for (let before = '', same = 0; same < 3;) {
    const now = await page.evaluate<string>(places);
    same = now === before ? same + 1 : 0;
    before = now;
  }
}
