"""Normalisation and dropout, with PyTorch's arguments and refusals."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chainrule.engine.backend import HostArray, host
from chainrule.engine.dispatch import cast, dtype_of
from chainrule.engine.grad_mode import no_grad
from chainrule.engine.op import OPS, Op
from chainrule.engine.random import generator, next_generator
from chainrule.engine.tape import Draw, Node, apply, drawn, state
from chainrule.engine.tensor import Tensor

_LAYER, _BATCH, _EVAL, _DROPOUT, _RUNNING_MEAN, _RUNNING_VAR = (
    OPS[name]
    for name in ("layer_norm", "batch_norm", "batch_norm_eval", "dropout", "running_mean", "running_var")
)


def layer_norm(
    input: Tensor,  # noqa: A002
    normalized_shape: int | Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """(x − mean) / √(variance + ε) over the last axes of each sample, times ``weight``, plus ``bias``.

    Parameters
    ----------
    normalized_shape
        The sizes of those axes; ``weight`` and ``bias`` have this shape.

    Raises
    ------
    RuntimeError
        The shapes do not go together.
    """
    shape = (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)
    given = tuple(input.shape)
    if not shape or given[-len(shape) :] != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [*, {', '.join(map(str, shape))}], "
            f"but got input of size {list(given)}"
        )
    for name, parameter in (("weight", weight), ("bias", bias)):
        if parameter is not None and tuple(parameter.shape) != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(parameter.shape)} and normalized_shape = {list(shape)}"
            )
    return _affine(input, weight, bias, {"normalized_shape": shape, "eps": float(eps)})


def _affine(x: Tensor, weight: Tensor | None, bias: Tensor | None, attrs: dict[str, object]) -> Tensor:
    op = _LAYER if "normalized_shape" in attrs else _BATCH
    if weight is None:
        result = Tensor(apply(op, (x._node,), attrs))
        return result if bias is None else result + _along_channels(bias, x, op is _BATCH)
    if bias is None:
        return Tensor(apply(op, (x._node, weight._node), attrs))
    return Tensor(apply(op, (x._node, weight._node, bias._node), attrs))


def _along_channels(parameter: Tensor, x: Tensor, channels: bool) -> Tensor:
    return parameter.reshape([-1] + [1] * (x.ndim - 2)) if channels else parameter


def batch_norm(
    input: Tensor,  # noqa: A002
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """(x − mean) / √(variance + ε) of each channel (axis 1), times ``weight``, plus ``bias``.

    Parameters
    ----------
    running_mean, running_var
        Statistics (C). In training they move towards those of the batch; in evaluation they are used.
    training
        Use the statistics of the batch.

    Raises
    ------
    ValueError
        Training with one value for each channel.
    RuntimeError
        The shapes do not go together; no statistics in evaluation.
    """
    shape = tuple(input.shape)
    if len(shape) < 2:
        raise RuntimeError(f"batch_norm: expected (N, C, …), but got input of size {list(shape)}")
    named = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    for name, parameter in named.items():
        if parameter is not None and tuple(parameter.shape) != shape[1:2]:
            raise RuntimeError(
                f"{name} should contain {shape[1]} elements not {parameter.numel()}: one for each channel of "
                f"{list(shape)}"
            )
    attrs: dict[str, object] = {"eps": float(eps)}
    if training:
        if math.prod(shape) == shape[1]:
            raise ValueError(
                f"Expected more than 1 value per channel when training, got input size {list(shape)}"
            )
        # Before the result, which is then the last node in its scope.
        for running, op in ((running_mean, _RUNNING_MEAN), (running_var, _RUNNING_VAR)):
            if running is not None:
                _write(running, Tensor(_moved(op, running, input, float(momentum))))
        return _affine(input, weight, bias, attrs)
    if running_mean is None or running_var is None:
        raise RuntimeError("Expected running_mean and running_var to be defined when training=False")
    inputs = [input._node, *(cast(given.detach()._node, dtype_of(input._node)) for given in
                             (running_mean, running_var))]  # fmt: skip
    if weight is not None:
        inputs.append(weight._node)
        if bias is not None:
            inputs.append(bias._node)
    result = Tensor(apply(_EVAL, tuple(inputs), attrs))
    return result + _along_channels(bias, input, True) if weight is None and bias is not None else result


def _moved(op: Op, running: Tensor, input: Tensor, momentum: float) -> Node:  # noqa: A002
    """What a statistic is once this batch has been seen, in its own dtype and without gradient."""
    with no_grad():
        seen = cast(input._node, dtype_of(running._node))
        return apply(op, (running._node, seen), {"momentum": momentum})


def _write(running: Tensor, value: Tensor) -> None:
    """What a statistic is from now on: on a tape a buffer of the next iteration, else of the tensor itself."""
    node = running._node
    if state.tape is not None and node.kind == "buffer" and node.name is not None:
        state.tape.write(node.name, value._node)
    else:
        running.replace(value.detach()._node.value)


_LEVELS = 1 << 16


def _kept(numbers: host.random.Generator, shape: tuple[int, ...], p: float, dtype: str) -> HostArray:
    dropped = round(p * _LEVELS)
    if dropped == _LEVELS:
        return host.zeros(shape, dtype)
    return host.asarray(numbers.integers(0, _LEVELS, shape, dtype=host.uint16) >= dropped, dtype)


def dropout_mask(shape: tuple[int, ...], p: float, seed: int, path: str, dtype: str = "float32") -> Draw:
    """Masks for :func:`dropout`: iteration → 0 with probability ``p`` (in steps of 2⁻¹⁶), else 1.

    They depend on nothing but the arguments.
    """
    return lambda iteration: _kept(generator(seed, "dropout", path, iteration), shape, p, dtype)


def dropout(
    input: Tensor,  # noqa: A002
    p: float = 0.5,
    training: bool = True,
    *,
    mask: Tensor | Node | None = None,
) -> Tensor:
    """Sets elements to 0 with probability ``p`` and scales the others by 1/(1 − p).

    Parameters
    ----------
    mask
        Which are kept; drawn by default, on a tape anew in each iteration.

    Raises
    ------
    ValueError
        ``p`` is no probability.
    """
    if not 0.0 <= p <= 1.0:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or (p == 0.0 and mask is None):
        return input
    if mask is None:
        tape, shape, dtype = state.tape, tuple(input.shape), input.dtype.name
        if tape is None:
            mask = drawn(lambda iteration: _kept(next_generator("dropout"), shape, p, dtype))
        else:
            name = tape.fresh_name("mask")
            mask = drawn(dropout_mask(shape, p, tape.seed, name, dtype), name=name)
    node = mask._node if isinstance(mask, Tensor) else mask
    return Tensor(apply(_DROPOUT, (input._node, node), {"p": float(p)}))
