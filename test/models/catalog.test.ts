/** Every entry of the catalog against what papers and torchvision print, and against the comments in its own source. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { skeleton } from '../../src/layers';
import { architecture, catalog, type PublishedValue } from '../../src/models';
import { type Profile, profile } from '../../src/profile';

const models = path.join(__dirname, '../../src/models');
const papers = fs.readdirSync(models).map(file => path.parse(file).name).filter(name => !['index', 'catalog', 'published'].includes(name)); // prettier-ignore

const profiles = new Map<string, Profile>();

/** The profile of an entry, or with '@32' after its name of its form for 32 x 32 images; each is built once. */
function profileOf(name: string): Profile {
  const { build, at32 } = architecture(name.replace(/@32$/, ''));
  let known = profiles.get(name);
  if (!known) {
    known = profile(name.endsWith('@32') ? at32! : () => build());
    profiles.set(name, known);
  }
  return known;
}

/** torchvision rounds; papers round or cut. */
function agrees(ours: number, { value, unit, source }: PublishedValue): boolean {
  const error = Math.abs(ours - value);
  return unit === 1 ? error === 0 : error < (source.startsWith('torchvision') ? unit / 2 + 1 : unit);
}

function assertPublished(ours: number, published: PublishedValue, what: string): void {
  const { value, source, differs } = published;
  if (differs)
    assert.ok(!agrees(ours, published), `${what}: ours are ${value}, too, so the note "${differs}" is wrong`);
  else assert.ok(agrees(ours, published), `${what}: ${ours}, but ${value} in ${source}`);
}

describe('the catalog', () => {
  it('has each name once, and each builder that the folder exports', () => {
    assert.equal(new Set(catalog.map(entry => entry.name)).size, catalog.length);
    const text = fs.readFileSync(path.join(models, 'catalog.ts'), 'utf8');
    for (const file of papers) assert.ok(new RegExp(`^export [^;]*from './${file}';`, 'm').test(text), `${file}.ts is not in catalog.ts`); // prettier-ignore
    assert.throws(() => architecture('resnet51'), /The catalog has no 'resnet51'; did you mean 'resnet50'\?/);
  });

  for (const { name, build, published, at32 } of catalog) {
    it(name, function () {
      const start = performance.now();
      const counted = profile(() => build());
      const seconds = (performance.now() - start) / 1000;
      profiles.set(name, counted);
      const { parameters, multiplyAdds } = profileOf(name).totals;
      if (published.parameters) assertPublished(parameters, published.parameters, 'parameters');
      if (published.multiplyAdds) {
        const { side } = published.multiplyAdds;
        const counted = side ? profile(() => build({ inputShape: [side, side, 3] })).totals.multiplyAdds : multiplyAdds;
        assertPublished(counted, published.multiplyAdds, 'multiply-adds');
      }
      if (at32) {
        const small = skeleton(at32);
        assert.deepEqual(small.inputs[0].shape, [null, 32, 32, 3]);
        assert.deepEqual(small.outputs[0].shape, [null, 10]);
        small.dispose();
      }
      this.test!.title += `: ${parameters} parameters, ${multiplyAdds} multiply-adds (built and counted in ${seconds.toFixed(2)} s)`;
    });
  }

  it("has torchvision's own numbers", function () {
    const file = path.join(__dirname, '../../../shared/reference/torchvision-accuracy.json');
    if (!fs.existsSync(file)) this.skip();
    interface Row { params: number; gmacs: number; top1: number; top5: number } // prettier-ignore
    const theirs = (JSON.parse(fs.readFileSync(file, 'utf8')) as { models: Record<string, Row> }).models;
    let compared = 0;
    for (const { name, torch, published } of catalog) {
      if (!torch || !theirs[torch] || name === 'inceptionV3-auxiliary') continue;
      const { params, gmacs, top1, top5 } = theirs[torch];
      const ours = [published.parameters, published.multiplyAdds, published.top1, published.top5];
      assert.deepEqual(ours.map(number => number?.value), [params, gmacs * 1e9, top1, top5], name); // prettier-ignore
      compared++;
    }
    assert.equal(compared, Object.keys(theirs).length - 1); // Inception-v3, compared below
    const { params, gmacs, top1, top5 } = theirs.inception_v3;
    assert.equal(architecture('inceptionV3-auxiliary').published.parameters!.value, params);
    const { multiplyAdds, top1: first, top5: five } = architecture('inceptionV3').published;
    assert.deepEqual([multiplyAdds!.value, first!.value, five!.value], [gmacs * 1e9, top1, top5]);
  });
});

