"""From operands as a program gives them (tensors' nodes and Python numbers, of any type) to an op on nodes.

Types are promoted as PyTorch does: numbers give way to tensors, tensors of shape ``()`` to tensors with
dimensions, unless theirs is the higher category (boolean < integer < floating point).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from chainrule.engine import ops
from chainrule.engine.backend import BOOL, FLOAT32, INT64, DType, host
from chainrule.engine.op import NO_ATTRS, Op
from chainrule.engine.tape import Node, apply, current_backend, leaf_node

CAST = ops.shape.cast

Scalar = bool | int | float

_default = FLOAT32


def get_default_dtype() -> DType:
    """The type of tensors made from Python floats: float32 unless it was set."""
    return _default


def set_default_dtype(dtype: DType) -> None:
    """Choose the type of tensors made from Python floats.

    Raises
    ------
    TypeError
        It is not a floating-point type.
    """
    global _default
    if not dtype.is_floating_point:
        raise TypeError(f"only floating-point types are supported as the default type, not {dtype!r}")
    _default = dtype


def as_scalar(value: object) -> Scalar | None:
    """A Python number from a number of Python or NumPy; None for anything else."""
    if isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, host.generic) and value.dtype.kind in "biuf":
        number: Scalar = value.item()
        return number
    return None


def number_label(value: Scalar) -> str:
    """A number as a person writes it: 10, 0.5, 1e-05."""
    return repr(value).removesuffix(".0")


def constant(value: Scalar, dtype: DType) -> Node:
    """A leaf for a number that stands in the program."""
    backend = current_backend()
    array = backend.asarray(value, dtype)
    return leaf_node(array, backend, kind="constant", label=number_label(value))


def dtype_of(node: Node) -> DType:
    return node.backend.kind_of[node.value.dtype]


def cast(node: Node, dtype: DType) -> Node:
    """The node in another type: itself, or a ``cast`` of it."""
    return node if dtype_of(node) is dtype else apply(CAST, (node,), {"dtype": dtype.name})


def scalar_dtype(value: Scalar) -> DType:
    """The type that a number has by itself."""
    if isinstance(value, bool):
        return BOOL
    return INT64 if isinstance(value, int) else _default


def _combine(strong: DType | None, weak: DType | None) -> DType | None:
    if strong is None or weak is None:
        return weak if strong is None else strong
    if strong.is_floating_point:
        return strong
    if strong is BOOL or weak.is_floating_point:
        return max(strong, weak, key=lambda dtype: dtype.rank)
    return strong


def promoted(*operands: Node | Scalar) -> DType:
    """The type in which an op on these operands computes."""
    tiers: list[DType | None] = [None, None, None]
    for operand in operands:
        if isinstance(operand, Node):
            tier, dtype = (0 if operand.value.shape else 1), dtype_of(operand)
        else:
            tier, dtype = 2, scalar_dtype(operand)
        known = tiers[tier]
        tiers[tier] = dtype if known is None or dtype.rank > known.rank else known
    result = _combine(tiers[0], _combine(tiers[1], tiers[2]))
    assert result is not None
    return result


def _floating(op: Op, dtype: DType) -> DType:
    return _default if op.real and not dtype.is_floating_point else dtype


def unary(op: Op, node: Node, attrs: Mapping[str, Any] = NO_ATTRS) -> Node:
    """Apply an op of one argument; integers become floating point where it needs them to."""
    if op.real:
        backend, dtype = node.backend, node.value.dtype
        if dtype is not backend.float32 and backend.kind_of[dtype].rank < FLOAT32.rank:
            node = cast(node, _default)
    return apply(op, (node,), attrs)


def binary(op: Op, left: Node | Scalar, right: Node | Scalar) -> Node:
    """Apply an op of two arguments. A number takes the type of the node beside it (weak typing)."""
    if isinstance(left, Node) and isinstance(right, Node):
        if left.value.dtype == right.value.dtype and not op.real:
            return apply(op, (left, right))
        dtype = _floating(op, promoted(left, right))
        return apply(op, (cast(left, dtype), cast(right, dtype)))
    dtype = _floating(op, promoted(left, right))
    a = cast(left, dtype) if isinstance(left, Node) else constant(left, dtype)
    b = cast(right, dtype) if isinstance(right, Node) else constant(right, dtype)
    return apply(op, (a, b))


def axes(axis: int | tuple[int, ...] | list[int] | None, rank: int) -> tuple[int, ...] | None:
    """Axes as sorted positions from 0; None for all.

    Raises
    ------
    IndexError
        An axis is out of range.
    RuntimeError
        An axis is given twice.
    """
    if axis is None or axis in ((), []):
        return None
    given = (axis,) if isinstance(axis, int) else tuple(axis)
    low, high = (-rank, rank - 1) if rank else (-1, 0)
    for one in given:
        if not low <= one <= high:
            raise IndexError(
                f"Dimension out of range (expected to be in range of [{low}, {high}], but got {one})"
            )
    if not rank:
        return None
    result = sorted(one % rank for one in given)
    for one, following in pairwise(result):
        if one == following:
            raise RuntimeError(f"dim {one} appears multiple times in the list of dims")
    return tuple(result)
