"""What is inside each composite: functions of tensors made of primitives, with the same value and gradients.

The primitives are listed in the order in which a textbook would write them.
"""

from __future__ import annotations

from chainrule.engine.composite import inside
from chainrule.engine.functions.elementwise import abs as absolute
from chainrule.engine.functions.elementwise import exp, log, sqrt
from chainrule.engine.op import OPS
from chainrule.engine.ops.attention import causal_mask, scale_of
from chainrule.engine.tape import apply, leaf_node
from chainrule.engine.tensor import Tensor


def _reduced(losses: Tensor, reduction: str) -> Tensor:
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()


# -- softmax


def _shifted(a: Tensor, axis: int) -> Tensor:
    """The largest of a row taken away: it changes no quotient, so no gradient is lost where it is detached."""
    attrs = {"axis": (axis,) if a.ndim else None, "keepdims": True}
    return a - Tensor(apply(OPS["amax"], (a.node,), attrs)).detach()


def _row_sum(a: Tensor, axis: int) -> Tensor:
    return a.sum(axis, keepdim=True) if a.ndim else a.sum()


@inside("softmax")
def softmax(a: Tensor, *, axis: int) -> Tensor:
    powers = exp(_shifted(a, axis))
    return powers / _row_sum(powers, axis)


@inside("log_softmax")
def log_softmax(a: Tensor, *, axis: int) -> Tensor:
    shifted = _shifted(a, axis)
    return shifted - log(_row_sum(exp(shifted), axis))


# -- linear, normalisation


@inside("linear")
def linear(a: Tensor, b: Tensor, c: Tensor | None = None) -> Tensor:
    product = a @ b.T
    return product if c is None else product + c


def _affine(x: Tensor, b: Tensor | None, c: Tensor | None) -> Tensor:
    if b is not None:
        x = x * b
    return x if c is None else x + c


def _standard(a: Tensor, axes: tuple[int, ...], eps: float) -> Tensor:
    centred = a - a.mean(axes, keepdim=True)
    variance = (centred * centred).mean(axes, keepdim=True)
    return centred / sqrt(variance + eps)


@inside("layer_norm")
def layer_norm(
    a: Tensor,
    b: Tensor | None = None,
    c: Tensor | None = None,
    *,
    normalized_shape: tuple[int, ...],
    eps: float,
) -> Tensor:
    return _affine(_standard(a, tuple(range(a.ndim - len(normalized_shape), a.ndim)), eps), b, c)


def _per_channel(parameter: Tensor | None, x: Tensor) -> Tensor | None:
    """(C) so that it lies along axis 1."""
    if parameter is None or x.ndim == 2:
        return parameter
    return parameter.reshape(-1, *(1,) * (x.ndim - 2))


@inside("batch_norm")
def batch_norm(a: Tensor, b: Tensor | None = None, c: Tensor | None = None, *, eps: float) -> Tensor:
    axes = (0, *range(2, a.ndim))
    return _affine(_standard(a, axes, eps), _per_channel(b, a), _per_channel(c, a))


@inside("batch_norm_eval")
def batch_norm_eval(
    a: Tensor, b: Tensor, c: Tensor, d: Tensor | None = None, e: Tensor | None = None, *, eps: float
) -> Tensor:
    standard = (a - _per_channel(b, a)) / _per_channel(sqrt(c + eps), a)
    return _affine(standard, _per_channel(d, a), _per_channel(e, a))


# -- attention


def attention_weights(
    a: Tensor, b: Tensor, d: Tensor | None, *, is_causal: bool, scale: float | None
) -> Tensor:
    """How much each query (…, L, E) takes from each key (…, S, E): rows that sum to 1, (…, L, S)."""
    scores = (a * scale_of(a.node.value, scale)) @ b.transpose(-2, -1)
    if is_causal:
        node = scores.node
        mask = causal_mask(node.backend.xp, node.value)
        scores = scores + Tensor(leaf_node(mask, node.backend, kind="constant"))
    if d is not None:
        scores = scores + d
    op = OPS["softmax" if d is None else "safe_softmax"]
    return Tensor(apply(op, (scores.node,), {"axis": scores.ndim - 1}))


@inside("attention")
def attention(
    a: Tensor, b: Tensor, c: Tensor, d: Tensor | None = None, *, is_causal: bool, scale: float | None
) -> Tensor:
    return attention_weights(a, b, d, is_causal=is_causal, scale=scale) @ c


# -- losses


@inside("mse_loss")
def mse_loss(a: Tensor, b: Tensor, *, reduction: str) -> Tensor:
    difference = a - b
    return _reduced(difference * difference, reduction)


@inside("l1_loss")
def l1_loss(a: Tensor, b: Tensor, *, reduction: str) -> Tensor:
    return _reduced(absolute(a - b), reduction)


@inside("cross_entropy")
def cross_entropy(
    a: Tensor,
    b: Tensor,
    c: Tensor | None = None,
    *,
    reduction: str,
    ignore_index: int,
    label_smoothing: float,
) -> Tensor:
    axis = 0 if a.ndim == 1 else 1
    logs = Tensor(apply(OPS["log_softmax"], (a.node,), {"axis": axis}))
    loss: Tensor = _nll(logs, b, c, reduction, ignore_index)
    if not label_smoothing:
        return loss
    each = logs if c is None else logs * c.reshape(-1, *(1,) * (a.ndim - axis - 1))
    smooth = -each.mean(axis) * (b != ignore_index)
    if reduction != "none":
        smooth = smooth.sum()
    if reduction == "mean":
        # What the mean is divided by: the weights of the right classes.
        smooth = smooth / _nll(a.detach() * 0.0 - 1.0, b, c, "sum", ignore_index)
    mixed: Tensor = loss * (1.0 - label_smoothing) + smooth * label_smoothing
    return mixed


def _nll(logs: Tensor, b: Tensor, c: Tensor | None, reduction: str, ignore_index: int) -> Tensor:
    inputs = (logs.node, b.node) if c is None else (logs.node, b.node, c.node)
    return Tensor(apply(OPS["nll_loss"], inputs, {"reduction": reduction, "ignore_index": ignore_index}))


@inside("binary_cross_entropy")
def binary_cross_entropy(a: Tensor, b: Tensor, *, reduction: str) -> Tensor:
    return _reduced(-(b * log(a) + (1 - b) * log(1 - a)), reduction)
