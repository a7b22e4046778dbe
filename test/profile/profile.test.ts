import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { represent } from '../../src/display';
import * as layers from '../../src/layers';
import { chain, concat, conv, dense, globalAvgPool, maxPool, model, modelOf, named, skeleton } from '../../src/layers';
import { alexnet, cifarNet, googlenet, resnet, seResnet } from '../../src/models';
import {
  compareNetworks,
  comparisonChart,
  conclusions,
  errata,
  erratum,
  profile,
  slideFigure,
  slideTable,
  slideTableNames,
} from '../../src/profile';

describe('profile', () => {
  const net = skeleton(() => alexnet());
  after(() => net.dispose());

  it('counts AlexNet as by hand', () => {
    const counted = profile(net);
    const conv1 = counted.row('conv1');
    assert.deepEqual(conv1.outputShape, [55, 55, 96]);
    assert.equal(conv1.parameters, 11 * 11 * 3 * 96 + 96);
    assert.equal(conv1.biases, 96);
    assert.equal(conv1.multiplyAdds, 105_415_200); // 55 * 55 * 96 * 11 * 11 * 3
    assert.equal(conv1.memory, 55 * 55 * 96 * 4);
    assert.equal(counted.row('conv2').multiplyAdds, 27 * 27 * 256 * 5 * 5 * 48); // two towers
    assert.deepEqual(
      counted.rows.map(row => row.parameters),
      [34_944, 0, 307_456, 0, 885_120, 663_936, 442_624, 0, 37_752_832, 16_781_312, 4_097_000],
    );
    assert.equal(counted.totals.parameters, 60_965_224);
    assert.equal(counted.totals.multiplyAdds, 724_406_816);
  });

  it("has AlexNet's receptive fields: r + (k - 1) j, and j times the strides", () => {
    const fields = profile(net).rows.map(row => [row.name, row.receptiveField[0], row.jump[0]]);
    assert.deepEqual(fields.slice(0, 9), [
      ['conv1', 11, 4],
      ['pool1', 19, 8],
      ['conv2', 51, 8],
      ['pool2', 67, 16],
      ['conv3', 99, 16],
      ['conv4', 131, 16],
      ['conv5', 163, 16],
      ['pool5', 195, 32],
      ['fc6', 355, 32],
    ]);
  });

  it('tells the strides of ResNet-50 apart: 3.86 G on the first 1 x 1, 4.09 G on the 3 x 3', () => {
    assert.equal(profile(() => resnet({ stride: 'v1' })).totals.multiplyAdds, 3_857_973_248);
    assert.equal(profile(() => resnet()).totals.multiplyAdds, 4_089_184_256);
    assert.equal(profile(() => resnet()).totals.fixedParameters, 2 * 26_560); // mean and variance of each normalized map
  });

  it('counts by the conventions asked for', () => {
    const of = (options: Parameters<typeof profile>[1]) => profile(net, options).row('conv1');
    assert.equal(of({ multiplyAdds: 'FLOP' }).multiplyAdds, 2 * 105_415_200);
    assert.equal(of({ bias: true }).multiplyAdds, 105_415_200 + 55 * 55 * 96);
    assert.equal(of({ multiplyAdds: 'FLOP', bias: true }).multiplyAdds, 2 * 105_415_200 + 55 * 55 * 96);
    assert.equal(of({ batchSize: 128 }).multiplyAdds, 128 * 105_415_200);
    assert.equal(of({ batchSize: 128, bytesPerValue: 2 }).memory, 128 * 55 * 55 * 96 * 2);
    assert.equal(of({ batchSize: 128 }).parameters, 34_944);
    const pool = (pools: boolean) => profile(net, { pools }).row('pool1');
    assert.deepEqual([pool(false).multiplyAdds, pool(false).memory], [0, 0]);
    assert.deepEqual([pool(true).multiplyAdds, pool(true).memory], [27 * 27 * 96 * 9, 27 * 27 * 96 * 4]);
    assert.match(String(profile(net, { kilobyte: 1000 })), /conv1 .* 1161\.6 /);
    assert.match(String(profile(net, { kilobyte: 1024 })), /conv1 .* 1134\.4 /);
  });

  it('takes the largest receptive field over all paths', () => {
    const branches = model('branches', { inputShape: [16, 16, 3] },
      named('stem', conv(4, 3, { stride: 2 })),
      named('module', concat(named('small', conv(2, 1)), named('large', conv(2, 5)), named('tall', conv(2, [7, 1])))),
    ); // prettier-ignore
    assert.deepEqual(profile(branches).row('module').receptiveField, [3 + 6 * 2, 3 + 4 * 2]);
    // Squeeze and excitation sees the whole image.
    assert.ok(profile(() => seResnet({ depth: 18 })).row('conv2_x').receptiveField[0] > 224);
  });

  it('works for several outputs, and makes rows of deeper scopes', () => {
    const counted = profile(() => googlenet('paper', { auxiliary: true }));
    assert.equal(counted.row('auxiliary1').parameters, 3_188_840);
    assert.equal(counted.row('auxiliary2').parameters, 3_190_888);
    assert.deepEqual(counted.row('inception3a').outputShape, [28, 28, 256]);
    assert.equal(counted.row('inception3a').parameters, 163_696);
    const deeper = profile(() => googlenet(), { depth: 2 });
    assert.equal(deeper.row('inception3a/5x5').parameters, 16 * 5 * 5 * 32 + 32);
    assert.equal(deeper.totals.parameters, 6_998_552);
  });

  it("counts tfjs's own layers, frozen ones, and layers applied twice", () => {
    const input = tf.input({ shape: [8, 8, 3] });
    const shared = tf.layers.dense({ units: 5, name: 'shared' });
    const first = tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same', name: 'first' });
    const second = tf.layers.depthwiseConv2d({ kernelSize: 3, trainable: false, name: 'second' });
    const maps = second.apply(first.apply(input)) as tf.SymbolicTensor;
    const pooled = tf.layers.globalAveragePooling2d({}).apply(maps);
    const flat = tf.layers.globalMaxPooling2d({}).apply(maps);
    const outputs = [shared.apply(pooled), shared.apply(flat)] as tf.SymbolicTensor[];
    const counted = profile(tf.model({ inputs: input, outputs }));
    assert.equal(counted.row('first').multiplyAdds, 4 * 4 * 4 * 3 * 3 * 3);
    assert.equal(counted.row('second').multiplyAdds, 2 * 2 * 4 * 3 * 3);
    assert.equal(counted.row('second').fixedParameters, 4 * 3 * 3 + 4);
    assert.equal(counted.row('shared').parameters, 4 * 5 + 5);
    assert.equal(counted.row('shared').multiplyAdds, 2 * 4 * 5);
    assert.deepEqual(counted.row('shared').receptiveField, [3 + 2 * 2 + 1 * 2, 9]);
  });

  it("prints the paper's table, as text and as a display", async () => {
    const counted = profile(net);
    assert.match(String(counted), /^alexnet\nrow +output +parameters .*\n-[- ]*\nconv1 +55 x 55 x 96 +34,944 +105\.4 /);
    assert.match(String(counted), /\ntotal +60,965,224 +724\.4 +2575\.3/);
    const { bundle } = await represent(counted);
    assert.ok(String(bundle['text/html']).includes('<table>'));
    assert.equal(bundle['text/plain'], String(counted));
    assert.match(counted.table('layers').text, /fc6\/dense/);
  });

  it('refuses what it cannot count, in one sentence', () => {
    assert.throws(() => profile(net, { batchSize: 0 }), /batchSize of profile is 0; expected a whole number from 1\./);
    assert.throws(
      () => profile(net, { kilobyte: 1 as 1000 }),
      /kilobyte of profile is 1; expected one of 1024, 1000\./,
    );
    assert.throws(() => profile(net).row('conv9'), /alexnet has no row 'conv9'; expected one of conv1, pool1/);
    const image = tf.input({ shape: [227, 227, 3] });
    const outer = tf.model({ inputs: image, outputs: net.apply(image) as tf.SymbolicTensor });
    assert.throws(() => profile(outer), /alexnet is a model inside of/);
    const input = tf.input({ shape: [null, 8, 3] });
    const unknown = tf.layers.conv2d({ filters: 2, kernelSize: 3, name: 'unknown' }).apply(input) as tf.SymbolicTensor;
    assert.throws(
      () => profile(tf.model({ inputs: input, outputs: unknown })),
      /has the shape \[,8,3\]; expected an inputShape without null/,
    );
    const recurrent = tf.input({ shape: [4, 3] });
    const memory = tf.layers.simpleRNN({ units: 2, name: 'memory' }).apply(recurrent) as tf.SymbolicTensor;
    assert.throws(
      () => profile(tf.model({ inputs: recurrent, outputs: memory })),
      /memory is a SimpleRNN, whose operations/,
    );
  });

  it('leaves no tensors behind when it builds the network itself', () => {
    const before = tf.memory().numTensors;
    profile(() => cifarNet());
    assert.equal(tf.memory().numTensors, before);
    // What builds it may look into it and change it.
    const frozen = profile(() => {
      const built = cifarNet();
      built.getLayer('conv1/conv').trainable = false;
      assert.ok(built instanceof tf.LayersModel);
      assert.equal((built.predict(tf.zeros([1, 32, 32, 3])) as tf.Tensor).shape[1], 10);
      return built;
    });
    assert.equal(frozen.totals.fixedParameters, 64 * (5 * 5 * 3 + 1));
    assert.equal(tf.memory().numTensors, before + 2); // the image and the answer
  });

  it('counts a graph alone as the network that it makes', () => {
    const builders = [
      () => resnet({ depth: 18, inputShape: [64, 64, 3] }),
      () => googlenet('paper', { auxiliary: true }),
    ];
    for (const build of builders) {
      const whole = skeleton(build);
      assert.deepEqual(profile(build), profile(whole));
      whole.dispose();
    }
  });

  it('knows every layer of the vocabulary', () => {
    const every = modelOf('every', { inputShape: [12, 12, 4] }, x => [
      chain(
        layers.pad(1), layers.subsample(2), layers.channelShuffle(2), layers.sliceChannels(0, 2), layers.scale(2),
        layers.localResponseNorm(), layers.batchNorm(), layers.relu(), layers.depthwiseConv(3, { dilation: 2 }),
        layers.avgPool(2), layers.adaptiveAvgPool(2), maxPool(2, 1, { padding: 1 }), layers.multiply(layers.identity, globalAvgPool({ keepDims: true })),
        layers.flatten(), layers.dropout(0.5), dense(3),
      )(x),
    ]); // prettier-ignore
    const counted = profile(every, { pools: true });
    const field = (kind: string): unknown =>
      counted.layers.find(layer => layer.kind === `CnnKit${kind}`)!.receptiveField;
    assert.deepEqual(counted.layers.find(layer => layer.kind === 'CnnKitConv')!.outputShape, [7, 7, 2]);
    assert.deepEqual(field('Conv'), [9, 9]); // every second place of five
    assert.deepEqual(field('Pool'), [11, 11]);
    assert.deepEqual(field('AdaptiveAvgPool'), [15, 15]); // 3 places shared by two windows of 2, 4 apart
    assert.equal(counted.layers.find(layer => layer.kind === 'CnnKitDense')!.multiplyAdds, 3 * 3 * 2 * 3);
  });
});