type Commented = Record<string, { of: string[]; rows?: (index: number) => string[] }>;

/**
 * Which networks the sizes in comments of a declaration are of: the first where the comment is after a row; any where
 * it is after a part of one. `rows` names the rows of an array without names, by index. In a file that is not here, they
 * are in the builder of the file's name, and of the first entry of the catalog whose name begins so.
 */
const COMMENTED: Record<string, Commented> = {
  alexnet: { alexnet: { of: ['alexnet'] }, oneWeirdTrick: { of: ['oneWeirdTrick'] }, cifarNet: { of: ['cifarNet'] } },
  densenet: { densenet: { of: ['densenet121'] }, densenetCifar: { of: ['densenet-bc100-k12-cifar'] } },
  efficientnet: { TABLE_1: { of: ['efficientnet-b0'] }, efficientnet: { of: ['efficientnet-b0'] } },
  googlenet: {
    TABLE_1: { of: ['googlenet'] },
    googlenet: { of: ['googlenet', 'googlenet-auxiliary'] },
    cifar: { of: ['googlenet@32'] },
  },
  inceptionV3: { inceptionV3: { of: ['inceptionV3'] }, auxiliaryClassifier: { of: ['inceptionV3-auxiliary'] } },
  inceptionV4: { inceptionV4: { of: ['inceptionV4'] }, inceptionResnetV2: { of: ['inceptionResnetV2'] } },
  mnasnet: {
    A1: { of: ['mnasnet-A1'], rows: i => [`stack${i + 1}`] },
    B1: { of: ['mnasnet-B1'], rows: i => [`stack${i + 1}`] },
    mnasnet: { of: ['mnasnet-B1'] },
  },
  mobilenet: {
    V1_TABLE_1: { of: ['mobilenet-v1'] },
    V2_TABLE_2: { of: ['mobilenet-v2'] },
    V3_TABLE_1: { of: ['mobilenet-v3-large'], rows: i => [`bneck${i + 1}`] },
    V3_TABLE_2: { of: ['mobilenet-v3-small'], rows: i => [`bneck${i + 1}`] },
  },
  nasnet: { nasnet: { of: ['nasnet-large', 'nasnet-cifar'] } },
  preactResnet: { preactResnet: { of: ['preactResnet200'] }, preactResnetCifar: { of: ['preactResnet164-cifar'] } },
  resnet: { residualNetwork: { of: ['resnet50'] } },
  resnetCifar: { resnetCifar: { of: ['resnet20-cifar'] } },
  resnext: { resnextCifar: { of: ['resnext29-8x64d-cifar'] } },
  senet: { senet154: { of: ['senet154'] } },
  shufflenetV2: { shufflenetV2: { of: ['shufflenetV2-x1'] } },
  vgg: { D: { of: ['vggD'], rows: i => [`conv${i + 1}`, `pool${i + 1}`] }, vgg: { of: ['vggD'] } },
};

function byName(file: string): Commented {
  const first = catalog.find(({ name }) => name.toLowerCase().startsWith(file.toLowerCase()));
  assert.ok(
    first,
    `the catalog has no name that begins with ${file}; say in COMMENTED of which networks its sizes are`,
  );
  return { [file]: { of: [first.name] } };
}

