"""A training step and a 50-iteration sweep of the implicit Fourier network, written with plain PyTorch operations and FFTs.

The counterpart of `implicit-benchmark` and `implicit-sweep` for the model `implicit` of steady-flows.yaml: the same network (lifting
with coordinates, padding, three Fourier layers with instance norms), the same samples, the published training step (Anderson's
method without gradient, then damped steps with it) and the published sweep, which starts anew for every number of iterations. The
weights are random, which does not change the work. Prints one JSON line of processor seconds, which other programs do not disturb.
"""

import argparse
import json
import resource
import time

import h5py
import torch
from torch import nn


class SpectralConvolution(nn.Module):
    def __init__(self, width, modes):
        super().__init__()
        self.modes = modes
        shape = (2, width, width, modes, modes)
        self.weights = nn.Parameter(torch.rand(shape, dtype=torch.cfloat) / width**2)

    def forward(self, x):
        m, spectrum = self.modes, torch.fft.rfft2(x)
        out = torch.zeros_like(spectrum)
        for rows, weights in ((slice(None, m), self.weights[0]), (slice(-m, None), self.weights[1])):
            out[:, :, rows, :m] = torch.einsum("bixy,ioxy->boxy", spectrum[:, :, rows, :m], weights)
        return torch.fft.irfft2(out, s=x.shape[-2:])


def perceptron(inputs, hidden, outputs):
    return nn.Sequential(nn.Conv2d(inputs, hidden, 1), nn.GELU(), nn.Conv2d(hidden, outputs, 1))


class FourierLayer(nn.Module):
    def __init__(self, width, modes):
        super().__init__()
        self.convolution = SpectralConvolution(width, modes)
        self.perceptron = perceptron(width, width, width)
        self.bypass = nn.Conv2d(width, width, 1)
        self.norm = nn.InstanceNorm2d(width)

    def forward(self, z):
        return self.norm(self.perceptron(self.norm(self.convolution(z)))) + self.norm(self.bypass(z))


class ImplicitNetwork(nn.Module):
    def __init__(self, width, modes, padding):
        super().__init__()
        self.lift = nn.Linear(4, width)
        self.layers = nn.ModuleList(FourierLayer(width, modes) for _ in range(3))
        self.decoder = FourierLayer(width, modes)
        self.head = perceptron(width, 4 * width, 1)
        self.norm = nn.InstanceNorm2d(width)
        self.padding = padding

    def inject(self, force):
        batch, _, height, width = force.shape
        grid = torch.stack(torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij"), -1)
        channels = torch.cat([force.permute(0, 2, 3, 1), grid.expand(batch, -1, -1, -1)], -1)
        return nn.functional.pad(self.lift(channels).permute(0, 3, 1, 2), (0, self.padding, 0, self.padding))

    def step(self, z, injection):
        z = self.norm(z)
        for layer in self.layers:
            z = nn.functional.gelu(layer(z) + injection)
        return z

    def readout(self, z):
        return self.head(self.decoder(z)[:, :, : -self.padding, : -self.padding])[:, 0]


def anderson(f, z, evaluations, window=5, regularization=1e-4):
    """The bordered least-squares problem of the last iterates, per sample; returns the one with the lowest residual."""
    batch = len(z)
    points = torch.zeros(batch, window, z[0].numel())
    values = torch.zeros_like(points)
    points[:, 0], values[:, 0] = z.flatten(1), f(z).flatten(1)
    points[:, 1], values[:, 1] = values[:, 0], f(values[:, 0].view_as(z)).flatten(1)
    lowest, best = float("inf"), points[:, 1]
    for k in range(2, evaluations):
        n = min(k, window)
        g = values[:, :n] - points[:, :n]
        system = torch.zeros(batch, n + 1, n + 1)
        system[:, 0, 1:] = system[:, 1:, 0] = 1
        system[:, 1:, 1:] = g @ g.transpose(1, 2) + regularization * torch.eye(n)
        right = torch.zeros(batch, n + 1, 1)
        right[:, 0] = 1
        alpha = torch.linalg.solve(system, right)[:, 1:, 0]
        slot = k % window
        points[:, slot] = (alpha[:, None] @ values[:, :n])[:, 0]
        values[:, slot] = f(points[:, slot].view_as(z)).flatten(1)
        residual = (values[:, slot] - points[:, slot]).norm().item()
        if residual < lowest:
            lowest, best = residual, points[:, slot].clone()
    return best.view_as(z)


def relative_loss(output, target):
    return ((output - target).flatten(1).norm(dim=1) / target.flatten(1).norm(dim=1)).mean()


def training_step(network, optimizer, force, target):
    optimizer.zero_grad()
    injection = network.inject(force)
    with torch.no_grad():
        z = anderson(lambda z: network.step(z, injection), torch.zeros_like(injection), 24)
    for _ in range(3):
        z = 0.2 * z + 0.8 * network.step(z, injection)
    loss = relative_loss(network.readout(z), target)
    loss.backward()
    optimizer.step()
    return loss.item()


@torch.no_grad()
def solve(network, force, target, iterations):
    injection = network.inject(force)
    z = torch.zeros_like(injection)
    for _ in range(iterations):
        z = network.step(z, injection)
    return relative_loss(network.readout(z), target).item()


def timed(body):
    start = time.process_time()
    body()
    return time.process_time() - start


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--modes", type=int, default=12)
    parser.add_argument("--padding", type=int, default=9)
    parser.add_argument("--steps", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    with h5py.File(arguments.dataset) as file:
        train = file["train"]
        field = {name: torch.tensor(train[name][:16]) for name in ("input", "input_scale", "solution", "solution_scale")}
    force = (field["input"] / field["input_scale"][:, None, None, None]).float()
    target = (field["solution"] / field["solution_scale"][:, None, None]).float()
    network = ImplicitNetwork(arguments.width, arguments.modes, arguments.padding)
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    solve(network, force[:2], target[:2], 1)
    # A solve of t iterations costs a + b t; the sweep is all t from 1 to 50.
    short, long = timed(lambda: solve(network, force, target, 2)), timed(lambda: solve(network, force, target, 12))
    each = (long - short) / 10
    sweep = sum(short + (t - 2) * each for t in range(1, 51))
    steps = [timed(lambda: training_step(network, optimizer, force, target)) for _ in range(arguments.steps)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"step": steps, "iteration": each, "sweep": sweep, "peak_memory_bytes": peak}))


main()
