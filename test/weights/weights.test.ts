import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ready, seeded, tf } from '../../src';
import * as L from '../../src/layers';
import {
  decodeSafetensors,
  loadStateDict,
  loadWeights,
  readSafetensors,
  saveWeights,
  stateDict,
  stateShapes,
  torchModelNames,
  torchNetwork,
  writeSafetensors,
} from '../../src/weights';
import { fill, generate, uniform } from '../../src/parity/generator';

const bytesOf = (header: unknown, data: Uint8Array | number = 0): Uint8Array => {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, typeof data === 'number' ? Buffer.alloc(data) : data]);
};
const tensor = (begin: number, end: number, shape = [(end - begin) / 4], dtype = 'F32'): object => ({ dtype, shape, data_offsets: [begin, end] }); // prettier-ignore

const network = (classes = 2): tf.LayersModel =>
  L.model('small', { inputShape: [4, 4, 3] },
    L.convBnRelu(6, 3, { torch: ['conv1', 'bn1'] }),
    L.depthwiseConv(3, { torch: 'depthwise', bias: false }),
    L.conv(4, 1, { groups: 2, torch: 'grouped' }),
    L.maxPool(2), L.flatten(), L.dropout(0.5),
    L.dense(classes, { torch: 'fc' })); // prettier-ignore

