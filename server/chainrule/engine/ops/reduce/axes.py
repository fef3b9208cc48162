"""Which elements a reduction brings together. Attributes: ``axis`` (sorted positions, None for all), ``keepdims``."""

from __future__ import annotations

import math
from itertools import product

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.terms import Attrs, Index


def axes(attrs: Attrs, rank: int) -> tuple[int, ...]:
    axis = attrs["axis"]
    return tuple(range(rank)) if axis is None else axis


def count(shape: tuple[int, ...], attrs: Attrs) -> int:
    return math.prod(shape[axis] for axis in axes(attrs, len(shape)))


def spread(xp: Namespace, g: Array, shape: tuple[int, ...], attrs: Attrs) -> Array:
    """Copy ``g`` to every element that was summed."""
    if not attrs["keepdims"]:
        gone = axes(attrs, len(shape))
        g = xp.reshape(g, tuple(1 if axis in gone else size for axis, size in enumerate(shape)))
    # Adding zero makes an array of its own: broadcast_to gives one whose elements share memory.
    return xp.broadcast_to(g, shape) + xp.zeros(shape, dtype=g.dtype, device=g.device)


def reduced(index: Index, attrs: Attrs) -> Index:
    """Where the element at ``index`` goes."""
    gone = axes(attrs, len(index))
    if attrs["keepdims"]:
        return tuple(0 if axis in gone else i for axis, i in enumerate(index))
    return tuple(i for axis, i in enumerate(index) if axis not in gone)


def summed(shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
    """The elements that go to ``index``, in order."""
    gone = axes(attrs, len(shape))
    rest = iter(index)
    ranges: list[range | tuple[int]] = []
    for axis, size in enumerate(shape):
        if axis in gone:
            ranges.append(range(size))
            if attrs["keepdims"]:
                next(rest)
        else:
            ranges.append((next(rest),))
    return list(product(*ranges))


def restored(xp: Namespace, array: Array, shape: tuple[int, ...], attrs: Attrs) -> Array:
    """A reduced array with the reduced axes put back, of size 1."""
    if attrs["keepdims"]:
        return array
    gone = axes(attrs, len(shape))
    return xp.reshape(array, tuple(1 if axis in gone else size for axis, size in enumerate(shape)))
