"""Computes PyTorch's answers for `npm run parity` in float64, so that a difference is ours and not the reference's rounding.

    python test/parity/reference.py IN.json OUT.json      # a reference file's own cases and networks, anew
    python test/parity/reference.py resnet18 OUT.json     # the logits of torchvision's network
    python test/parity/reference.py timm-seresnet50 OUT.json

Weights and inputs are those of src/parity/generator.ts, rounded to float32 as we compute with them; everything after is
float64. Needs torch; networks need torchvision, and those of timm timm.
"""
import json
import math
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_default_dtype(torch.float64)


def uniform(seed, name, count):
    key = 0x811C9DC5
    for byte in name.encode():
        key = (key ^ byte) * 0x01000193 & 0xFFFFFFFF
    index = np.arange(1, count + 1, dtype=np.uint64)
    mask = np.uint64(0xFFFFFFFF)
    z = (np.uint64(key ^ seed) + index * np.uint64(0x9E3779B9)) & mask
    z ^= z >> np.uint64(16)
    z = z * np.uint64(0x21F0AAAD) & mask
    z ^= z >> np.uint64(15)
    z = z * np.uint64(0x735A2D97) & mask
    z ^= z >> np.uint64(15)
    return z / 2.0**32


def single(values, shape):
    """What float32 holds of the numbers, in float64."""
    return torch.tensor(np.asarray(values).astype(np.float32).astype(np.float64)).reshape(shape)


def fill(seed, name, shape):
    u = uniform(seed, name, math.prod(shape))
    if name.endswith('running_var'):
        values = 0.5 + u
    elif name.endswith('running_mean'):
        values = 0.2 * (u - 0.5)
    elif len(shape) >= 2:
        values = (2 * u - 1) * math.sqrt(6 / math.prod(shape[1:]))
    else:
        values = 0.7 + 0.6 * u if name.endswith('weight') else 0.2 * (u - 0.5)
    return single(values, shape)


def generated(seed, field, shape=None):
    shape = field.get('shape', shape)
    return single((2 * uniform(seed, field['name'], math.prod(shape)) - 1) * field['scale'], shape)


def rounded(value):
    return float(f'{value:.9g}')


def expected(tensor):
    return {'shape': list(tensor.shape), 'values': [rounded(value) for value in tensor.detach().flatten().tolist()]}


# Techniques: each fills in what the case has PyTorch's values of.


