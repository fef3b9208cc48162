"""``torch.nn.functional``: layers as functions of tensors."""

from __future__ import annotations

from chainrule.engine.dispatch import cast, promoted
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor
from chainrule.nn.images import adaptive_avg_pool2d, avg_pool2d, conv1d, conv2d, max_pool2d

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "conv1d",
    "conv2d",
    "linear",
    "max_pool2d",
    "mse_loss",
]

_LINEAR, _MSE = OPS["linear"], OPS["mse_loss"]

REDUCTIONS = ({"reduction": "mean"}, {"reduction": "sum"}, {"reduction": "none"})


def reduction_attrs(reduction: str) -> dict[str, str]:
    """The attributes of a loss.

    Raises
    ------
    ValueError
        It is not one of mean, sum, none.
    """
    for attrs in REDUCTIONS:
        if attrs["reduction"] == reduction:
            return attrs
    raise ValueError(f"{reduction} is not a valid value for reduction: choose mean, sum or none")


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:  # noqa: A002
    """``input @ weight.T + bias``; shapes (…, in), (out, in), (out) → (…, out)."""
    if bias is None:
        return Tensor(apply(_LINEAR, (input._node, weight._node)))
    return Tensor(apply(_LINEAR, (input._node, weight._node, bias._node)))


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:  # noqa: A002
    """The mean (or sum) of the squared differences; the shapes broadcast."""
    a, b = input._node, target._node
    if a.value.dtype != b.value.dtype:
        dtype = promoted(a, b)
        a, b = cast(a, dtype), cast(b, dtype)
    return Tensor(apply(_MSE, (a, b), reduction_attrs(reduction)))
