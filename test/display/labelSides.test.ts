import assert from 'node:assert/strict';
import { labelSides } from '../../src/display';

const mark = (x: number, y: number, label = 'name'): Parameters<typeof labelSides>[0][number] => ({
  x,
  y,
  radius: 4,
  label,
});

describe('sides of labels', () => {
  it('is the right one where nothing is in the way', () =>
    assert.deepEqual(labelSides([mark(50, 50), mark(50, 150)], [200, 200]), ['middle right', 'middle right']));

  it('leaves neither the chart nor covers a mark', () => {
    assert.deepEqual(labelSides([mark(190, 100)], [200, 200]), ['middle left']);
    assert.deepEqual(labelSides([mark(100, 100), mark(115, 100)], [200, 200]), ['top center', 'middle right']);
  });

  it('does not cover the label of another mark close by', () => {
    const [first, second] = labelSides([mark(10, 100, 'alexnet'), mark(10, 106, 'oneWeirdTrick')], [200, 200]);
    assert.deepEqual([first, second], ['middle right', 'bottom right']);
  });
});
