/**
 * Training steps, all contestants in this run: `npm run bench -- training`. PyTorch takes part where BENCH_PYTHON has it.
 * BENCH_BATCH makes the batches smaller on a machine that cannot hold all contestants: (f) takes 35 GB together.
 */
import * as tf from '@tensorflow/tfjs';
import { compile, ready } from '../../src/backend';
import { cifarNet } from '../../src/models/alexnet';
import { densenetCifar } from '../../src/models/densenet';
import { resnetCifar } from '../../src/models/resnetCifar';
import { softmaxCrossEntropy } from '../../src/training/loss';
import { Sgd } from '../../src/training/sgd';
import { answer, compete, type Contestant, nodeContestant, print, pythonContestant } from './rounds';

const NETS = {
  a: { title: '(a) CIFAR 4-layer net', build: () => cifarNet({ seed: 1 }), batch: 128 },
  b: { title: '(b) ResNet-20 CIFAR', build: () => resnetCifar({ depth: 20, seed: 1 }), batch: 128 },
  f: {
    title: '(f) DenseNet-BC-100-12 CIFAR',
    build: () => densenetCifar({ bottleneck: true, seed: 1 }),
    batch: 64,
  },
};
type Id = keyof typeof NETS;

const batchOf = (id: Id): number => Number(process.env.BENCH_BATCH) || NETS[id].batch;

const PYTORCH = `
import resource, sys, time
import torch, torch.nn as nn, torch.nn.functional as F
net_id, batch = sys.argv[1], int(sys.argv[2])

class Pad(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.channels, self.stride = channels, stride
    def forward(self, x):
        return F.pad(x[:, :, ::self.stride, ::self.stride], (0, 0, 0, 0, 0, self.channels - x.shape[1]))

class Basic(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs))
        self.shortcut = Pad(outputs, stride) if inputs != outputs else nn.Identity()
    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))

class Dense(nn.Module):
    def __init__(self, inputs, k):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(inputs), nn.ReLU(), nn.Conv2d(inputs, 4 * k, 1, bias=False),
            nn.BatchNorm2d(4 * k), nn.ReLU(), nn.Conv2d(4 * k, k, 3, padding=1, bias=False))
    def forward(self, x):
        return torch.cat([x, self.body(x)], 1)

def build():
    if net_id == "a":
        return nn.Sequential(
            nn.Conv2d(3, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(64, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Flatten(), nn.Linear(64 * 49, 384), nn.ReLU(), nn.Linear(384, 10))
    if net_id == "b":
        blocks, inputs = [nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
        for outputs in (16, 32, 64):
            for i in range(3):
                blocks.append(Basic(inputs, outputs, 2 if i == 0 and outputs > 16 else 1))
                inputs = outputs
        return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    k, channels = 12, 24
    blocks = [nn.Conv2d(3, channels, 3, padding=1, bias=False)]
    for stage in range(3):
        for _ in range(16):
            blocks.append(Dense(channels, k))
            channels += k
        blocks += [nn.BatchNorm2d(channels), nn.ReLU()]
        if stage < 2:
            blocks += [nn.Conv2d(channels, channels // 2, 1, bias=False), nn.AvgPool2d(2)]
            channels //= 2
    return nn.Sequential(*blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))

torch.manual_seed(0)
last = sys.argv[3] == "channels_last"
net = build()
x, y = torch.randn(batch, 3, 32, 32), torch.randint(0, 10, (batch,))
if last:
    net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)
for line in sys.stdin:
    if line.strip() == "memory":
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
        continue
    start = time.perf_counter()
    optimizer.zero_grad()
    loss = F.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    loss.item()
    print(time.perf_counter() - start, flush=True)
`;

/** @returns for each net the contestants, first the compiled step, to which the others are compared */
export async function training(ids: Id[] = ['a', 'b', 'f'], rounds = 7) {
  const results: Record<string, Awaited<ReturnType<typeof compete>>> = {};
  for (const id of ids) {
    const batch = batchOf(id);
    const ours = (name: string, mode: string, environment?: NodeJS.ProcessEnv): Promise<Contestant> =>
      nodeContestant(name, __filename, [id, mode], environment);
    const contestants = [
      await ours('compiled', 'compiled'),
      await ours('fast eager kernels', 'eager'),
      await ours('tfjs-node as it comes', 'eager', { CNN_KIT_KERNELS: 'plain' }),
    ];
    const python = process.env.BENCH_PYTHON;
    if (python) {
      for (const layout of ['contiguous', 'channels_last']) {
        contestants.push(pythonContestant(`PyTorch, ${layout}`, python, PYTORCH, [id, String(batch), layout]));
      }
    }
    results[id] = await compete(contestants, { rounds });
    print(`${NETS[id].title}, batch ${batch}`, batch, results[id]);
  }
  return results;
}

async function contestant(id: Id, mode: string): Promise<void> {
  await ready();
  const batch = batchOf(id);
  const net = NETS[id].build();
  const variables = net.trainableWeights.map(weight => (weight as unknown as { val: tf.Variable }).val);
  const optimizer = new Sgd(variables);
  const update = (x: tf.Tensor4D, y: tf.Tensor1D, learningRate: tf.Scalar): tf.Scalar => {
    const { value, grads } = tf.variableGrads(
      () => softmaxCrossEntropy(net.apply(x, { training: true }) as tf.Tensor2D, y),
      variables,
    );
    optimizer.apply(
      variables.map(({ name }) => grads[name]),
      learningRate,
    );
    return value;
  };
  const step = compile(update, { enabled: mode === 'compiled' });
  const x = tf.randomNormal([batch, 32, 32, 3]) as tf.Tensor4D;
  const y = tf.randomUniform([batch], 0, 10, 'int32') as tf.Tensor1D;
  const learningRate = tf.scalar(0.001);
  answer(() => void tf.tidy(() => step(x, y, learningRate).dataSync()));
}

if (require.main === module) {
  if (process.send) void contestant(process.argv[2] as Id, process.argv[3]);
  else void training(process.argv[2] ? (process.argv[2].split(',') as Id[]) : undefined);
}
