"""Circular functions and their inverses."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, Local, Sample, elementwise, primitive
from chainrule.engine.ops.elementwise.binding import named
from chainrule.engine.ops.elementwise.samples import ONE_EDGES, ONES, PAIR_EDGES, PAIRS
from chainrule.engine.terms import Attrs


@primitive(
    "sin",
    glyph="sin",
    formula=r"z = \sin a",
    vjps=(elementwise(0, lambda xp, out, x, attrs: xp.cos(x[0]), r"\cos a", reads=(0,)),),
    torch="sin",
    python="torch.sin({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=named("sin"),
)
def sin(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.sin(inputs[0])


@primitive(
    "cos",
    glyph="cos",
    formula=r"z = \cos a",
    vjps=(elementwise(0, lambda xp, out, x, attrs: -xp.sin(x[0]), r"-\sin a", reads=(0,)),),
    torch="cos",
    python="torch.cos({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=named("cos"),
)
def cos(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.cos(inputs[0])


@primitive(
    "tan",
    glyph="tan",
    formula=r"z = \tan a",
    vjps=(elementwise(0, lambda xp, out, x, attrs: 1.0 + out * out, "1 + z^2", reads=("out",)),),
    torch="tan",
    python="torch.tan({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=named("tan"),
)
def tan(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.tan(inputs[0])


_INSIDE = (Sample(([[0.5, -0.75, 0.125], [-0.25, 0.9, 0.0]],)), Sample((-0.375,)))
_INSIDE_EDGES = (*ONE_EDGES, Sample(([1.0, -1.0, 1.5],)))


def _end(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.abs(inputs[0]) == 1.0


@primitive(
    "asin",
    glyph="asin",
    formula=r"z = \arcsin a",
    vjps=(
        elementwise(
            0,
            lambda xp, out, x, attrs: 1.0 / xp.sqrt(1.0 - x[0] * x[0]),
            r"\frac{1}{\sqrt{1 - a^2}}",
            reads=(0,),
            convention="infinite_slope",
            at_kink=_end,
        ),
    ),
    torch="asin",
    python="torch.asin({0})",
    samples=_INSIDE,
    edges=_INSIDE_EDGES,
    real=True,
    bind=named("asin"),
)
def asin(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.asin(inputs[0])


@primitive(
    "acos",
    glyph="acos",
    formula=r"z = \arccos a",
    vjps=(
        elementwise(
            0,
            lambda xp, out, x, attrs: -1.0 / xp.sqrt(1.0 - x[0] * x[0]),
            r"-\frac{1}{\sqrt{1 - a^2}}",
            reads=(0,),
            convention="infinite_slope",
            at_kink=_end,
        ),
    ),
    torch="acos",
    python="torch.acos({0})",
    samples=_INSIDE,
    edges=_INSIDE_EDGES,
    real=True,
    bind=named("acos"),
)
def acos(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.acos(inputs[0])


@primitive(
    "atan",
    glyph="atan",
    formula=r"z = \arctan a",
    vjps=(
        elementwise(0, lambda xp, out, x, attrs: 1.0 / (x[0] * x[0] + 1.0), r"\frac{1}{a^2 + 1}", reads=(0,)),
    ),
    torch="atan",
    python="torch.atan({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=named("atan"),
)
def atan(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.atan(inputs[0])


def _over_square_of_radius(numerator: Callable[[Array, Array], Array]) -> Local:
    """Numerator / (a² + b²), and 0 at the origin."""

    def local(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a, b = inputs
        square = a * a + b * b
        inverse = xp.where(square == 0.0, xp.zeros_like(square), 1.0 / square)
        return numerator(a, b) * inverse

    return local


def _origin(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return (inputs[0] == 0.0) & (inputs[1] == 0.0)


@primitive(
    "atan2",
    glyph="atan2",
    formula=r"z = \operatorname{atan2}(a, b)",
    vjps=(
        elementwise(
            0,
            _over_square_of_radius(lambda a, b: b),
            r"\frac{b}{a^2 + b^2}",
            reads=(0, 1),
            convention="atan2_origin",
            at_kink=_origin,
        ),
        elementwise(
            1,
            _over_square_of_radius(lambda a, b: -a),
            r"-\frac{a}{a^2 + b^2}",
            reads=(0, 1),
            convention="atan2_origin",
            at_kink=_origin,
        ),
    ),
    torch="atan2",
    python="torch.atan2({0}, {1})",
    samples=PAIRS,
    edges=(*PAIR_EDGES, Sample(([0.0, -0.0, 0.0, 1.0, -1.0], [0.0, -0.0, -1.0, 0.0, -0.0]))),
    real=True,
    bind=named("atan2"),
)
def atan2(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.atan2(inputs[0], inputs[1])
