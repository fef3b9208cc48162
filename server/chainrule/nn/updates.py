"""What an update says of itself: the numbers on its way, with their names and formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from chainrule.engine.backend import Array, Backend

State = Mapping[str, Array]


class Detail(NamedTuple):
    r"""A named intermediate of an update.

    ``symbol`` and ``formula`` are LaTeX: \theta the parameter, g the gradient as it is used, other letters
    earlier symbols or hyperparameters (:data:`SYMBOLS`).
    """

    symbol: str
    formula: str
    value: Array


class Update(NamedTuple):
    """What an update gives: the new value, the new state, and the way there (first g, last the new value).

    ``known`` are the numbers that the details begin with, by symbol: the hyperparameters, the count t, and under
    the symbol of a detail what the update before left of it (m before, in the formula of m). For the latter
    ``kept`` says under which key the state holds it.
    """

    value: Array
    state: dict[str, Array]
    details: list[Detail]
    known: dict[str, Array | float]
    kept: dict[str, str]


SYMBOLS: dict[str, str] = {
    "lr": r"\eta",
    "momentum": r"\mu",
    "dampening": r"\tau",
    "weight_decay": r"\lambda",
    "lr_decay": r"\gamma",
    "alpha": r"\alpha",
    "beta1": r"\beta_1",
    "beta2": r"\beta_2",
    "eps": r"\epsilon",
    "clip_value": r"\nu",
    "clip_norm": r"\kappa",
}
"""LaTeX of the hyperparameters."""

NEW = r"\theta'"


def by_symbol(hyper: Mapping[str, Any]) -> dict[str, float]:
    """Hyperparameters by their symbols."""
    found: dict[str, float] = {}
    for key, value in hyper.items():
        if key == "betas":
            found.update({SYMBOLS[f"beta{k}"]: float(beta) for k, beta in enumerate(value, 1)})
        elif key in SYMBOLS:
            found[SYMBOLS[key]] = float(value)
    return found


class Way:
    """Collects details. Arrays of shape () stay arrays: NumPy's arithmetic makes scalars of them."""

    def __init__(self, backend: Backend, grad: Array, known: dict[str, Array | float]) -> None:
        self.backend = backend
        self.known = known
        self.keys: dict[str, str] = {}
        self.details: list[Detail] = []
        self.add("g", r"\frac{\partial L}{\partial \theta}", grad)

    def add(self, symbol: str, formula: str, value: Array) -> Array:
        array = self.backend.asarray(value)
        self.details.append(Detail(symbol, formula, array))
        return array

    def kept(self, symbol: str, state: State, key: str, at_first: Array) -> Array:
        """What the last update left under a symbol that this one computes anew."""
        before = state.get(key, at_first)
        self.known[symbol] = self.backend.asarray(before)
        self.keys[symbol] = key
        return before

    def decayed(self, value: Array, grad: Array, weight_decay: float) -> Array:
        """L2 regularisation: weight decay that goes through the gradient."""
        if not weight_decay:
            return grad
        return self.add("g", r"g + \lambda\,\theta", grad + weight_decay * value)

    def end(self, formula: str, value: Array, state: dict[str, Array]) -> Update:
        return Update(self.add(NEW, formula, value), state, self.details, self.known, self.keys)


class Unsaid:
    """In place of :class:`Way` where nobody looks: the same arithmetic, of which nothing is kept."""

    details: tuple[Detail, ...] = ()

    def add(self, symbol: str, formula: str, value: Array) -> Array:
        return value

    def kept(self, symbol: str, state: State, key: str, at_first: Array) -> Array:
        return state.get(key, at_first)

    def decayed(self, value: Array, grad: Array, weight_decay: float) -> Array:
        return grad + weight_decay * value if weight_decay else grad

    def end(self, formula: str, value: Array, state: dict[str, Array]) -> tuple[Array, dict[str, Array]]:
        return value, state


UNSAID = Unsaid()
