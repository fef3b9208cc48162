"""Penalties: terms of the loss that ask for small weights.

A penalty is computed by the forward pass, and its gradient comes by backpropagation like any other; ``weight_decay``
belongs to the optimizer, which shrinks the weights by itself. For plain SGD, :func:`l2` does the same as
``weight_decay``; for others it does not.
"""

from __future__ import annotations

from collections.abc import Iterable

from chainrule.engine.tape import state
from chainrule.engine.tensor import Tensor


def l1(parameters: Iterable[Tensor], strength: float) -> Tensor:
    """The sum strength · Σ abs(w), one number. Its gradient is ± ``strength`` wherever a weight is not 0."""
    return _sum("l1", (parameter.abs().sum() for parameter in parameters), strength)


def l2(parameters: Iterable[Tensor], strength: float) -> Tensor:
    """The sum strength / 2 · Σ w², one number. Its gradient is ``strength`` · w."""
    return _sum("l2", ((parameter * parameter).sum() for parameter in parameters), 0.5 * strength)


def _sum(name: str, terms: Iterable[Tensor], factor: float) -> Tensor:
    """The terms added and multiplied, on a tape in a scope of their own."""
    tape = state.tape
    if tape is not None:
        with tape.part(name):
            return _added(terms, factor)
    return _added(terms, factor)


def _added(terms: Iterable[Tensor], factor: float) -> Tensor:
    total: Tensor | None = None
    for term in terms:
        total = term if total is None else total + term
    if total is None:
        raise ValueError("a penalty needs at least one parameter")
    return total * factor
