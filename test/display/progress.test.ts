import assert from 'node:assert/strict';
import { palette, progressBar } from '../../src/display';
import { countColour, pngOf, withKernel } from './kernel';

/** Runs `body` on a clock that stands still but for what `pass` adds, in milliseconds. */
async function withClock(body: (pass: (milliseconds: number) => void) => Promise<void>): Promise<void> {
  const { now } = performance;
  let time = 0;
  performance.now = () => time;
  try {
    await body(milliseconds => void (time += milliseconds));
  } finally {
    performance.now = now;
  }
}

describe('progressBar', () => {
  it('redraws one output in place, at most every 200 ms', () =>
    withClock(pass =>
      withKernel(shown => {
        const bar = progressBar({ title: 'run', total: 1000 });
        for (let step = 1; step <= 100; step++) {
          pass(10);
          bar.update({ step, loss: 1 / step, imagesPerSecond: 512.3 });
        }
        // At the start, and after 200, 400, 600, 800 and 1000 ms.
        assert.deepEqual(
          shown.map(({ bundle }) => /(\d+) of/.exec(bundle['text/plain'] as string)![1]),
          ['0', '20', '40', '60', '80', '100'],
        );
        assert.deepEqual(
          shown.map(({ update }) => update),
          [false, ...Array(5).fill(true)],
        );
        assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
        const text = 'run: 10%, 100 of 1000 steps, 9.0 s left, 512 images/s, loss 0.01';
        assert.equal(shown[5].bundle['text/plain'], text);
        const html = shown[5].bundle['text/html'] as string;
        assert.equal(html.replace(/<svg.*<\/svg>/s, '').replace(/<[^>]*>/g, ''), text);
        assert.match(html, /width: 10\.0%/);
        assert.match(html, /<polyline/);
        assert.equal(shown[5].bundle['image/png'], undefined);
      }),
    ));

  it('ends with a summary and a still of the loss', () =>
    withClock(pass =>
      withKernel(shown => {
        const bar = progressBar({ title: 'a <b>', total: 50 });
        pass(90_500);
        for (let step = 1; step <= 40; step++) bar.update({ step, loss: 3 - step / 20 });
        bar.end();
        const count = shown.length;
        bar.end();
        bar.update({ step: 41 });
        assert.equal(shown.length, count);
        const { bundle, metadata, update } = shown.at(-1)!;
        assert.equal(update, true);
        assert.equal(bundle['text/plain'], 'a <b>: 40 of 50 steps in 1 min 31 s, loss from 2.95 to 1');
        assert.match(bundle['text/html'] as string, /<strong>a &lt;b&gt;<\/strong>/);
        assert.ok(countColour(pngOf(bundle), palette[0]) > 300);
        assert.ok((metadata!['image/png'] as { width: number }).width > 0);
      }),
    ));

  it('is full where something else than the last step ends the run, and says what', () =>
    withKernel(shown => {
      const bar = progressBar({ title: 'race', total: 500 });
      bar.update({ step: 240, loss: 1 });
      bar.end('stopWhen');
      const { bundle } = shown.at(-1)!;
      assert.match(bundle['text/plain'] as string, /^race: 240 of 500 steps in .*, ended by stopWhen/);
      assert.match(bundle['text/html'] as string, /width: 100\.0%/);
    }));

  it('draws few points however many losses there are', () =>
    withKernel(shown => {
      const bar = progressBar({ title: 'long', total: Infinity });
      for (let step = 1; step <= 20_000; step++) bar.update({ step, loss: step === 7777 ? NaN : Math.sin(step) });
      bar.end();
      const lines = [...(shown.at(-1)!.bundle['text/html'] as string).matchAll(/points="([^"]*)"/g)];
      assert.equal(lines.length, 2);
      for (const [, points] of lines) {
        assert.ok(points.split(' ').length <= 300);
        assert.ok(!points.includes('NaN'));
      }
      assert.match(shown.at(-1)!.bundle['text/plain'] as string, /^long: 20,000 steps in /);
    }));

  it('never throws because drawing failed', () =>
    withKernel(
      () => {
        const bar = progressBar({ title: 'run', total: 0 });
        bar.update({ step: 1, loss: NaN });
        bar.end();
      },
      {
        display: () => {
          throw new Error('The socket is closed.');
        },
      },
    ));
});
