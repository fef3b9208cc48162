"""A small network that has been trained: two of its weights are walked over, and all others stay as they are.

Two tanh units learn a bump: f(t) = v₁ tanh(w₁ t + b₁) + v₂ tanh(w₂ t + b₂) + c.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from chainrule.engine.random import generator
from chainrule.engine.tensor import Tensor, leaf
from chainrule.optim.optimizer import Adam

if TYPE_CHECKING:
    from collections.abc import Sequence

INPUTS = [k / 2 for k in range(-6, 7)]
"""The inputs t."""

TARGETS = [round(math.exp(-t * t / 1.5), 4) for t in INPUTS]
"""The bump."""


class Weights(NamedTuple):
    """All numbers of the network."""

    w1: float
    b1: float
    v1: float
    w2: float
    b2: float
    v2: float
    c: float


TRAINED = Weights(w1=1.1098, b1=0.8661, v1=0.7243, w2=1.1052, b2=-0.8614, v2=-0.7246, c=-0.0130)
"""What :func:`train` ends with, to four digits."""


def train(iterations: int = 1_500) -> Weights:
    """The network from its first draws on, trained with Adam in float64."""
    draws: Sequence[float] = [*generator(7, "init", "map-and-hiker").normal(size=6).tolist(), 0.0]
    weights = [leaf(draw, dtype="float64", requires_grad=True) for draw in draws]
    t, target = leaf(INPUTS, dtype="float64"), leaf(TARGETS, dtype="float64")
    optimizer = Adam(weights, lr=0.03)
    for _ in range(iterations):
        optimizer.zero_grad()
        w1, b1, v1, w2, b2, v2, c = weights
        error: Tensor = v1 * (w1 * t + b1).tanh() + v2 * (w2 * t + b2).tanh() + c - target
        (error * error).mean().backward()
        optimizer.step()
    return Weights(*(weight.item() for weight in weights))
