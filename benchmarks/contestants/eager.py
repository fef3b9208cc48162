"""PyTorch, or ``import chainrule as torch``: the same script. The argument says which."""

from __future__ import annotations

import importlib
import itertools
import random
import sys
from typing import Any

from benchmarks.contestants import (
    CONTEXT,
    HEADS,
    LAYERS,
    LEARNING_RATE,
    VOCABULARY,
    WIDTH,
    Case,
    Iterate,
    serve,
)

torch: Any = importlib.import_module(sys.argv[1])
nn: Any = torch.nn

if sys.argv[1] == "torch":
    torch.set_num_threads(1)


def numbers(chance: random.Random, *shape: int) -> Any:
    """Nested lists of normal deviates."""
    if not shape:
        return chance.gauss(0.0, 1.0)
    return [numbers(chance, *shape[1:]) for _ in range(shape[0])]


def integers(chance: random.Random, below: int, *shape: int) -> Any:
    """Nested lists of integers."""
    if not shape:
        return chance.randrange(below)
    return [integers(chance, below, *shape[1:]) for _ in range(shape[0])]


def perceptron(sizes: tuple[int, ...]) -> Any:
    layers: list[Any] = []
    for before, after in itertools.pairwise(sizes):
        layers += [nn.Linear(before, after), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def lenet() -> Any:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )


class Block(nn.Module):  # type: ignore[misc]
    """Attention and a perceptron, each with a residual connection and layer norm before it."""

    def __init__(self, mask: Any) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.query, self.key, self.value = (nn.Linear(WIDTH, WIDTH) for _ in range(3))
        self.out = nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)
        self.activation = nn.GELU()
        self.mask = mask

    def heads(self, x: Any) -> Any:
        return x.reshape(x.shape[0], CONTEXT, HEADS, WIDTH // HEADS).permute(0, 2, 1, 3)

    def forward(self, x: Any) -> Any:
        h = self.norm1(x)
        q, k, v = self.heads(self.query(h)), self.heads(self.key(h)), self.heads(self.value(h))
        scores = q @ k.permute(0, 1, 3, 2) * (WIDTH // HEADS) ** -0.5 + self.mask
        mixed = (nn.functional.softmax(scores, dim=-1) @ v).permute(0, 2, 1, 3)
        x = x + self.out(mixed.reshape(x.shape[0], CONTEXT, WIDTH))
        return x + self.down(self.activation(self.up(self.norm2(x))))


class Transformer(nn.Module):  # type: ignore[misc]
    """A language model of characters."""

    def __init__(self) -> None:
        super().__init__()
        never = float("-inf")
        mask = torch.tensor([[0.0 if k <= j else never for k in range(CONTEXT)] for j in range(CONTEXT)])
        self.tokens, self.places = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block(mask) for _ in range(LAYERS)))
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY)
        self.order = torch.tensor(list(range(CONTEXT)))

    def forward(self, tokens: Any) -> Any:
        x = self.blocks(self.tokens(tokens) + self.places(self.order))
        return self.head(self.norm(x)).reshape(-1, VOCABULARY)


def problem(case: Case) -> tuple[Any, Any, Any, Any]:
    """Network, loss, inputs and targets."""
    chance = random.Random(7)
    batch = case.batch
    if case.network == "lenet":
        x = torch.tensor(numbers(chance, batch, 1, 28, 28))
        return lenet(), nn.CrossEntropyLoss(), x, torch.tensor(integers(chance, 10, batch))
    if case.network == "transformer":
        x = torch.tensor(integers(chance, VOCABULARY, batch, CONTEXT))
        y = torch.tensor(integers(chance, VOCABULARY, batch * CONTEXT))
        return Transformer(), nn.CrossEntropyLoss(), x, y
    assert isinstance(case.network, tuple)
    x = torch.tensor(numbers(chance, batch, case.network[0]))
    return perceptron(case.network), nn.MSELoss(), x, torch.tensor(numbers(chance, batch, case.network[-1]))


def make(case: Case) -> Iterate | None:
    """One training iteration with plain SGD."""
    net, criterion, x, y = problem(case)
    optimizer = torch.optim.SGD(net.parameters(), lr=LEARNING_RATE)

    def iterate() -> None:
        optimizer.zero_grad()
        criterion(net(x), y).backward()
        optimizer.step()

    return iterate


if __name__ == "__main__":
    serve(make)