describe("the lecture's tables", () => {
  const found = new Set<string>();

  for (const name of slideTableNames) {
    it(`${name}: each cell as printed, or in the ledger with what is true`, () => {
      for (const { name: row, cells } of slideTable(name).rows) {
        for (const [column, { slide, value, digits }] of Object.entries(cells)) {
          const rounded = Math.round(value * 10 ** digits) / 10 ** digits;
          const wrong = erratum(name, row, column);
          if (wrong) {
            found.add(`${name}/${row}/${column}`);
            assert.equal(slide, wrong.slide, `${row}, ${column}: the slide`);
            assert.equal(rounded, wrong.true, `${row}, ${column}: the true value`);
            assert.notEqual(wrong.slide, wrong.true);
          } else {
            assert.equal(rounded, slide, `${row}, ${column}: ${value}`);
          }
        }
      }
    });
  }

  it('every entry of the ledger is a cell of a table', () => {
    assert.equal(found.size, errata.length);
  });

  it('prints both numbers where the slide is wrong', () => {
    assert.match(slideFigure('AlexNet').text, /conv4 .* 145 \(true: 150\)/);
    assert.match(slideFigure('ResNet blocks').text, /basic +18 +9 +9\n/);
    assert.match(slideFigure('ResNet blocks').text, /bottleneck +17 +4 +9 +4$/);
  });

  it('has 13.6 GFLOP where VGG-16 has one convolution less, as the ledger says', () => {
    const conv3 = 56 * 56 * 256 * 9 * 256;
    assert.equal(((15_470_264_320 - conv3) / 1e9).toFixed(1), '13.6');
    assert.equal((51.7 - (56 * 56 * 256 * 4) / 2 ** 20).toFixed(1), '48.6');
  });
});

