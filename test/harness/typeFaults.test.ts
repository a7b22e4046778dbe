import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { typeWords } from '../../src/base/typeWords';
import { factsOf } from '../../src/course/facts';
import { exercisesOf } from '../../src/harness/exercises';
import { TypeChecker } from '../../src/harness/typeFaults';

const root = path.join(__dirname, '../..');
const TYPES = `import { tf } from 'cnn-kit';
export declare function add2(x: number): number;
export declare function pool(x: tf.Tensor4D, size: number): tf.Tensor4D;
`;

describe('the type errors of a student', () => {
  const checker = new TypeChecker(root);
  const file = path.join(root, 'exercises/99-types.ts');
  const faults = (source: string): string[] =>
    checker
      .faultsOf(file, source, TYPES, ['add2', 'pool'])
      .map(({ line, text, source: own }) => `${line}: ${text} | ${own}`);

  for (const [what, source, ...expected] of [
    ['none', 'export function add2(x: number): number {\n  return x + 2;\n}'],
    ['none where types are left out', 'export function add2(x) {\n  return x + 2;\n}'],
    [
      'none in what is not written',
      "export function add2(x: number): number {\n  throw new Error('Not written yet: add.');\n}",
    ],
    [
      'what it returns',
      "export function add2(x: number): number {\n  return 'two';\n}",
      "2: `add2` gives a string, expected a number | return 'two';",
    ],
    [
      'what it gives, undeclared',
      'export const add2 = (x: number) => `${x + 2}`;',
      '1: `add2` gives a string, expected a number | export const add2 = (x: number) => `${x + 2}`;',
    ],
    [
      'what it takes',
      'export function add2(x: string): number {\n  return x.length;\n}',
      '1: `x` of `add2` is a string, expected a number | export function add2(x: string): number {',
    ],
    [
      'how much it takes',
      'export function add2(x: number, y: number): number {\n  return x + y;\n}',
      '1: `add2` takes 2 parameters, expected 1 | export function add2(x: number, y: number): number {',
    ],
    [
      'an argument',
      "import { tf } from 'cnn-kit';\nexport function pool(x: tf.Tensor4D, size: number): tf.Tensor4D {\n  return tf.maxPool(x, `${size}`, 2, 'same');\n}",
      "3: `tf.maxPool` is given a string, expected `number | [number, number]` | return tf.maxPool(x, `${size}`, 2, 'same');",
    ],
    [
      'a name',
      'export function add2(width: number): number {\n  return widht + 2;\n}',
      '2: there is no `widht` here; did you mean `width`? | return widht + 2;',
    ],
    [
      'an import',
      "import { loadCifar10, tf } from 'cnn-kit';\nexport const add2 = (x: number): number => loadCifar10(tf.scalar(x));",
      "1: cnn-kit has no `loadCifar10`; did you mean `cifar10`? | import { loadCifar10, tf } from 'cnn-kit';",
    ],
    [
      'an import that nothing is near to',
      "import { zebra } from 'cnn-kit';\nexport const add2 = (x: number): number => zebra(x);",
      "1: cnn-kit has no `zebra` | import { zebra } from 'cnn-kit';",
    ],
    [
      'a property',
      "import { tf } from 'cnn-kit';\nexport function pool(x: tf.Tensor4D): tf.Tensor4D {\n  return x.maxPol();\n}",
      '3: `maxPol` is no property of a tensor of rank 4; did you mean `maxPool`? | return x.maxPol();',
    ],
    [
      'a missing return',
      'export function add2(x: number): number {\n  x += 2;\n}',
      '1: `add2` gives nothing where it ends, expected a number | export function add2(x: number): number {',
    ],
    [
      'a rank',
      "import { tf } from 'cnn-kit';\nexport function pool(x: tf.Tensor4D) {\n  return x.mean<tf.Tensor2D>([1, 2]);\n}",
      '2: `pool` gives a tensor of rank 2, expected a tensor of rank 4 | export function pool(x: tf.Tensor4D) {',
    ],
    [
      'arithmetic',
      "import { tf } from 'cnn-kit';\nexport function pool(x: tf.Tensor4D): number {\n  return x * 2;\n}",
      '2: `pool` gives a number, expected a tensor of rank 4 | export function pool(x: tf.Tensor4D): number {',
      '3: `x` is a tensor of rank 4, expected a number | return x * 2;',
    ],
  ])
    it(`are, of ${what}, in the field's words with the student's line`, () => {
      assert.deepEqual(faults(source), expected);
    });

  const facts = factsOf();
  for (const exercise of exercisesOf())
    it(`are none of ${exercise} as it is handed out, nor of its solution`, () => {
      for (const folder of ['exercises', 'solutions']) {
        const text = fs.readFileSync(path.join(root, folder, `${exercise}.ts`), 'utf8');
        const place = path.join(root, 'exercises', `${exercise}.ts`);
        assert.deepEqual(checker.faultsOf(place, text, facts[exercise].types, facts[exercise].functions), []);
      }
    });

  it('have types in words', () => {
    const words = {
      'number[]': 'an array of numbers',
      'Tensor<Rank.R4>': 'a tensor of rank 4',
      'tf.Tensor1D': 'a tensor of rank 1',
      'Promise<string>': 'a promise of a string',
      '{ field: number; }': 'an object { field: number }',
      '"relu"': 'the string "relu"',
      StackCost: 'a StackCost',
      'Individual[]': 'an array of Individuals',
    };
    for (const [type, text] of Object.entries(words)) assert.equal(typeWords(type), text);
  });
});
