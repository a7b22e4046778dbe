import assert from 'node:assert/strict';
import { alexnet, architectureDiagram, blockDiagram, type Figure, googlenet, resnet } from '../../src';

const svgOf = async (figure: Figure): Promise<string> => (await figure.bundle)['image/svg+xml'] as string;
const count = (svg: string, pattern: RegExp): number => [...svg.matchAll(pattern)].length;

describe('the diagram of an architecture', () => {
  it("has the boxes of the paper's figure 2, with its sizes, and splits those that stand on two cards", async () => {
    const figure = architectureDiagram(() => alexnet());
    for (const size of ['55 x 55 x 96', '27 x 27 x 256', '13 x 13 x 384', '13 x 13 x 256']) {
      assert.ok(figure.text.includes(size), size);
    }
    const split = figure.text.split('\n').filter(line => line.includes('in 2 groups'));
    assert.deepEqual(
      split.map(line => line.trim().split(':')[0]),
      ['conv2', 'conv4', 'conv5'],
    );
    const svg = await svgOf(figure);
    assert.equal(count(svg, /stroke="white"/g), 3);
    assert.equal(count(svg, /<polygon/g), 3 * (1 + 11));
  });

  it('makes larger maps taller and more channels wider', async () => {
    const svg = await svgOf(architectureDiagram(() => alexnet()));
    // The front of each box: left top, right top, right bottom, left bottom.
    const fronts = [...svg.matchAll(/<polygon points="([^"]+)"[^>]*fill-opacity="0.55"/g)].map(([, points]) => {
      const [[left, top], [right], [, bottom]] = points.split(' ').map(point => point.split(',').map(Number));
      return { width: right - left, height: bottom - top };
    });
    const [image, conv1, pool1, conv2] = fronts;
    assert.ok(image.height > conv1.height && conv1.height > pool1.height);
    assert.ok(Math.abs(conv1.height / image.height - Math.sqrt(55 / 227)) < 0.01);
    assert.ok(image.width < conv1.width && conv1.width < conv2.width);
  });

  it('comes with a still, alternative text and no background', async () => {
    const { bundle, metadata } = await architectureDiagram(() => resnet({ depth: 18 })).picture;
    assert.ok(bundle['image/png']);
    assert.match((metadata!['image/png'] as { alt: string }).alt, /11,689,512 parameters/);
    assert.doesNotMatch(bundle['image/svg+xml'] as string, /fill="white"/);
  });
});

describe('the diagram of a block', () => {
  it("has the four branches of figure 2(b) of the GoogLeNet paper, with table 1's filters of 3a", () => {
    const lines = blockDiagram(() => googlenet(), 'inception3a')
      .text.split('\n')
      .map(line => line.trim());
    for (const line of [
      '1 x 1 conv, 64, ReLU from input',
      '1 x 1 conv, 96, ReLU from input',
      '3 x 3 conv, 128, ReLU from 1 x 1 conv, 96',
      '1 x 1 conv, 16, ReLU from input',
      '5 x 5 conv, 32, ReLU from 1 x 1 conv, 16',
      '3 x 3 max pool from input',
      '1 x 1 conv, 32, ReLU from 3 x 3 max pool',
    ]) assert.ok(lines.includes(line), line); // prettier-ignore
    assert.match(
      lines.at(-1)!,
      /^concatenate, 28 x 28 x 256 from 1 x 1 conv, 64 and 3 x 3 conv, 128 and 5 x 5 conv, 32 and 1 x 1 conv, 32$/,
    );
  });

  it('has the shortcut of a residual block as an edge to the sum', () => {
    const text = blockDiagram(() => resnet({ depth: 50 }), 'conv2_x/2').text;
    assert.match(text, /\+, ReLU from input and 1 x 1 conv, 256/);
  });

  it('is refused for a scope without layers', () => {
    assert.throws(
      () => blockDiagram(() => resnet({ depth: 18 }), 'conv9'),
      /no layers in 'conv9'; expected one of image, conv1, conv2_x/,
    );
  });
});
