"""PyTorch's questions about tensors: their answers are numbers or booleans, and no gradient passes."""

from __future__ import annotations

from chainrule.engine.backend import BOOL, INT64, host
from chainrule.engine.functions.arguments import methods, one_tensor
from chainrule.engine.tensor import Tensor


def numel(x: Tensor) -> int:
    """The number of elements."""
    return one_tensor(x, "numel").numel()


def isnan(x: Tensor) -> Tensor:
    """Where it is NaN."""
    result: Tensor = x != x  # NaN alone differs from itself
    return result


def isinf(x: Tensor) -> Tensor:
    """Where it is infinite, of either sign."""
    result: Tensor = one_tensor(x, "isinf").detach().abs() == float("inf")
    return result


def isfinite(x: Tensor) -> Tensor:
    """Where it is neither NaN nor infinite."""
    result: Tensor = one_tensor(x, "isfinite").detach().abs() < float("inf")
    return result


def allclose(
    x: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> bool:
    """Whether |x − other| ≤ atol + rtol · |other| everywhere.

    Raises
    ------
    RuntimeError
        The types differ.
    """
    if x.dtype is not other.dtype:
        raise RuntimeError(f"allclose: the types differ: {x.dtype.name} and {other.dtype.name}")
    return bool(host.allclose(x._host(), other._host(), rtol=rtol, atol=atol, equal_nan=equal_nan))


def equal(x: Tensor, other: Tensor) -> bool:
    """Whether shapes and all elements are the same."""
    return x.shape == other.shape and bool((x._host() == other._host()).all())


def _long(x: Tensor) -> Tensor:
    return (x.detach() if x.requires_grad else x).to(INT64)


def _bool(x: Tensor) -> Tensor:
    return (x.detach() if x.requires_grad else x).to(BOOL)


methods(
    isnan=isnan, isinf=isinf, isfinite=isfinite, allclose=allclose, equal=equal, nelement=numel,
    long=_long, bool=_bool, type_as=lambda x, other: x.to(other.dtype), is_contiguous=lambda x: True,
)  # fmt: skip
