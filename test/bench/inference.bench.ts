/** Inference, all contestants in this run: `npm run bench -- inference`. PyTorch takes part where BENCH_PYTHON has it, with torchvision. */
import * as tf from '@tensorflow/tfjs';
import { compileModel, ready } from '../../src/backend';
import { mobilenet } from '../../src/models/mobilenet';
import { resnet } from '../../src/models/resnet';
import { answer, compete, type Contestant, nodeContestant, print, pythonContestant } from './rounds';

const WORKS = {
  d1: { title: '(d) MobileNetV2 224, batch 1', torch: 'mobilenet_v2', build: () => mobilenet('v2'), batch: 1 },
  d16: { title: '(d) MobileNetV2 224, batch 16', torch: 'mobilenet_v2', build: () => mobilenet('v2'), batch: 16 }, // prettier-ignore
  e: { title: '(e) ResNet-50 224, batch 8', torch: 'resnet50', build: () => resnet({ depth: 50 }), batch: 8 },
};
type Id = keyof typeof WORKS;

/** Its best: batch norm folded, channels_last or not. */
const PYTORCH = `
import resource, sys, time
import torch, torchvision
from torch.fx.experimental.optimization import fuse
name, batch, last = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "channels_last"
net = fuse(getattr(torchvision.models, name)(weights=None).eval())
x = torch.randn(batch, 3, 224, 224)
if last:
    net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
with torch.inference_mode():
    for line in sys.stdin:
        if line.strip() == "memory":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
            continue
        start = time.perf_counter()
        net(x)[0, 0].item()
        print(time.perf_counter() - start, flush=True)
`;

/** @returns for each work the contestants, first the compiled model, to which the others are compared */
export async function inference(ids: Id[] = ['d1', 'd16', 'e'], rounds = 7) {
  const results: Record<string, Awaited<ReturnType<typeof compete>>> = {};
  for (const id of ids) {
    const { title, batch, torch } = WORKS[id];
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
        contestants.push(pythonContestant(`PyTorch, ${layout}`, python, PYTORCH, [torch, String(batch), layout]));
      }
    }
    results[id] = await compete(contestants, { rounds });
    print(title, batch, results[id]);
  }
  return results;
}

async function contestant(id: Id, mode: string): Promise<void> {
  await ready();
  const { build, batch } = WORKS[id];
  const infer = compileModel(build(), { enabled: mode === 'compiled' });
  const x = tf.randomNormal([batch, 224, 224, 3]);
  answer(() => void tf.tidy(() => (infer(x) as tf.Tensor).dataSync()));
}

if (require.main === module) {
  if (process.send) void contestant(process.argv[2] as Id, process.argv[3]);
  else void inference(process.argv[2] ? (process.argv[2].split(',') as Id[]) : undefined);
}
