"""Makes references.json: what PyTorch's modules give for the layers of src/layers, in float64. Needs torch and torchvision.

    python test/layers/references.py test/layers/references.json
"""
import json
import sys

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)


def case(module, shape, **options):
    """Answer and gradients for random weights and input; images in NCHW there, in NHWC in the file."""
    for parameter in module.parameters():
        nn.init.normal_(parameter)
    x = torch.randn(shape, requires_grad=True)
    v = torch.randn(shape[:-1] + [module(x).shape[-1]])
    (module(x) * v).sum().backward()
    plain = lambda tensor: [float(f'{value:.9g}') for value in tensor.detach().flatten().tolist()]
    return {
        'options': options,
        'shape': shape,
        'state': {name: {'shape': list(p.shape), 'values': plain(p)} for name, p in module.named_parameters()},
        'gradients': {name: plain(p.grad) for name, p in module.named_parameters()},
        **{name: plain(value) for name, value in (('x', x), ('v', v), ('y', module(x)), ('dx', x.grad))},
    }


class LayerScale(nn.Module):
    """As it stands in torchvision's ConvNeXt, where the image is channels first."""

    def __init__(self, channels):
        super().__init__()
        self.layer_scale = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x):
        return (self.layer_scale * x.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)


CASES = {
    'layerNorm': [
        case(nn.LayerNorm(5, eps=1e-6), [2, 3, 2, 5], epsilon=1e-6),
        case(nn.LayerNorm(7, eps=0.1), [3, 1, 1, 7], epsilon=0.1),
    ],
    'layerScale': [case(LayerScale(4), [2, 3, 2, 4])],
    'pointwise': [case(nn.Linear(4, 6), [2, 3, 2, 4])],
}

if __name__ == '__main__':
    with open(sys.argv[1], 'w') as file:
        json.dump(CASES, file, separators=(',', ':'))
        file.write('\n')
