/** Files that Python writes and reads, with its own `safetensors` and `torch`: in BENCH_PYTHON, or in .venv, if they are there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ready, tf } from '../../src';
import { resnet } from '../../src/models';
import { inVenv } from '../../src/setup/python';
import { loadWeights, readSafetensors, saveWeights, stateDict } from '../../src/weights';
import { uniform } from '../../src/parity/generator';
import { convertCheckpoint } from '../../src/weights/node/convertCommand';

const python = process.env.BENCH_PYTHON ?? inVenv('python');

describe('weights from and for Python', function () {
  let folder: string;
  before(async () => {
    await ready();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'cnn-kit-'));
  });
  after(() => fs.rmSync(folder, { recursive: true }));

  const at = (name: string): string => path.join(folder, name);
  const run = (program: string): string => {
    const { status, stdout, stderr } = spawnSync(python, ['-c', program], { encoding: 'utf8', cwd: folder });
    assert.equal(status, 0, stderr);
    return stdout;
  };

  /** Tests that need these modules, with the reason in the title where they are skipped. */
  function withModules(title: string, modules: string[], tests: () => void): void {
    const look = `import importlib.util as i; print(*[m for m in ${JSON.stringify(modules)} if not i.find_spec(m)])`;
    const { status, stdout } = spawnSync(python, ['-c', look], { encoding: 'utf8' });
    const missing = status === 0 ? stdout.trim() : 'anything';
    // The kit's own Python has no such packages: these tests are for a machine that has them.
    if (missing) describe.skip(`${title} (skipped: ${python} has no ${missing})`, tests);
    else describe(title, tests);
  }

  withModules('.safetensors', ['numpy', 'safetensors'], () => {
    it('that we write are what Python reads: names, types, shapes, numbers and metadata', () => {
      const net = resnet({ depth: 18, inputShape: [32, 32, 3], classes: 10, seed: 3 });
      saveWeights(net, at('ours.safetensors'));
      const read = JSON.parse(
        run(`
import json
from safetensors import safe_open
with safe_open('ours.safetensors', framework='numpy') as file:
    arrays = {name: file.get_tensor(name) for name in file.keys()}
    print(json.dumps({'metadata': file.metadata(), 'arrays': {name: [str(a.dtype), list(a.shape), a.flatten()[:5].tolist(), float(a.astype('float64').sum())] for name, a in arrays.items()}}))
`),
      ) as { metadata: Record<string, string>; arrays: Record<string, [string, number[], number[], number]> };
      assert.deepEqual([read.metadata.format, read.metadata.model], ['pt', 'resnet18']);
      const dict = stateDict(net);
      assert.deepEqual(Object.keys(read.arrays).sort(), [...dict.keys()].sort());
      for (const [name, { shape, data }] of dict) {
        const [dtype, theirShape, begin, sum] = read.arrays[name];
        assert.deepEqual([dtype, theirShape, begin], ['float32', shape, [...data.slice(0, 5)]], name);
        assert.ok(Math.abs(sum - data.reduce((a, b) => a + b, 0)) < 1e-6 * data.length, name);
      }
      net.dispose();
    });

    it('that Python writes are what we read: F32, F64, F16, I64, no elements, one number, and metadata', () => {
      run(`
import numpy
from safetensors.numpy import save_file
grid = numpy.arange(-6, 6).reshape(3, 4) / 7
save_file({
    'f32': grid.astype('float32'), 'f64': grid, 'f16': grid.astype('float16'), 'i64': numpy.arange(-2, 3),
    'none': numpy.zeros((0, 3), 'float32'), 'one': numpy.array(2.5, 'float32'),
}, 'theirs.safetensors', metadata={'a': 'ü "quoted"'})
`);
      const read = readSafetensors(at('theirs.safetensors'));
      const grid = Array.from({ length: 12 }, (_, i) => (i - 6) / 7);
      assert.deepEqual(read.get('f32'), { shape: [3, 4], data: Float32Array.from(grid) });
      assert.deepEqual(read.get('f64'), { shape: [3, 4], data: Float32Array.from(grid) });
      assert.deepEqual(read.get('i64'), { shape: [5], data: Float32Array.of(-2, -1, 0, 1, 2) });
      assert.deepEqual(read.get('none'), { shape: [0, 3], data: new Float32Array(0) });
      assert.deepEqual(read.get('one'), { shape: [], data: Float32Array.of(2.5) });
      const half = read.get('f16')!.data;
      grid.forEach((value, i) => assert.ok(Math.abs(half[i] - value) <= 2 ** -11 * Math.abs(value), `${half[i]}`));
      assert.equal(read.size, 6);
    });
  });

  withModules('PyTorch', ['torch'], () => {
    /** ResNet-18 in torchvision's names, with the generator's numbers; `image` is the input, `logits` what PyTorch makes of it. */
    const NETWORK = `
import json, torch
from torch import nn
from torch.nn import functional as F

class Block(nn.Module):
    def __init__(self, inputs, maps, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(inputs, maps, 3, stride, 1, bias=False), nn.BatchNorm2d(maps)
        self.conv2, self.bn2 = nn.Conv2d(maps, maps, 3, 1, 1, bias=False), nn.BatchNorm2d(maps)
        self.downsample = None if stride == 1 and inputs == maps else nn.Sequential(nn.Conv2d(inputs, maps, 1, stride, bias=False), nn.BatchNorm2d(maps))
    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))

class ResNet18(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        stage = lambda inputs, maps, stride: nn.Sequential(Block(inputs, maps, stride), Block(maps, maps, 1))
        self.layer1, self.layer2 = stage(64, 64, 1), stage(64, 128, 2)
        self.layer3, self.layer4 = stage(128, 256, 2), stage(256, 512, 2)
        self.fc = nn.Linear(512, 10)
    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.layer4(self.layer3(self.layer2(self.layer1(x)))).mean((2, 3)))

torch.manual_seed(1)
net = ResNet18()
for module in net.modules():
    if isinstance(module, nn.BatchNorm2d):
        module.running_mean.uniform_(-.1, .1), module.running_var.uniform_(.5, 1.5)
net.eval()
state = net.state_dict()
`;
    it('computes the committed techniques anew, in float64', () => {
      const committed = JSON.parse(fs.readFileSync(path.join(__dirname, 'references/ops.json'), 'utf8'));
      committed.trainSteps = [];
      const emptied = structuredClone(committed);
      for (const entry of emptied.cases)
        for (const name of Object.keys(entry)) if (Array.isArray(entry[name]?.values)) delete entry[name];
      fs.writeFileSync(at('in.json'), JSON.stringify(emptied));
      const script = path.join(__dirname, 'reference.py');
      const { status, stderr } = spawnSync(python, [script, at('in.json'), at('out.json')], { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
      const numbers: number[][] = [[], []];
      const walk = (value: unknown, into: number[]): void => {
        if (typeof value === 'number') into.push(value);
        else if (Array.isArray(value)) value.forEach(part => walk(part, into));
        else if (value && typeof value === 'object') for (const name of Object.keys(value).sort()) walk((value as Record<string, unknown>)[name], into); // prettier-ignore
      };
      walk(committed, numbers[0]);
      walk(JSON.parse(fs.readFileSync(at('out.json'), 'utf8')), numbers[1]);
      assert.equal(numbers[1].length, numbers[0].length);
      numbers[0].forEach((value, i) =>
        assert.ok(Math.abs(value - numbers[1][i]) <= 1e-8 * Math.max(1, Math.abs(value))),
      );
    });

    const picture = Float32Array.from(uniform(1, 'input', 3 * 64 * 64), u => 2 * u - 1);

    it('gives its checkpoint away: the logits are its logits', () => {
      fs.writeFileSync(at('picture.bin'), picture);
      const logits = JSON.parse(
        run(`${NETWORK}
torch.save(state, 'plain.pth')
torch.save({'model': state, 'epoch': 3, 'args': __import__('argparse').Namespace(lr=.1)}, 'training.pth')
torch.save({'state_dict': nn.DataParallel(net).state_dict(), 'optimizer': {}}, 'parallel.pth')
torch.save({name: value.half() if value.is_floating_point() else value for name, value in state.items()}, 'half.pth')
x = torch.frombuffer(bytearray(open('picture.bin', 'rb').read()), dtype=torch.float32).reshape(1, 3, 64, 64)
print(json.dumps(net.double()(x.double())[0].tolist()))
`),
      ) as number[];
      const largest = Math.max(...logits.map(Math.abs));
      for (const [name, limit] of [
        ['plain', 1e-4],
        ['training', 1e-4],
        ['parallel', 1e-4],
        ['half', 1e-2],
      ] as const) {
        convertCheckpoint(at(`${name}.pth`), at(`${name}.safetensors`), python);
        const ours = resnet({ depth: 18, inputShape: [64, 64, 3], classes: 10, seed: 9 });
        loadWeights(ours, at(`${name}.safetensors`));
        const x = tf.tensor4d(picture, [1, 3, 64, 64]).transpose<tf.Tensor4D>([0, 2, 3, 1]);
        const answer = (ours.predict(x) as tf.Tensor).dataSync();
        logits.forEach((logit, i) => assert.ok(Math.abs(answer[i] - logit) < limit * largest, `${name}: ${answer[i]}, not ${logit}`)); // prettier-ignore
        ours.dispose();
      }
      assert.deepEqual(
        fs.readdirSync(folder).filter(name => name.endsWith('.part')),
        [],
      );
    });

    it('that writes bfloat16 is read', () => {
      run(`${NETWORK}
import struct
values = torch.tensor([1, -2, 3.140625, 1e-30]).bfloat16()
header = json.dumps({'x': {'dtype': 'BF16', 'shape': [4], 'data_offsets': [0, 8]}}).encode()
open('bf16.safetensors', 'wb').write(struct.pack('<Q', len(header)) + header + values.view(torch.int16).numpy().tobytes())
open('expected.json', 'w').write(json.dumps(values.float().tolist()))
`);
      const expected = JSON.parse(fs.readFileSync(at('expected.json'), 'utf8')) as number[];
      assert.deepEqual([...readSafetensors(at('bf16.safetensors')).get('x')!.data], expected);
    });

    it('and what is no state dict are told apart, in one sentence, and no file is left', () => {
      run(`${NETWORK}
import os, pickle
torch.save(net, 'module.pth')
torch.save([1, 2], 'list.pth')
torch.save({'a': 1}, 'numbers.pth')
torch.save({}, 'empty.pth')
class Evil:
    def __reduce__(self):
        return os.system, ('touch HACKED',)
pickle.dump({'w': Evil()}, open('evil.pth', 'wb'), protocol=2)
open('text.pth', 'w').write('hello')
open('zero.pth', 'w')
whole = open('list.pth', 'rb').read()
torch.save(state, 'cut.pth')
whole = open('cut.pth', 'rb').read()
open('cut.pth', 'wb').write(whole[:len(whole) // 2])
`);
      const refusals = {
        module:
          /holds Python objects \(__main__\.ResNet18\).*; expected what torch\.save\(model\.state_dict\(\), FILE\) writes\.$/,
        list: /it holds no state dict, a dictionary of tensors\.$/,
        numbers: /it holds no state dict, a dictionary of tensors\.$/,
        empty: /it holds no state dict, a dictionary of tensors\.$/,
        evil: /holds Python objects \(\w+\.system\)/,
        text: /it is no checkpoint of PyTorch, or not a whole one\.$/,
        zero: /it is no checkpoint of PyTorch, or not a whole one\.$/,
        cut: /it is no checkpoint of PyTorch, or not a whole one\.$/,
      };
      for (const [name, message] of Object.entries(refusals)) {
        assert.throws(
          () => convertCheckpoint(at(`${name}.pth`), at(`${name}.safetensors`), python),
          (error: Error) => {
            assert.match(error.message, message);
            assert.equal(error.message.split('\n').length, 1);
            return true;
          },
        );
        assert.ok(!fs.existsSync(at(`${name}.safetensors`)), name);
      }
      assert.ok(!fs.existsSync(at('HACKED')), 'nothing in a checkpoint has run');
      assert.throws(
        () => convertCheckpoint(at('list.pth'), at('list.pth'), python),
        /is the checkpoint; expected another file/,
      );
    });
  });
});
