import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type Comparison, similarities, similarityJson, sharedRanges } from '../../src/grading/report/similarity';
import { dolosReport } from '../../src/grading/report/dolos';
import { similarityPage } from '../../src/grading/report/similarityPage';
import { tokensOf } from '../../src/grading/report/tokens';
import { writeSimilarity } from '../../src/grading/report/writeSimilarity';
import { stubOf } from '../../src/harness/stub';
import { seededRandom } from '../../src/base/random';

const SOLUTIONS = path.join(__dirname, '../../solutions');
const SEED = Number(process.env.CNN_KIT_SEED ?? 2026);
const read = (name: string): string => fs.readFileSync(path.join(SOLUTIONS, `${name}.ts`), 'utf8');

/** The comparison of sources by their students. */
async function compared(sources: Record<string, string>, given?: string): Promise<Comparison> {
  const works = Object.entries(sources).map(([student, source]) => ({ student, exercise: '02-lrn', source }));
  const [comparison] = await similarities(works, () => given);
  return comparison;
}

const groups = ({ groups }: Comparison): string[] => groups.map(({ students }) => students.join(' '));

/** A long statement, of another structure for each number. */
function piece(number: number): string {
  const operators = ['+', '-', '*', '**', '%', '&', '|', '^'];
  const random = seededRandom(number);
  const operator = (): string => operators[Math.floor(random() * operators.length)];
  return `q = ${Array.from({ length: 60 }, (_, i) => `${i % 2 ? 'a' : '2'} ${operator()} `).join('')} 1;\n`;
}
const pieces = (...numbers: number[]): string => numbers.map(piece).join('');