describe('weights', () => {
  let folder: string;
  before(async () => {
    await ready();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-'));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  describe('the generator', () => {
    it('gives the known numbers', () =>
      assert.deepEqual([...uniform(1, 'input', 3)], [0.7211219794116914, 0.5894787455908954, 0.8493471399415284]));

    it('fills by name and rank', () => {
      const u = uniform(7, 'a.running_var', 2);
      assert.deepEqual(
        fill(7, 'a.running_var', [2]),
        Float32Array.from(u, n => 0.5 + n),
      );
      const range = (name: string, shape: number[]): boolean[] => {
        const values = fill(3, name, shape);
        return [Math.min(...values) >= 0.7, Math.max(...values) < 1.3, Math.max(...values.map(Math.abs)) < 0.1];
      };
      assert.deepEqual(range('bn.weight', [100]), [true, true, false]);
      assert.deepEqual(range('bn.bias', [100]), [false, true, true]);
      assert.deepEqual(range('bn.running_mean', [100]), [false, true, true]);
      assert.ok(Math.max(...fill(3, 'fc.weight', [4, 600])) < 0.1);
    });
  });

  describe('state dicts', () => {
    it('have PyTorch names and shapes', () =>
      assert.deepEqual(Object.fromEntries(stateShapes(network())), {
        'conv1.weight': [6, 3, 3, 3],
        'bn1.weight': [6],
        'bn1.bias': [6],
        'bn1.running_mean': [6],
        'bn1.running_var': [6],
        'depthwise.weight': [6, 1, 3, 3],
        'grouped.weight': [4, 3, 1, 1],
        'grouped.bias': [4],
        'fc.weight': [2, 16],
        'fc.bias': [2],
      }));

    it('come back as they went in, and the network computes the same', () => {
      const [one, other] = [network(), network()];
      const dict = generate(stateShapes(one), 5);
      loadStateDict(one, dict);
      loadStateDict(other, stateDict(one));
      for (const [name, { data }] of stateDict(other)) assert.deepEqual(data, dict.get(name)!.data, name);
      const x = tf.ones([1, 4, 4, 3]);
      assert.deepEqual((other.predict(x) as tf.Tensor).dataSync(), (one.predict(x) as tf.Tensor).dataSync());
    });

    it('count channels first behind flatten, as PyTorch does', () => {
      const model = L.model('m', { inputShape: [1, 2, 2] }, L.flatten(), L.dense(1, { bias: false, torch: 'fc' }));
      // PyTorch flattens channel 0 (two places), then channel 1.
      loadStateDict(model, new Map([['fc.weight', { shape: [1, 4], data: Float32Array.of(1, 10, 100, 1000) }]]));
      const y = model.predict(tf.tensor([[[[1, 2], [3, 4]]]])) as tf.Tensor; // prettier-ignore
      assert.equal(y.dataSync()[0], 1 * 1 + 10 * 3 + 100 * 2 + 1000 * 4);
    });

    it('use our own names, with dots, where PyTorch has none', () => {
      const model = L.model('m', { inputShape: [2, 2, 3] }, L.named('conv1', L.conv(2, 1)));
      assert.deepEqual([...stateShapes(model).keys()], ['conv1.conv.weight', 'conv1.conv.bias']);
    });

    it('ignore num_batches_tracked, and what the caller asks for', () => {
      const model = network();
      const dict = generate(stateShapes(model));
      dict.set('bn1.num_batches_tracked', { shape: [], data: Float32Array.of(7) });
      loadStateDict(model, dict);
      dict.set('aux1.fc.bias', { shape: [1], data: Float32Array.of(7) });
      loadStateDict(model, dict, { ignore: /^aux/ });
      assert.throws(() => loadStateDict(model, dict), {
        message: 'The weights are not those of small: aux1.fc.bias of shape [1] has no place in it.',
      });
    });

    it('of another network are refused, naming the entry and both shapes, and nothing is changed', () => {
      const model = network();
      const before = stateDict(model);
      const dict = generate(stateShapes(network(3)), 9);
      assert.throws(() => loadStateDict(model, dict), {
        message: 'The weights are not those of small: fc.weight is [3,16] and should be [2,16] (and 1 more).',
      });
      dict.delete('fc.weight');
      dict.set('fc.bias', { shape: [2], data: new Float32Array(2) });
      assert.throws(() => loadStateDict(model, dict), {
        message: 'The weights are not those of small: fc.weight of shape [2,16] is missing.',
      });
      for (const [name, { data }] of stateDict(model)) assert.deepEqual(data, before.get(name)!.data, name);
    });

    it('of a network for other classes give all but the head, and say what was left', () => {
      const one = network(3);
      const dict = generate(stateShapes(one), 9);
      dict.set('bn1.num_batches_tracked', { shape: [], data: Float32Array.of(7) });
      const model = network(2);
      const before = stateDict(model);
      assert.deepEqual(loadStateDict(model, dict, { head: false }), [
        { name: 'fc.weight', reason: "it is the head's: [3,16] in the weights, [2,16] in small" },
        { name: 'fc.bias', reason: "it is the head's: [3] in the weights, [2] in small" },
        { name: 'bn1.num_batches_tracked', reason: 'it has no place in the network' },
      ]);
      for (const [name, { data }] of stateDict(model)) {
        assert.deepEqual(data, (name.startsWith('fc.') ? before : dict).get(name)!.data, name);
      }
      // A head that is not there, or has another name, is no fault; all else is.
      dict.delete('fc.bias');
      assert.equal(loadStateDict(model, dict, { head: false }).at(-1)!.reason, "it is the head's: [none] in the weights, [2] in small"); // prettier-ignore
      dict.delete('conv1.weight');
      assert.throws(() => loadStateDict(model, dict, { head: false }), /conv1\.weight of shape \[6,3,3,3\] is missing/);
    });

    it('with NaN or an infinity are refused, and nothing is changed', () => {
      const model = network();
      const before = stateDict(model);
      for (const bad of [NaN, Infinity, -Infinity]) {
        const dict = new Map(stateDict(model));
        const data = Float32Array.from(dict.get('grouped.bias')!.data);
        data[2] = bad;
        dict.set('grouped.bias', { shape: [4], data });
        assert.throws(() => loadStateDict(model, dict), { message: `grouped.bias holds ${bad} at 2; expected finite numbers.` }); // prettier-ignore
      }
      for (const [name, { data }] of stateDict(model)) assert.deepEqual(data, before.get(name)!.data, name);
    });

    it('leave no tensor behind', () => {
      const model = network();
      const before = tf.memory().numTensors;
      loadStateDict(model, stateDict(model));
      assert.equal(tf.memory().numTensors, before);
    });
  });

  describe('.safetensors', () => {
    it('keeps a network', () => {
      const file = path.join(folder, 'small.safetensors');
      const [one, other] = [network(), network()];
      loadStateDict(one, generate(stateShapes(one), 3));
      saveWeights(one, file);
      loadWeights(other, file);
      for (const [name, { data }] of stateDict(other)) assert.deepEqual(data, stateDict(one).get(name)!.data, name);
      assert.deepEqual(fs.readdirSync(folder), ['small.safetensors']);
    });

    it('is refused after one flipped bit anywhere, or has the same tensors', () => {
      const file = path.join(folder, 'flipped.safetensors');
      const model = network();
      saveWeights(model, file);
      const good = fs.readFileSync(file);
      const tensors = stateDict(model);
      const seed = Number(process.env.CNN_KIT_TEST_SEED ?? Date.now() % 1e6);
      const random = seeded(seed);
      let harmless = 0;
      for (let place = 0; place < good.length; place++) {
        const bytes = Buffer.from(good);
        bytes[place] ^= 1 << Math.floor(random() * 8);
        let read: ReturnType<typeof decodeSafetensors>;
        try {
          read = decodeSafetensors(bytes, 'flipped');
        } catch (error) {
          assert.match((error as Error).message, /^flipped is no readable \.safetensors file: /);
          continue;
        }
        harmless++;
        const where = `byte ${place}, CNN_KIT_TEST_SEED=${seed}`;
        assert.deepEqual([...read.keys()], [...tensors.keys()], where);
        for (const [name, { shape, data }] of read) {
          assert.deepEqual([shape, data], [tensors.get(name)!.shape, tensors.get(name)!.data], where);
        }
      }
      // The name under which the header's checksum stands.
      assert.ok(harmless <= 'cnn-kit.sha256__metadata__'.length, `${harmless}`);
      const last = Buffer.from(good);
      last[good.length - 1] ^= 1;
      assert.throws(() => decodeSafetensors(last, 'w'), {
        message: 'w is no readable .safetensors file: it is damaged: the tensor fc.bias has another checksum.',
      });
      fs.rmSync(file);
    });

    it('is read in shards by its index, and a wrong index is refused', () => {
      const shards = path.join(folder, 'shards');
      const model = network();
      const dict = generate(stateShapes(model), 4);
      const files = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
      const entries = [...dict];
      writeSafetensors(path.join(shards, files[0]), new Map(entries.slice(0, 5)));
      writeSafetensors(path.join(shards, files[1]), new Map(entries.slice(5)));
      const index = path.join(shards, 'model.safetensors.index.json');
      const map: Record<string, unknown> = Object.fromEntries(
        entries.map(([name], i) => [name, files[Number(i >= 5)]]),
      );
      const write = (weight_map: unknown): void =>
        fs.writeFileSync(index, JSON.stringify({ metadata: {}, weight_map }));
      write(map);
      assert.deepEqual(loadWeights(model, index), []);
      for (const [name, { data }] of stateDict(model)) assert.deepEqual(data, dict.get(name)!.data, name);

      write({ ...map, 'fc.bias': files[0] });
      assert.throws(
        () => loadWeights(model, index),
        /00001-of-00002\.safetensors has no tensor fc\.bias, which .*index\.json says/,
      );
      write({ ...map, 'fc.bias': '../other.safetensors' });
      assert.throws(
        () => loadWeights(model, index),
        /has fc\.bias in \.\.\/other\.safetensors; expected a .safetensors file beside/,
      );
      write({ ...map, 'fc.bias': 'model-00003.safetensors' });
      assert.throws(() => loadWeights(model, index), /model-00003\.safetensors cannot be read: there is no such file/);
      for (const wrong of [undefined, [], { a: 1 }]) {
        write(wrong);
        assert.throws(() => loadWeights(model, index), /is no index of weights/);
      }
      fs.writeFileSync(index, '{"weight_map":');
      assert.throws(() => loadWeights(model, index), /is no index of weights/);
      fs.rmSync(shards, { recursive: true });
    });

    it('begins its tensors at a multiple of eight', () => {
      for (const name of ['a', 'ab', 'abc', 'abcd']) {
        const file = path.join(folder, 'x.safetensors');
        writeSafetensors(file, new Map([[name, { shape: [1], data: Float32Array.of(1.5) }]]));
        assert.equal((fs.statSync(file).size - 4) % 8, 0);
        assert.deepEqual(readSafetensors(file).get(name)!.data, Float32Array.of(1.5));
      }
    });

    it('reads F16, BF16, F64 and I64', () => {
      const read = (dtype: string, array: ArrayBufferView, size: number): Float32Array => {
        const bytes = new Uint8Array(array.buffer);
        const shape = [bytes.length / size];
        return decodeSafetensors(bytesOf({ x: tensor(0, bytes.length, shape, dtype) }, bytes)).get('x')!.data;
      };
      assert.deepEqual(
        [...read('F16', Uint16Array.of(0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0xfc00, 0x8000), 2)],
        [1, -2, 0.333251953125, 2 ** -24, 65504, -Infinity, -0],
      );
      assert.ok(Number.isNaN(read('F16', Uint16Array.of(0x7e00), 2)[0]));
      assert.deepEqual([...read('BF16', Uint16Array.of(0x3f80, 0xc000, 0x4049), 2)], [1, -2, 3.140625]);
      assert.deepEqual([...read('F64', Float64Array.of(0.5, -3), 8)], [0.5, -3]);
      assert.deepEqual([...read('I64', BigInt64Array.of(42n), 8)], [42]);
    });

    const HOSTILE: [what: string, bytes: Uint8Array, message: RegExp][] = [
      ['is empty', new Uint8Array(0), /it has 0 bytes, and 8 are needed/],
      [
        'is cut in its header',
        bytesOf({ a: tensor(0, 8) }, 8).subarray(0, 20),
        /said to have \d+ bytes, and at most 12/,
      ],
      ['is cut in its tensors', bytesOf({ a: tensor(0, 8) }, 7), /a ends at byte 8 of 7/],
      [
        'claims a header of 2^64 - 1 bytes',
        Buffer.concat([Buffer.alloc(8, 255), Buffer.alloc(9)]),
        /at most 9 are possible/,
      ],
      ['has a header that is not JSON', bytesOf('{"a":'), /header is not JSON/],
      ['has a header that is not UTF-8', Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff]), /header is not JSON/],
      ['has an array for a header', bytesOf('[]'), /not a JSON object/],
      ['has null for an entry', bytesOf({ a: null }), /a has the type undefined/],
      ['has overlapping tensors', bytesOf({ a: tensor(0, 8), b: tensor(4, 12) }, 12), /b overlaps a/],
      ['gives two tensors one place', bytesOf({ a: tensor(0, 8), b: tensor(0, 8) }, 8), /b overlaps a/],
      ['has a hole', bytesOf({ a: tensor(0, 4), b: tensor(8, 12) }, 12), /hole between a and b/],
      ['begins with a hole', bytesOf({ a: tensor(4, 8) }, 8), /hole between the header and a/],
      ['has bytes behind the last tensor', bytesOf({ a: tensor(0, 4) }, 5), /1 bytes follow its last tensor/],
      ['has an unknown type', bytesOf({ a: tensor(0, 4, [4], 'I8') }, 4), /a has the type I8, and readable are F32/],
      ['has a type from the prototype', bytesOf({ a: tensor(0, 4, [4], 'toString') }, 4), /has the type toString/],
      [
        'has fewer bytes than its shape',
        bytesOf({ a: tensor(0, 4, [2]) }, 4),
        /a of shape \[2\] needs 8 bytes and has 4/,
      ],
      [
        'has a shape beyond all numbers',
        bytesOf({ a: tensor(0, 4, [2 ** 52, 2 ** 52]) }, 4),
        /needs \S+ bytes and has 4/,
      ],
      ['has a negative length', bytesOf({ a: tensor(0, 4, [-1]) }, 4), /no shape of whole numbers/],
      ['has a negative offset', bytesOf({ a: tensor(-4, 0, [1]) }, 4), /a has no two data_offsets/],
      ['ends before it begins', bytesOf({ a: tensor(4, 0, [1]) }, 4), /needs 4 bytes and has -4/],
    ];
    for (const [what, bytes, message] of HOSTILE) {
      it(`refuses a file that ${what}`, () => {
        assert.throws(() => decodeSafetensors(bytes, 'x.safetensors'), (error: Error) => {
          assert.match(error.message, /^x\.safetensors is no readable \.safetensors file: .*\.$/);
          assert.match(error.message, message);
          return true;
        }); // prettier-ignore
      });
    }

    it('says how to make one of a checkpoint of PyTorch', () =>
      assert.throws(
        () => decodeSafetensors(Buffer.from('PK\u0003\u0004 and more'), 'net.pth'),
        /net\.pth is no readable .*; `npm run convert -- net\.pth OUT\.safetensors` makes one of it\.$/,
      ));

    it('leaves nothing behind when writing fails', () => {
      const wrong = new Map([['a', { shape: [3], data: new Float32Array(2) }]]);
      const before = fs.readdirSync(folder);
      assert.throws(
        () => writeSafetensors(path.join(folder, 'y.safetensors'), wrong),
        /a of shape \[3\] has 2 numbers/,
      );
      assert.deepEqual(fs.readdirSync(folder), before);
    });
  });

  describe('networks by name', () => {
    it("are torchvision's and timm's, with the options of our own", () => {
      const small = { inputShape: [32, 32, 3] as [number, number, number], classes: 10 };
      const counts = ['resnet18', 'timm/resnetv2_50'].map(name => {
        const model = L.skeleton(() => torchNetwork(name, small));
        return model.trainableWeights.reduce((sum, { shape }) => sum + shape.reduce<number>((a, b) => a * b!, 1), 0);
      });
      // What torchvision and timm count for 1,000 classes, less 990 classes of 512 and 2,048 weights and a bias.
      assert.deepEqual(counts, [11_689_512 - 990 * 513, 25_549_352 - 990 * 2049]);
    });

    it('take the weights of a network for other classes', () => {
      const file = path.join(folder, 'resnet18.safetensors');
      const options = { inputShape: [32, 32, 3] as [number, number, number] };
      const [one, other] = [5, 7].map(classes => torchNetwork('timm/resnet18', { ...options, classes }));
      saveWeights(one, file);
      const left = loadWeights(other, file, { head: false, from: 'timm/resnet18' });
      assert.deepEqual(left.map(({ name }) => name), ['fc.weight', 'fc.bias']); // prettier-ignore
      assert.throws(() => loadWeights(other, file), /fc\.weight is \[5,512\] and should be \[7,512\]/);
      assert.deepEqual(stateDict(other).get('conv1.weight')!.data, stateDict(one).get('conv1.weight')!.data);
      fs.rmSync(file);
      one.dispose();
      other.dispose();
    });

    it('are listed, and a misspelt one is refused with the nearest', () => {
      assert.ok(torchModelNames().includes('timm/seresnet50'));
      assert.throws(() => torchNetwork('resnet5O'), /There is no network 'resnet5O' here; did you mean 'resnet50'\?/);
      assert.throws(() => torchNetwork(50 as never), /There is no network 50 here; torchModelNames\(\) lists/);
    });
  });
});
