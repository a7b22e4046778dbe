/** The table, in notebooks/README.md, of what the lecture review treats and where the kit has it. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { lecture, lectures } from '../../src/course/lectures/lectures';

const root = path.join(__dirname, '../..');

/** The rows of the review, by the words of its Korean text, and the row of our table that treats each. */
const REVIEW: readonly (readonly [said: string, row: string])[] = [
  ['1. AlexNet', '1. AlexNet: structure'],
  ['1. ReLU Nonlinearity', '1.1 ReLU nonlinearity'],
  ['2. Training on Multiple GPUs', '1.2 Training on multiple GPUs'],
  ['3. Local Respnse Normalization(LRN)', '1.3 Local response normalization'],
  ['4. Overlapping pooling', '1.4 Overlapping pooling'],
  ['generating image translation and horizontal reflection', '1.5 Data augmentation: crops and reflections'],
  ['RGB channel의 강도 조절', '1.5 Data augmentation: intensities of RGB'],
  ['6. Dropout', '1.6 Dropout'],
  ['2. ZFNet : A bigger AlexNet', '2. ZFNet: a bigger AlexNet, visualizing'],
  ['max-unpool -> relu -> deconv -> max-unpool', '2. ZFNet: deconvnet, max-unpool, ReLU, deconv'],
  ['3. VGG', '3. VGG: small filters in a row'],
  ['1) Aggressive Stem', '4.1 GoogLeNet: aggressive stem'],
  ['2) Inception Module', '4.2 GoogLeNet: inception module'],
  ['3) Global Average Pooling', '4.3 GoogLeNet: global average pooling'],
  ['4) Auxiliary Classifiers', '4.4 GoogLeNet: auxiliary classifiers'],
  ['5. Residual Networks (ResNet)', '5. ResNet: skip connections'],
  ['Basic Block vs Bottleneck Block', '5. ResNet: basic block, bottleneck block'],
  ['Improving Residual Networks : Block Design', '5. ResNet: block design'],
  ['< 정리>', '6. Comparison'],
  ['7. Improving ResNets : ResNeXt', '7. ResNeXt'],
  ['Model Ensembles', '8. Model ensembles'],
  ['Grouped Convolution', '8. Grouped convolution'],
  ['Squeeze-and- Excitation Networks', '8. Squeeze-and-excitation'],
  ['Densely Connected Neural Networks', '8. Densely connected networks'],
  ['MobileNets : Tiny Networks', '8. MobileNets'],
  ['Neural Architecture Search', '8. Neural architecture search'],
  ['9. Summary', '9. Summary'],
];

interface Row {
  row: string;
  lecture: number;
  sources: string[];
  exercises: string[];
}

function rows(): Row[] {
  const lines = fs.readFileSync(path.join(root, 'notebooks', 'README.md'), 'utf8').split('\n');
  const head = lines.findIndex(line => line.startsWith('| the review '));
  const body = lines.slice(
    head + 2,
    lines.findIndex((line, i) => i > head && !line.startsWith('|')),
  );
  const links = (cell: string): string[] => [...cell.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link);
  return body.map(line => {
    const [, row, number, sources, exercises] = line.split('|').map(cell => cell.trim());
    return { row, lecture: Number(/\d+/.exec(number)?.[0]), sources: links(sources), exercises: links(exercises) };
  });
}

describe('the table of the review', () => {
  it('has a row for each row of the review', () => {
    const have = rows().map(({ row }) => row);
    assert.deepEqual(
      REVIEW.filter(([, row]) => !have.includes(row)).map(([said]) => said),
      [],
    );
    assert.equal(have.length, new Set(have).size);
  });

  it('knows the rows that the review has', function () {
    const review = path.join(root, '../shared/facts/lecture-review.ko.txt');
    if (!fs.existsSync(review)) {
      console.log('    the review is not on this machine: its words are not compared');
      return this.skip();
    }
    // The page has spaces of other kinds.
    const text = fs.readFileSync(review, 'utf8').replace(/[^\S\n]/g, ' ');
    assert.deepEqual(
      REVIEW.filter(([said]) => !text.includes(said)).map(([said]) => said),
      [],
    );
    // Its own numbering: nothing with a number is left out.
    const numbered = text.split('\n').flatMap(line => /^\s*(\d[.)] [A-Z].*?)\s*$/.exec(line)?.[1] ?? []);
    const known = REVIEW.map(([said]) => said);
    const missing = numbered.filter(
      line =>
        !/^4\. GoogLeNet|^5\. Data augmentation|^8\. Advance/.test(line) && !known.some(said => line.startsWith(said)),
    );
    assert.deepEqual(missing, []);
  });

  for (const { row, lecture: number, sources, exercises } of rows()) {
    it(`${row}: source and exercise exist, and the lecture uses them`, () => {
      assert.ok(sources.length > 0, 'no source file');
      for (const file of [...sources, ...exercises])
        assert.ok(fs.existsSync(path.join(root, 'notebooks', file)), `${file} is missing`);
      for (const file of exercises) {
        const name = path.basename(file, '.ts');
        assert.ok(fs.existsSync(path.join(root, 'test/exercises', `${name}.test.ts`)), `${name} has no test`);
      }
      const name = lectures().find(name => Number(name.slice(0, 2)) === number);
      assert.ok(name, `lecture ${number} is missing`);
      for (const file of exercises.filter(file => path.basename(file).startsWith(String(number).padStart(2, '0')))) {
        const exercise = path.basename(file, '.ts');
        assert.ok(lecture(name).includes(exercise), `notebooks/source/${name}.md does not name exercise ${exercise}`);
      }
    });
  }
});
