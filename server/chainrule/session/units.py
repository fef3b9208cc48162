"""Units of a network that have died: nothing that is trained on gets a gradient through them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from chainrule.engine.backend import Array, host
from chainrule.engine.backward import local_derivative
from chainrule.engine.tape import Node
from chainrule.trace import Regime

CHANNELS = 1
"""The axis of units, or of channels: the first is that of the samples."""


class Unit(NamedTuple):
    """A unit: the name of the node of its activation, and which of the units there."""

    node: str
    place: int


def dead_units(regime: Regime, values: Mapping[str, Array]) -> list[Unit]:
    """Units whose activation has a slope of exactly zero at every point that is trained on, in the order of the tape.

    ``values`` are the parameters and buffers. A ReLU is dead where it gets no positive number from any point; a sigmoid
    or tanh where it has saturated beyond what the dtype tells from flat. A gradient that is merely small is not zero.
    None where the model does not say what it answers (:class:`~chainrule.lessons.lesson.Answers`).
    """
    model = regime.answers
    if model is None:
        return []
    with regime.backend.quiet():
        root = model.outputs(values, model.examples).node
    found: list[Unit] = []
    for node in activations(root):
        slope = local_derivative(node, 0)
        if slope is None:
            continue
        zero = regime.backend.to_numpy(slope) == 0
        others = tuple(axis for axis in range(zero.ndim) if axis != CHANNELS)
        found.extend(Unit(str(node.name), int(k)) for k in host.flatnonzero(zero.all(axis=others)))
    return found


def activations(root: Node) -> list[Node]:
    """The nodes that bend each number of their only argument by itself, those computed first at the front."""
    seen = {root}
    waiting = [root]
    for node in waiting:
        for child in node.inputs:
            if child not in seen:
                seen.add(child)
                waiting.append(child)
    bends = [node for node in seen if _bends(node)]
    return sorted(bends, key=lambda node: node.index)


def _bends(node: Node) -> bool:
    op = node.op
    if op is None or len(node.inputs) != 1 or len(node.shape) <= CHANNELS:
        return False
    vjp = op.vjps[0]
    return vjp.local is not None and vjp.form in ("elementwise", "routing")
