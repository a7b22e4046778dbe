/**
 * `npm run convert -- IN.pth OUT.safetensors`
 *
 * A .pth file is Python's pickle, which only PyTorch reads: where it is installed in .venv, it rewrites the checkpoint.
 * Exit status: 0 when the file is written, 1 when it cannot be, 2 when the command is called in another way.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { command, runIfMain, usage, UsageError } from '../../cli/command';
import { inVenv } from '../../setup/python';
import { readSafetensors } from '../safetensors';

const NO_TORCH = 3;

// Only tensors are unpickled (weights_only), so that a checkpoint cannot run code; torchvision's own training writes its
// arguments, too, which are plain values. `module.` is in front of the names of a network that was trained in DataParallel.
const SCRIPT = `
import argparse, ctypes, json, os, re, struct, sys, warnings
warnings.simplefilter('ignore')
try:
    import torch
except ImportError:
    sys.exit(${NO_TORCH})
source, target = sys.argv[1:]
try:
    try:
        with torch.serialization.safe_globals([argparse.Namespace]):
            state = torch.load(source, map_location='cpu', weights_only=True)
    except Exception as error:
        objects = re.search(r'GLOBAL ([\\w.]+)', str(error))
        if objects is None:
            raise ValueError('it is no checkpoint of PyTorch, or not a whole one')
        raise ValueError(f'it holds Python objects ({objects[1]}), which may run code when they are read; expected what torch.save(model.state_dict(), FILE) writes')
    for key in ('state_dict', 'model_state_dict', 'model'):
        if isinstance(state, dict) and isinstance(state.get(key), dict):
            state = state[key]
    if not isinstance(state, dict) or not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise ValueError('it holds no state dict, a dictionary of tensors')
    if all(name.startswith('module.') for name in state):
        state = {name[len('module.'):]: value for name, value in state.items()}
    tensors = {name: (value.float() if value.is_floating_point() else value.long()).contiguous() for name, value in state.items()}
    header, begin = {'__metadata__': {'format': 'pt'}}, 0
    for name, value in tensors.items():
        end = begin + value.numel() * value.element_size()
        dtype = 'F32' if value.dtype == torch.float32 else 'I64'
        header[name] = {'dtype': dtype, 'shape': list(value.shape), 'data_offsets': [begin, end]}
        begin = end
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(target + '.part', 'wb') as file:
        file.write(struct.pack('<Q', len(text)) + text)
        for value in tensors.values():
            if value.numel():
                file.write(ctypes.string_at(value.data_ptr(), value.numel() * value.element_size()))
    os.replace(target + '.part', target)
except Exception as error:
    if os.path.exists(target + '.part'):
        os.remove(target + '.part')
    print(' '.join(str(error).split())[:300] or type(error).__name__, file=sys.stderr)
    sys.exit(1)
`;

/**
 * Writes the state dict of a PyTorch checkpoint as a .safetensors file, which `loadWeights` takes.
 * @throws when there is no such checkpoint, no Python, or no PyTorch in it, with what to do
 */
export function convertCheckpoint(checkpoint: string, file: string, python = inVenv('python')): void {
  if (!fs.existsSync(checkpoint)) throw new Error(`There is no file ${checkpoint}.`);
  if (path.resolve(checkpoint) === path.resolve(file))
    throw new Error(`${file} is the checkpoint; expected another file.`);
  if (!fs.existsSync(python)) throw new Error(`There is no Python at ${python}; \`npm start\` makes it.`);
  const { status, stderr, error } = spawnSync(python, ['-c', SCRIPT, checkpoint, path.resolve(file)], {
    encoding: 'utf8',
  });
  if (error) throw new Error(`${python} cannot be run: ${error.message}.`);
  if (status === NO_TORCH) {
    throw new Error(
      `A .pth file needs PyTorch, which ${python} does not have; \`${python} -m pip install torch\` installs it, or take a ` +
        '.safetensors file of the same weights.',
    );
  }
  if (status !== 0)
    throw new Error(
      `${checkpoint} cannot be converted: ${stderr.trim() || `Python ended with ${status}`}.`.replace(/\.\.$/, '.'),
    );
  // Ours checks what Python has written.
  readSafetensors(file);
}

const main = command('convert', ({ positionals }) => {
  if (positionals.length !== 2)
    throw new UsageError(`There are ${positionals.length} files; expected ${usage('convert')}.`);
  const [checkpoint, file] = positionals;
  convertCheckpoint(checkpoint, file);
  console.log(`${file}: ${readSafetensors(file).size} tensors.`);
});

runIfMain(module, main);
