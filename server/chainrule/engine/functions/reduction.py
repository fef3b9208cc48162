"""PyTorch's functions that make few numbers of many."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.backend import BOOL, INT64, DType
from chainrule.engine.functions.arguments import Axis, methods, one_tensor
from chainrule.engine.functions.elementwise import abs as absolute
from chainrule.engine.functions.elementwise import maximum, minimum
from chainrule.engine.op import OPS
from chainrule.engine.tape import Node, apply
from chainrule.engine.tensor import Tensor


def _reduced(name: str, node: Node, dim: Axis, keepdim: bool, **attrs: Any) -> Tensor:
    axis = dispatch.axes(dim, len(node.value.shape))
    return Tensor(apply(OPS[name], (node,), {"axis": axis, "keepdims": keepdim, **attrs}))


def _floating(x: Any, name: str) -> Node:
    tensor = one_tensor(x, name)
    if not tensor.dtype.is_floating_point:
        raise RuntimeError(f"{name}(): the input dtype must be floating point, not {tensor.dtype.name}")
    return tensor._node


def _counted(x: Any, name: str, dtype: DType | None = None) -> Node:
    """The node in the type in which it is summed: booleans are counted."""
    node = one_tensor(x, name)._node
    if dtype is not None:
        return dispatch.cast(node, dtype)
    return dispatch.cast(node, INT64) if dispatch.dtype_of(node) is BOOL else node


def sum(x: Tensor, dim: Axis = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:  # noqa: A001
    """The sum over axes, or over all."""
    return _reduced("sum", _counted(x, "sum", dtype), dim, keepdim)


def mean(x: Tensor, dim: Axis = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The mean over axes, or over all. Refuses integers, as PyTorch does."""
    return _reduced("mean", _floating(x if dtype is None else x.to(dtype), "mean"), dim, keepdim)


def _along(name: str, x: Tensor, dim: Any) -> tuple[int, ...] | None:
    """One axis, of a tensor that has elements along it; None where there are no axes."""
    if isinstance(dim, bool) or not isinstance(dim, int):
        raise TypeError(f"{name}(): dim is one axis, not {dim!r}")
    axis = dispatch.axes(dim, x.ndim)
    if axis is not None and not x.shape[axis[0]]:
        raise IndexError(f"{name}(): Expected reduction dim {axis[0]} to have non-zero size.")
    return axis


def _has_elements(name: str, x: Tensor, error: type[Exception] = RuntimeError) -> None:
    if not x.numel():
        raise error(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim "
            "with the 'dim' argument."
        )


class Extremes:
    """The largest (or smallest) elements along an axis, and where they are: a pair with names.

    The indices are looked for when they are asked for, so that they are not on a tape that needs none.
    """

    def __init__(self, name: str, x: Tensor, attrs: dict[str, Any]) -> None:
        self._name, self._x, self._attrs = name, x, attrs
        self._indices: Tensor | None = None
        self.values = Tensor(apply(OPS[f"{name}_dim"], (x._node,), attrs))

    @property
    def indices(self) -> Tensor:
        """Positions along the axis, int64; the first where several are equal."""
        if self._indices is None:
            self._indices = Tensor(apply(OPS[f"arg{self._name}"], (self._x._node,), self._attrs))
        return self._indices

    def __iter__(self) -> Iterator[Tensor]:
        return iter((self.values, self.indices))

    def __getitem__(self, k: Any) -> Any:
        return (self.values, self.indices)[k]

    def __len__(self) -> int:
        return 2

    def __repr__(self) -> str:
        return f"chainrule.return_types.{self._name}(\nvalues={self.values!r},\nindices={self.indices!r})"


def _extreme(name: str, x: Any, dim: Any, keepdim: bool) -> Any:
    """What ``max`` and ``min`` do: of two tensors, of all elements, or along an axis."""
    tensor = one_tensor(x, name)
    if isinstance(dim, Tensor):
        return (maximum if name == "max" else minimum)(tensor, dim)
    if dim is None:
        _has_elements(name, tensor)
        return _reduced(name, _comparable(tensor), None, False).to(tensor.dtype)
    axis = _along(name, tensor, dim)
    if tensor.dtype is BOOL:
        raise NotImplementedError(f"{name}(): not implemented for bool along an axis; use any or all")
    return Extremes(name, tensor, {"axis": axis, "keepdims": keepdim})


def _comparable(x: Tensor) -> Node:
    return dispatch.cast(x._node, INT64) if x.dtype is BOOL else x._node


