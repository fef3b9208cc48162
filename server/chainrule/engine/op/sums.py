"""Sums that reverse broadcasting, and numbers and ones that are arrays already."""

from __future__ import annotations

import math
from functools import lru_cache, partial
from typing import Any

from chainrule.engine.backend import Array, HostArray, Namespace, host
from chainrule.engine.op.record import Bound, Writer


def sum_rows(array: HostArray) -> HostArray:
    """A matrix of NumPy's summed over its rows: BLAS does that three times as fast as NumPy's reduction."""
    result: HostArray = ones_of(array.shape[0], array.dtype).dot(array)
    return result


def rows_summed(like: HostArray) -> Bound:
    """:func:`sum_rows` for matrices of one shape and dtype."""
    dot: Bound = ones_of(like.shape[0], like.dtype).dot
    return Writer(dot, lambda out, array: (partial(dot, array, out),))


def unbroadcast(xp: Namespace, array: Array, shape: tuple[int, ...]) -> Array:
    """Sum over the axes along which ``shape`` was broadcast to ``array.shape``: the adjoint of copying."""
    full = array.shape
    if full == shape:
        return array
    if xp is host and len(full) == 2 and len(shape) == 1 and full[1] == shape[0] and array.dtype.kind == "f":
        return sum_rows(array)
    missing = len(full) - len(shape)
    axes = tuple(
        axis
        for axis, size in enumerate(array.shape)
        if axis < missing or (shape[axis - missing] == 1 and size != 1)
    )
    if axes:
        if xp is host:
            if axes == tuple(range(len(axes))) and array.dtype.kind == "f":
                rows, columns = math.prod(full[: len(axes)]), math.prod(full[len(axes) :])
                return sum_rows(array.reshape(rows, columns)).reshape(shape)
            return host.add.reduce(array, axis=axes, keepdims=True).reshape(shape)
        array = xp.sum(array, axis=axes, keepdims=True)
    return xp.reshape(array, shape) if missing else array


def number(xp: Namespace, value: float, like: Array) -> Array:
    """A number as an array of shape (): NumPy takes half the time to multiply by one that is an array already."""
    if xp is host:
        return _number(value, like.dtype)
    return xp.full((), value, dtype=like.dtype, device=like.device)


@lru_cache(maxsize=1024)
def _number(value: float, dtype: Any) -> HostArray:
    array = host.full((), value, dtype)
    array.flags.writeable = False
    return array


@lru_cache(maxsize=256)
def ones_of(rows: int, dtype: Any) -> HostArray:
    """A vector of ones, made once: to sum by BLAS."""
    array = host.ones(rows, dtype)
    array.flags.writeable = False
    return array


def summed(full: Bound | None, xp: Namespace, out: Array, argument: Array) -> Bound | None:
    """A bound VJP, summed over the axes along which the argument was broadcast."""
    shape = tuple(argument.shape)
    if full is None or shape == tuple(out.shape):
        return full
    return lambda *arrays: unbroadcast(xp, full(*arrays), shape)
