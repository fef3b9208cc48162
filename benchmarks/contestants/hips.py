"""HIPS autograd: perceptrons."""

from __future__ import annotations

import itertools
from typing import Any

import autograd.numpy as np  # type: ignore[import-not-found]
from autograd import value_and_grad

from benchmarks.contestants import LEARNING_RATE, Case, Iterate, serve


def make(case: Case) -> Iterate | None:
    """One training iteration with plain SGD."""
    sizes = case.network
    if not isinstance(sizes, tuple):
        return None
    chance = np.random.RandomState(7)
    x = chance.normal(size=(case.batch, sizes[0])).astype("float32")
    y = chance.normal(size=(case.batch, sizes[-1])).astype("float32")
    parameters: list[Any] = []
    for before, after in itertools.pairwise(sizes):
        parameters.append(chance.normal(0, 0.5, (before, after)).astype("float32"))
        parameters.append(np.zeros(after, "float32"))

    def loss(given: list[Any]) -> Any:
        h = x
        for k in range(0, len(given) - 2, 2):
            h = np.tanh(np.dot(h, given[k]) + given[k + 1])
        error = np.dot(h, given[-2]) + given[-1] - y
        return np.mean(error * error)

    gradient = value_and_grad(loss)

    def iterate() -> None:
        _, grads = gradient(parameters)
        for k, grad in enumerate(grads):
            parameters[k] = parameters[k] - LEARNING_RATE * grad

    return iterate


if __name__ == "__main__":
    serve(make)
