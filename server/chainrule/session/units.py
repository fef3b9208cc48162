"""Units of a network that have died, or nearly: what is trained on gets no gradient through them, or hardly any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from chainrule.engine.backend import Array, Backend, HostArray, host
from chainrule.engine.backward import local_derivative
from chainrule.engine.tape import Node
from chainrule.protocol.model import LayerHealth
from chainrule.trace import Regime

CHANNELS = 1
"""The axis of units, or of channels: the first is that of the samples."""


ALL = slice(None)

FLAT = 1e-3
"""A slope that is smaller lets nearly nothing through."""

MOST = 0.95
"""The share of points at which a saturated unit is flat."""


NOTHING = LayerHealth(units=0, dead=[], saturated=[])
"""Of a layer whose units bend nothing."""


class Unit(NamedTuple):
    """A unit: the name of the node of its activation, and which of the units there."""

    node: str
    place: int


def dead_units(regime: Regime, values: Mapping[str, Array]) -> list[Unit]:
    """Units whose activation has a slope of exactly zero at every point that is trained on, in the order of the tape.

    ``values`` are the parameters and buffers. A ReLU is dead where it gets no positive number from any point; a sigmoid
    or tanh where it has saturated beyond what the dtype tells from flat. A gradient that is merely small is not zero.
    None where the model does not say what it answers (:class:`~chainrule.lessons.lesson.Answers`).

    Of a network over the plane they are found where :func:`health` finds them, in one pass over all points: sums over
    another batch may have another last bit.
    """
    plane, model = regime.of_plane, regime.answers
    with regime.backend.quiet():
        if plane is not None:
            root, samples = plane.answers(values).node, slice(plane.points.held_out, None)
        elif model is not None:
            root, samples = model.outputs(values, model.examples).node, ALL
        else:
            return []
    return [
        Unit(str(node.name), int(k))
        for node, slope in slopes(regime.backend, root, samples)
        for k in host.flatnonzero(_dead(slope))
    ]


def health(backend: Backend, root: Node, trained: slice, layers: Sequence[str]) -> list[LayerHealth]:
    """Which units no longer learn, or hardly, in each of these scopes; a unit is dead as in :func:`dead_units`.

    ``root`` is the output for all samples, of which those in ``trained`` are trained on.
    Saturated is a unit that is not dead, whose activation has a slope of less than ``FLAT`` in size at ``MOST`` of the
    points that are trained on, or more: of what arrives at it, nearly nothing gets through for nearly all of them.
    """
    found: dict[str, LayerHealth] = {}
    for node, slope in slopes(backend, root, trained):
        sizes = host.abs(slope)
        if sizes.size and sizes.min() >= FLAT:
            found[node.scope] = LayerHealth(units=slope.shape[1], dead=[], saturated=[])
            continue
        # A dead unit is flat at every point.
        flat = host.count_nonzero(sizes < FLAT, axis=0) / max(1, len(slope)) >= MOST
        dead = _dead(slope) if flat.any() else flat
        found[node.scope] = LayerHealth(
            units=len(dead),
            dead=host.flatnonzero(dead).tolist(),
            saturated=host.flatnonzero(flat & ~dead).tolist(),
        )
    return [found.get(name, NOTHING) for name in layers]


def slopes(backend: Backend, root: Node, samples: slice = ALL) -> list[tuple[Node, HostArray]]:
    """Each activation that an output is computed from with its slope, (places, units): of images, at every pixel.

    ``samples`` are those of the batch that are looked at.
    """
    nodes = [(node, local_derivative(node, 0)) for node in activations(root)]
    known = [(node, slope) for node, slope in nodes if slope is not None]
    arrays = backend.to_host([slope for _, slope in known])
    return [
        (node, host.moveaxis(array[samples], CHANNELS, -1).reshape(-1, array.shape[CHANNELS]))
        for (node, _), array in zip(known, arrays, strict=True)
    ]


def _dead(slope: HostArray) -> HostArray:
    """(places, units) → (units,)"""
    dead: HostArray = (slope == 0).all(axis=0)
    return dead


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