const SIZE = /\/\/ ((?:\d+(?: x \d+)*)(?:, (?:then )?\d+(?: x \d+)+)*)$/;

/** A comment of a size, the declarations around it, and the row that it is after. */
interface Comment {
  line: number;
  sizes: string[];
  declarations: string[];
  /** First arguments and keys of what ends on its line, the outermost first; or an index in an array without names. */
  labels: (string | number)[];
}

function commentsOf(file: string): Comment[] {
  const text = fs.readFileSync(path.join(models, `${file}.ts`), 'utf8');
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
  const lineOf = (position: number): number => source.getLineAndCharacterOfPosition(position).line;
  const comments = new Map<number, Comment>();
  text.split('\n').forEach((content, line) => {
    const [, sizes] = SIZE.exec(content) ?? [];
    if (sizes) comments.set(line, { line: line + 1, sizes: sizes.split(/, (?:then )?/), declarations: [], labels: [] });
  });
  const visit = (node: ts.Node): void => {
    const [first, last] = [lineOf(node.getStart()), lineOf(node.end)];
    if (
      (ts.isFunctionDeclaration(node) || ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node)) &&
      node.name
    ) {
      const name = ts.isStringLiteral(node.name) ? node.name.text : node.name.getText();
      for (const comment of comments.values()) {
        if (comment.line - 1 >= first && comment.line - 1 <= last) comment.declarations.push(name);
      }
    }
    const comment = comments.get(last);
    if (comment) {
      if (ts.isCallExpression(node) && node.expression.getText() !== 'torch' && node.arguments[0] && ts.isStringLiteral(node.arguments[0])) comment.labels.push(node.arguments[0].text); // prettier-ignore
      if (ts.isPropertyAssignment(node)) comment.labels.push(ts.isStringLiteral(node.name) ? node.name.text : node.name.getText()); // prettier-ignore
      if (ts.isArrayLiteralExpression(node.parent))
        comment.labels.push(node.parent.elements.indexOf(node as ts.Expression));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return [...comments.values()];
}

const written = (shape: readonly number[]): string => shape.join(' x ');
/** A comment may leave out the channels. */
const fits = (shape: readonly number[], size: string): boolean =>
  written(shape) === size || written(shape).startsWith(`${size} x `);

describe('comments of sizes in src/models', () => {
  for (const file of papers) {
    it(`${file}.ts`, function () {
      const declarations = COMMENTED[file] ?? byName(file);
      let exactly = 0;
      const comments = commentsOf(file);
      for (const { line, sizes, declarations: around, labels } of comments) {
        const where = `src/models/${file}.ts:${line}`;
        const known = around.filter(name => declarations[name]).at(-1);
        assert.ok(known, `${where} has a size in ${around.join(', ')}; say in COMMENTED of which network`);
        const { of, rows } = declarations[known];
        const { rows: counted } = profileOf(of[0]);
        const called = (label: string | number): string[] =>
          typeof label === 'number'
            ? (rows?.(label) ?? [])
            : counted
                .map(row => row.name)
                .filter(row => row === label || row.endsWith(label) || row.replace(/\d+$/, '') === label);
        const names = labels.map(called).find(found => found.length > 0);
        if (names) {
          exactly++;
          names.forEach((name, i) => {
            const { outputShape } = profileOf(of[0]).row(name);
            const size = rows && sizes.length > 1 ? sizes[i] : sizes[0];
            if (size && (sizes.length > 1 || i === 0 || !rows)) {
              assert.ok(fits(outputShape, size), `${where}: ${name} is ${written(outputShape)}, not ${size}`);
            }
          });
        } else {
          const all = of.flatMap(name => profileOf(name).layers);
          for (const size of sizes) assert.ok(all.some(layer => fits(layer.outputShape, size)), `${where}: nothing is ${size}`); // prettier-ignore
        }
      }
      assert.ok(exactly > 0, 'no comment stands behind a row');
      this.test!.title += `: ${comments.length}, of them ${exactly} of rows`;
    });
  }
});
