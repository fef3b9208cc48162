"""How large activations and gradients are from layer to layer, at the cursor."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from chainrule.engine.backend import Array, HostArray, host
from chainrule.lessons.lesson import RunLayer
from chainrule.protocol.model import LayerSizes
from chainrule.session.view import View


def rms(arrays: HostArray) -> HostArray:
    """The root of the mean of squares of each of (n, …) arrays: (n,), float64.

    Squares are taken of numbers divided by the largest, so that only a size that float64 cannot hold is 0 or infinite.
    """
    flat = host.abs(host.asarray(arrays, dtype=host.float64).reshape(len(arrays), -1))
    with host.errstate(all="ignore"):
        most = flat.max(axis=1)
        # Of 0, of infinity and of NaN, it is what it is.
        plain = host.isfinite(most) & (most > 0)
        shares = flat / host.where(plain, most, 1.0)[:, None]
        found: HostArray = host.where(plain, most * host.sqrt((shares * shares).mean(axis=1)), most)
    return found


def sizes_of(view: View, arrays: Sequence[Array | None]) -> list[float | None]:
    """The size of each array, all fetched in one transfer and those of a shape worked out together."""
    known = [k for k, array in enumerate(arrays) if array is not None]
    fetched = view.record.start.regime.backend.to_host([arrays[k] for k in known])
    by_shape: dict[tuple[int, ...], list[tuple[int, HostArray]]] = {}
    for k, array in zip(known, fetched, strict=True):
        by_shape.setdefault(tuple(array.shape), []).append((k, array))
    found: list[float | None] = [None] * len(arrays)
    for group in by_shape.values():
        for (k, _), size in zip(group, rms(host.stack([array for _, array in group])).tolist(), strict=True):
            found[k] = size
    return found


def layer_sizes(view: View, runs: Sequence[Sequence[RunLayer]]) -> list[list[LayerSizes]]:
    """The sizes of the layers of each run."""
    record = view.record
    layers = [layer for run in runs for layer in run]
    if not layers:
        return [[] for _ in runs]
    last = {node.scope: node for node in record.operations}
    outputs = [last[layer.scope] for layer in layers]
    weights = [record.by_name[layer.weight] for layer in layers]
    sizes = sizes_of(
        view,
        [
            *map(view.value, outputs),
            *map(view.grad, outputs),
            *map(view.grad, weights),
        ],
    )
    n = len(layers)
    complete = [record.arrived(node, view.shown) == record.expected(node) > 0 for node in outputs]
    told = iter(zip(sizes[:n], sizes[n : 2 * n], complete, sizes[2 * n :], strict=True))
    found = []
    for run in runs:
        own = [next(told) for _ in run]
        # A gradient that is not complete is no size of the whole.
        grads = [grad if done else None for _, grad, done, _ in own]
        gains = [None, *(_ratio(before, after) for before, after in pairwise(grads))]
        found.append(
            [
                LayerSizes(activation=value, grad=grad, complete=done, weight_grad=weight, gain=gain)
                for (value, grad, done, weight), gain in zip(own, gains, strict=True)
            ]
        )
    return found


def product(layers: Sequence[LayerSizes]) -> float | None:
    """The product of all gains, which is the first gradient over the last; None until both are complete."""
    if not layers or not (layers[0].complete and layers[-1].complete):
        return None
    return _ratio(layers[0].grad, layers[-1].grad)


def _ratio(before: float | None, after: float | None) -> float | None:
    """How many times as large the gradient before a layer is as that after it."""
    if before is None or after is None or before == after == 0.0:
        return None
    if after == 0.0:
        return math.nan if math.isnan(before) else math.inf
    return before / after
