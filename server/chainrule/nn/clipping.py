"""Gradients kept within bounds: each number by itself, or all of them together by their norm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from chainrule.engine.backend import Array, Namespace

SMALL = 1e-6
"""What PyTorch adds to the norm before it divides by it."""


class Clipping(NamedTuple):
    """By value: into [−value, value]. By norm: all gradients scaled alike, so that their norm is at most ``norm``.

    With both, by value first.
    """

    value: float | None = None
    norm: float | None = None

    def total(self, xp: Namespace, grads: Sequence[Array]) -> Array | None:
        """The norm of all gradients together, shape (); None where it does not count."""
        if self.norm is None or not grads:
            return None
        return total_norm(
            xp, [grad if self.value is None else within(xp, grad, self.value) for grad in grads]
        )


def within(xp: Namespace, grad: Array, bound: float) -> Array:
    """Every number into [−bound, bound]; NaN stays."""
    return xp.clip(grad, -bound, bound)


def total_norm(xp: Namespace, arrays: Sequence[Array], order: float = 2.0) -> Array:
    """The norm of all arrays as one vector: (Σ abs(g)ᵖ)^(1/p), the largest abs(g) for p = ∞; shape ()."""
    norms = xp.stack([_norm(xp, array, order) for array in arrays])
    return _norm(xp, norms, order)


def _norm(xp: Namespace, array: Array, order: float) -> Array:
    size = xp.abs(array)
    if order == math.inf:
        return xp.max(size)
    if order == 2.0:
        return xp.sqrt(xp.sum(size * size))
    return xp.sum(size**order) ** (1.0 / order)


def scale_to(xp: Namespace, total: Array, bound: float) -> Array:
    """What gradients of norm ``total`` are multiplied by: bound / (total + 10⁻⁶), but no more than 1."""
    ratio = bound / (total + SMALL)
    return xp.minimum(ratio, xp.ones_like(ratio))
