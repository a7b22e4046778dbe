"""Writes test/ops/corners.json: what PyTorch gives, in float64, where a derivative jumps, at ties, and for NaN.

    python test/ops/corners.py > test/ops/corners.json
"""

import json
import math
import sys

import torch
import torch.nn.functional as F

NAN = math.nan
zeros = torch.zeros_like

CASES = {
    'relu': (F.relu, [-1, 0, 1]),
    'relu6': (F.relu6, [-1, 0, 3, 6, 7]),
    'hardSigmoid': (F.hardsigmoid, [-4, -3, 0, 3, 4]),
    'hardSwish': (F.hardswish, [-4, -3, 0, 3, 4]),
    'leakyRelu': (F.leaky_relu, [-1, 0, 1]),
    'elu': (F.elu, [-1, 0, 1]),
    'selu': (F.selu, [-1, 0, 1]),
    'gelu': (F.gelu, [-1, 0, 1]),
    'silu': (F.silu, [-1, 0, 1]),
    'tanh': (torch.tanh, [-1, 0, 1]),
    'sigmoid': (torch.sigmoid, [-1, 0, 1]),
    'abs': (torch.abs, [-1, 0, 1]),
    'clipByValue': (lambda x: x.clamp(-1, 1), [-2, -1, 0, 1, 2]),
    'max': (torch.max, [1, 3, 3, 2]),
    'min': (torch.min, [1, 1, 3, 1]),
    'maximum': (lambda x: torch.maximum(x, zeros(x)), [-1, 0, 1]),
    'minimum': (lambda x: torch.minimum(x, zeros(x)), [-1, 0, 1]),
    'maxPool': (lambda x: F.max_pool2d(x.reshape(1, 1, 4, 4), 3, 1).reshape(-1), [1] * 16),
    'maxPoolPadded': (lambda x: F.max_pool2d(x.reshape(1, 1, 4, 4), 3, 2, 1).reshape(-1), [0, 0, -1, -1] * 4),
}
# Windows of 2 x 2, with NaN in the first and the last.
NAN_POOLS = [1, NAN, 3, 4, 5, 6, 7, 8, -1, -2, NAN, -4, 0, 0, 0, 0]


def numbers(tensor):
    return [None if math.isnan(n) else round(n, 12) + 0 for n in tensor.reshape(-1).tolist()]


result = {'pytorch': torch.__version__, 'cases': {}, 'nan': {}}
for name, (function, values) in CASES.items():
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    y = function(x)
    gradient, = torch.autograd.grad(y.sum(), x)
    result['cases'][name] = {'x': values, 'y': numbers(y), 'gradient': numbers(gradient)}
image = torch.tensor(NAN_POOLS, dtype=torch.float64).reshape(1, 1, 4, 4)
result['nan'] = {
    'x': numbers(image),
    'maxPool': numbers(F.max_pool2d(image, 2)),
    'maxPoolPadded': numbers(F.max_pool2d(image, 3, 2, 1)),
    'avgPool': numbers(F.avg_pool2d(image, 2)),
}
json.dump(result, sys.stdout, separators=(',', ':'))
print()
