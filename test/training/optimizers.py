"""Writes optimizers.json: twenty steps of each optimizer of PyTorch, in float64, on one small problem.

    python test/training/optimizers.py > test/training/optimizers.json
"""
import json

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

torch.set_default_dtype(torch.float64)
STEPS = 20
COUNT, SIDE, CHANNELS, HIDDEN, CLASSES = 12, 2, 3, 4, 3
INPUTS = SIDE * SIDE * CHANNELS


def numbers(seed, count):
    """Numbers in [0, 1) from the minimal standard generator, and rounded to what float32 holds."""
    result = []
    for _ in range(count):
        seed = seed * 16807 % 2147483647
        result.append(seed % 1024 / 1024)
    return result


IMAGES = [int(255 * u) for u in numbers(11, COUNT * INPUTS)]
LABELS = [i % CLASSES for i in range(COUNT)]
# [in, out], as the layers here have them.
WEIGHTS = [
    [u - 0.5 for u in numbers(22, INPUTS * HIDDEN)],
    [0.2 * round(8 * (u - 0.5)) / 8 for u in numbers(33, HIDDEN)],
    [u - 0.5 for u in numbers(44, HIDDEN * CLASSES)],
    [0.0] * CLASSES,
]
SHAPES = [(INPUTS, HIDDEN), (HIDDEN,), (HIDDEN, CLASSES), (CLASSES,)]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weights = torch.nn.ParameterList(
            torch.tensor(values).reshape(shape) for values, shape in zip(WEIGHTS, SHAPES)
        )

    def forward(self, x):
        w, b, v, c = self.weights
        return torch.tanh(x @ w + b) @ v + c


def run(make, learning_rate=None, clip_norm=None, clip_value=None, batches=1, ema=None, smoothing=0.0):
    net = Net()
    optimizer = make(net.parameters())
    average = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(ema)) if ema else None
    x = (torch.tensor(IMAGES, dtype=torch.float64).reshape(COUNT, INPUTS) / 255 - 0.5) / 0.25
    y = torch.tensor(LABELS)
    losses, clipped = [], 0
    for step in range(STEPS):
        if learning_rate:
            optimizer.param_groups[0]["lr"] = learning_rate(step)
        optimizer.zero_grad()
        total = 0.0
        for part, labels in zip(x.chunk(batches), y.chunk(batches)):
            loss = torch.nn.functional.cross_entropy(net(part), labels, label_smoothing=smoothing) / batches
            loss.backward()
            total += loss.item()
        losses.append(total)
        if clip_norm:
            clipped += torch.nn.utils.clip_grad_norm_(net.parameters(), clip_norm).item() > clip_norm
        if clip_value:
            torch.nn.utils.clip_grad_value_(net.parameters(), clip_value)
        optimizer.step()
        if average:
            average.update_parameters(net)
    # A limit that holds at every step, or at none, would show little.
    assert not clip_norm or 0 < clipped < STEPS, clipped
    flat = lambda module: [[float(v) for v in w.detach().flatten()] for w in module.weights]
    return {"losses": losses, "weights": flat(net), **({"average": flat(average.module)} if average else {})}


optim = torch.optim
RUNS = {
    "sgd": run(lambda p: optim.SGD(p, lr=0.1, momentum=0.9)),
    "sgd, momentum 0, weight decay, falling rate": run(
        lambda p: optim.SGD(p, lr=0.1, weight_decay=0.01), learning_rate=lambda step: 0.5 / (1 + step)
    ),
    "nesterov": run(lambda p: optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True)),
    "rmsProp": run(lambda p: optim.RMSprop(p)),
    "rmsProp, all options": run(
        lambda p: optim.RMSprop(p, lr=0.005, alpha=0.9, eps=1e-3, momentum=0.9, weight_decay=0.01)
    ),
    "adam": run(lambda p: optim.Adam(p)),
    "adam, all options": run(lambda p: optim.Adam(p, lr=0.05, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.01)),
    "adamW": run(lambda p: optim.AdamW(p)),
    "adamW, all options": run(
        lambda p: optim.AdamW(p, lr=0.05, betas=(0.8, 0.99), eps=1e-3, weight_decay=0.1),
        learning_rate=lambda step: 0.1 / (1 + step),
    ),
    "clipNorm": run(lambda p: optim.SGD(p, lr=0.1, momentum=0.9), clip_norm=0.3),
    "clipValue": run(lambda p: optim.SGD(p, lr=0.1, momentum=0.9), clip_value=0.05),
    "accumulate": run(lambda p: optim.Adam(p, lr=0.01), batches=3),
    "accumulate, clipNorm": run(lambda p: optim.SGD(p, lr=0.1, momentum=0.9), batches=3, clip_norm=0.3),
    "ema": run(lambda p: optim.SGD(p, lr=0.1, momentum=0.9), ema=0.9),
    "label smoothing": run(lambda p: optim.AdamW(p, lr=0.01), smoothing=0.1),
}

print(
    json.dumps(
        {
            "torch": torch.__version__.split("+")[0],
            "images": IMAGES,
            "labels": LABELS,
            "shape": [SIDE, SIDE, CHANNELS],
            "hidden": HIDDEN,
            "weights": WEIGHTS,
            "runs": RUNS,
        }
    )
)
