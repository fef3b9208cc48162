"""The larger and the smaller of two."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, Sample, primitive, routing
from chainrule.engine.ops.elementwise.binding import named
from chainrule.engine.ops.elementwise.samples import PAIR_EDGES, PAIRS
from chainrule.engine.terms import Attrs


def _share(loses: Callable[[Array, Array], Array]) -> Callable[[Namespace, Array, Inputs, Attrs], Array]:
    """1 for the winner, ½ each for a tie, 0 for the loser; with NaN nobody loses, as in PyTorch."""

    def mask(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a, b = inputs
        one = xp.ones_like(out)
        return xp.where(a == b, one * 0.5, xp.where(loses(a, b), one * 0.0, one))

    return mask


def _tie(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] == inputs[1]


_TIES = (*PAIR_EDGES, Sample(([1.0, 2.0, -3.0], [1.0, 1.0, -3.0])))


@primitive(
    "maximum",
    glyph="max",
    formula=r"z = \max(a, b)",
    vjps=(
        routing(0, _share(lambda a, b: a < b), "[a > b]", reads=(0, 1), convention="max_tie", at_kink=_tie),
        routing(1, _share(lambda a, b: a > b), "[b > a]", reads=(0, 1), convention="max_tie", at_kink=_tie),
    ),
    torch="maximum",
    python="torch.maximum({0}, {1})",
    samples=PAIRS,
    edges=_TIES,
    bind=named("maximum"),
)
def maximum(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.maximum(inputs[0], inputs[1])


@primitive(
    "minimum",
    glyph="min",
    formula=r"z = \min(a, b)",
    vjps=(
        routing(0, _share(lambda a, b: a > b), "[a < b]", reads=(0, 1), convention="min_tie", at_kink=_tie),
        routing(1, _share(lambda a, b: a < b), "[b < a]", reads=(0, 1), convention="min_tie", at_kink=_tie),
    ),
    torch="minimum",
    python="torch.minimum({0}, {1})",
    samples=PAIRS,
    edges=_TIES,
    bind=named("minimum"),
)
def minimum(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.minimum(inputs[0], inputs[1])
