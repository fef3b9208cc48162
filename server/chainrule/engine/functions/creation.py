"""Tensors from numbers, and leaves of one value."""

from __future__ import annotations

from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.backend import BOOL, DTYPES, INT64, DType, host
from chainrule.engine.tape import Kind
from chainrule.engine.tensor import Tensor, leaf


def tensor(data: Any, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """A leaf with a copy of a number, nested lists or a NumPy array.

    Python floats become the default type (float32), integers int64, NumPy arrays keep theirs.

    Raises
    ------
    ValueError
        Nested lists of unequal lengths.
    TypeError
        Something that is not numbers.
    RuntimeError
        ``requires_grad`` for integers or booleans.
    """
    if isinstance(data, Tensor):
        array = data._host()
    else:
        if isinstance(data, (list, tuple)):
            data = _plain(data)
        array = host.array(data)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"a tensor is made of numbers, not of {array.dtype}")
    if dtype is None:
        if array.dtype.kind == "f":
            given = isinstance(data, (Tensor, host.ndarray, host.generic))
            dtype = DTYPES.get(array.dtype.name) if given else None
            dtype = dtype or dispatch.get_default_dtype()
            if not array.size and not given:
                dtype = dispatch.get_default_dtype()
        else:
            dtype = BOOL if array.dtype.kind == "b" else INT64
    return leaf(
        array, kind="parameter" if requires_grad else "input", requires_grad=requires_grad, dtype=dtype
    )


def _plain(data: Any) -> Any:
    """Nested lists with one-element tensors replaced by their numbers."""
    if isinstance(data, (list, tuple)):
        return [_plain(part) for part in data]
    return data.tolist() if isinstance(data, Tensor) else data


def _full(shape: tuple[Any, ...], value: float, dtype: DType | None, requires_grad: bool) -> Tensor:
    sizes = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    kind: Kind = "parameter" if requires_grad else "input"
    dtype = dtype or dispatch.get_default_dtype()
    return leaf(host.full(sizes, value), kind=kind, requires_grad=requires_grad, dtype=dtype)


def zeros(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return _full(shape, 0.0, dtype, requires_grad)


def ones(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return _full(shape, 1.0, dtype, requires_grad)


def full(shape: Any, value: float, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return _full((tuple(shape),), value, dtype, requires_grad)


def zeros_like(x: Tensor, *, requires_grad: bool = False) -> Tensor:
    return _full((x.shape,), 0.0, x.dtype, requires_grad)


def ones_like(x: Tensor, *, requires_grad: bool = False) -> Tensor:
    return _full((x.shape,), 1.0, x.dtype, requires_grad)


def is_tensor(x: object) -> bool:
    return isinstance(x, Tensor)
