"""PyTorch's functions that move elements."""

from __future__ import annotations

from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.functions.arguments import methods, with_sizes
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor


def reshape(x: Tensor, shape: Any) -> Tensor:
    """The same elements in another shape; one size may be −1.

    Raises
    ------
    RuntimeError
        The sizes do not multiply to the number of elements.
    """
    sizes = [shape] if isinstance(shape, int) else list(shape)
    known = 1
    for size in sizes:
        known *= size if size != -1 else 1
    if sizes.count(-1) == 1 and known and x.numel() % known == 0:
        sizes[sizes.index(-1)] = x.numel() // known
        known = x.numel()
    if known != x.numel() or min(sizes, default=0) < 0:
        raise RuntimeError(f"shape '{shape}' is invalid for input of size {x.numel()}")
    return Tensor(apply(OPS["reshape"], (x._node,), {"shape": tuple(sizes)}))


def permute(x: Tensor, dims: Any) -> Tensor:
    """The axes in another order."""
    order = tuple(dims)
    if len(order) != x.ndim or dispatch.axes(order, x.ndim) not in (tuple(range(x.ndim)), None):
        raise RuntimeError(f"permute(): {list(order)} is no order of the axes of shape {list(x.shape)}")
    return Tensor(apply(OPS["permute"], (x._node,), {"dims": tuple(d % x.ndim for d in order)}))


def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two axes exchanged."""
    for dim in (dim0, dim1):
        dispatch.axes(dim, x.ndim)
    order = list(range(x.ndim))
    if order:
        order[dim0], order[dim1] = order[dim1], order[dim0]
    return permute(x, order)


def _transposed(x: Tensor) -> Tensor:
    return permute(x, list(reversed(range(x.ndim))))


methods(
    reshape=with_sizes(reshape), view=with_sizes(reshape), permute=with_sizes(permute), transpose=transpose
)
Tensor.T = property(_transposed)  # type: ignore[assignment]
