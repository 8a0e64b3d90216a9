"""One full-batch training step of the implicit graph network, written with plain PyTorch operations.

The counterpart of `implicit-benchmark`: the same network, the same programs from the same dataset file, the same loss and
optimizer. Messages are gathered along the edges, multiplied by A, and added up at their targets by index_add.
Prints one JSON line: seconds of each step, losses, peak memory.
"""

import argparse
import json
import resource
import time

import h5py
import numpy
import torch
from torch import nn


def perceptron(inputs, hidden, outputs, first_bias=True, second_bias=True):
    return nn.Sequential(
        nn.Linear(inputs, hidden, bias=first_bias), nn.ReLU(), nn.Linear(hidden, outputs, bias=second_bias)
    )


class HalfConvolution(nn.Module):
    def __init__(self, left, right, to_constraints):
        super().__init__()
        width = left if to_constraints else right
        self.left = perceptron(left, left, left)
        self.right = perceptron(right, right, right, first_bias=False)
        self.out = perceptron(left + right, width, width)
        self.to_constraints = to_constraints

    def forward(self, constraints, variables, rows, columns, values):
        left, right = self.left(constraints), self.right(variables)
        if self.to_constraints:
            messages = torch.zeros(len(left), right.shape[1]).index_add(0, rows, values * right[columns])
            return self.out(torch.cat([messages, left], 1))
        messages = torch.zeros(len(right), left.shape[1]).index_add(0, columns, values * left[rows])
        return self.out(torch.cat([messages, right], 1))


class ImplicitNetwork(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.constraints, self.variables = nn.Linear(2, width), nn.Linear(3, width)
        self.layers = nn.ModuleList(HalfConvolution(width, width + 1, flag) for flag in (True, False, True, False))
        self.to_state = nn.Linear(width + 1, 1)
        self.head = perceptron(width + 1, width, 1, second_bias=False)

    def forward(self, constraint_features, variable_features, edges, iterations):
        constraints = self.constraints(constraint_features).relu()
        variables = self.variables(variable_features).relu()
        state = torch.zeros(len(variables), 1)
        for _ in range(iterations):
            left, right = constraints, torch.cat([variables, state], 1)
            for layer in self.layers:
                updated = layer(left, right, *edges).relu()
                if layer.to_constraints:
                    left = updated
                else:
                    right = updated
            state = self.to_state(right)
        return self.head(torch.cat([variables, state], 1))


def load(path):
    with h5py.File(path) as file:
        train = {name: dataset[:] for name, dataset in file["train"].items()}
    count, constraints = train["b"].shape
    variables = train["c"].shape[1]
    offset = numpy.arange(count)[:, None]
    real = lambda *parts: torch.tensor(numpy.stack([part.ravel() for part in parts], 1), dtype=torch.float32)
    edges = (
        torch.tensor((train["edge_constraint"] + offset * constraints).ravel()),
        torch.tensor((train["edge_variable"] + offset * variables).ravel()),
        real(train["edge_value"]),
    )
    return (
        real(train["b"], train["is_equality"]),
        real(train["c"], train["lower"], train["upper"]),
        edges,
        real(train["solution"]),
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dataset", required=True)
    parser.add_argument("--embedding", type=int, default=32)
    parser.add_argument("--iterations", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    constraint_features, variable_features, edges, solutions = load(arguments.dataset)
    network = ImplicitNetwork(arguments.embedding)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    seconds, losses = [], []
    for _ in range(arguments.steps + 1):
        start = time.perf_counter()
        optimizer.zero_grad()
        output = network(constraint_features, variable_features, edges, arguments.iterations)
        loss = ((output - solutions) ** 2).mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        seconds.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"losses": losses, "peak_memory_bytes": peak, "seconds": seconds[1:]}))


main()
