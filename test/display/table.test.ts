import assert from 'node:assert/strict';
import { table, type MimeBundle } from '../../src/display';

const bundleOf = (...input: Parameters<typeof table>): MimeBundle => table(...input).bundle as MimeBundle;

describe('table', () => {
  const rows = [
    { layer: 'conv1', parameters: 34944, share: 0.00057 },
    { layer: 'fc6', parameters: 37752832, share: 0.617 },
  ];

  it('aligns text to the left and numbers to the right', () => {
    assert.equal(
      bundleOf(rows, { caption: 'AlexNet', digits: 2 })['text/plain'],
      [
        'AlexNet',
        'layer  parameters  share',
        '-----  ----------  -----',
        'conv1      34,944   0.00',
        'fc6    37,752,832   0.62',
      ].join('\n'),
    );
    const html = bundleOf(rows)['text/html'] as string;
    assert.match(
      html,
      /<td style="text-align: left">conv1<\/td><td align="right" style="text-align: right">34,944<\/td>/,
    );
    assert.match(html, /<th scope="col" align="right" style="text-align: right">share<\/th>/);
  });

  it('keeps 4 significant digits by default', () => {
    const lines = (bundleOf([{ x: 1 / 3 }, { x: 12345.678 }, { x: 2 }])['text/plain'] as string).split('\n');
    assert.deepEqual(
      lines.slice(2).map(line => line.trim()),
      ['0.3333', '12,350', '2'],
    );
  });

  it('escapes HTML in cells, heads and the caption', () => {
    const evil = '<script>alert("1")</script>';
    const html = bundleOf([{ [evil]: evil }], { caption: evil })['text/html'] as string;
    assert.ok(!html.includes('<script'));
    assert.equal(html.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;').length - 1, 3);
  });

  it('escapes Markdown, so that every line has as many cells as the head', () => {
    const markdown = bundleOf([{ 'a|b': 'x | <b>\ny', c_d: 1 }])['text/markdown'] as string;
    assert.equal(markdown, ['| a\\|b | c\\_d |', '| --- | ---: |', '| x \\| &lt;b><br>y | 1 |'].join('\n'));
  });

  it('takes columns in the order wanted, and leaves missing values empty', () => {
    const text = bundleOf(
      [
        { a: 1, b: 2 },
        { b: 3, c: null },
      ],
      { columns: ['b', 'a', 'c'] },
    )['text/plain'];
    assert.equal(text, 'b  a  c\n-  -  -\n2  1\n3');
  });

  it('refuses rows that are no objects, and columns that no row has', () => {
    assert.throws(() => table([1] as never), /rows of table at place 0 is 1; expected an object/);
    assert.throws(() => table(rows, { columns: ['size'] }), /No row has the column 'size'; expected some of layer, /);
  });
});
