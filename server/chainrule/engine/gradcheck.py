"""Central differences against the VJPs, in float64."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from chainrule.engine.backend import FLOAT64, HostArray, host
from chainrule.engine.backward import backward
from chainrule.engine.tape import Node, current_backend
from chainrule.engine.tensor import Tensor, leaf

EPSILON = 2.0**-17
"""About the cube root of float64's rounding, where truncation and rounding of a central difference balance.
A power of two: x ± ε is then exact for moderate x."""

TOLERANCE = 1e-5
"""Relative error up to which a gradient passes."""


def numeric_gradient(f: Callable[[HostArray], float], x: Any, eps: float = EPSILON) -> HostArray:
    """(f(x + h) − f(x − h)) / 2h for every element of ``x``, with h = eps · max(1, |element|).

    ``f`` gets a float64 array that it must not keep: it is changed between calls. The result has x's shape.
    """
    return _differences(f, x, eps)[0]


def _differences(
    f: Callable[[HostArray], float], x: Any, eps: float
) -> tuple[HostArray, HostArray, HostArray, float]:
    """Central, right and left differences, and the largest |f|."""
    x = host.array(x, dtype=host.float64)
    central, right, left = host.empty_like(x), host.empty_like(x), host.empty_like(x)
    with host.errstate(all="ignore"):
        middle = float(f(x))
        scale = abs(middle)
        for place in host.ndindex(x.shape):
            old = float(x[place])
            h = eps * max(1.0, abs(old))
            x[place] = old + h
            above, up = float(f(x)), float(x[place]) - old
            x[place] = old - h
            below, down = float(f(x)), old - float(x[place])
            x[place] = old
            central[place] = host.float64(above - below) / (up + down)
            right[place] = host.float64(above - middle) / up
            left[place] = host.float64(middle - below) / down
            scale = max(scale, abs(above), abs(below))
    return central, right, left, scale


def relative_error(analytic: Any, numeric: Any, scale: float = 1.0) -> float:
    """The largest |a − n| / max(|a|, |n|, floor).

    ``scale`` is the size of the function's values: a gradient far smaller than they are drowns in their
    rounding, and the floor (1e-4 · scale) keeps that from counting. NaN and infinity agree only with themselves;
    else the error is infinite.
    """
    a = host.asarray(analytic, dtype=host.float64)
    n = host.asarray(numeric, dtype=host.float64)
    if a.shape != n.shape:
        raise ValueError(f"gradients of different shapes: {a.shape} and {n.shape}")
    if not a.size:
        return 0.0
    with host.errstate(all="ignore"):
        same = (a == n) | (host.isnan(a) & host.isnan(n))
        size = host.maximum(host.maximum(abs(a), abs(n)), max(1e-4 * scale, 1e-300))
        error = host.where(same, 0.0, abs(a - n) / size)
    error = host.where(host.isnan(error), host.inf, error)
    return float(error.max())


class Check(NamedTuple):
    """A gradient beside its central differences. ``kink``: the slopes on the two sides differ."""

    analytic: list[HostArray]
    numeric: list[HostArray]
    max_relative_error: float
    passed: bool
    kink: bool


def check(f: Callable[..., Tensor], inputs: Sequence[Any], eps: float = EPSILON) -> Check:
    """Compare the gradients of ``f`` with central differences, in float64.

    Parameters
    ----------
    f
        Tensors → a tensor. Of more than one element, the gradient of a weighted sum is checked, with weights
        that no symmetry cancels.
    inputs
        Numbers, nested lists or arrays: the point.
    """
    points = [host.array(x, dtype=host.float64) for x in inputs]
    backend = current_backend()

    def run(values: Sequence[HostArray], requires_grad: bool) -> tuple[Tensor, list[Tensor]]:
        leaves = [leaf(host.array(x), requires_grad=requires_grad, dtype=FLOAT64) for x in values]
        return f(*leaves), leaves

    with host.errstate(all="ignore"):
        result, leaves = run(points, requires_grad=True)
        root = result.node
        weights = _weights(root)
        grads: dict[Node, Any] = {}
        for contribution in backward(root, backend.asarray(weights, FLOAT64)):
            grads[contribution.target] = contribution.total
        analytic, numeric, worst, kink = [], [], 0.0, False
        for k, tensor in enumerate(leaves):

            def value(x: HostArray, k: int = k) -> float:
                out = run([x if j == k else point for j, point in enumerate(points)], requires_grad=False)[0]
                return float((backend.to_numpy(out.node.value) * weights).sum())

            grad = grads.get(tensor.node)
            a = host.zeros_like(points[k]) if grad is None else backend.to_numpy(grad)
            n, right, left, scale = _differences(value, points[k], eps)
            analytic.append(a)
            numeric.append(n)
            worst = max(worst, relative_error(a, n, scale))
            kink = kink or has_kink(right, left, scale)
    return Check(analytic, numeric, worst, worst <= TOLERANCE, kink)


def has_kink(right: HostArray, left: HostArray, scale: float = 1.0) -> bool:
    """Whether slopes to the right and to the left differ by more than curvature explains (1 %)."""
    return relative_error(right, left, scale) > 1e-2


def _weights(root: Node) -> HostArray:
    size = 1
    for length in root.shape:
        size *= length
    return host.reshape(1.0 + 0.37 * host.sin(host.arange(size, dtype=host.float64) * 1.7), root.shape)
