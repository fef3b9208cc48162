"""What stands for a tensor that is too large to be sent unasked."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, prod

from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.protocol.model import Summary

BINS = 16
THUMBNAIL = 16


def summarise(array: HostArray) -> Summary:
    """Range, mean, size, norm, histogram and thumbnail of an array of any shape.

    Range, mean and histogram are of the finite elements (0 where there are none); mean size and norm are of all.
    The thumbnail is the array as a matrix of its last axis, every so-many-th row and column.
    """
    flat = host.asarray(array, dtype=host.float64).reshape(-1)
    finite = flat[host.isfinite(flat)]
    with host.errstate(all="ignore"):
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        inside = finite if host.isfinite(high - low) else finite[:0]
        # By shares of the range: there may be too few numbers in it for as many edges.
        shares = (inside - low) / (high - low) if high > low else host.full(inside.shape, 0.5)
        places = host.minimum(host.floor(shares * BINS), BINS - 1).astype(int)
        counts = host.bincount(places, minlength=BINS)
        # Not validated: these are our own numbers, and a frame of a deep network has thousands of them.
        return Summary.model_construct(
            minimum=low,
            maximum=high,
            mean=float(finite.mean()) if finite.size else 0.0,
            mean_size=float(host.abs(flat).mean()) if flat.size else 0.0,
            norm=float(host.sqrt((flat * flat).sum())),
            zeros=int((flat == 0).sum()),
            non_finite=int(flat.size - finite.size),
            histogram=[int(count) for count in counts],
            thumbnail=thumbnail(array),
        )


def measured(backend: Backend, array: Array) -> Array:
    """The numbers of a summary, worked out where the array is: far fewer to be fetched. See :func:`from_measured`."""
    xp = backend.xp
    exact = backend.float64 if backend.has("float64") else backend.float32
    flat = xp.reshape(xp.astype(array, exact), (-1,))
    finite = xp.isfinite(flat)
    few = xp.count_nonzero(finite)
    infinite = xp.full_like(flat, float("inf"))
    low = xp.min(xp.where(finite, flat, infinite))
    high = xp.max(xp.where(finite, flat, -infinite))
    mean = xp.sum(xp.where(finite, flat, xp.zeros_like(flat))) / xp.astype(few, exact)
    wide = high > low
    start = xp.where(wide, low, low - 0.5)
    width = xp.where(wide, high - low, xp.ones_like(low))
    bins = xp.clip(xp.floor((flat - start) * (BINS / width)), 0.0, float(BINS - 1))
    counts = [xp.count_nonzero(finite & (bins == float(k))) for k in range(BINS)]
    size = xp.mean(xp.abs(flat))
    numbers = [
        low,
        high,
        mean,
        size,
        xp.sqrt(xp.sum(flat * flat)),
        xp.count_nonzero(flat == 0.0),
        few,
        *counts,
    ]
    columns = int(array.shape[-1]) if array.shape else 1
    matrix = xp.reshape(flat, (-1, columns))
    for axis, length in enumerate(matrix.shape):
        matrix = xp.take(matrix, backend.asarray(_spread(int(length)), "int64"), axis=axis)
    return xp.concat([xp.stack([xp.astype(number, exact) for number in numbers]), xp.reshape(matrix, (-1,))])


def from_measured(numbers: HostArray, shape: Sequence[int]) -> Summary:
    """The summary of an array of that shape, which is not empty, from what :func:`measured` found."""
    low, high, mean, mean_size, norm, zeros, few, *rest = numbers.tolist()
    size, columns = prod(shape), shape[-1] if shape else 1
    known = few > 0 and isfinite(high - low)
    return Summary.model_construct(
        minimum=low if few else 0.0,
        maximum=high if few else 0.0,
        mean=mean if few else 0.0,
        mean_size=mean_size,
        norm=norm,
        zeros=int(zeros),
        non_finite=size - int(few),
        histogram=[int(count) if known else 0 for count in rest[:BINS]],
        thumbnail=host.asarray(rest[BINS:]).reshape(-1, min(columns, THUMBNAIL)).tolist(),
    )


def thumbnail(array: HostArray) -> list[list[float]]:
    """The array as a matrix of its last axis, every so-many-th row and column: at most THUMBNAIL of each."""
    columns = array.shape[-1] if array.ndim else 1
    matrix = host.asarray(array).reshape(-1, max(1, columns))
    rows = _spread(matrix.shape[0])
    picked = matrix[rows][:, _spread(matrix.shape[1])]
    told: list[list[float]] = host.asarray(picked, dtype=host.float64).tolist()
    return told


def _spread(length: int) -> HostArray:
    """At most THUMBNAIL indices, evenly spaced over a length."""
    count = min(length, THUMBNAIL)
    return host.arange(count) * length // max(1, count)