def max(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:  # noqa: A001
    """The largest element, or along an axis ``(values, indices)``; of two tensors, :func:`maximum`.

    The gradient of the largest of all is shared evenly by equal elements; along an axis the first has it all.

    Raises
    ------
    IndexError
        There is no such axis, or nothing along it.
    RuntimeError
        There are no elements at all.
    """
    return _extreme("max", x, dim, keepdim)


def min(x: Tensor, dim: Any = None, keepdim: bool = False) -> Any:  # noqa: A001
    """The smallest element, or along an axis ``(values, indices)``. See :func:`max`."""
    return _extreme("min", x, dim, keepdim)


def _shared_extreme(name: str, x: Any, dim: Axis, keepdim: bool) -> Tensor:
    tensor = one_tensor(x, name)
    axis = dispatch.axes(dim, tensor.ndim)
    if axis is None:
        _has_elements(name, tensor)
    else:
        for one in axis:
            _along(name, tensor, one)
    return _reduced(name, _comparable(tensor), dim, keepdim).to(tensor.dtype)


def amax(x: Tensor, dim: Axis = (), keepdim: bool = False) -> Tensor:
    """The largest element over axes; equal ones share the gradient evenly. Raises what :func:`max` does."""
    return _shared_extreme("amax", x, dim, keepdim)


def amin(x: Tensor, dim: Axis = (), keepdim: bool = False) -> Tensor:
    """The smallest element over axes; equal ones share the gradient evenly. Raises what :func:`max` does."""
    return _shared_extreme("amin", x, dim, keepdim)


def _position(name: str, x: Any, dim: Any, keepdim: bool) -> Tensor:
    tensor = one_tensor(x, name)
    if tensor.dtype is BOOL:
        raise RuntimeError(f"{name}(): does not support bool input")
    axis = None
    if dim is None:
        _has_elements(name, tensor, IndexError)
    else:
        axis = _along(name, tensor, dim)
    return _reduced(name, tensor._node, axis, keepdim)


def argmax(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the largest element is (the first of equal ones), along an axis or in row-major order of all."""
    return _position("argmax", x, dim, keepdim)


def argmin(x: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the smallest element is (the first of equal ones), along an axis or in row-major order of all."""
    return _position("argmin", x, dim, keepdim)


def all(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:  # noqa: A001
    """Whether all elements over axes are true, or not zero."""
    return _reduced("all", one_tensor(x, "all")._node, dim, keepdim)


def any(x: Tensor, dim: Axis = None, keepdim: bool = False) -> Tensor:  # noqa: A001
    """Whether any element over axes is true, or not zero."""
    return _reduced("any", one_tensor(x, "any")._node, dim, keepdim)


def _spread(name: str, x: Any, dim: Any, correction: Any, unbiased: bool | None, keepdim: bool) -> Tensor:
    node = _floating(x, name)
    if isinstance(dim, bool):
        # PyTorch's older form: x.var(unbiased).
        dim, unbiased = None, dim
    if unbiased is not None:
        correction = 1 if unbiased else 0
    return _reduced(name, node, dim, keepdim, correction=1 if correction is None else correction)


def var(
    x: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """The variance over axes: squared deviations from the mean, divided by their number less ``correction`` (1).

    Raises
    ------
    RuntimeError
        The type is not floating point.
    """
    return _spread("var", x, dim, correction, unbiased, keepdim)


def std(
    x: Tensor,
    dim: Any = None,
    unbiased: bool | None = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> Tensor:
    """The standard deviation: the square root of :func:`var`. Its gradient is 0 where it is 0, as in PyTorch."""
    return _spread("std", x, dim, correction, unbiased, keepdim)


def logsumexp(x: Tensor, dim: int | tuple[int, ...] | list[int], keepdim: bool = False) -> Tensor:
    """Ln Σ eˣ over axes, without overflow."""
    node = one_tensor(x, "logsumexp")._node
    if not x.dtype.is_floating_point:
        node = dispatch.cast(node, dispatch.get_default_dtype())
    return _reduced("logsumexp", node, dim, keepdim)


def prod(x: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: DType | None = None) -> Tensor:
    """The product along an axis, or of all."""
    node = _counted(x, "prod", dtype)
    if dim is None:
        return _reduced("prod", node, None, False)
    if isinstance(dim, bool) or not isinstance(dim, int):
        raise TypeError(f"prod(): dim is one axis, not {dim!r}")
    return _reduced("prod", node, dim, keepdim)


def cumsum(x: Tensor, dim: int, *, dtype: DType | None = None) -> Tensor:
    """The sums of all elements up to each, along an axis."""
    node = _counted(x, "cumsum", dtype)
    return Tensor(apply(OPS["cumsum"], (node,), {"axis": dispatch.axes(dim, len(node.value.shape))}))


def norm(x: Tensor, p: float | str | None = "fro", dim: Axis = None, keepdim: bool = False) -> Tensor:
    """How large the elements are together: √Σx² (``p=2``), Σ|x| (``p=1``) or max |x| (``p=inf``).

    Raises
    ------
    NotImplementedError
        ``p`` is another number.
    RuntimeError
        The type is not floating point.
    """
    node = _floating(x, "norm")
    if p in (None, "fro", 2):
        return _reduced("norm", node, dim, keepdim)
    if p == 1:
        return sum(absolute(x), dim, keepdim)
    if p == math.inf:
        return amax(absolute(x), () if dim is None else dim, keepdim)
    raise NotImplementedError(f"norm(): p is 1, 2 or inf, not {p!r}")


methods(
    sum=sum, mean=mean, max=max, min=min, amax=amax, amin=amin, argmax=argmax, argmin=argmin, all=all, any=any,
    var=var, std=std, logsumexp=logsumexp, prod=prod, cumsum=cumsum, norm=norm,
)  # fmt: skip
