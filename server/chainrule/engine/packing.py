"""Arrays under names, one after another in one vector: copied, or updated, in one call."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from chainrule.engine.backend import Array, HostArray, host

Key = TypeVar("Key", bound=Hashable)

_LINE, _LARGE = 64, 1024
"""Arrays of ``_LARGE`` bytes and more begin at multiples of ``_LINE``, where lines of a processor's cache do. Between
smaller ones such gaps would take more than they gain."""


class Packing(Generic[Key]):
    """Where each array lies in a vector of one dtype.

    Attributes
    ----------
    spans
        Key → (first element, element after the last, shape), in the order of the vector.
    size
        Elements of a vector, with the gaps. What stands in a gap is never looked at.
    """

    __slots__ = ("dtype", "size", "spans")

    def __init__(self, shapes: Mapping[Key, tuple[int, ...]], dtype: Any) -> None:
        self.dtype = dtype
        self.spans: dict[Key, tuple[int, int, tuple[int, ...]]] = {}
        itemsize = host.dtype(dtype).itemsize
        line = _LINE // itemsize
        self.size = 0
        for key, shape in shapes.items():
            count = math.prod(shape)
            begin = -(-self.size // line) * line if count * itemsize >= _LARGE else self.size
            self.size = begin + count
            self.spans[key] = (begin, self.size, shape)

    def empty(self) -> HostArray:
        """A vector of zeros, to be filled."""
        return host.zeros(self.size, self.dtype)

    def part(self, keys: Sequence[Key]) -> slice:
        """Where arrays lie that follow one another, with the gaps between them."""
        return slice(self.spans[keys[0]][0], self.spans[keys[-1]][1])

    def views(self, vector: HostArray) -> dict[Key, HostArray]:
        """The arrays in a vector."""
        return {key: vector[begin:end].reshape(shape) for key, (begin, end, shape) in self.spans.items()}


class Packed(Mapping[str, Array]):
    """Arrays in a vector, by name. Views of it are made when somebody looks; nothing is changed once it is made."""

    __slots__ = ("_views", "packing", "vector")

    def __init__(self, packing: Packing[str], vector: HostArray) -> None:
        self.packing = packing
        self.vector = vector
        self._views: dict[str, HostArray] | None = None

    def __getitem__(self, name: str) -> Array:
        if self._views is None:
            self._views = self.packing.views(self.vector)
        return self._views[name]

    def __contains__(self, name: object) -> bool:
        return name in self.packing.spans

    def __iter__(self) -> Iterator[str]:
        return iter(self.packing.spans)

    def __len__(self) -> int:
        return len(self.packing.spans)