describe('the similarity report', () => {
  const original = read('02-lrn');
  const NAMES = ['half', 'channels', 'squares', 'none', 'sum'];
  const names = (to: string[]): string =>
    original.replace(/\b(half|channels|squares|none|sum)\b/g, name => to[NAMES.indexOf(name)]);
  const uncommented = original.replace(/\/\*\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const brackets = `\nconst x = ${'('.repeat(20_000)}1${')'.repeat(20_000)};\nvoid x;\n`;

  const COPIES: Record<string, [string, string]> = {
    'a whole file': [original, original],
    'one short statement': ['export const x = 1;', 'export const x = 1;'],
    'one token': ['x', 'x'],
    'one name of a property': ['__proto__', '__proto__'],
    'a short one under other spaces and comments': ['export const x = 1;', '// mine\nexport  const x\n= /* one */ 1'],
    'a short one with a byte order mark': ['export const x = 1;', '\ufeffexport const x = 1;'],
    'other names, no comments, other spaces': [original, names(['h', 'c', 's', 'z', 't']).replace(/\n/g, '\n\n')],
    'names that are words of TypeScript': [original, names(['type', 'get', 'as', 'of', 'from'])],
    'no comments': [original, uncommented],
    'no semicolons': [original, original.replace(/;$/gm, '')],
    'let for const, other quotes': [original, original.replace(/\bconst\b/g, 'let').replace(/'/g, '`')],
    'without export, as in a notebook': [original, original.replace(/export /g, '')],
    '20,000 brackets after a copy': [original, original + brackets],
    '20,000 brackets before a copy': [original, brackets + original],
    'brackets and a comment that a regular expression seems to begin': [
      original,
      `if (1) /[/*]/.test('');\n${original}${brackets}`,
    ],
    'brackets and a template that a regular expression seems to begin': [
      original,
      `function f() {} /\`/.test('');\n${original}${brackets}const y = 4 / 2;`,
    ],
    'regular expressions with quotes': [original, `const r = /[/*'"\`]/.source.length / 2;\n${original}`],
    "what fails an assertion of TypeScript's parser": [original, `${original}@of await `],
    'a great many numbers after a copy': [original, `${original}const n = [${'1,'.repeat(20_000)}1];`],
    'much other code after a copy': [original, original + pieces(...Array.from({ length: 100 }, (_, i) => i + 1))],
    'null bytes and half a pair': [original, original.replace(/;/g, ';\0 \ud800')],
    'old line ends': [original, original.replace(/\n/g, '\r')],
  };
  for (const [name, [one, other]] of Object.entries(COPIES))
    it(`finds ${name}`, async () => {
      const found = await compared({ anna: one, bela: other, carl: read('01-receptive-field') });
      assert.deepEqual(groups(found), ['anna bela']);
    });

  const OTHERS: Record<string, Record<string, string>> = {
    'other work': { anna: original, bela: read('01-receptive-field') },
    'short work that differs in a value': { anna: 'export const x = 1;', bela: 'export const x = 2;' },
    'an empty file and a short one': { anna: '', bela: 'export const x = 2;' },
    'the quote of another type': { anna: 'f("1")', bela: 'f(1)' },
  };
  for (const [name, sources] of Object.entries(OTHERS))
    it(`leaves alone ${name}`, async () => assert.deepEqual(groups(await compared(sources)), []));

  describe('what was handed out', () => {
    it('does not count, and what holds nothing else is named', async () => {
      const found = await compared({ anna: original, bela: uncommented, carl: original + pieces(1) }, original);
      assert.deepEqual(groups(found), []);
      assert.match(found.notes.join('\n'), /^2 submissions of 02-lrn hold only what was handed out/);
    });

    it('does not make two different answers alike', async () => {
      const given = pieces(1, 2, 3, 4, 5, 6);
      const found = await compared(
        { anna: given + pieces(7), bela: given + pieces(8), carl: given + piece(7).trim() },
        given,
      );
      assert.deepEqual(groups(found), ['anna carl']);
    });

    it('is also the notebook of the exercise, where nobody wrote anything', async () => {
      const { exerciseNotebook } = await import('../../src/release/exerciseNotebook');
      const stub = stubOf('02-lrn')!;
      const { cells } = exerciseNotebook(stub, '02-lrn', 8) as { cells: { source: string[] }[] };
      const source = cells.map(cell => cell.source.join('')).join('\n');
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'similar-'));
      const works = ['anna', 'bela'].map(student => ({ student, exercise: '02-lrn', source }));
      const said = await writeSimilarity(works, () => stub, folder);
      fs.rmSync(folder, { recursive: true });
      assert.match(said.join('\n'), /^0 submissions are alike.*\n2 submissions of 02-lrn hold only/);
    });
  });

  it('makes groups of what hangs together', async () => {
    const found = await compared({
      // a, b and c hang together, although a and c share a third only.
      ...{ a: pieces(1, 2, 3, 4, 5, 6), b: pieces(1, 2, 3, 4, 7, 8), c: pieces(9, 10, 3, 4, 7, 8) },
      ...{ d: pieces(11, 12), e: pieces(11, 12), f: pieces(13, 14), g: 'x', h: 'x', i: 'y' },
    });
    assert.deepEqual(groups(found).sort(), ['a b c', 'd e', 'g h']);
    assert.ok(!found.pairs.some(({ left, right }) => left.student === 'a' && right.student === 'c'));
    assert.match(found.notes.join('\n'), /3 submissions of 02-lrn have too little .*: g, h, i\./);
  });

  it('compares nothing but what shares something, and of identical works one', async () => {
    const class_ = (count: number, source: (i: number) => string): Promise<Comparison> =>
      compared(Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, source(i)])));
    for (const count of [20, 200]) {
      // Fingerprints have 25 bits: a few meet by chance.
      const byChance = count / 20;
      const others = (await class_(count, i => piece(i))).sharing.length;
      assert.ok(others <= byChance, `${others} pairs of ${count}`);
      const neighbours = (await class_(count, i => pieces(i, i + 1))).sharing.length - (count - 1);
      assert.ok(neighbours >= 0 && neighbours <= 3 * byChance, `${neighbours} more than ${count - 1} pairs`);
      const identical = await class_(count, () => original);
      assert.equal(identical.sharing.length, count - 1);
      assert.equal(identical.groups[0].students.length, count);
    }
  });

  it('counts what repeats once', async () => {
    for (const count of [1000, 120_000]) {
      const source = `export const a = [${'1,'.repeat(count)}1];`; // of cases/grader/tsim.js
      const { pairs, sharing } = await compared({ anna: source, bela: source.replace('a', 'b') });
      assert.equal(sharing.length, 1);
      assert.equal(pairs[0].similarity, 1);
      assert.ok(pairs[0].left.own.size < 10, `${count}: ${pairs[0].left.own.size}`);
    }
  });

  describe('the page', () => {
    it('shows two works side by side and marks what they share', async () => {
      const found = await compared({ anna: pieces(1, 2, 3, 4), bela: `// bela's\n${pieces(5, 1, 2, 3)}` });
      const marks = [...similarityPage([found]).matchAll(/<mark>([^<]*)<\/mark>/g)].map(([, text]) => text);
      assert.equal(marks.length, 2);
      const lines = JSON.parse([...similarityJson([found])].join('')).pairs[0].lines as number[][][];
      assert.deepEqual(lines, [[[1, 3]], [[3, 5]]]);
    });

    it('loads and runs nothing, and has no markup of students', async () => {
      const evil = '<b onclick="x">&</b><script src="http://evil"></script>';
      const source = `const x = '${evil}';`;
      const found = await compared({ [evil]: source, bela: source });
      const page = similarityPage([found]);
      assert.doesNotMatch(page, /<b |<script|<link|<img|href="[^#]|src="|url\(|@import/);
      assert.ok(page.includes('&lt;script'));
    });

    it('says what it leaves out', async () => {
      const page = similarityPage([
        await compared(
          Object.fromEntries(Array.from({ length: 1010 }, (_, i) => [`s${i}`, `export const x = 1; // ${i}`])),
        ),
      ]);
      assert.match(page, /The table shows the first 1000 of 1009 pairs/);
      assert.match(page, /200 of 1009 pairs are shown side by side/);
      const long = 'x '.repeat(1e5);
      assert.match(similarityPage([await compared({ a: long, b: long })]), /more characters are not shown/);
    });
  });

  it("is what Dolos's viewer reads", async () => {
    const found = await compared(
      {
        ...{
          anna: `// "one", two\r\n${original}`,
          bela: names(['h', 'c', 's', 'z', 't']),
          'c,"d"': original + piece(1),
        },
        ...{ elsa: `${original}const n = [${'1,'.repeat(5000)}1];`, finn: 'x', gina: 'x', hana: piece(2) },
      },
      stubOf('02-lrn'),
    );
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dolos-'));
    const report = dolosReport(found);
    for (const [name, text] of Object.entries(report)) fs.writeFileSync(path.join(folder, name), [...text].join(''));
    const code =
      'import csv,json,sys;csv.field_size_limit(1<<30);print(json.dumps([list(csv.DictReader(open(f"{sys.argv[1]}/{n}.csv",newline=""))) for n in ["metadata","files","kgrams","pairs"]]))';
    type Rows = Record<string, string>[];
    const text = execFileSync('python3', ['-c', code, folder], { encoding: 'utf8', maxBuffer: 1 << 28 });
    fs.rmSync(folder, { recursive: true });
    const [metadata, files, kgrams, pairs] = JSON.parse(text) as Rows[];

    // As web/src/api/workers/data.worker.ts of Dolos 2.8 does.
    const dolos = await import('@dodona/dolos-core');
    const { kgramLength, kgramsInWindow } = Object.fromEntries(
      metadata.map(({ property, value }) => [property, value]),
    );
    const file = (row: Record<string, string>) =>
      new dolos.TokenizedFile(
        new dolos.File(row.path, row.content, undefined, Number(row.id)),
        JSON.parse(row.ast),
        JSON.parse(row.mapping),
      );
    assert.equal(files.length, 8);
    assert.equal(files.find(({ id }) => id === '0')!.content, `// "one", two\r\n${original}`);
    const isKnown = new Set(kgrams.filter(({ ignored }) => ignored === 'false').map(({ hash }) => Number(hash)));
    const ignoredHashes = kgrams.filter(({ ignored }) => ignored === 'true').map(({ hash }) => Number(hash));
    for (const row of pairs) {
      const index = new dolos.FingerprintIndex(Number(kgramLength), Number(kgramsInWindow));
      const [left, right] = [row.leftFileId, row.rightFileId].map(id => file(files.find(one => one.id === id)!));
      assert.deepEqual([left.path, right.path], [row.leftFilePath, row.rightFilePath]);
      index.addFiles([left, right]);
      index.addIgnoredFile(file(files.find(({ ignored }) => ignored === 'true')!));
      index.addIgnoredHashes(ignoredHashes);
      const pair = index.getPair(left, right);
      for (const fragment of pair.buildFragments())
        for (const { fingerprint } of fragment.pairs) assert.ok(isKnown.has(fingerprint.hash));
      assert.deepEqual([pair.leftCovered, pair.rightCovered], [Number(row.leftCovered), Number(row.rightCovered)]);
      assert.equal(pair.overlap, Number(row.totalOverlap));
      assert.ok(pair.longest <= Number(row.longestFragment));
    }
    assert.ok(pairs.length >= 6, `${pairs.length} pairs`);
  });

  it('neither ends nor is blinded by what anyone writes', async () => {
    const random = seededRandom(SEED);
    const draw = (count: number): number => Math.floor(random() * count);
    const PARTS = [
      ...[
        '`',
        '${',
        '}',
        '{',
        '(',
        ')',
        '[',
        ']',
        '<',
        '>',
        '/',
        '//',
        '/*',
        '*/',
        "'",
        '"',
        '\\',
        '\n',
        '\r',
        '\0',
        ';',
      ],
      ...[
        '/[/*]/',
        '/`/',
        'get x() {',
        '__proto__',
        'constructor',
        'if (',
        'x = ',
        '=>',
        '#!',
        '#x',
        '<<<<<<< a\n',
        '@',
      ],
      ...[
        '\ud800',
        '\u2028',
        '\ufeff',
        '1e',
        '0x',
        '1_',
        '1n',
        'async',
        'await ',
        'import ',
        'export ',
        'function',
        '...',
      ],
      ...[
        '\n=======\n',
        '\n>>>>>>> b\n',
        '<a>',
        '</a>',
        'class A {',
        'new ',
        'typeof ',
        '/re/giu',
        '\\u{110000}',
        '?.',
        '%',
      ],
    ];
    for (let round = 0; round < 40; round++) {
      const part = (): string => {
        const one = PARTS[draw(PARTS.length)];
        return draw(20) ? one : one.repeat(draw(3000));
      };
      const source = Array.from({ length: draw(80) }, part).join('');
      const again = `CNN_KIT_SEED=${SEED} repeats it, in round ${round}`;
      const { starts, ends } = tokensOf(source);
      assert.ok(
        starts.every((start, i) => start < ends[i] && start >= (ends[i - 1] ?? 0)),
        again,
      );
      const found = await compared(
        { anna: source, bela: source, carl: source + part(), dora: original },
        stubOf('02-lrn'),
      );
      assert.ok(found.pairs.some(({ isIdentical }) => isIdentical) || source.trim() === '', again);
      for (const pair of found.pairs) {
        sharedRanges(pair).forEach((ranges, side) => {
          const { length } = [pair.left, pair.right][side].source;
          const isInOrder = ranges.every(([from, to], i) => from >= (ranges[i - 1]?.[1] ?? 0) && from < to);
          assert.ok(isInOrder && ranges.every(([, to]) => to <= length), again);
        });
      }
      assert.ok(similarityPage([found]).endsWith('</html> '), again);
      Object.values(dolosReport(found)).forEach(text => assert.ok([...text].length, again));
      JSON.parse([...similarityJson([found])].join(''));
    }
  });
});
