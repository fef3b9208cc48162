"""PyTorch's functions that make probabilities of scores."""

from __future__ import annotations

from chainrule.engine import dispatch
from chainrule.engine.backend import DType
from chainrule.engine.functions.arguments import methods, one_tensor
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor

_ATTRS: dict[int, dict[str, int]] = {}


def _along(name: str, x: Tensor, dim: int | None, dtype: DType | None) -> Tensor:
    node = one_tensor(x, name)._node
    if dim is None:
        raise TypeError(f"{name}(): say along which axis: dim=-1 is the last one")
    rank = len(node.value.shape)
    if not -rank <= dim < rank:
        dispatch.axes(dim, rank)
    if dtype is not None:
        node = dispatch.cast(node, dtype)
    elif not dispatch.dtype_of(node).is_floating_point:
        raise RuntimeError(f"{name}: not implemented for {x.dtype.name}, only for floating-point types")
    axis = dim % rank if rank else 0
    attrs = _ATTRS.get(axis)
    if attrs is None:
        attrs = _ATTRS[axis] = {"axis": axis}
    return Tensor(apply(OPS[name], (node,), attrs))


def softmax(input: Tensor, dim: int | None = None, dtype: DType | None = None) -> Tensor:  # noqa: A002
    """e^x / Σ e^x along an axis: positive numbers that sum to 1.

    Raises
    ------
    IndexError
        There is no such axis.
    TypeError
        No axis is given.
    RuntimeError
        The type is not floating point.
    """
    return _along("softmax", input, dim, dtype)


def log_softmax(input: Tensor, dim: int | None = None, dtype: DType | None = None) -> Tensor:  # noqa: A002
    """The logarithm of :func:`softmax`, precise where that is close to 0. Raises what it does."""
    return _along("log_softmax", input, dim, dtype)


def _safe_softmax(input: Tensor, dim: int, dtype: DType | None = None) -> Tensor:  # noqa: A002
    """:func:`softmax`, but 0 instead of NaN in a row of nothing but −∞. PyTorch has it under this name."""
    return _along("safe_softmax", input, dim, dtype)


methods(softmax=softmax, log_softmax=log_softmax)
