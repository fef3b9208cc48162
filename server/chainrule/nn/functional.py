"""``torch.nn.functional``: layers as functions of tensors."""

from __future__ import annotations

from chainrule.engine.functions.activation import (
    elu,
    gelu,
    hardtanh,
    leaky_relu,
    relu,
    relu6,
    sigmoid,
    silu,
    softplus,
    tanh,
)
from chainrule.engine.functions.indexing import embedding, one_hot, pad
from chainrule.engine.functions.softmax import log_softmax, softmax
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor
from chainrule.nn.attention import scaled_dot_product_attention
from chainrule.nn.images import adaptive_avg_pool2d, avg_pool2d, conv1d, conv2d, max_pool2d
from chainrule.nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    huber_loss,
    l1_loss,
    mse_loss,
    nll_loss,
    smooth_l1_loss,
)
from chainrule.nn.normalisation import batch_norm, dropout, layer_norm

__all__ = [
    "adaptive_avg_pool2d",
    "avg_pool2d",
    "batch_norm",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "conv1d",
    "conv2d",
    "cross_entropy",
    "dropout",
    "elu",
    "embedding",
    "gelu",
    "hardtanh",
    "huber_loss",
    "l1_loss",
    "layer_norm",
    "leaky_relu",
    "linear",
    "log_softmax",
    "max_pool2d",
    "mse_loss",
    "nll_loss",
    "one_hot",
    "pad",
    "relu",
    "relu6",
    "scaled_dot_product_attention",
    "sigmoid",
    "silu",
    "smooth_l1_loss",
    "softmax",
    "softplus",
    "tanh",
]

_LINEAR = OPS["linear"]


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:  # noqa: A002
    """``input @ weight.T + bias``; shapes (…, in), (out, in), (out) → (…, out).

    Raises
    ------
    RuntimeError
        The shapes do not fit.
    """
    x, w = input._node, weight._node
    inner, shape = x.value.shape, w.value.shape
    if len(shape) != 2 or not inner or inner[-1] != shape[1]:
        if len(shape) == 1 and inner and bias is None:
            return input @ weight
        raise RuntimeError(
            f"linear: input of shape {tuple(inner)} and weight of shape {tuple(shape)} cannot be multiplied: "
            "(…, in) and (out, in) can"
        )
    if bias is None:
        return Tensor(apply(_LINEAR, (x, w)))
    if len(bias._node.value.shape) == 1 and bias._node.value.shape[0] == shape[0]:
        return Tensor(apply(_LINEAR, (x, w, bias._node)))
    # PyTorch takes any bias that broadcasts to the product.
    product = Tensor(apply(_LINEAR, (x, w)))
    result = product + bias
    if result.shape != product.shape:
        raise RuntimeError(
            f"linear: bias of shape {tuple(bias.shape)} does not broadcast to {tuple(product.shape)}"
        )
    return result
