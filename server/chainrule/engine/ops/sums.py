"""Sums of NumPy's matrices. BLAS is quicker for large ones, but adds in another order than NumPy does."""

from __future__ import annotations

from chainrule.engine.backend import HostArray, host
from chainrule.engine.op import ones_of, sum_rows

LARGE = 2048
"""Elements from which the quicker order is worth it; below, the bits are those of any array library."""


def row_sums(matrix: HostArray) -> HostArray:
    """The sum of each row, shape (rows, 1)."""
    if matrix.size < LARGE:
        result: HostArray = host.add.reduce(matrix, axis=1, keepdims=True)
        return result
    total: HostArray = matrix.dot(ones_of(matrix.shape[1], matrix.dtype))
    return total[:, None]


def column_sums(matrix: HostArray) -> HostArray:
    """The sum of each column, shape (columns,)."""
    if matrix.size < LARGE:
        result: HostArray = host.add.reduce(matrix, axis=0)
        return result
    return sum_rows(matrix)