describe('the comparison chart', () => {
  const networks = compareNetworks();

  for (const { claim, holds } of conclusions) {
    it(claim, () => assert.ok(holds(networks)));
  }

  it('would notice other numbers', () => {
    const equal = networks.map(net => ({ ...net, ...networks[0], name: net.name, family: net.family }));
    for (const { holds } of conclusions) assert.ok(!holds(equal));
  });

  it('has a source for each accuracy', () => {
    for (const { top1, top5 } of networks) assert.ok(top1.source && top5.source);
  });

  it('is an interactive figure of every network, with a choice of axes', async () => {
    const { bundle } = await represent(await comparisonChart(networks).bundle);
    const figure = bundle['application/vnd.plotly.v1+json'] as {
      data: { text: string[] }[];
      layout: Record<string, object[]>;
    };
    assert.deepEqual(figure.data.flatMap(trace => trace.text), networks.map(net => net.name)); // prettier-ignore
    assert.deepEqual(figure.layout.updatemenus.map(menu => (menu as { buttons: object[] }).buttons.length), [4, 2]); // prettier-ignore
    assert.ok(bundle['image/svg+xml']);
  });

  it('refuses a network without published accuracy', () => {
    assert.throws(
      () => compareNetworks({ AlexNet: ['alexnet-ungrouped'] }),
      /no published accuracy of alexnet-ungrouped/,
    );
    assert.throws(
      () => compareNetworks({ AlexNet: ['alexnett'] }),
      /The catalog has no 'alexnett'; did you mean 'alexnet'\?/,
    );
  });
});
