import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cifar10, CIFAR10_CACHE } from '../../src/cifar10/cifar10';
import { lectureImages, readCifar10, writeCifar10 } from '../../src/data';

const SAMPLE = path.join(__dirname, '..', '..', '..', 'shared', 'data', 'cifar-10-sample');

/** A record of this label: red 1, 2, 3, ..., green all 100, blue all 200. */
function record(label: number): Uint8Array {
  const bytes = new Uint8Array(3073);
  bytes[0] = label;
  for (let p = 0; p < 1024; p++) {
    bytes[1 + p] = p + 1;
    bytes[1025 + p] = 100;
    bytes[2049 + p] = 200;
  }
  return bytes;
}

describe('CIFAR-10', () => {
  it('reads planes into pixels, row by row', () => {
    const set = readCifar10(Buffer.concat([record(3), record(9)]), 'two.bin');
    assert.deepEqual([set.length, set.shape, [...set.labels]], [2, [32, 32, 3], [3, 9]]);
    assert.deepEqual([...set.images.subarray(0, 6)], [1, 100, 200, 2, 100, 200]);
    assert.deepEqual([...set.images.subarray(32 * 3, 32 * 3 + 3)], [33, 100, 200]);
    assert.deepEqual([...set.images.subarray(3072, 3075)], [1, 100, 200]);
    assert.equal(set.classes[set.labels[0]], 'cat');
  });

  it('refuses any other length with file and length, and a label above 9 with its record', () => {
    for (const length of [0, 1, 3072, 3074, 2 * 3073 - 1]) {
      assert.throws(
        () => readCifar10(new Uint8Array(length), 'some.bin'),
        new RegExp(`^Error: some.bin is ${length} bytes long; expected a whole number of 3073-byte records`),
      );
    }
    assert.throws(
      () => readCifar10(Buffer.concat([record(0), record(10)]), 'some.bin'),
      /Record 1 of some.bin has the label 10; expected 0 to 9/,
    );
  });

  it('writes what it reads', () => {
    const bytes = Uint8Array.from({ length: 3 * 3073 }, (_, i) => (i % 3073 === 0 ? i / 3073 : (i * 31) % 251));
    assert.deepEqual(writeCifar10(readCifar10(bytes)), bytes);
    const set = readCifar10(bytes);
    assert.throws(() => writeCifar10({ ...set, shape: [16, 64, 3] }), /images of 16 x 64 x 3; expected 32 x 32 x 3/);
  });

  describe('from a folder', () => {
    const before = process.env.CNN_KIT_DATA;
    let folder: string;
    beforeEach(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cifar10-'))));
    afterEach(() => {
      fs.rmSync(folder, { recursive: true });
      if (before === undefined) delete process.env.CNN_KIT_DATA;
      else process.env.CNN_KIT_DATA = before;
    });

    it('joins the batches that are there, in order, and says how many images', () => {
      fs.writeFileSync(path.join(folder, 'data_batch_2.bin'), Buffer.concat([record(2), record(4)]));
      fs.writeFileSync(path.join(folder, 'data_batch_1.bin'), record(1));
      const set = cifar10({ split: 'train', folder });
      assert.deepEqual([set.name, set.length, [...set.labels]], ['CIFAR-10 train (3 of 50000 images)', 3, [1, 2, 4]]);
      assert.deepEqual([...set.images.subarray(2 * 3072, 2 * 3072 + 3)], [1, 100, 200]);
      assert.throws(() => cifar10({ split: 'test', folder }), /no test_batch.bin in .*npm run data -- cifar10/);
    });

    it('takes the one that CNN_KIT_DATA names, and so does lectureImages', () => {
      fs.writeFileSync(path.join(folder, 'test_batch.bin'), Buffer.concat([record(5), record(6)]));
      process.env.CNN_KIT_DATA = folder;
      assert.deepEqual([...cifar10({ split: 'test' }).labels], [5, 6]);
      assert.deepEqual([...lectureImages({ split: 'test', count: 1 }).labels], [5]);
      assert.equal(lectureImages({ split: 'test', count: 9 }).name, 'CIFAR-10 test (2 of 10000 images)');
      assert.throws(() => lectureImages({ split: 'train' }), /no data_batch_1.bin/);
    });

    it('lectureImages are the offline ones where there is no CIFAR-10', function () {
      if (fs.existsSync(CIFAR10_CACHE)) this.skip();
      delete process.env.CNN_KIT_DATA;
      assert.equal(lectureImages({ split: 'train', count: 20 }).name, 'offline images train (20)');
      assert.throws(() => lectureImages({ split: 'train', count: 0 }), /count of lectureImages is 0/);
    });
  });

  it('reads real images', function () {
    if (!fs.existsSync(SAMPLE)) {
      console.log(`      skipped: there is no ${SAMPLE}`);
      this.skip();
    }
    const train = cifar10({ split: 'train', folder: SAMPLE });
    const test = cifar10({ split: 'test', folder: SAMPLE });
    assert.deepEqual([train.length, test.length], [4000 + 3 * 1017, 500]);
    // Known of the official files: they start with a frog and two trucks; the test images with a cat and two ships.
    assert.deepEqual(
      [...train.labels.subarray(0, 3)].map(label => train.classes[label]),
      ['frog', 'truck', 'truck'],
    );
    assert.deepEqual(
      [...test.labels.subarray(0, 3)].map(label => test.classes[label]),
      ['cat', 'ship', 'ship'],
    );
    // And with this pixel: the first image of train.images[0, 0] in every loader is (59, 62, 63).
    assert.deepEqual([...train.images.subarray(0, 3)], [59, 62, 63]);
    const bytes = fs.readFileSync(path.join(SAMPLE, 'test_batch.bin'));
    assert.ok(bytes.equals(writeCifar10(test)));
    assert.throws(() => readCifar10(bytes.subarray(0, -1), 'cut.bin'), /cut.bin is 1536499 bytes long/);
  });
});
