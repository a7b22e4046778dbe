import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { OFFLINE_CLASSES, offlineImages, readCifar10, writeCifar10 } from '../../src/data';
import { OFFLINE_KINDS, type OfflineKind } from '../../src/data/offline';

const SHA256 = '92012c70aba3632ff82fd82c1347b899a7bc5136f9b70b98f5b703f056c511b2';

describe('offline images', () => {
  it('have the same bytes on every machine', () => {
    const { images, labels } = offlineImages({ split: 'train', count: 1000 });
    assert.equal(createHash('sha256').update(images).update(labels).digest('hex'), SHA256);
  });

  it('are a prefix of any larger set, and others for the test split and for another seed', () => {
    const few = offlineImages({ split: 'train', count: 13 });
    const more = offlineImages({ split: 'train', count: 40 });
    assert.deepEqual(more.images.subarray(0, few.images.length), few.images);
    assert.deepEqual(more.labels.subarray(0, 13), few.labels);
    const everyOne = [
      more,
      offlineImages({ split: 'test', count: 40 }),
      offlineImages({ split: 'train', count: 40, seed: 1 }),
    ];
    const different = new Set(
      everyOne.flatMap(({ images }) =>
        Array.from({ length: 40 }, (_, i) => Buffer.from(images.subarray(i * 3072, (i + 1) * 3072)).toString('latin1')),
      ),
    );
    assert.equal(different.size, 120);
  });

  it('hold each class once in every ten, in changing order', () => {
    const { labels } = offlineImages({ split: 'test', count: 50 });
    const tens = [0, 10, 20, 30, 40].map(start => [...labels.subarray(start, start + 10)]);
    for (const ten of tens) assert.deepEqual([...ten].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.ok(new Set(tens.map(String)).size > 1);
  });

  it('need shape, colour and texture: with any two of them, no rule is right more than 6 times in 10', () => {
    assert.equal(new Set(OFFLINE_CLASSES).size, 10);
    const cues: (keyof OfflineKind)[] = ['shape', 'colour', 'texture'];
    for (const hidden of cues) {
      const seen = OFFLINE_KINDS.map(kind => cues.filter(cue => cue !== hidden).map(cue => kind[cue]));
      assert.ok(new Set(seen.map(String)).size <= 6, hidden);
    }
  });

  it('are of the layout of CIFAR-10', () => {
    const set = offlineImages({ split: 'test', count: 20 });
    const read = readCifar10(writeCifar10(set));
    assert.deepEqual([read.images, read.labels, read.shape], [set.images, set.labels, set.shape]);
  });

  it('show their colour: in the middle, red exceeds blue in red classes and falls short of it in blue ones', () => {
    const { images, labels, length } = offlineImages({ split: 'test', count: 500 });
    let right = 0;
    for (let i = 0; i < length; i++) {
      let excess = 0;
      for (let y = 14; y < 18; y++) {
        for (let x = 14; x < 18; x++) {
          const p = i * 3072 + (y * 32 + x) * 3;
          excess += images[p] - images[p + 2];
        }
      }
      right += Number(excess > 0 === (OFFLINE_KINDS[labels[i]].colour === 'red'));
    }
    assert.ok(right / length > 0.9, `${right}`);
  });

  it('refuse what cannot be', () => {
    assert.throws(
      () => offlineImages({ split: 'train', count: 0 }),
      /count of offlineImages is 0; expected a whole number from 1/,
    );
    assert.throws(
      () => offlineImages({ split: 'validation' as 'test', count: 1 }),
      /split of offlineImages is 'validation'/,
    );
    assert.throws(() => offlineImages({ split: 'train', count: 1, seed: NaN }), /seed of offlineImages is NaN/);
  });
});
