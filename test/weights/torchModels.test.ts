/** torchvision's and timm's networks by their names, and files of their weights. */
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { vgg } from '../../src/models/vgg';
import { profile } from '../../src/profile';
import { loadWeights, stateDict, writeSafetensors } from '../../src/weights';
import { torchvisionNames } from '../../src/weights/timmNames';
import { torchModel, torchModelNames } from '../../src/weights/torchModels';
import { convertCheckpoint } from '../../src/weights/node/convertCommand';

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
