"""Circular and hyperbolic functions."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Bound, Inputs, elementwise, number, primitive
from chainrule.engine.ops.elementwise.binding import named
from chainrule.engine.ops.elementwise.samples import ONE_EDGES, ONES
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


def _bound_tanh_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    one = number(xp, 1.0, out)
    return lambda g, z: g * (one - z * z)


@primitive(
    "tanh",
    glyph="tanh",
    formula=r"z = \tanh a",
    vjps=(
        elementwise(
            0,
            lambda xp, out, x, attrs: 1.0 - out * out,
            "1 - z^2",
            reads=("out",),
            apply=lambda xp, g, out, x, attrs: g * (number(xp, 1.0, out) - out * out),
            bind=_bound_tanh_rule,
        ),
    ),
    torch="tanh",
    python="torch.tanh({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=named("tanh"),
)
def tanh(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.tanh(inputs[0])
