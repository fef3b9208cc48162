"""The normal distribution of float32 numbers, looked up: NumPy takes a pass over memory for every sum and product.

Φ and its slope φ are known at 2^16 places, and the straight line through the nearest is followed; between places h
apart it is off by less than h² |φ′| / 8, which is less than the last digit of Φ. φ is −a φ·δ further on.
"""

from __future__ import annotations

import math
from functools import cache

from chainrule.engine.backend import HostArray, host
from chainrule.engine.ops.elementwise.error_function import DENSITY, normal_distribution
from chainrule.engine.ops.scratch import scratch

_PLACES = 1 << 16
_PER_UNIT = 2048
"""Places in an interval of length 1."""

_BOUND = _PLACES / _PER_UNIT / 2 - 1 / _PER_UNIT
"""What lies beyond ±this is taken for this: Φ is 0 or 1 there."""

_SHIFT = host.float32(1.5 * 2**23 / _PER_UNIT)
"""Added to a number, it pushes out all digits below those of a place; the low 16 bits are then the place's."""

_BLOCK = 32768
"""Numbers looked up at a time: what is needed for them stays in a processor's cache."""


@cache
def _tables() -> tuple[HostArray, HostArray]:
    """Φ and φ at all places. By themselves: picking numbers out of pairs takes longer than a second look."""
    places = host.arange(_PLACES).astype(host.uint16).astype(host.int16) / _PER_UNIT
    below, density = normal_distribution(host, places), DENSITY * host.exp(-0.5 * places**2)
    return below.astype(host.float32), density.astype(host.float32)


def gelu_and_slope(a: HostArray, value: HostArray | None, slope: HostArray | None) -> None:
    """Write a·Φ(a) and Φ(a) + a·φ(a) into arrays of its shape that lie in memory row by row, if given. NaN gives NaN."""
    size = min(math.prod(a.shape), _BLOCK)
    index = scratch(0, (size,), host.intp)
    below, density = scratch(1, (2, size), host.float32)
    flat = a.reshape(-1)
    # Where a result will stand, what leads to it may stand before: so little memory is touched.
    places = None if value is None else value.reshape(-1)
    rests = None if slope is None else slope.reshape(-1)
    place = scratch(2, (size,), host.float32) if places is None else places[:0]
    rest = scratch(3, (size,), host.float32) if rests is None else rests[:0]
    (distribution, densities), low = _tables(), int(not host.little_endian)
    for begin in range(0, flat.size, _BLOCK):
        x = flat[begin : begin + _BLOCK]
        n = x.size
        if n < size:
            index, below, density, place, rest = index[:n], below[:n], density[:n], place[:n], rest[:n]
        if places is not None:
            place = places[begin : begin + n]
        if rests is not None:
            rest = rests[begin : begin + n]
        # Not ">": what is not a number is clipped, too, and stays what it is.
        near = x
        if not (host.maximum.reduce(x) <= _BOUND and host.minimum.reduce(x) >= -_BOUND):
            near = host.clip(x, -_BOUND, _BOUND)
        host.add(near, _SHIFT, place)
        host.copyto(index, place.view(host.uint16)[low::2])
        host.subtract(place, _SHIFT, place)
        host.subtract(near, place, rest)
        # No index lies outside, and "wrap" finds that out in the least time.
        distribution.take(index, out=below, mode="wrap")
        densities.take(index, out=density, mode="wrap")
        host.multiply(density, rest, rest)
        host.add(below, rest, below)
        if rests is not None:
            host.multiply(place, rest, place)
            host.subtract(density, place, density)
            host.multiply(density, near, density)
            host.add(density, below, rest)
        if places is not None:
            host.multiply(below, x, place)
