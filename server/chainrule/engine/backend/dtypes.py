"""The element types that exist on every backend."""

from __future__ import annotations


class DType:
    """An element type that exists on every backend, named and printed as PyTorch does."""

    __slots__ = ("is_floating_point", "itemsize", "name", "rank")

    def __init__(self, name: str, rank: int, is_floating_point: bool, itemsize: int) -> None:
        self.itemsize = itemsize
        self.name = name
        self.rank = rank
        self.is_floating_point = is_floating_point

    def __repr__(self) -> str:
        return f"chainrule.{self.name}"


BOOL = DType("bool", 0, False, 1)
INT64 = DType("int64", 1, False, 8)
FLOAT32 = DType("float32", 2, True, 4)
FLOAT64 = DType("float64", 3, True, 8)
DTYPES: dict[str, DType] = {dtype.name: dtype for dtype in (BOOL, INT64, FLOAT32, FLOAT64)}
