/** The core, bundled for a browser, trains a network there to the losses that it has here: in a page, and in a worker. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { build } from 'esbuild';
import type { Browser } from 'playwright-core';
import { ready } from '../../src/backend';
import { offlineImages } from '../../src/data';
import { cifarNet } from '../../src/models';
import { fit } from '../../src/training';
import { ROOT } from '../../src/node/root';
import { startBrowser } from '../browser/lab';

const SETTINGS = { epochs: 1, batchSize: 8, learningRate: 0.01, seed: 3, progress: false } as const;
const IMAGES = { split: 'train', count: 40 } as const;
const NET = { widths: [4, 4, 8], seed: 2 } as const;
const WASM = path.join(ROOT, 'node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');

/** What the page and the worker run; any import of Node ends the build. */
const PROGRAM = `
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { registerWasm } from './backend/wasm';
import { registerWindowGradients } from './backend/corrections/windows';
import { offlineImages } from './data';
import { cifarNet } from './models';
import { fit } from './training';
import './experiments';

globalThis.train = async backend => {
  if (backend === 'wasm') {
    setWasmPaths(new URL('/', location.href).href);
    registerWasm();
  }
  registerWindowGradients();
  if (!(await tf.setBackend(backend).catch(() => false))) return undefined;
  const history = await fit(cifarNet(${JSON.stringify(NET)}), offlineImages(${JSON.stringify(IMAGES)}), ${JSON.stringify(SETTINGS)});
  return history.losses;
};
globalThis.onmessage = ({ data }) => globalThis.train(data).then(postMessage, error => postMessage(String(error)));
`;

describe('the core in a browser', () => {
  let browser: Browser | undefined;
  let server: http.Server;
  let address: string;
  let expected: number[];

  before(async function () {
    const bundled = await build({
      stdin: { contents: PROGRAM, resolveDir: path.join(ROOT, 'src'), loader: 'js' },
      bundle: true,
      write: false,
      platform: 'browser',
      format: 'iife',
      // Else tfjs is there twice: once for imports, once for require.
      mainFields: ['module', 'browser', 'main'],
      logLevel: 'silent',
    });
    browser = await startBrowser();
    if (!browser) return this.skip();
    const program = bundled.outputFiles[0].text;
    server = http.createServer(({ url = '/' }, response) => {
      const file = path.join(WASM, path.basename(url));
      if (url === '/') response.setHeader('Content-Type', 'text/html').end('<script src="core.js"></script>');
      else if (url === '/core.js') response.setHeader('Content-Type', 'text/javascript').end(program);
      else if (fs.existsSync(file)) response.setHeader('Content-Type', 'application/wasm').end(fs.readFileSync(file));
      else response.writeHead(404).end();
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await ready();
    expected = (await fit(cifarNet(NET as never), offlineImages(IMAGES), SETTINGS)).losses;
  });

  after(async () => {
    await browser?.close();
    server?.close();
  });

  function assertSame(losses: unknown): void {
    assert.ok(Array.isArray(losses), String(losses));
    assert.equal(losses.length, expected.length);
    losses.forEach((loss, i) =>
      assert.ok(Math.abs(loss - expected[i]) < 1e-3, `step ${i}: ${loss}, here ${expected[i]}`),
    );
  }

  it('trains in a page, on WebAssembly, to the losses that it has here', async () => {
    const page = await browser!.newPage();
    await page.goto(address);
    assertSame(await page.evaluate("train('wasm')"));
    await page.close();
  });

  it('trains in a worker, on WebAssembly, to the losses that it has here', async () => {
    const page = await browser!.newPage();
    await page.goto(address);
    const inWorker = `new Promise((resolve, reject) => {
      const worker = new Worker('core.js');
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage('wasm');
    })`;
    assertSame(await page.evaluate(inWorker));
    await page.close();
  });

  it('trains in a page, on WebGL where there is one', async function () {
    const page = await browser!.newPage();
    await page.goto(address);
    const losses = await page.evaluate("train('webgl')");
    await page.close();
    if (losses === undefined) {
      console.log('    this browser has no WebGL: the test is skipped');
      this.skip();
    }
    assertSame(losses);
  });
});
