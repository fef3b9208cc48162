"""What is left of a division, and its inverse."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Inputs, Sample, elementwise, primitive
from chainrule.engine.ops.elementwise.binding import named
from chainrule.engine.ops.elementwise.samples import INF, NAN, ONE_EDGES, ONES
from chainrule.engine.terms import Attrs

_PAIRS = (
    Sample(([[5.5, -1.25, 2.0], [3.5, 0.75, -0.5]], [[1.5, 0.3, -0.75], [-1.0, 2.5, 0.8]])),
    Sample(([[5.5, -1.25, 2.0]], [[1.5], [-0.3]])),
    Sample(([[5.5, -1.25], [2.0, 0.3]], 1.75)),
)
_EDGES = (
    Sample(
        (
            [0.0, 1.0, -1.0, NAN, INF, -INF, INF, 6.0, -6.0, 2.0, -2.0, 2.0, 0.0, 0.0],
            [0.0, 0.0, 0.0, 1.0, 2.0, INF, INF, 2.0, 2.0, INF, INF, -INF, -1.0, NAN],
        )
    ),
)


def _jump(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return (out == 0.0) & (inputs[0] != 0.0)


@primitive(
    "remainder",
    glyph="mod",
    formula=r"z = a \bmod b",
    vjps=(
        elementwise(0, 1.0, "1"),
        elementwise(
            1,
            lambda xp, out, x, attrs: -xp.floor_divide(x[0], x[1]),
            r"-\left\lfloor \frac{a}{b} \right\rfloor",
            reads=(0, 1),
            convention="remainder_jump",
            at_kink=_jump,
        ),
    ),
    torch="remainder",
    python="torch.remainder({0}, {1})",
    samples=_PAIRS,
    edges=_EDGES,
    bind=named("remainder"),
)
def remainder(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.remainder(inputs[0], inputs[1])


@primitive(
    "fmod",
    glyph="fmod",
    formula=r"z = a - b \operatorname{trunc} \frac{a}{b}",
    vjps=(
        elementwise(0, 1.0, "1"),
        elementwise(
            1,
            lambda xp, out, x, attrs: -xp.trunc(x[0] / x[1]),
            r"-\operatorname{trunc} \frac{a}{b}",
            reads=(0, 1),
            convention="remainder_jump",
            at_kink=_jump,
        ),
    ),
    torch="fmod",
    python="torch.fmod({0}, {1})",
    samples=_PAIRS,
    edges=_EDGES,
)
def fmod(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a, b = inputs
    if xp is host:
        return host.fmod(a, b)
    rest = xp.remainder(xp.abs(a), xp.abs(b))
    return xp.where(a < 0, -rest, rest)


@primitive(
    "reciprocal",
    glyph="1/x",
    formula=r"z = \frac{1}{a}",
    vjps=(elementwise(0, lambda xp, out, x, attrs: -(out * out), "-z^2", reads=("out",)),),
    torch="reciprocal",
    python="torch.reciprocal({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
)
def reciprocal(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return 1.0 / inputs[0]
