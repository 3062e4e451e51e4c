"""The perceptron of `npm run bench:compile -- --figure` in idiomatic PyTorch.

Requests and answers are those of serve.py: {"work": "perceptron", "width", "steps"}.
"""

import sys

import torch
import torch.nn.functional as F
from torch import nn

from serve import serve


class Work:
    def __init__(self, width, steps):
        torch.manual_seed(0)
        layers = (nn.Linear(64, width, bias=False), nn.Linear(width, width, bias=False), nn.Linear(width, 10, bias=False))
        self.model = nn.Sequential(layers[0], nn.ReLU(), layers[1], nn.ReLU(), layers[2])
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.1)
        self.x, self.classes, self.steps = torch.randn(256, 64) / 16, torch.randint(0, 10, (256,)), steps

    def perceptron(self):
        for _ in range(self.steps):
            self.optimizer.zero_grad()
            F.cross_entropy(self.model(self.x), self.classes).backward()
            self.optimizer.step()


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[1]))
    serve({"version": torch.__version__}, lambda request: Work(**request))
