"""Tensors from numbers: given, counted, or drawn.

Random numbers come from the sequence that ``manual_seed`` begins (:mod:`chainrule.engine.random`). They are the same
everywhere and after every ``manual_seed``, but they are not PyTorch's, whose generators are of another kind.
"""

from __future__ import annotations

import math
from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.backend import BOOL, DTYPES, INT64, DType, host
from chainrule.engine.dispatch import Scalar
from chainrule.engine.random import initial_seed, manual_seed, next_generator
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


def _sizes(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Sizes that were given one by one, or as one list."""
    sizes = tuple(shape[0]) if len(shape) == 1 and isinstance(shape[0], (tuple, list)) else shape
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int):
            raise TypeError(f"sizes are whole numbers, not {size!r}")
        if size < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {size}: {list(sizes)}")
    return sizes


def _made(array: Any, dtype: DType | None, requires_grad: bool) -> Tensor:
    kind: Kind = "parameter" if requires_grad else "input"
    dtype = dtype or dispatch.get_default_dtype()
    return leaf(array, kind=kind, requires_grad=requires_grad, dtype=dtype)


def zeros(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """All 0."""
    return _made(host.zeros(_sizes(shape)), dtype, requires_grad)


def ones(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """All 1."""
    return _made(host.ones(_sizes(shape)), dtype, requires_grad)


def empty(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """All 0: PyTorch's holds whatever was in memory, which nothing may depend on."""
    return zeros(*shape, dtype=dtype, requires_grad=requires_grad)


def full(shape: Any, value: Scalar, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """All ``value``, in its type unless another is given."""
    sizes = _sizes((shape,) if isinstance(shape, (tuple, list)) else ((shape,),))
    return _made(host.full(sizes, value), dtype or dispatch.scalar_dtype(value), requires_grad)


def zeros_like(x: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return zeros(x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def ones_like(x: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return ones(x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def empty_like(x: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return zeros_like(x, dtype=dtype, requires_grad=requires_grad)


def full_like(x: Tensor, value: Scalar, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return full(x.shape, value, dtype=dtype or x.dtype, requires_grad=requires_grad)


def eye(n: int, m: int | None = None, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """1 where row and column are the same, else 0; shape (n, m).

    Raises
    ------
    RuntimeError
        A size is negative.
    """
    m = n if m is None else m
    for name, size in (("n", n), ("m", m)):
        if size < 0:
            raise RuntimeError(f"{name} must be greater or equal to 0, got {size}")
    return _made(host.eye(n, m), dtype, requires_grad)


def arange(
    start: Scalar,
    end: Scalar | None = None,
    step: Scalar = 1,
    *,
    dtype: DType | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """``start``, ``start + step``… before ``end``; of one argument, from 0 up to it. Whole numbers give int64.

    Raises
    ------
    RuntimeError
        The step is 0, or leads away from ``end``.
    """
    if end is None:
        start, end = 0, start
    if step == 0:
        raise RuntimeError("step must be nonzero")
    if (end - start) * step < 0:
        raise RuntimeError("upper bound and lower bound inconsistent with step sign")
    if dtype is None:
        whole = all(isinstance(x, int) for x in (start, end, step))
        dtype = INT64 if whole else dispatch.get_default_dtype()
    count = math.ceil((end - start) / step)
    return _made(start + host.arange(count) * step, dtype, requires_grad)


def linspace(
    start: Scalar, end: Scalar, steps: int, *, dtype: DType | None = None, requires_grad: bool = False
) -> Tensor:
    """``steps`` numbers at equal distances, the first ``start`` and the last ``end``.

    Raises
    ------
    RuntimeError
        The number of steps is negative.
    """
    if steps < 0:
        raise RuntimeError("number of steps must be non-negative")
    return _made(host.linspace(start, end, steps), dtype, requires_grad)


def rand(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Drawn evenly from [0, 1)."""
    dtype = dtype or dispatch.get_default_dtype()
    drawn = next_generator("rand").random(_sizes(shape), dtype=dtype.name)  # type: ignore[call-overload]
    return _made(drawn, dtype, requires_grad)


def randn(*shape: Any, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Drawn from a normal distribution of mean 0 and standard deviation 1."""
    return _made(next_generator("randn").standard_normal(_sizes(shape)), dtype, requires_grad)


def randint(
    low: int, high: Any, size: Any = None, *, dtype: DType | None = None, requires_grad: bool = False
) -> Tensor:
    """Whole numbers drawn evenly from low, …, high − 1; ``randint(high, size)`` begins at 0.

    Raises
    ------
    RuntimeError
        There is no number between the two.
    """
    if size is None:
        low, high, size = 0, low, high
    if low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    drawn = next_generator("randint").integers(low, high, _sizes((size,)))
    return _made(drawn, dtype or INT64, requires_grad)


def randperm(n: int, *, dtype: DType | None = None) -> Tensor:
    """0, …, n − 1 in a random order."""
    return _made(next_generator("randperm").permutation(n), dtype or INT64, False)


def rand_like(x: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return rand(x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def randn_like(x: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    return randn(x.shape, dtype=dtype or x.dtype, requires_grad=requires_grad)


def is_tensor(x: object) -> bool:
    return isinstance(x, Tensor)


__all__ = [
    "arange", "empty", "empty_like", "eye", "full", "full_like", "initial_seed", "is_tensor", "linspace",
    "manual_seed", "ones", "ones_like", "rand", "rand_like", "randint", "randn", "randn_like", "randperm",
    "tensor", "zeros", "zeros_like",
]  # fmt: skip
