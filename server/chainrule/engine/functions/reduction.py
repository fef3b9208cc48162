"""PyTorch's functions that make few numbers of many."""

from __future__ import annotations

from chainrule.engine import dispatch
from chainrule.engine.backend import BOOL, INT64
from chainrule.engine.functions.arguments import Axis, methods, one_tensor
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor


def sum(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:  # noqa: A001
    """The sum over axes, or over all."""
    node = one_tensor(x, "sum")._node
    if dispatch.dtype_of(node) is BOOL:
        node = dispatch.cast(node, INT64)
    return Tensor(apply(OPS["sum"], (node,), {"axis": dispatch.axes(dim, x.ndim), "keepdims": keepdim}))


def mean(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:
    """The mean over axes, or over all. Refuses integers, as PyTorch does."""
    node = one_tensor(x, "mean")._node
    if not x.dtype.is_floating_point:
        raise RuntimeError(f"mean(): the input dtype must be floating point, not {x.dtype.name}")
    return Tensor(apply(OPS["mean"], (node,), {"axis": dispatch.axes(dim, x.ndim), "keepdims": keepdim}))


methods(sum=sum, mean=mean)
