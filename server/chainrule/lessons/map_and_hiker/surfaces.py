"""Loss surfaces over two parameters: what each computes, as tensors and as the lines of PyTorch that do the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from chainrule.engine.tensor import Tensor
from chainrule.language.arithmetic import Nested
from chainrule.lessons.map_and_hiker.network import INPUTS, TARGETS, TRAINED

SurfaceName = Literal["bowl", "ravine", "rosenbrock", "saddle", "many-minima", "network"]

Named = Callable[[str, Tensor], Tensor]
"""Gives a tensor the name of a variable, and returns it."""

Given = Mapping[str, Tensor]
"""What is no parameter: the inputs and targets of a network."""


@dataclass(frozen=True)
class Surface:
    """A loss over x and y.

    Attributes
    ----------
    compute
        (x, y, given, named) → the loss. x and y are of shape (), or of shape (n, 1) for many places at once; the loss
        is then of shape (n, 1) or (n,).
    code
        The variables of its lines and what each is, in Python; the last is ``loss``.
    low, high
        The corners of the part of the map that is shown.
    start
        Where hikers begin.
    rates
        A learning rate for each kind of hiker that goes well.
    given
        The values of what is no parameter.
    """

    compute: Callable[[Tensor, Tensor, Given, Named], Tensor]
    code: tuple[tuple[str, str], ...]
    low: tuple[float, float]
    high: tuple[float, float]
    start: tuple[float, float]
    rates: Mapping[str, float]
    given: Mapping[str, list[Nested]] = field(default_factory=dict)


def _bowl(x: Tensor, y: Tensor, given: Given, named: Named) -> Tensor:
    return named("loss", x**2 + y**2)


def _ravine(x: Tensor, y: Tensor, given: Given, named: Named) -> Tensor:
    return named("loss", 0.5 * x**2 + 10 * y**2)


def _rosenbrock(x: Tensor, y: Tensor, given: Given, named: Named) -> Tensor:
    a = named("a", 1 - x)
    b = named("b", y - x**2)
    return named("loss", a**2 + 100 * b**2)


def _saddle(x: Tensor, y: Tensor, given: Given, named: Named) -> Tensor:
    return named("loss", x**2 - y**2 + 0.25 * y**4)


def _many_minima(x: Tensor, y: Tensor, given: Given, named: Named) -> Tensor:
    bowl = named("bowl", 0.1 * (x**2 + y**2))
    waves = named("waves", (3 * x).cos() + (3 * y).cos())
    return named("loss", bowl + 2 - waves)


def _network(x: Tensor, y: Tensor, given: Given, named: Named) -> Tensor:
    w = TRAINED
    first = named("h1", (x * given["t"] + w.b1).tanh())
    second = named("h2", (y * given["t"] + w.b2).tanh())
    error = named("error", w.v1 * first + w.v2 * second + w.c - given["target"])
    return named("loss", (error**2).mean(-1))


SURFACES: dict[str, Surface] = {
    "bowl": Surface(
        _bowl,
        (("loss", "{x}**2 + {y}**2"),),
        (-3.0, -3.0),
        (3.0, 3.0),
        (-2.4, 1.8),
        {"sgd": 0.1, "momentum": 0.02, "nesterov": 0.02, "rmsprop": 0.1, "adam": 0.2, "adamw": 0.2},
    ),
    "ravine": Surface(
        _ravine,
        (("loss", "0.5 * {x}**2 + 10 * {y}**2"),),
        (-5.0, -2.5),
        (5.0, 2.5),
        (-4.2, 1.2),
        {"sgd": 0.085, "momentum": 0.02, "nesterov": 0.02, "rmsprop": 0.05, "adam": 0.2, "adamw": 0.2},
    ),
    "rosenbrock": Surface(
        _rosenbrock,
        (("a", "1 - {x}"), ("b", "{y} - {x}**2"), ("loss", "{a}**2 + 100 * {b}**2")),
        (-2.0, -1.0),
        (2.0, 3.0),
        (-1.2, 1.0),
        {"sgd": 0.001, "momentum": 0.0005, "nesterov": 0.0005, "rmsprop": 0.02, "adam": 0.1, "adamw": 0.1},
    ),
    "saddle": Surface(
        _saddle,
        (("loss", "{x}**2 - {y}**2 + 0.25 * {y}**4"),),
        (-2.5, -2.5),
        (2.5, 2.5),
        (1.6, 0.01),
        {"sgd": 0.05, "momentum": 0.02, "nesterov": 0.02, "rmsprop": 0.02, "adam": 0.05, "adamw": 0.05},
    ),
    "many-minima": Surface(
        _many_minima,
        (
            ("bowl", "0.1 * ({x}**2 + {y}**2)"),
            ("waves", "torch.cos(3 * {x}) + torch.cos(3 * {y})"),
            ("loss", "{bowl} + 2 - {waves}"),
        ),
        (-5.0, -5.0),
        (5.0, 5.0),
        (3.6, -3.2),
        {"sgd": 0.05, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.05, "adam": 0.2, "adamw": 0.2},
    ),
    "network": Surface(
        _network,
        (
            ("h1", f"torch.tanh({{x}} * t + {TRAINED.b1})"),
            ("h2", f"torch.tanh({{y}} * t + {TRAINED.b2})"),
            ("error", f"{TRAINED.v1} * {{h1}} + {TRAINED.v2} * {{h2}} + {TRAINED.c} - target"),
            ("loss", "({error}**2).mean(-1)"),
        ),
        (-4.0, -4.0),
        (4.0, 4.0),
        (-1.0, 1.0),
        {"sgd": 1.0, "momentum": 0.1, "nesterov": 0.1, "rmsprop": 0.05, "adam": 0.2, "adamw": 0.2},
        {"t": [*INPUTS], "target": [*TARGETS]},
    ),
}
"""All surfaces, in the order in which they are offered."""
