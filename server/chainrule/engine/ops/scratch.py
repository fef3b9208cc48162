"""Memory for what an op needs on its way: the same each time, so that the processor's cache still holds it."""

from __future__ import annotations

import math
import threading
from typing import Any

from chainrule.engine.backend import HostArray, host

LARGEST = 1 << 20
"""Bytes that are kept at most, for each place; what is larger is fresh."""


class _Kept(threading.local):
    """By place, the memory of each thread, and the array that was made of it last."""

    def __init__(self) -> None:
        self.places: dict[int, HostArray] = {}
        self.last: dict[int, HostArray] = {}


_kept = _Kept()


def scratch(place: int, shape: tuple[int, ...], dtype: Any) -> HostArray:
    """An array that is not filled, valid until ``place`` is asked for again. It must not be handed out."""
    last = _kept.last.get(place)
    if last is not None and last.shape == shape and last.dtype == dtype:
        return last
    dtype = host.dtype(dtype)
    nbytes = math.prod(shape) * dtype.itemsize
    if nbytes > LARGEST:
        return host.empty(shape, dtype)
    memory = _kept.places.get(place)
    if memory is None or memory.nbytes < nbytes:
        memory = _kept.places[place] = host.empty(nbytes, host.uint8)
    array: HostArray = memory[:nbytes].view(dtype).reshape(shape)
    _kept.last[place] = array
    return array
