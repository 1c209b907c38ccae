# The training steps of models.ts in PyTorch. Answers first with its version, then each line with milliseconds,
# processor milliseconds, loss and peak memory.
import math
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(7)
torch.set_num_threads(int(sys.argv[2]))


def labels(n, classes):
    return torch.tensor([(i * 7919) % classes for i in range(n)])


class Transformer(nn.Module):
    def __init__(self, d=64, heads=4, tokens=128, vocabulary=256):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, d)
        self.positions = nn.Parameter(torch.randn(tokens, d) / math.sqrt(d))
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(d, heads, 4 * d, dropout=0.0, activation="gelu", batch_first=True, norm_first=True)
            for _ in range(2)
        )
        self.head = nn.Linear(d, 10)

    def forward(self, x):
        h = self.embedding(x) + self.positions
        for block in self.blocks:
            h = block(h)
        return self.head(h.mean(1))


class MultVae(nn.Module):
    def __init__(self, items=6000, hidden=600, latent=200):
        super().__init__()
        self.latent = latent
        self.encoder, self.code = nn.Linear(items, hidden), nn.Linear(hidden, 2 * latent)
        self.decoder, self.out = nn.Linear(latent, hidden), nn.Linear(hidden, items)

    def loss(self, x):
        code = self.code(torch.tanh(self.encoder(x / math.sqrt(62))))
        mu, log_var = code[:, : self.latent], code[:, self.latent :]
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * log_var)
        logits = self.out(torch.tanh(self.decoder(z)))
        likelihood = (F.log_softmax(logits, -1) * x).sum(-1).mean()
        divergence = 0.5 * (mu * mu + log_var.exp() - log_var - 1).sum(-1).mean()
        return 0.2 * divergence - likelihood


def build(name):
    if name == "mlp":
        model = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(), nn.Linear(512, 10))
        x, y = torch.rand(256, 784), labels(256, 10)
        return model, lambda: F.cross_entropy(model(x), y)
    if name == "transformer":
        model = Transformer()
        x = torch.tensor([(i * 31 + (i >> 5)) % 256 for i in range(32 * 128)]).view(32, 128)
        y = labels(32, 10)
        return model, lambda: F.cross_entropy(model(x), y)
    if name == "cnn":
        model = nn.Sequential(
            nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(), nn.Linear(64 * 7 * 7, 10),
        )
        x, y = torch.rand(64, 1, 28, 28), labels(64, 10)
        return model, lambda: F.cross_entropy(model(x), y)
    model = MultVae()
    x = torch.zeros(500 * 6000)
    x[::97] = 1
    x = x.view(500, 6000)
    return model, lambda: model.loss(x)


def peak():
    for line in open("/proc/self/status"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return float("nan")


model, loss = build(sys.argv[1])
print(torch.__version__, flush=True)
optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
for _ in sys.stdin:
    start, cpu = time.perf_counter(), time.process_time()
    optimiser.zero_grad(set_to_none=True)
    value = loss()
    value.backward()
    optimiser.step()
    number = value.item()
    print((time.perf_counter() - start) * 1000, (time.process_time() - cpu) * 1000, number, peak(), flush=True)
