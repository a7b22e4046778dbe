"""Writes test/ops/grid.json: settings of convolution and pooling with PyTorch's values and gradients in float64.

    python test/ops/grid.py > test/ops/grid.json

Channels are last, as in TensorFlow; a filter is [height, width, in / groups, out].
"""

import json
import random
import sys

import torch
import torch.nn.functional as F

DRAW = random.Random(13)


def quarters(*shape):
    """Numbers that are exact in a few digits, with ties among them."""
    size = torch.Size(shape).numel()
    return torch.tensor([DRAW.randint(-8, 8) / 4 for _ in range(size)], dtype=torch.float64).reshape(shape)


def case(call, image, channels, window, stride, padding, dilation=(1, 1), groups=1, out=0, ceil=False, count=True):
    x = quarters(1, channels, *image).requires_grad_()
    inputs = [x]
    if call == 'ops.conv2d':
        inputs.append(quarters(out, channels // groups, *window).requires_grad_())
        y = F.conv2d(x, inputs[1], None, stride, padding, dilation, groups)
    elif call == 'ops.maxPool':
        y = F.max_pool2d(x, window, stride, padding, ceil_mode=ceil)
    else:
        y = F.avg_pool2d(x, window, stride, padding, ceil, count)
    dy = quarters(*y.shape)
    gradients = torch.autograd.grad(y, inputs, dy)
    image_last = lambda t: t.permute(0, 2, 3, 1)
    filter_last = lambda t: t.permute(2, 3, 1, 0)
    numbers = lambda t: [round(n, 12) + 0 for n in t.reshape(-1).tolist()]
    setting = dict(call=call, batch=1, image=image, channels=channels, window=window, stride=stride, padding=padding,
                   dilation=dilation, groups=groups, out=out or channels, ceilMode=ceil, countIncludePad=count)
    result = dict(setting=setting, x=numbers(image_last(x)), dy=numbers(image_last(dy)), y=numbers(image_last(y)),
                  dx=numbers(image_last(gradients[0])), filter=[], dFilter=[])
    if call == 'ops.conv2d':
        result.update(filter=numbers(filter_last(inputs[1])), dFilter=numbers(filter_last(gradients[1])))
    return result


cases = [
    case('ops.conv2d', (4, 5), 2, (3, 3), (1, 1), (1, 1), out=2),
    case('ops.conv2d', (4, 5), 1, (3, 2), (2, 1), (1, 0), out=2),
    case('ops.conv2d', (5, 5), 2, (2, 2), (2, 2), (0, 0), out=3),
    case('ops.conv2d', (5, 4), 2, (2, 1), (5, 2), (1, 0), out=2),
    case('ops.conv2d', (3, 3), 1, (3, 3), (1, 1), (0, 0), out=1),
    case('ops.conv2d', (6, 5), 1, (3, 3), (1, 1), (2, 2), (2, 2), out=1),
    case('ops.conv2d', (6, 6), 1, (3, 3), (2, 2), (2, 2), (2, 2), out=2),
    case('ops.conv2d', (6, 5), 2, (2, 3), (1, 2), (1, 2), (3, 1), out=1),
    case('ops.conv2d', (4, 4), 4, (3, 3), (1, 1), (1, 1), groups=2, out=4),
    case('ops.conv2d', (5, 4), 4, (3, 2), (2, 1), (1, 0), groups=2, out=2),
    case('ops.conv2d', (5, 5), 4, (2, 2), (1, 1), (1, 1), (2, 2), groups=2, out=2),
    case('ops.conv2d', (4, 5), 3, (3, 3), (1, 1), (1, 1), groups=3, out=3),
    case('ops.conv2d', (4, 5), 3, (3, 3), (1, 2), (1, 1), groups=3, out=3),
    case('ops.conv2d', (4, 4), 2, (3, 3), (2, 2), (1, 1), groups=2, out=4),
    case('ops.conv2d', (5, 5), 2, (2, 2), (1, 1), (0, 0), (2, 2), groups=2, out=4),
    case('ops.conv2d', (5, 5), 2, (2, 2), (2, 1), (1, 1), (2, 3), groups=2, out=2),
    case('ops.maxPool', (5, 5), 1, (2, 2), (2, 2), (0, 0)),
    case('ops.maxPool', (6, 6), 1, (3, 3), (2, 2), (0, 0), ceil=True),
    case('ops.maxPool', (5, 4), 2, (3, 3), (1, 1), (1, 1)),
    case('ops.maxPool', (5, 6), 1, (3, 2), (2, 3), (1, 0)),
    case('ops.maxPool', (4, 4), 1, (2, 2), (3, 3), (1, 1), ceil=True),
    case('ops.maxPool', (5, 5), 1, (1, 2), (3, 4), (0, 1), ceil=True),
    case('ops.maxPool', (3, 3), 2, (3, 3), (1, 1), (0, 0)),
    case('ops.avgPool', (5, 5), 1, (2, 2), (2, 2), (0, 0)),
    case('ops.avgPool', (6, 6), 1, (3, 3), (2, 2), (0, 0), ceil=True),
    case('ops.avgPool', (5, 4), 1, (3, 3), (2, 2), (1, 1)),
    case('ops.avgPool', (5, 4), 1, (3, 3), (2, 2), (1, 1), count=False),
    case('ops.avgPool', (6, 5), 1, (3, 2), (2, 3), (1, 0), ceil=True, count=False),
    case('ops.avgPool', (6, 5), 1, (3, 2), (2, 3), (1, 1), ceil=True),
    case('ops.avgPool', (4, 4), 1, (2, 2), (3, 3), (1, 1), ceil=True),
    # The only window begins inside the image and ends outside.
    case('ops.maxPool', (2, 2), 1, (3, 3), (2, 2), (0, 0), ceil=True),
    case('ops.avgPool', (2, 2), 1, (3, 3), (2, 2), (0, 0), ceil=True),
]
json.dump({'pytorch': torch.__version__, 'cases': cases}, sys.stdout, separators=(',', ':'))
print()
