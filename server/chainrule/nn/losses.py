"""Losses, with PyTorch's arguments and refusals."""

from __future__ import annotations

import warnings
from typing import Any

from chainrule.engine.backend import INT64
from chainrule.engine.dispatch import cast, dtype_of, promoted
from chainrule.engine.functions.shape import broadcast_tensors
from chainrule.engine.functions.softmax import log_softmax
from chainrule.engine.op import OPS
from chainrule.engine.ops.classification import IGNORED
from chainrule.engine.tape import Node, apply
from chainrule.engine.tensor import Tensor

_MSE, _L1, _HUBER, _SMOOTH = (OPS[name] for name in ("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss"))
_BCE, _LOGITS = OPS["binary_cross_entropy"], OPS["binary_cross_entropy_with_logits"]
_NLL, _CROSS_ENTROPY = OPS["nll_loss"], OPS["cross_entropy"]

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


def _pair(input: Tensor, target: Tensor, name: str) -> tuple[Node, ...]:  # noqa: A002
    """Both in one type and shape. Shapes that differ are broadcast, with PyTorch's warning."""
    a, b = input._node, target._node
    if a.value.dtype != b.value.dtype:
        dtype = promoted(a, b)
        a, b = cast(a, dtype), cast(b, dtype)
    if a.value.shape != b.value.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )
        try:
            return tuple(x._node for x in broadcast_tensors(Tensor(a), Tensor(b)))
        except RuntimeError as error:
            raise RuntimeError(f"{name}: {error}") from error
    return a, b


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:  # noqa: A002
    """The mean (or sum) of the squared differences; the shapes broadcast."""
    return Tensor(apply(_MSE, _pair(input, target, "mse_loss"), reduction_attrs(reduction)))


def l1_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:  # noqa: A002
    """The mean (or sum) of the absolute differences; the shapes broadcast."""
    return Tensor(apply(_L1, _pair(input, target, "l1_loss"), reduction_attrs(reduction)))


def huber_loss(input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0) -> Tensor:  # noqa: A002
    """d²/2 for differences up to ``delta``, δ (abs(d) − δ/2) beyond; the shapes broadcast.

    Raises
    ------
    RuntimeError
        ``delta`` is not positive.
    """
    attrs = {**reduction_attrs(reduction), "delta": float(delta)}
    if delta <= 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta: {delta}")
    return Tensor(apply(_HUBER, _pair(input, target, "huber_loss"), attrs))


def smooth_l1_loss(
    input: Tensor,  # noqa: A002
    target: Tensor,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """d²/(2 β) for differences below ``beta``, abs(d) − β/2 beyond; the shapes broadcast. With β = 0: ``l1_loss``.

    Raises
    ------
    RuntimeError
        ``beta`` is negative.
    """
    if beta < 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta: {beta}")
    attrs = reduction_attrs(reduction)
    pair = _pair(input, target, "smooth_l1_loss")
    return Tensor(apply(_SMOOTH, pair, {**attrs, "beta": float(beta)}) if beta else apply(_L1, pair, attrs))


def _same_size(input: Tensor, target: Tensor) -> None:  # noqa: A002
    if input.shape != target.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({input.shape}): the loss compares "
            "one by one"
        )


def _weighted(loss: Tensor, weight: Tensor, reduction: str) -> Tensor:
    loss = loss * weight
    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()


def binary_cross_entropy(
    input: Tensor,  # noqa: A002
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
) -> Tensor:
    """−(y log p + (1 − y) log(1 − p)) of probabilities, averaged; each logarithm is at least −100.

    Raises
    ------
    ValueError
        The shapes differ.
    RuntimeError
        A probability, or a target, is below 0 or above 1.
    """
    attrs = reduction_attrs(reduction)
    _same_size(input, target)
    for x, name in ((input, "input"), (target, "target")):
        p = x._node.value
        if not bool(x._node.backend.xp.all((p >= 0.0) & (p <= 1.0))):
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    if weight is not None:
        each = binary_cross_entropy(input, target, reduction="none")
        return _weighted(each, weight, reduction)
    return Tensor(apply(_BCE, _pair(input, target, "binary_cross_entropy"), attrs))


