"""tinygrad: perceptrons, on the processor. From the third iteration on its kernels are replayed (``TinyJit``)."""

from __future__ import annotations

import itertools
from typing import Any

from tinygrad import Context, Tensor, TinyJit, nn  # type: ignore[import-not-found]

from benchmarks.contestants import LEARNING_RATE, Case, Iterate, serve


def make(case: Case) -> Iterate | None:
    """One training iteration with plain SGD, as its documentation trains."""
    sizes = case.network
    if not isinstance(sizes, tuple):
        return None
    layers = [nn.Linear(before, after) for before, after in itertools.pairwise(sizes)]
    x, y = Tensor.randn(case.batch, sizes[0]).realize(), Tensor.randn(case.batch, sizes[-1]).realize()
    parameters: list[Any] = [p for layer in layers for p in (layer.weight, layer.bias)]
    optimizer = nn.optim.SGD(parameters, lr=LEARNING_RATE)

    @TinyJit  # type: ignore[untyped-decorator]
    def step() -> Any:
        optimizer.zero_grad()
        h = x
        for layer in layers[:-1]:
            h = layer(h).tanh()
        loss = ((layers[-1](h) - y) ** 2).mean().backward()
        return loss.realize(*optimizer.schedule_step())

    def iterate() -> None:
        with Context(TRAINING=1):
            step()

    return iterate


if __name__ == "__main__":
    serve(make)
