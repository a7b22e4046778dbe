"""PyTorch's side of the bench: the same networks, and a loop that takes a step when it is asked to.

Arguments: the id of the work, the batch, 'contiguous' or 'channels_last'. Reads lines: 'round 3' takes three steps and
prints their seconds, 'memory' prints the peak of resident memory in MB.
"""
import resource
import sys
import time
import warnings

warnings.filterwarnings("ignore")
import torch
import torch.nn as nn
import torch.nn.functional as F


def conv(inputs, outputs, size, stride=1, groups=1, relu=nn.ReLU):
    """Convolution, batch norm, and an activation unless relu is None."""
    layers = [
        nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]
    return nn.Sequential(*layers, *([relu(inplace=True)] if relu else []))


def head(channels, classes):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def cifar_net():
    return nn.Sequential(
        nn.Conv2d(3, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 64, 5, padding=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Flatten(), nn.Linear(64 * 49, 384), nn.ReLU(), nn.Linear(384, 10))


class Residual(nn.Module):
    def __init__(self, body, shortcut=nn.Identity(), relu=True):
        super().__init__()
        self.body, self.shortcut = body, shortcut
        self.last = nn.ReLU(inplace=True) if relu else nn.Identity()

    def forward(self, x):
        return self.last(self.body(x) + self.shortcut(x))


class OptionA(nn.Module):
    """The shortcut without weights: every second pixel, zeros as new channels."""

    def __init__(self, more, stride):
        super().__init__()
        self.more, self.stride = more, stride

    def forward(self, x):
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.more))


def resnet20():
    blocks, inputs = [conv(3, 16, 3)], 16
    for outputs in (16, 32, 64):
        for i in range(3):
            stride = 2 if i == 0 and outputs > 16 else 1
            shortcut = OptionA(outputs - inputs, stride) if inputs != outputs else nn.Identity()
            body = nn.Sequential(conv(inputs, outputs, 3, stride), conv(outputs, outputs, 3, relu=None))
            blocks.append(Residual(body, shortcut))
            inputs = outputs
    return nn.Sequential(*blocks, *head(64, 10))


def alexnet():
    def norm():
        return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)  # PyTorch divides alpha by 5

    return nn.Sequential(
        nn.Conv2d(3, 96, 11, 4), nn.ReLU(inplace=True), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(inplace=True), norm(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(inplace=True),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(inplace=True),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2),
        nn.Flatten(),
        nn.Linear(9216, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5),
        nn.Linear(4096, 4096), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(4096, 1000))


def mobilenet_v2():
    layers, inputs = [conv(3, 32, 3, 2, relu=nn.ReLU6)], 32
    for expansion, outputs, count, stride in (
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)):
        for i in range(count):
            s, wide = stride if i == 0 else 1, expansion * inputs
            body = [conv(inputs, wide, 1, relu=nn.ReLU6)] if expansion > 1 else []
            body += [conv(wide, wide, 3, s, wide, nn.ReLU6), conv(wide, outputs, 1, relu=None)]
            body = nn.Sequential(*body)
            layers.append(Residual(body, relu=False) if s == 1 and inputs == outputs else body)
            inputs = outputs
    return nn.Sequential(*layers, conv(320, 1280, 1, relu=nn.ReLU6), *head(1280, 1000))


def resnet50():
    layers, inputs = [conv(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1)], 64
    for width, count in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for i in range(count):
            stride = 2 if i == 0 and width > 64 else 1
            body = nn.Sequential(
                conv(inputs, width, 1), conv(width, width, 3, stride), conv(width, 4 * width, 1, relu=None))
            shortcut = conv(inputs, 4 * width, 1, stride, relu=None) if i == 0 else nn.Identity()
            layers.append(Residual(body, shortcut))
            inputs = 4 * width
    return nn.Sequential(*layers, *head(2048, 1000))


class DenseLayer(nn.Module):
    def __init__(self, inputs, k):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(inputs), nn.ReLU(inplace=True), nn.Conv2d(inputs, 4 * k, 1, bias=False),
            nn.BatchNorm2d(4 * k), nn.ReLU(inplace=True), nn.Conv2d(4 * k, k, 3, padding=1, bias=False))

    def forward(self, x):
        return torch.cat([x, self.body(x)], 1)