def lrn(case, seed):
    x = generated(seed, case['x']).requires_grad_()
    padded = F.pad(x.square(), (0, 0, 0, 0, case['n'] // 2, (case['n'] - 1) // 2))
    sums = sum(padded[:, i : i + x.shape[1]] for i in range(case['n']))
    y = x / (case['k'] + case['alpha'] * sums) ** case['beta']
    case['y'] = expected(y)
    if 'w' in case:
        (dx,) = torch.autograd.grad((y * generated(seed, case['w'], y.shape)).sum(), x)
        case['dx'] = expected(dx)


def groupedConv2d(case, seed):
    x, w = (generated(seed, case[name]).requires_grad_() for name in 'xw')
    y = F.conv2d(x, w, stride=case['stride'], padding=case['padding'], groups=case['groups'])
    case['y'] = expected(y)
    if 'v' in case:
        dx, dw = torch.autograd.grad((y * generated(seed, case['v'], y.shape)).sum(), (x, w))
        case['dx'], case['dw'] = expected(dx), expected(dw)


def maxUnpool(case, seed):
    x = generated(seed, case['x'])
    pooled, places = F.max_pool2d(x, case['kernel'], case['stride'], return_indices=True)
    case['pooled'] = expected(pooled)
    case['unpooled'] = expected(F.max_unpool2d(pooled, places, case['kernel'], case['stride'], output_size=x.shape))


def deconv(case, seed):
    w, y = generated(seed, case['w']), generated(seed, case['y'])
    out = F.conv_transpose2d(
        F.relu(y), w, stride=case['stride'], padding=case['padding'], output_padding=case['outputPadding']
    )
    case['out'] = expected(out)


def pcaColour(case, seed):
    numbers = uniform(seed, 'pca.images', 20 * 3 * 64).reshape(20, 3, 64)
    pixels = numbers.transpose(0, 2, 1).reshape(-1, 3) @ np.array(case['M'])
    values, vectors = np.linalg.eigh(np.cov(pixels.T, bias=True))
    values, vectors = values[::-1], vectors[:, ::-1]
    vectors = vectors * np.sign(vectors[np.abs(vectors).argmax(0), range(3)])
    case['eigenvalues'] = [rounded(value) for value in values]
    case['eigenvectors'] = [[rounded(value) for value in row] for row in vectors]
    case['shift'] = [rounded(value) for value in vectors @ (np.array(case['alpha']) * values)]


def batchNormTrain(case, seed):
    x = generated(seed, case['x']).requires_grad_()
    channels = x.shape[1]
    gamma, beta = (fill(seed, case[name].split()[1], [channels]).requires_grad_() for name in ('gamma', 'beta'))
    mean, variance = torch.zeros(channels), torch.ones(channels)
    y = F.batch_norm(x, mean, variance, gamma, beta, training=True, momentum=case['momentum'], eps=case['eps'])
    case['y'], case['runningMean'], case['runningVar'] = expected(y), expected(mean), expected(variance)
    if 'v' in case:
        gradients = torch.autograd.grad((y * generated(seed, case['v'], y.shape)).sum(), (x, gamma, beta))
        case['dx'], case['dgamma'], case['dbeta'] = map(expected, gradients)


TECHNIQUES = {f.__name__: f for f in (lrn, groupedConv2d, maxUnpool, deconv, pcaColour, batchNormTrain)}


# Networks.


def network(name, auxiliary=False):
    if name.startswith(('timm-', 'timm/')):
        import timm

        return timm.create_model(name[5:], pretrained=False)
    import torchvision

    options = {'init_weights': False} if name in ('googlenet', 'inception_v3') else {}
    if name == 'googlenet':
        options['aux_logits'] = auxiliary
    return getattr(torchvision.models, name)(weights=None, **options)


def filled(name, seed, auxiliary=False):
    # Built in float32: some builders make tables of their own in the default type.
    torch.set_default_dtype(torch.float32)
    net = network(name, auxiliary)
    torch.set_default_dtype(torch.float64)
    state = net.state_dict()
    for key, value in state.items():
        if value.is_floating_point():
            state[key] = fill(seed, key, list(value.shape)).reshape(value.shape)
    net = net.double()
    net.load_state_dict(state)
    return net


def logits(reference):
    net = filled(reference['model'], reference['seed'], any('aux' in name for name in reference.get('stateDict', {})))
    net.eval()
    state = net.state_dict()
    shape = reference['inputShapeNCHW']
    x = single(2 * uniform(reference['seed'], 'input', math.prod(shape)) - 1, shape)
    with torch.no_grad():
        answer = net(x)
    reference['parameters'] = sum(parameter.numel() for parameter in net.parameters())
    reference['stateDict'] = {
        name: list(value.shape) for name, value in state.items() if not name.endswith('num_batches_tracked')
    }
    reference['logits'] = [rounded(value) for value in answer.flatten().tolist()]


def train_step(step, seed):
    auxiliary = any(name.startswith('aux') for name in step['gradL2'])
    net = filled(step['model'], seed, auxiliary)
    net.train()
    for module in net.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    x = generated(seed, step['input'], [step['batch'], 3, step['size'], step['size']])
    labels = torch.tensor(step['labels'])
    outputs = net(x)
    outputs = [outputs] if torch.is_tensor(outputs) else list(outputs)
    losses = [F.cross_entropy(output, labels) for output in outputs if output is not None]
    loss = losses[0] + step['auxWeight'] * sum(losses[1:])
    loss.backward()
    step['loss'] = rounded(loss.item())
    step['gradL2'] = {name: rounded(parameter.grad.norm().item()) for name, parameter in net.named_parameters()}


def main(source, target):
    if os.path.exists(source):
        with open(source) as file:
            reference = json.load(file)
    else:
        reference = {'model': source, 'seed': 1, 'inputShapeNCHW': [1, 3, 224, 224]}
    if 'model' in reference:
        logits(reference)
    for case in reference.get('cases', []):
        TECHNIQUES[case['op']](case, reference['seed'])
    for step in reference.get('trainSteps', []):
        train_step(step, reference['seed'])
    with open(target, 'w') as file:
        json.dump(reference, file, separators=(',', ':'))
        file.write('\n')


if __name__ == '__main__':
    main(*sys.argv[1:])
