"""Trains a network with PyTorch and saves the activations of its layers for `surprisal watch`.

    python3 bench/watch-pytorch.py runs/ --seeds 3 --epochs 200 --activation tanh
    npx surprisal watch runs/ --unit bits

The task is that of the experiments: all 4,096 binary vectors of length 12, label 1 for more than six ones, or for six
with odd parity in the first half; a 12-10-7-5-4-3-2 network. Nothing but PyTorch and NumPy is needed, and nothing of
surprisal: this is how anybody's training can be watched.
"""

import argparse
import pathlib

import numpy
import torch

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("--seeds", type=int, default=3)
parser.add_argument("--epochs", type=int, default=200)
parser.add_argument("--activation", choices=["tanh", "relu"], default="tanh")
parser.add_argument("--rate", type=float, default=4e-4)
parser.add_argument("--decay", type=float, default=0.0, help="weight of half the squared weights, but the last layer's")
parser.add_argument("--rows", type=int, default=4096, help="watched rows")
options = parser.parse_args()

torch.set_num_threads(1)
bits = (numpy.arange(4096)[:, None] >> numpy.arange(12)) & 1
ones = bits.sum(1)
labels = ((ones > 6) | ((ones == 6) & (bits[:, :6].sum(1) % 2 == 1))).astype(numpy.int64)
x, y = torch.tensor(bits, dtype=torch.float32), torch.tensor(labels)
activation = torch.tanh if options.activation == "tanh" else torch.relu


def due(epoch):
    return epoch <= 10 or epoch == options.epochs or epoch % (10 ** (len(str(epoch)) - 1)) == 0


for seed in range(1, options.seeds + 1):
    torch.manual_seed(seed)
    widths = [12, 10, 7, 5, 4, 3, 2]
    layers = torch.nn.ModuleList([torch.nn.Linear(a, b) for a, b in zip(widths, widths[1:])])
    scale = 1 if options.activation == "tanh" else 2**0.5
    for layer in layers:
        torch.nn.init.trunc_normal_(layer.weight, std=scale / layer.in_features**0.5)
        torch.nn.init.zeros_(layer.bias)
    optimiser = torch.optim.Adam(layers.parameters(), lr=options.rate)
    order = torch.randperm(4096)
    training, held = order[:3277], order[3277:]
    run = options.folder / f"seed-{seed}"
    run.mkdir(parents=True, exist_ok=True)
    watched = numpy.sort(numpy.random.default_rng(0).permutation(4096)[: options.rows])
    numpy.save(run / "x.npy", bits[watched].astype(numpy.float32))
    numpy.save(run / "y.npy", labels[watched])

    def states(inputs):
        out = []
        for layer in layers[:-1]:
            inputs = activation(layer(inputs))
            out.append(inputs)
        return out

    def record(epoch):
        folder = run / f"epoch-{epoch:04d}"
        folder.mkdir(exist_ok=True)
        with torch.no_grad():
            for index, state in enumerate(states(x[watched])):
                numpy.save(folder / f"layer-{index + 1}.npy", state.numpy())

    record(0)
    for epoch in range(1, options.epochs + 1):
        for batch in training[torch.randperm(len(training))].split(256):
            loss = torch.nn.functional.cross_entropy(layers[-1](states(x[batch])[-1]), y[batch])
            if options.decay > 0:
                loss = loss + options.decay / 2 * sum((layer.weight**2).sum() for layer in layers[:-1])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        if due(epoch):
            record(epoch)
    with torch.no_grad():
        right = (layers[-1](states(x)[-1]).argmax(1) == y).float()
    print(f"seed {seed}: {right[training].mean():.3f} of the training rows, {right[held].mean():.3f} of the others")