def densenet():
    k, channels = 12, 24
    layers = [nn.Conv2d(3, channels, 3, padding=1, bias=False)]
    for stage in range(3):
        for _ in range(16):
            layers.append(DenseLayer(channels, k))
            channels += k
        layers += [nn.BatchNorm2d(channels), nn.ReLU(inplace=True)]
        if stage < 2:
            layers += [nn.Conv2d(channels, channels // 2, 1, bias=False), nn.AvgPool2d(2)]
            channels //= 2
    return nn.Sequential(*layers, *head(channels, 10))


def conv_relu(inputs, outputs, size, **options):
    return nn.Sequential(nn.Conv2d(inputs, outputs, size, **options), nn.ReLU(inplace=True))


class Inception(nn.Module):
    def __init__(self, inputs, one, reduce3, three, reduce5, five, pool):
        super().__init__()
        self.branches = nn.ModuleList([
            conv_relu(inputs, one, 1),
            nn.Sequential(conv_relu(inputs, reduce3, 1), conv_relu(reduce3, three, 3, padding=1)),
            nn.Sequential(conv_relu(inputs, reduce5, 1), conv_relu(reduce5, five, 5, padding=2)),
            nn.Sequential(nn.MaxPool2d(3, 1, 1), conv_relu(inputs, pool, 1))])

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class GoogLeNet(nn.Module):
    def __init__(self):
        super().__init__()

        def norm():
            return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)

        def pool():
            return nn.MaxPool2d(3, 2, ceil_mode=True)

        def auxiliary(inputs):
            return nn.Sequential(
                nn.AvgPool2d(5, 3), conv_relu(inputs, 128, 1), nn.Flatten(),
                nn.Linear(2048, 1024), nn.ReLU(inplace=True), nn.Dropout(0.7), nn.Linear(1024, 1000))

        self.to_4a = nn.Sequential(
            conv_relu(3, 64, 7, stride=2, padding=3), pool(), norm(),
            conv_relu(64, 64, 1), conv_relu(64, 192, 3, padding=1), norm(), pool(),
            Inception(192, 64, 96, 128, 16, 32, 32), Inception(256, 128, 128, 192, 32, 96, 64), pool(),
            Inception(480, 192, 96, 208, 16, 48, 64))
        self.to_4d = nn.Sequential(
            Inception(512, 160, 112, 224, 24, 64, 64), Inception(512, 128, 128, 256, 24, 64, 64),
            Inception(512, 112, 144, 288, 32, 64, 64))
        self.rest = nn.Sequential(
            Inception(528, 256, 160, 320, 32, 128, 128), pool(),
            Inception(832, 256, 160, 320, 32, 128, 128), Inception(832, 384, 192, 384, 48, 128, 128),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(1024, 1000))
        self.auxiliary1, self.auxiliary2 = auxiliary(512), auxiliary(528)

    def forward(self, x):
        at_4a = self.to_4a(x)
        at_4d = self.to_4d(at_4a)
        return self.rest(at_4d), self.auxiliary1(at_4a), self.auxiliary2(at_4d)


NETS = {
    "a": (cifar_net, 32), "b": (resnet20, 32), "c": (alexnet, 227), "d1": (mobilenet_v2, 224), "d16": (mobilenet_v2, 224),
    "e": (resnet50, 224), "f": (densenet, 32), "g": (GoogLeNet, 224),
}


def training(net, x, y):
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9)

    def step():
        optimizer.zero_grad()
        outputs = net(x)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        losses = [F.cross_entropy(output, y) for output in outputs]
        loss = losses[0] + sum(0.3 * other for other in losses[1:])
        loss.backward()
        optimizer.step()
        return loss.item(), (outputs[0].argmax(1) != y).sum().item()

    return step


def inference(net, x):
    from torch.fx.experimental.optimization import fuse

    folded = fuse(net.eval())

    def step():
        with torch.inference_mode():
            return folded(x)[0, 0].item()

    return step


def main(name, batch, layout):
    torch.manual_seed(0)
    build, size = NETS[name]
    net, x = build(), torch.randn(batch, 3, size, size)
    if layout == "channels_last":
        net, x = net.to(memory_format=torch.channels_last), x.to(memory_format=torch.channels_last)
    classes = 10 if size == 32 else 1000
    y = torch.randint(0, classes, (batch,))
    step = inference(net, x) if name in ("d1", "d16", "e") else training(net, x, y)
    for line in sys.stdin:
        if line.strip() == "memory":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, flush=True)
            continue
        start = time.perf_counter()
        for _ in range(int(line.split()[1])):
            step()
        print(time.perf_counter() - start, flush=True)


def peak():
    """Multiply-adds per second of a large product of matrices: what the machine can do."""
    a = torch.randn(2048, 2048)
    a @ a
    times = []
    for _ in range(7):
        start = time.perf_counter()
        a @ a
        times.append(time.perf_counter() - start)
    print(2048**3 / min(times))


if sys.argv[1] == "peak":
    peak()
elif sys.argv[1] == "version":
    print(torch.__version__)
else:
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