def binary_cross_entropy_with_logits(
    input: Tensor,  # noqa: A002
    target: Tensor,
    weight: Tensor | None = None,
    *,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """:func:`binary_cross_entropy` of σ(input), in a form that is precise for any score.

    ``pos_weight`` multiplies what positive examples cost; it broadcasts to the input.

    Raises
    ------
    ValueError
        The shapes of input and target differ.
    RuntimeError
        ``pos_weight`` does not broadcast to the input.
    """
    attrs = reduction_attrs(reduction)
    _same_size(input, target)
    if weight is not None:
        each = binary_cross_entropy_with_logits(input, target, reduction="none", pos_weight=pos_weight)
        return _weighted(each, weight, reduction)
    inputs = _pair(input, target, "binary_cross_entropy_with_logits")
    if pos_weight is not None:
        if not _broadcasts_to(pos_weight.shape, input.shape):
            raise RuntimeError(
                f"binary_cross_entropy_with_logits: pos_weight of shape {list(pos_weight.shape)} does not broadcast "
                f"to the input's shape {list(input.shape)}"
            )
        inputs = (*inputs, cast(_fixed(pos_weight), dtype_of(inputs[0])))
    return Tensor(apply(_LOGITS, inputs, attrs))


def _broadcasts_to(shape: tuple[int, ...], full: tuple[int, ...]) -> bool:
    return len(shape) <= len(full) and all(
        size in (1, other) for size, other in zip(reversed(shape), reversed(full), strict=False)
    )


def _fixed(weight: Tensor) -> Node:
    """A weight through which no gradient passes."""
    return weight.detach()._node if weight.requires_grad else weight._node


def _class_inputs(
    input: Tensor,  # noqa: A002
    target: Tensor,
    weight: Tensor | None,
    ignore_index: int,
    name: str,
) -> tuple[Node, ...]:
    """The nodes of a loss of classes, once they are seen to go together."""
    x, y = input._node, target._node
    if not input.dtype.is_floating_point:
        raise RuntimeError(f"{name}: not implemented for {input.dtype.name}, only for floating-point types")
    if target.dtype is not INT64:
        raise RuntimeError(f"expected scalar type Long but found {target.dtype.name}: targets are classes")
    shape, given = tuple(x.value.shape), tuple(y.value.shape)
    if not shape:
        raise RuntimeError(f"{name}: the input needs at least 1 dimension")
    classes = shape[0] if len(shape) == 1 else shape[1]
    wanted = () if len(shape) == 1 else (shape[0], *shape[2:])
    if given != wanted:
        if given and wanted and given[0] != wanted[0]:
            raise ValueError(
                f"Expected input batch_size ({shape[0]}) to match target batch_size ({given[0]}): input "
                f"{list(shape)}, target {list(given)}"
            )
        raise RuntimeError(f"{name}: expected target size {list(wanted)}, got {list(given)}")
    _check_classes(y, classes, ignore_index)
    if weight is None:
        return (x, y)
    if tuple(weight.shape) != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight "
            f"tensor of shape: {list(weight.shape)}"
        )
    return (x, y, cast(_fixed(weight), dtype_of(x)))


def _check_classes(target: Node, classes: int, ignore_index: int) -> None:
    xp, y = target.backend.xp, target.value
    if 0 in y.shape or (int(xp.min(y)) >= 0 and int(xp.max(y)) < classes):
        return
    wrong = xp.reshape(y[(y != ignore_index) & ((y < 0) | (y >= classes))], (-1,))
    if wrong.shape[0]:
        raise IndexError(f"Target {int(wrong[0])} is out of bounds: there are {classes} classes, from 0")


def nll_loss(
    input: Tensor,  # noqa: A002
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = IGNORED,
    reduction: str = "mean",
) -> Tensor:
    """Minus the log-probability of the right class, averaged.

    Parameters
    ----------
    input
        Log-probabilities (N, C, …), or (C).
    target
        Indices of classes, (N, …) or ().
    weight
        How much each class counts, (C); a mean is divided by the weights of the right classes.

    Raises
    ------
    ValueError
        The batch sizes differ.
    IndexError
        An index is no class.
    RuntimeError
        The shapes or types do not go together.
    """
    attrs = {**reduction_attrs(reduction), "ignore_index": ignore_index}
    return Tensor(apply(_NLL, _class_inputs(input, target, weight, ignore_index, "nll_loss"), attrs))


def cross_entropy(
    input: Tensor,  # noqa: A002
    target: Tensor,
    weight: Tensor | None = None,
    *,
    ignore_index: int = IGNORED,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Minus the log of the probability that the softmax of scores gives to the right class, averaged.

    ``target`` is as in :func:`nll_loss`, or probabilities of the input's shape. With ``label_smoothing`` ε the right
    class should have 1 − ε + ε/C, all others ε/C. Raises what :func:`nll_loss` does.
    """
    if not 0.0 <= label_smoothing <= 1.0:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    attrs: dict[str, Any] = reduction_attrs(reduction)
    if target.dtype.is_floating_point and target.shape == input.shape:
        return _soft_cross_entropy(input, target, weight, reduction, label_smoothing)
    attrs = {**attrs, "ignore_index": ignore_index, "label_smoothing": float(label_smoothing)}
    inputs = _class_inputs(input, target, weight, ignore_index, "cross_entropy")
    return Tensor(apply(_CROSS_ENTROPY, inputs, attrs))


def _soft_cross_entropy(
    input: Tensor,  # noqa: A002
    target: Tensor,
    weight: Tensor | None,
    reduction: str,
    smoothing: float,
) -> Tensor:
    """−Σ y log p: the targets are probabilities."""
    axis = 0 if input.ndim == 1 else 1
    if smoothing:
        target = target * (1.0 - smoothing) + smoothing / input.shape[axis]
    cost = log_softmax(input, axis) * target
    if weight is not None:
        cost = cost * weight.reshape([-1] + [1] * (input.ndim - axis - 1))
    losses = -cost.sum(axis)
    if reduction == "none":
        return losses
    return losses.mean() if reduction == "mean" else losses.sum()
