import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ready } from '../../src';
import { torchModel } from '../../src/weights/torchModels';
import { comparisons, relativeError } from '../../src/parity/parity';
import { main } from '../../src/parity/parityCommand';
import { readReference } from '../../src/parity/referenceFile';

/** Made by reference.py, in float64. */
const references = path.join(__dirname, 'references');
const logitsFile = path.join(references, 'logits/timm-mobilenetv1_100.json');
const operationsFile = path.join(references, 'ops.json');

type Json = Record<string, any>;

/** What the command prints, and its exit status. */
async function run(...args: string[]): Promise<{ status: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const { log, error } = console;
  console.log = (line: string) => void out.push(line);
  console.error = (line: string) => void err.push(line);
  try {
    return { status: await main(args), out: out.join('\n'), err: err.join('\n') };
  } finally {
    Object.assign(console, { log, error });
  }
}

describe('parity', function () {
  let folder: string;
  before(async () => {
    await ready();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-'));
  });
  after(() => {
    if (folder) fs.rmSync(folder, { recursive: true });
  });

  /** A copy of a reference file, changed. */
  function changed(source: string, change: (json: Json) => void): string {
    const json = JSON.parse(fs.readFileSync(source, 'utf8')) as Json;
    change(json);
    const file = path.join(folder, 'changed.json');
    fs.writeFileSync(file, JSON.stringify(json));
    return file;
  }
  const withoutSteps = (change: (cases: Json[]) => void = () => {}): string =>
    changed(operationsFile, json => {
      json.trainSteps = [];
      change(json.cases as Json[]);
    });

  it('passes a network: parameters, state dict, logits', async () => {
    const { status, out, err } = await run(logitsFile);
    assert.equal(status, 0, out);
    assert.equal(err, '');
    assert.match(out, /timm\/mobilenetv1_100 \(seed 1, 1 x 3 x 224 x 224\)/);
    assert.match(out, /ok {5}parameters +4,231,976/);
    assert.match(out, /ok {5}state dict +all 137 entries match/);
    assert.match(out, /ok {5}logits +\d\.\de-\d of the largest/);
    assert.match(out, /1 files: 3 passed, 0 failed/);
  });

  it('passes ConvNeXt', async () => {
    const { status, out } = await run(path.join(references, 'logits/convnext_tiny.json'));
    assert.equal(status, 0, out);
    assert.match(out, /parameters +28,589,128\n.*all 182 entries match/);
  });

  it("maps timm's names of ConvNeXt's weights to torchvision's", () => {
    const entries = (name: string): string[] => {
      const text = fs.readFileSync(path.join(references, `logits/${name}.json`), 'utf8');
      return Object.keys((JSON.parse(text) as { stateDict: object }).stateDict);
    };
    const renamed = torchModel('timm/convnext_tiny').names!(entries('timm-convnext_tiny'));
    assert.deepEqual([...renamed.values()].sort(), entries('convnext_tiny').sort());
  });

  it('passes every technique, its outputs and its gradients', async () => {
    const { status, out } = await run(withoutSteps());
    assert.equal(status, 0, out);
    for (const op of ['lrn', 'groupedConv2d', 'maxUnpool', 'deconv', 'pcaColour', 'batchNormTrain']) {
      assert.match(out, new RegExp(`technique \\d+: ${op}`));
    }
    assert.match(out, /1 files: 32 passed, 0 failed/);
  });

  it('passes a training step: the loss and the norms', async () => {
    const file = changed(operationsFile, json => {
      json.cases = [];
      json.trainSteps = json.trainSteps.filter((step: Json) => step.model === 'resnet18');
    });
    const { status, out } = await run(file);
    assert.equal(status, 0, out);
    assert.match(out, /gradient norms 62 norms: .*; of the largest norm .*, of the norm itself at most .* \(/);
  });

  const WRONG: [what: string, source: string, change: (json: Json) => void, line: RegExp][] = [
    ['one logit', logitsFile, json => (json.logits[500] += 0.01), /FAILED logits/],
    ['the number of parameters', logitsFile, json => json.parameters++, /FAILED parameters +4,231,976, not 4,231,977/],
    [
      'an entry of the state dict less',
      logitsFile,
      json => delete json.stateDict['bn1.bias'],
      /FAILED state dict +bn1\.bias is not in the file/,
    ],
    ['an entry more', logitsFile, json => (json.stateDict['bn9.bias'] = [4]), /bn9\.bias has no place here/],
    ['a shape', logitsFile, json => (json.stateDict['bn1.bias'] = [4]), /bn1\.bias is \[32\] here and \[4\] there/],
    ['the seed', logitsFile, json => (json.seed = 2), /FAILED logits/],
  ];
  for (const [what, source, change, line] of WRONG) {
    it(`fails with status 1 when the file has another value: ${what}`, async () => {
      const { status, out } = await run(changed(source, change));
      assert.equal(status, 1);
      assert.match(out, line);
    });
  }

  it('fails with status 1 when a gradient or an output of a technique is another', async () => {
    for (const [i, name] of [
      [0, 'y'],
      [0, 'dx'],
      [4, 'dw'],
      [7, 'unpooled'],
      [11, 'runningVar'],
    ] as const) {
      const file = withoutSteps(cases => {
        cases[i][name].values[1] += 0.01;
        cases.splice(0, cases.length, cases[i]);
      });
      const { status, out } = await run(file);
      assert.equal(status, 1);
      assert.match(out, new RegExp(`FAILED ${name}`));
    }
  });

  it('fails with status 1 when a norm or the loss is another', async () => {
    const file = changed(operationsFile, json => {
      json.cases = [];
      json.trainSteps.length = 1;
      json.trainSteps[0].loss *= 1.001;
      json.trainSteps[0].gradL2['layer1.0.conv1.weight'] *= 1.01;
    });
    const { status, out } = await run(file);
    assert.equal(status, 1);
    assert.match(out, /FAILED loss/);
    assert.match(out, /FAILED gradient norms .*\(layer1\.0\.conv1\.weight\)/);
  });

  const DAMAGED: [what: string, source: string, change: (json: Json) => void, field: RegExp][] = [
    ['no seed', logitsFile, json => delete json.seed, /the field seed is missing\.$/],
    ['no logits', logitsFile, json => delete json.logits, /the field logits is missing\.$/],
    [
      'a logit that is a text',
      logitsFile,
      json => (json.logits[3] = 'x'),
      /: logits is .*; expected a list of numbers\.$/,
    ],
    [
      'a shape that is a text',
      logitsFile,
      json => (json.stateDict['bn1.bias'] = '32'),
      /: stateDict\.bn1\.bias is "32"; expected a list/,
    ],
    [
      'a state dict that is a list',
      logitsFile,
      json => (json.stateDict = []),
      /: stateDict is \[\]; expected an object\.$/,
    ],
    [
      'an unknown network',
      logitsFile,
      json => (json.model = 'resnet19'),
      /: model is of an unknown network: There is no network 'resnet19' here; did you mean 'resnet1/,
    ],
    [
      'an input of three numbers',
      logitsFile,
      json => (json.inputShapeNCHW = [3, 224, 224]),
      /: inputShapeNCHW is \[3,224,224\]; expected four/,
    ],
    [
      'a list in place of a case',
      operationsFile,
      json => (json.cases[2] = []),
      /: cases\[2\] is \[\]; expected an object\.$/,
    ],
    [
      'an unknown technique',
      operationsFile,
      json => (json.cases[0].op = 'lrm'),
      /: cases\[0\]\.op is the unknown technique lrm; known are lrn/,
    ],
    [
      'a technique without an output',
      operationsFile,
      json => delete json.cases[4].y,
      /: the field cases\[4\]\.y is missing\.$/,
    ],
    [
      'too few numbers',
      operationsFile,
      json => json.cases[4].dw.values.pop(),
      /: cases\[4\]\.dw\.values is .*; expected a list of 72 numbers\.$/,
    ],
    [
      'a step of an unknown network',
      operationsFile,
      json => (json.trainSteps[1].model = 'x'),
      /: trainSteps\[1\]\.model is of an unknown network/,
    ],
    [
      'too few labels',
      operationsFile,
      json => json.trainSteps[0].labels.pop(),
      /: trainSteps\[0\]\.labels is .*; expected one whole number for each of the 4/,
    ],
    [
      'a step with dropout',
      operationsFile,
      json => (json.trainSteps[0].dropout = 0.5),
      /: trainSteps\[0\]\.dropout is 0\.5; expected 0/,
    ],
    [
      'a norm that is a text',
      operationsFile,
      json => (json.trainSteps[0].gradL2['fc.bias'] = '1'),
      /: trainSteps\[0\]\.gradL2\.fc\.bias is "1"; expected a number\.$/,
    ],
  ];
  for (const [what, source, change, field] of DAMAGED) {
    it(`refuses a damaged file with status 2 and names the field: ${what}`, async () => {
      const file = changed(source, change);
      const { status, out, err } = await run(logitsFile, file);
      assert.equal(status, 2);
      assert.equal(out, '', 'nothing is computed');
      assert.ok(err.startsWith(file), err);
      assert.match(err, field);
      assert.equal(err.split('\n').length, 1);
    });
  }

  it('refuses with status 2 what is no reference file', async () => {
    const file = path.join(folder, 'broken.json');
    for (const [text, message] of [
      ['{"model": ', /broken\.json is not JSON: /],
      ['', /broken\.json is not JSON: /],
      ['[]', /broken\.json: the whole is \[\]; expected an object\.$/],
      ['{}', /broken\.json is no reference file: it has neither/],
    ] as const) {
      fs.writeFileSync(file, text);
      const { status, err } = await run(file);
      assert.equal(status, 2);
      assert.match(err, message);
    }
    assert.match(
      (await run(path.join(folder, 'none.json'))).err,
      /none\.json cannot be read: there is no such file\.$/,
    );
    assert.match((await run(folder)).err, /cannot be read: it is a folder\.$/);
    assert.match((await run()).err, /No file is named; expected npm run parity/);
    assert.equal((await run('--what', logitsFile)).status, 2);
  });

  it('refuses with status 2 pictures that the network cannot take, when it comes to build it', async () => {
    const { status, err } = await run(
      changed(logitsFile, json => {
        json.model = 'timm/inception_v4';
        json.inputShapeNCHW = [1, 3, 32, 32];
      }),
    );
    assert.equal(status, 2);
    assert.match(err, /: inputShapeNCHW does not fit: The image is too small/);
  });

  it('is a command with an exit status, and takes --backend', () => {
    const file = withoutSteps(cases => cases.splice(2));
    const script = path.join(__dirname, '../../src/parity/parityCommand.ts');
    const { status, stdout } = spawnSync(process.execPath, ['--import', 'tsx', script, '--backend', 'cpu', file], {
      encoding: 'utf8',
    });
    assert.equal(status, 0);
    assert.match(stdout, /on cpu /);
    assert.match(stdout, /4 passed, 0 failed/);
  });

  it('reads nothing but the file before it runs', () => {
    assert.equal(comparisons(logitsFile).length, 1);
    assert.equal(readReference(operationsFile).kind, 'operations');
  });

  it('takes a number that is none for an error', () => {
    assert.ok(Number.isNaN(relativeError([1, NaN], [1, 2]).error));
    assert.ok(Number.isNaN(relativeError([1], [1, 2]).error));
    assert.deepEqual(relativeError([1, 2.5], [1, -2]), { error: 2.25, largest: 2 });
  });
});
