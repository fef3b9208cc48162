"""What stands for a tensor that is too large to be sent unasked."""

from __future__ import annotations

from chainrule.engine.backend import HostArray, host
from chainrule.protocol.model import Summary

BINS = 16
THUMBNAIL = 16


def summarise(array: HostArray) -> Summary:
    """Range, mean, norm, histogram and thumbnail of an array of any shape.

    Range, mean and histogram are of the finite elements (0 where there are none); the norm is of all.
    The thumbnail is the array as a matrix of its last axis, every so-many-th row and column.
    """
    flat = host.asarray(array, dtype=host.float64).reshape(-1)
    finite = flat[host.isfinite(flat)]
    with host.errstate(all="ignore"):
        low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)
        spread = (low, high) if host.isfinite(high - low) and high > low else (low - 0.5, low + 0.5)
        inside = finite if host.isfinite(high - low) else finite[:0]
        counts = (
            host.histogram(inside, BINS, spread)[0] if host.isfinite(spread[1] - spread[0]) else [0] * BINS
        )
        return Summary(
            minimum=low,
            maximum=high,
            mean=float(finite.mean()) if finite.size else 0.0,
            norm=float(host.sqrt((flat * flat).sum())),
            zeros=int((flat == 0).sum()),
            non_finite=int(flat.size - finite.size),
            histogram=[int(count) for count in counts],
            thumbnail=_thumbnail(array),
        )


def _thumbnail(array: HostArray) -> list[list[float]]:
    columns = array.shape[-1] if array.ndim else 1
    matrix = host.asarray(array).reshape(-1, max(1, columns))
    rows = _spread(matrix.shape[0])
    picked = matrix[rows][:, _spread(matrix.shape[1])]
    return [[float(value) for value in row] for row in picked]


def _spread(length: int) -> HostArray:
    """At most THUMBNAIL indices, evenly spaced over a length."""
    count = min(length, THUMBNAIL)
    return host.arange(count) * length // max(1, count)
