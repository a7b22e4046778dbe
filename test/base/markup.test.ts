import assert from 'node:assert/strict';
import { linesMarkup } from '../../src/base/markup';

describe('the lines of a text in a notebook', () => {
  it('keep their order, indentation and words, and mark what passes and what fails', () => {
    const html = linesMarkup('✓ a < b\n✗ c\n    said why\n\nend');
    const lines = [...html.matchAll(/<div style="margin-left: (\d+)ch[^"]*">(.*?)<\/div>/g)];
    assert.deepEqual(
      lines.map(([, margin, content]) => [margin, content.replace(/<[^>]*>/g, '')]),
      [
        ['0', '✓ a &lt; b'],
        ['0', '✗ c'],
        ['4', 'said why'],
        ['0', '&nbsp;'],
        ['0', 'end'],
      ],
    );
    assert.match(lines[0][2], /success/);
    assert.match(lines[1][2], /error/);
    assert.doesNotMatch(lines[4][2], /<b/);
  });
});
