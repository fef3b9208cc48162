"""Elements copied to several places; their gradients are summed."""

from __future__ import annotations

from itertools import chain

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Bound, Inputs, Sample, primitive, unbroadcast
from chainrule.engine.ops.shape.moves import MATRIX
from chainrule.engine.ops.shape.origins import atom, moved_terms, moving
from chainrule.engine.terms import Attrs


def _sum_back(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return unbroadcast(xp, g, tuple(inputs[0].shape))


def _bound_sum(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
    shape = tuple(inputs[0].shape)
    return lambda g: unbroadcast(xp, g, shape)


@primitive(
    "broadcast_to",
    glyph="expand",
    formula=r"z = \operatorname{expand}(a)",
    vjps=(moving("broadcast_to", _sum_back, form="spread", bind=_bound_sum),),
    value_terms=moved_terms("broadcast_to"),
    torch="broadcast_to",
    python=lambda arguments, attrs: f"torch.broadcast_to({arguments[0]}, {attrs['shape']!r})",
    samples=(
        Sample(([0.5, -1.25, 2.0],), {"shape": (2, 3)}),
        Sample(([[0.5], [-1.25]],), {"shape": (2, 2, 3)}),
        Sample((1.5,), {"shape": (3,)}),
        Sample((MATRIX,), {"shape": (2, 3)}),
        Sample(([[0.5], [-1.25]],), {"shape": (2, 0)}),
    ),
)
def broadcast_to(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.broadcast_to(inputs[0], attrs["shape"])


def _untile(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    repeats, shape = attrs["repeats"], tuple(inputs[0].shape)
    sizes = (1,) * (len(repeats) - len(shape)) + shape
    parted = xp.reshape(g, tuple(chain.from_iterable(zip(repeats, sizes, strict=True))))
    summed = xp.sum(parted, axis=tuple(range(0, 2 * len(repeats), 2))) if repeats else parted
    return xp.reshape(summed, shape)


@primitive(
    "repeat",
    glyph="repeat",
    formula=r"z = \operatorname{repeat}(a)",
    vjps=(moving("repeat", _untile, form="spread"),),
    value_terms=moved_terms("repeat"),
    torch="Tensor.repeat",
    python=lambda arguments, attrs: f"{atom(arguments[0])}.repeat({', '.join(map(str, attrs['repeats']))})",
    samples=(
        Sample((MATRIX,), {"repeats": (2, 1)}),
        Sample((MATRIX,), {"repeats": (2, 1, 3)}),
        Sample(([0.5, 1.5],), {"repeats": (3,)}),
        Sample(([0.5, 1.5],), {"repeats": (0,)}),
    ),
)
def repeat(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.tile(inputs[0], attrs["repeats"])
