"""micrograd: perceptrons, number by number."""

from __future__ import annotations

import random
from typing import Any

from micrograd.engine import Value  # type: ignore[import-not-found]
from micrograd.nn import MLP  # type: ignore[import-not-found]

from benchmarks.contestants import LEARNING_RATE, Case, Iterate, serve


def make(case: Case) -> Iterate | None:
    """One training iteration with plain SGD. Its activation is relu: it has no tanh."""
    sizes = case.network
    if not isinstance(sizes, tuple):
        return None
    chance = random.Random(7)
    net = MLP(sizes[0], list(sizes[1:]))
    xs = [[chance.gauss(0, 1) for _ in range(sizes[0])] for _ in range(case.batch)]
    ys = [chance.gauss(0, 1) for _ in range(case.batch)]

    def iterate() -> None:
        loss: Any = Value(0.0)
        for x, y in zip(xs, ys, strict=True):
            loss = loss + (net(x) - y) ** 2
        loss = loss * (1.0 / len(xs))
        net.zero_grad()
        loss.backward()
        for p in net.parameters():
            p.data -= LEARNING_RATE * p.grad

    return iterate


if __name__ == "__main__":
    serve(make)
