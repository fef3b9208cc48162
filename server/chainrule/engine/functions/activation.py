"""PyTorch's activations, as ``torch.nn.functional`` has them."""

# ruff: noqa: A002  (these are PyTorch's names)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chainrule.engine.dispatch import Scalar
from chainrule.engine.functions import elementwise
from chainrule.engine.functions.arguments import one_tensor
from chainrule.engine.op import NO_ATTRS, OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor


def _activation(name: str, x: Tensor, attrs: Mapping[str, Any] = NO_ATTRS, inplace: bool = False) -> Tensor:
    node = one_tensor(x, name)._node
    if not x.dtype.is_floating_point:
        raise NotImplementedError(f"{name}(): not implemented for {x.dtype.name}, only for floating point")
    result = Tensor(apply(OPS[name], (node,), attrs))
    return x.become(result) if inplace else result


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """max(0, a)."""
    return elementwise.relu_(input) if inplace else elementwise.relu(input)


def sigmoid(input: Tensor) -> Tensor:
    """1 / (1 + e⁻ᵃ)."""
    return elementwise.sigmoid(input)


def tanh(input: Tensor) -> Tensor:
    """(eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ)."""
    return elementwise.tanh(input)


def leaky_relu(input: Tensor, negative_slope: Scalar = 0.01, inplace: bool = False) -> Tensor:
    """The argument where it is positive, else ``negative_slope`` times it."""
    return _activation("leaky_relu", input, {"negative_slope": float(negative_slope)}, inplace)


def elu(input: Tensor, alpha: Scalar = 1.0, inplace: bool = False) -> Tensor:
    """The argument where it is positive, else alpha (eᵃ − 1)."""
    return _activation("elu", input, {"alpha": float(alpha)}, inplace)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """The argument times the part of a normal distribution below a; ``approximate="tanh"`` for the older formula.

    Raises
    ------
    RuntimeError
        ``approximate`` is neither ``"none"`` nor ``"tanh"``.
    """
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return _activation("gelu", input, {"approximate": approximate})


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """The argument times sigmoid(a), also called swish."""
    return _activation("silu", input, inplace=inplace)


def softplus(input: Tensor, beta: Scalar = 1.0, threshold: Scalar = 20.0) -> Tensor:
    """ln(1 + e^(beta·a)) / beta; a itself where beta·a is above the threshold."""
    return _activation("softplus", input, {"beta": float(beta), "threshold": float(threshold)})


def hardtanh(input: Tensor, min_val: Scalar = -1.0, max_val: Scalar = 1.0, inplace: bool = False) -> Tensor:
    """Values held between two numbers. No gradient passes on the bounds themselves, unlike in ``clamp``.

    Raises
    ------
    ValueError
        The lower bound is above the upper one.
    """
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return _activation("hardtanh", input, {"min": float(min_val), "max": float(max_val)}, inplace)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Values held between 0 and 6."""
    return hardtanh(input, 0.0, 6.0, inplace)
