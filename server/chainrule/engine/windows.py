"""Windows that slide over the last two axes of images: which places each one covers.

A window is counted by *o*, its cells by *k*, and it lies on the places o · stride + k · dilation − before, of which
some may be padding. Convolution and pooling are sums, products and choices over these.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple

from chainrule.engine.terms import Attrs, Index

Pair = tuple[int, int]
Span = tuple[slice, slice]
"""Of one cell: the windows in which it is no padding, and the places that it then covers."""


@dataclass(frozen=True)
class Axis:
    """Windows along one axis.

    ``size`` places, ``before`` and ``after`` of padding around them, ``kernel`` cells per window, ``count`` windows.
    The last windows may stick out further than the padding (``ceil_mode``).
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    before: int
    after: int
    count: int
    spans: tuple[Span, ...]

    @cached_property
    def inside(self) -> bool:
        """Whether no window has padding in it."""
        return all(windows == slice(0, self.count) for windows, _ in self.spans)

    @cached_property
    def apart(self) -> bool:
        """Whether no place lies in two windows."""
        return self.kernel == 1 or (self.dilation == 1 and self.stride >= self.kernel)

    @cached_property
    def length(self) -> int:
        """From the first window's first place to the last window's last."""
        return (self.count - 1) * self.stride + (self.kernel - 1) * self.dilation + 1

    def place(self, o: int, k: int) -> int | None:
        """The place under cell k of window o; None for padding."""
        place = o * self.stride + k * self.dilation - self.before
        return place if 0 <= place < self.size else None

    def cells(self, o: int) -> list[tuple[int, int]]:
        """The (cell, place) of window o that are no padding, in order."""
        found = ((k, self.place(o, k)) for k in range(self.kernel))
        return [(k, place) for k, place in found if place is not None]

    def over(self, place: int) -> list[tuple[int, int]]:
        """The (window, cell) that lie on a place, by window."""
        result = []
        for k in reversed(range(self.kernel)):
            o, rest = divmod(place + self.before - k * self.dilation, self.stride)
            if not rest and 0 <= o < self.count:
                result.append((o, k))
        return sorted(result)

    def averaged(self, o: int, with_padding: bool) -> int:
        """How many places an average over window o counts: padding where asked for, never what sticks out further."""
        first = o * self.stride - self.before
        last = min(first + self.kernel, self.size + self.after)
        return last - first if with_padding else min(last, self.size) - max(first, 0)


def _axis(size: int, kernel: int, stride: int, dilation: int, before: int, after: int, ceil: bool) -> Axis:
    reach = (kernel - 1) * dilation + 1
    room = size + before + after - reach
    count = (room + stride - 1 if ceil else room) // stride + 1
    # A window that would begin in the padding at the end is left out.
    if ceil and (count - 1) * stride >= size + before:
        count -= 1
    spans = []
    for k in range(kernel):
        shift = k * dilation - before
        first = min(max(0, -(shift // stride)), max(0, count))
        end = max(first, min(count, (size - 1 - shift) // stride + 1))
        start = first * stride + shift
        stop = start + (end - first - 1) * stride + 1 if end > first else start
        spans.append((slice(first, end), slice(start, stop, stride) if end > first else slice(0, 0)))
    return Axis(size, kernel, stride, dilation, before, after, count, tuple(spans))


class Windows(NamedTuple):
    """Windows over images of shape (…, rows.size, columns.size)."""

    rows: Axis
    columns: Axis

    def places(self, y: int, x: int) -> list[Index]:
        """What window (y, x) covers, row by row."""
        return [(h, w) for (_, h), (_, w) in product(self.rows.cells(y), self.columns.cells(x))]

    def over(self, h: int, w: int) -> Iterator[tuple[Index, Index]]:
        """(window, cell) of all that lie on a place."""
        for (y, i), (x, j) in product(self.rows.over(h), self.columns.over(w)):
            yield (y, x), (i, j)


@lru_cache(maxsize=512)
def _windows(
    size: Pair, kernel: Pair, stride: Pair, dilation: Pair, before: Pair, after: Pair, ceil: bool
) -> Windows:
    rows, columns = (
        _axis(size[k], kernel[k], stride[k], dilation[k], before[k], after[k], ceil) for k in (0, 1)
    )
    return Windows(rows, columns)


def padding_of(padding: Pair | str, kernel: Pair, dilation: Pair) -> tuple[Pair, Pair]:
    """Padding before and after, of rows and columns; ``"same"`` puts the odd one after, as PyTorch does."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if isinstance(padding, str):
        whole = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        before = (whole[0] // 2, whole[1] // 2)
        return before, (whole[0] - before[0], whole[1] - before[1])
    return padding, padding


def windows_of(shape: Sequence[int], kernel: Sequence[int], attrs: Attrs) -> Windows:
    """The windows of an op's attributes over images of a shape."""
    size, cells = (shape[-2], shape[-1]), (kernel[-2], kernel[-1])
    dilation = attrs.get("dilation", (1, 1))
    before, after = padding_of(attrs["padding"], cells, dilation)
    return _windows(size, cells, attrs["stride"], dilation, before, after, attrs.get("ceil_mode", False))
