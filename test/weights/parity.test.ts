import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ready } from '../../src';
import { vgg } from '../../src/models/vgg';
import { profile } from '../../src/profile';
import { loadWeights, stateDict, writeSafetensors } from '../../src/weights';
import { torchvisionNames } from '../../src/weights/timmNames';
import { torchModel, torchModelNames } from '../../src/weights/torchModels';
import { convertCheckpoint } from '../../src/weights/convertCommand';
import { comparisons, relativeError } from '../../src/weights/parity';
import { main } from '../../src/weights/parityCommand';
import { readReference } from '../../src/weights/referenceFile';

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
    ['an entry of the state dict less', logitsFile, json => delete json.stateDict['bn1.bias'], /FAILED state dict +bn1\.bias is not in the file/],
    ['an entry more', logitsFile, json => (json.stateDict['bn9.bias'] = [4]), /bn9\.bias has no place here/],
    ['a shape', logitsFile, json => (json.stateDict['bn1.bias'] = [4]), /bn1\.bias is \[32\] here and \[4\] there/],
    ['the seed', logitsFile, json => (json.seed = 2), /FAILED logits/],
  ]; // prettier-ignore
  for (const [what, source, change, line] of WRONG) {
    it(`fails with status 1 when the file has another value: ${what}`, async () => {
      const { status, out } = await run(changed(source, change));
      assert.equal(status, 1);
      assert.match(out, line);
    });
  }

  it('fails with status 1 when a gradient or an output of a technique is another', async () => {
    for (const [i, name] of [[0, 'y'], [0, 'dx'], [4, 'dw'], [7, 'unpooled'], [11, 'runningVar']] as const) {
      const file = withoutSteps(cases => {
        cases[i][name].values[1] += 0.01;
        cases.splice(0, cases.length, cases[i]);
      });
      const { status, out } = await run(file);
      assert.equal(status, 1);
      assert.match(out, new RegExp(`FAILED ${name}`));
    }
  }); // prettier-ignore

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
    ['a logit that is a text', logitsFile, json => (json.logits[3] = 'x'), /: logits is .*; expected a list of numbers\.$/],
    ['a shape that is a text', logitsFile, json => (json.stateDict['bn1.bias'] = '32'), /: stateDict\.bn1\.bias is "32"; expected a list/],
    ['a state dict that is a list', logitsFile, json => (json.stateDict = []), /: stateDict is \[\]; expected an object\.$/],
    ['an unknown network', logitsFile, json => (json.model = 'resnet19'), /: model is of an unknown network: There is no network 'resnet19' here; did you mean 'resnet1/],
    ['an input of three numbers', logitsFile, json => (json.inputShapeNCHW = [3, 224, 224]), /: inputShapeNCHW is \[3,224,224\]; expected four/],
    ['a list in place of a case', operationsFile, json => (json.cases[2] = []), /: cases\[2\] is \[\]; expected an object\.$/],
    ['an unknown technique', operationsFile, json => (json.cases[0].op = 'lrm'), /: cases\[0\]\.op is the unknown technique lrm; known are lrn/],
    ['a technique without an output', operationsFile, json => delete json.cases[4].y, /: the field cases\[4\]\.y is missing\.$/],
    ['too few numbers', operationsFile, json => json.cases[4].dw.values.pop(), /: cases\[4\]\.dw\.values is .*; expected a list of 72 numbers\.$/],
    ['a step of an unknown network', operationsFile, json => (json.trainSteps[1].model = 'x'), /: trainSteps\[1\]\.model is of an unknown network/],
    ['too few labels', operationsFile, json => json.trainSteps[0].labels.pop(), /: trainSteps\[0\]\.labels is .*; expected one whole number for each of the 4/],
    ['a step with dropout', operationsFile, json => (json.trainSteps[0].dropout = 0.5), /: trainSteps\[0\]\.dropout is 0\.5; expected 0/],
    ['a norm that is a text', operationsFile, json => (json.trainSteps[0].gradL2['fc.bias'] = '1'), /: trainSteps\[0\]\.gradL2\.fc\.bias is "1"; expected a number\.$/],
  ]; // prettier-ignore
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
    const { status, err } = await run(changed(logitsFile, json => {
      json.model = 'timm/inception_v4';
      json.inputShapeNCHW = [1, 3, 32, 32];
    })); // prettier-ignore
    assert.equal(status, 2);
    assert.match(err, /: inputShapeNCHW does not fit: The image is too small/);
  });

  it('is a command with an exit status, and takes --backend', () => {
    const file = withoutSteps(cases => cases.splice(2));
    const script = path.join(__dirname, '../../src/weights/parityCommand.ts');
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

describe("PyTorch's networks", () => {
  it('are found by name, timm with either mark', () => {
    assert.equal(torchModel('timm/seresnet50'), torchModel('timm-seresnet50'));
    for (const name of torchModelNames()) torchModel(name);
    assert.throws(() => torchModel('timm/alexnet'), /There is no network 'timm\/alexnet' here; /);
  });

  it("have timm's names where those differ", () => {
    const names = ['conv_stem.weight', 'blocks.0.0.conv_dw.weight', 'blocks.0.0.se.conv_reduce.bias', 'blocks.0.0.bn2.weight',
      'blocks.1.0.conv_pw.weight', 'blocks.1.0.conv_pwl.weight', 'blocks.1.0.se.conv_expand.weight', 'blocks.1.0.bn3.bias', 'bn2.bias', 'classifier.bias']; // prettier-ignore
    assert.deepEqual([...torchvisionNames(names, 'block').values()], [
      'features.0.0.weight', 'features.1.0.block.0.0.weight', 'features.1.0.block.1.fc1.bias', 'features.1.0.block.2.1.weight',
      'features.2.0.block.0.0.weight', 'features.2.0.block.3.0.weight', 'features.2.0.block.2.fc2.weight', 'features.2.0.block.3.1.bias', 'features.3.1.bias', 'classifier.1.bias',
    ]); // prettier-ignore
  });
});

describe("PyTorch's other names", () => {
  it("numbers MobileNetV3's blocks through, and ends in its last convolution", () => {
    const names = ['blocks.0.0.conv_dw.weight', 'blocks.0.0.bn2.bias', 'blocks.1.0.conv_pwl.weight', 'blocks.1.0.conv_pw.weight', 'blocks.1.0.conv_dw.weight',
      'blocks.2.0.conv.weight', 'blocks.2.0.bn1.bias', 'conv_head.bias', 'classifier.weight']; // prettier-ignore
    assert.deepEqual([...torchvisionNames(names, 'row').values()], [
      'features.1.block.0.0.weight', 'features.1.block.1.1.bias', 'features.2.block.2.0.weight', 'features.2.block.0.0.weight', 'features.2.block.1.0.weight',
      'features.3.0.weight', 'features.3.1.bias', 'classifier.0.bias', 'classifier.3.weight',
    ]); // prettier-ignore
  });

  it('has each network of torchvision up to 2020', () => {
    const torchvision = [
      'alexnet', 'googlenet', 'inception_v3', 'mobilenet_v2', 'mobilenet_v3_large', 'mobilenet_v3_small', 'squeezenet1_0', 'squeezenet1_1',
      ...['11', '13', '16', '19'].flatMap(depth => [`vgg${depth}`, `vgg${depth}_bn`]),
      ...[18, 34, 50, 101, 152].map(depth => `resnet${depth}`),
      'resnext50_32x4d', 'resnext101_32x8d', 'resnext101_64x4d', 'wide_resnet50_2', 'wide_resnet101_2',
      ...[121, 161, 169, 201].map(depth => `densenet${depth}`),
      ...['0_5', '0_75', '1_0', '1_3'].map(width => `mnasnet${width}`),
      ...['0_5', '1_0', '1_5', '2_0'].map(width => `shufflenet_v2_x${width}`),
      ...[0, 1, 2, 3, 4, 5, 6, 7].map(scale => `efficientnet_b${scale}`),
      ...['400mf', '800mf', '1_6gf', '3_2gf', '8gf', '16gf', '32gf'].flatMap(size => [`regnet_x_${size}`, `regnet_y_${size}`]),
      'regnet_y_128gf',
    ]; // prettier-ignore
    assert.deepEqual(torchvision.filter(name => !torchModelNames().includes(name)), []); // prettier-ignore
  });

  it("has timm 1.0.31's numbers of parameters in each network of timm", () => {
    const counts: Record<string, number> = {
      convnext_base: 88591464, convnext_large: 197767336, convnext_small: 50223688, convnext_tiny: 28589128,
      densenet121: 7978856, densenet161: 28681000, densenet169: 14149480, densenet201: 20013928,
      efficientnet_b0: 5288548, efficientnet_b1: 7794184, efficientnet_b2: 9109994, efficientnet_b3: 12233232,
      efficientnet_b4: 19341616, efficientnet_b5: 30389784, efficientnet_b6: 43040704, efficientnet_b7: 66347960,
      efficientnet_b8: 87413142, efficientnet_l2: 480309308, inception_resnet_v2: 55843464, inception_v3: 23834568,
      inception_v4: 42679816, legacy_senet154: 115088984, legacy_seresnet101: 49326872, legacy_seresnet152: 66821848,
      legacy_seresnet18: 11778592, legacy_seresnet34: 21958868, legacy_seresnet50: 28088024,
      legacy_seresnext101_32x4d: 48955416, legacy_seresnext26_32x4d: 16790280, legacy_seresnext50_32x4d: 27559896,
      mnasnet_050: 2218512, mnasnet_075: 3170208, mnasnet_100: 4383312, mnasnet_140: 7115728, mobilenetv1_100: 4231976,
      mobilenetv1_125: 6270840, mobilenetv2_035: 1677128, mobilenetv2_050: 1968680, mobilenetv2_075: 2636424,
      mobilenetv2_100: 3504872, mobilenetv2_140: 6108776, mobilenetv3_large_075: 3993528,
      mobilenetv3_large_100: 5483032, mobilenetv3_small_050: 1593224, mobilenetv3_small_075: 2041872,
      mobilenetv3_small_100: 2542856, nasnetalarge: 88753150, regnetx_002: 2684792, regnetx_004: 5157512,
      regnetx_004_tv: 5495976, regnetx_006: 6196040, regnetx_008: 7259656, regnetx_016: 9190136, regnetx_032: 15296552,
      regnetx_040: 22118248, regnetx_064: 26209256, regnetx_080: 39572648, regnetx_120: 46106056, regnetx_160: 54278536,
      regnetx_320: 107811560, regnety_002: 3162996, regnety_004: 4344144, regnety_006: 6055160, regnety_008: 6263168,
      regnety_008_tv: 6432512, regnety_016: 11202430, regnety_032: 19436338, regnety_040: 20646656,
      regnety_064: 30583252, regnety_080: 39180068, regnety_080_tv: 39381472, regnety_120: 51822544,
      regnety_1280: 644812894, regnety_160: 83590140, regnety_320: 145046770, regnety_640: 281378786,
      resnet101: 44549160, resnet152: 60192808, resnet18: 11689512, resnet200: 64673832, resnet26: 15995176,
      resnet34: 21797672, resnet50: 25557032, resnetv2_101: 44541480, resnetv2_152: 60185128, resnetv2_18: 11687720,
      resnetv2_34: 21795880, resnetv2_50: 25549352, resnext101_32x16d: 194026792, resnext101_32x32d: 468530472,
      resnext101_32x4d: 44177704, resnext101_32x8d: 88791336, resnext101_64x4d: 83455272, resnext50_32x4d: 25028904,
      semnasnet_050: 2082006, semnasnet_075: 2912278, semnasnet_100: 3887038, semnasnet_140: 6105992,
      senet154: 115088984, seresnet101: 49326872, seresnet152: 66821848, seresnet18: 11779624, seresnet34: 21960416,
      seresnet50: 28088024, seresnext101_32x4d: 48955416, seresnext101_32x8d: 93569048, seresnext101_64x4d: 88232984,
      seresnext50_32x4d: 27559896, tf_efficientnet_b0: 5288548, tf_efficientnet_b1: 7794184,
      tf_efficientnet_b2: 9109994, tf_efficientnet_b3: 12233232, tf_efficientnet_b4: 19341616,
      tf_efficientnet_b5: 30389784, tf_efficientnet_b6: 43040704, tf_efficientnet_b7: 66347960,
      tf_efficientnet_b8: 87413142, tf_efficientnet_l2: 480309308, tf_mobilenetv3_large_075: 3993528,
      tf_mobilenetv3_large_100: 5483032, tf_mobilenetv3_large_minimal_100: 3924288, tf_mobilenetv3_small_075: 2041872,
      tf_mobilenetv3_small_100: 2542856, tf_mobilenetv3_small_minimal_100: 2044736, vgg11: 132863336,
      vgg11_bn: 132868840, vgg13: 133047848, vgg13_bn: 133053736, vgg16: 138357544, vgg16_bn: 138365992,
      vgg19: 143667240, vgg19_bn: 143678248, wide_resnet101_2: 126886696, wide_resnet50_2: 68883240,
    }; // prettier-ignore
    for (const [name, parameters] of Object.entries(counts))
      assert.equal(profile(() => torchModel(`timm/${name}`).build()).totals.parameters, parameters, name);
    assert.deepEqual(
      torchModelNames().filter(name => name.startsWith('timm/')),
      Object.keys(counts)
        .map(name => `timm/${name}`)
        .sort(),
    );
    assert.equal(profile(() => torchModel('regnet_y_128gf').build()).totals.parameters, 644_812_894);
  });

  it("knows timm's names of single weights", () =>
    assert.equal(torchModel('timm/resnet26.bt_in1k').build, torchModel('timm-resnet26').build));

  it("refuses pictures for timm's VGG whose classifier would see more than one place", () => {
    const build = (): unknown => torchModel('timm/vgg11').build({ inputShape: [256, 224, 3] });
    assert.throws(build, /timm\/vgg11 gets pictures of 256 x 224; expected below 256 x 256\./);
  });
});

describe("a file of timm's weights", () => {
  it("loads into the network with torchvision's names, dense layers that are convolutions there too", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-'));
    const file = path.join(folder, 'vgg11.safetensors');
    const model = vgg('A', { inputShape: [32, 32, 3], classes: 3, hidden: [4, 4], seed: 1 });
    const before = stateDict(model);
    const theirs = new Map(
      [...before].map(([name, { shape, data }]) => {
        const timm = { 'classifier.0': 'pre_logits.fc1', 'classifier.3': 'pre_logits.fc2', 'classifier.6': 'head.fc' };
        const renamed = Object.entries(timm).reduce((text, [ours, other]) => text.replace(ours, other), name);
        return [renamed, { shape: renamed.startsWith('pre') && shape.length === 2 ? [...shape, 1, 1] : shape, data }];
      }),
    );
    writeSafetensors(file, theirs);
    const other = vgg('A', { inputShape: [32, 32, 3], classes: 3, hidden: [4, 4], seed: 2 });
    assert.throws(
      () => loadWeights(other, file),
      /The weights are not those of vggA: classifier\.0\.weight .* is missing/,
    );
    const seeded = stateDict(other);
    assert.throws(
      () => loadWeights(other, path.join(folder, 'none.safetensors')),
      /none\.safetensors cannot be read: there is no such file\./,
    );
    assert.throws(
      () => loadWeights(other, file, { from: 'timm/mobilenetv2_100' }),
      /vgg11\.safetensors: The weights are not those of vggA/,
    );
    for (const [name, { data }] of stateDict(other))
      assert.deepEqual(data, seeded.get(name)!.data, `${name} is as before`);
    loadWeights(other, file, { from: 'timm/vgg11' });
    for (const [name, { data }] of stateDict(other)) assert.deepEqual(data, before.get(name)!.data, name);
    fs.rmSync(folder, { recursive: true });
  });
});

describe('a checkpoint of PyTorch', () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-'))));
  after(() => fs.rmSync(folder, { recursive: true }));

  const program = (name: string, text: string): string => {
    const file = path.join(folder, name);
    fs.writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return file;
  };

  it('needs torch, and says so in one sentence', function () {
    if (process.platform === 'win32') this.skip();
    const checkpoint = path.join(folder, 'a.pth');
    const target = path.join(folder, 'a.safetensors');
    assert.throws(() => convertCheckpoint(checkpoint, target), /^Error: There is no file .*a\.pth\.$/);
    fs.writeFileSync(checkpoint, '');
    assert.throws(
      () => convertCheckpoint(checkpoint, target, path.join(folder, 'none')),
      /There is no Python at .*none/,
    );
    const convert = (python: string) => () => convertCheckpoint(checkpoint, target, python);
    assert.throws(
      convert(program('bare', 'exit 3')),
      /needs PyTorch, which .*bare does not have; .* -m pip install torch/,
    );
    assert.throws(convert(program('bad', 'echo no pickle >&2; exit 1')), /a\.pth cannot be converted: no pickle\.$/);
    assert.ok(!fs.existsSync(target));
  });
});
