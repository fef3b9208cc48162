"""Activations as modules."""

from __future__ import annotations

from typing import Any

from chainrule.engine.functions import activation, elementwise
from chainrule.engine.functions.softmax import log_softmax, softmax
from chainrule.engine.tensor import Tensor
from chainrule.nn.module import Module


class _Plain(Module):
    """Without numbers of its own. What is asked for in place is computed all the same: recorded values never change."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class ReLU(_Plain):
    """max(0, a)."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return elementwise.relu(input)


class SiLU(_Plain):
    """a times sigmoid(a)."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return activation.silu(input)


class Tanh(Module):
    """(eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ)."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return elementwise.tanh(input)


class Sigmoid(Module):
    """1 / (1 + e⁻ᵃ)."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return elementwise.sigmoid(input)


class LeakyReLU(Module):
    """a where it is positive, else ``negative_slope`` times a."""

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope, self.inplace = negative_slope, inplace

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return activation.leaky_relu(input, self.negative_slope)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class ELU(Module):
    """a where it is positive, else alpha (eᵃ − 1)."""

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha, self.inplace = alpha, inplace

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return activation.elu(input, self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class GELU(Module):
    """a times the part of a normal distribution below a; ``approximate="tanh"`` for the older formula."""

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return activation.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class Softplus(Module):
    """ln(1 + e^(beta·a)) / beta; a itself where beta·a is above the threshold."""

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return activation.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class _Rows(Module):
    """Along one axis."""

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax(_Rows):
    """Positive numbers that sum to 1 along ``dim``."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return softmax(input, self.dim)


class LogSoftmax(_Rows):
    """The logarithm of :class:`Softmax`."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002
        return log_softmax(input, self.dim)


__all__: Any = [
    "ELU", "GELU", "LeakyReLU", "LogSoftmax", "ReLU", "SiLU", "Sigmoid", "Softmax", "Softplus", "Tanh",
]  # fmt: skip
