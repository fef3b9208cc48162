"""tinygrad: perceptrons, on the processor."""

from __future__ import annotations

import itertools
from typing import Any

from tinygrad import Context, Tensor, nn  # type: ignore[import-not-found]

from benchmarks.contestants import LEARNING_RATE, Case, Iterate, serve


def make(case: Case) -> Iterate | None:
    """One training iteration with plain SGD, as its documentation writes it."""
    sizes = case.network
    if not isinstance(sizes, tuple):
        return None
    layers = [nn.Linear(before, after) for before, after in itertools.pairwise(sizes)]
    x, y = Tensor.randn(case.batch, sizes[0]).realize(), Tensor.randn(case.batch, sizes[-1]).realize()
    parameters: list[Any] = [p for layer in layers for p in (layer.weight, layer.bias)]
    optimizer = nn.optim.SGD(parameters, lr=LEARNING_RATE)

    def iterate() -> None:
        with Context(TRAINING=1):
            optimizer.zero_grad()
            h = x
            for layer in layers[:-1]:
                h = layer(h).tanh()
            ((layers[-1](h) - y) ** 2).mean().backward()
            optimizer.step()

    return iterate


if __name__ == "__main__":
    serve(make)
