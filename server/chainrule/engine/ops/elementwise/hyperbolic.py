"""Hyperbolic functions."""

from __future__ import annotations

from functools import partial

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Bound, Call, Inputs, elementwise, number, primitive
from chainrule.engine.ops.elementwise.binding import named, sloped
from chainrule.engine.ops.elementwise.samples import ONE_EDGES, ONES
from chainrule.engine.terms import Attrs


@primitive(
    "sinh",
    glyph="sinh",
    formula=r"z = \sinh a",
    vjps=(elementwise(0, lambda xp, out, x, attrs: xp.cosh(x[0]), r"\cosh a", reads=(0,)),),
    torch="sinh",
    python="torch.sinh({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=named("sinh"),
)
def sinh(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.sinh(inputs[0])


@primitive(
    "cosh",
    glyph="cosh",
    formula=r"z = \cosh a",
    vjps=(elementwise(0, lambda xp, out, x, attrs: xp.sinh(x[0]), r"\sinh a", reads=(0,)),),
    torch="cosh",
    python="torch.cosh({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=named("cosh"),
)
def cosh(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.cosh(inputs[0])


def _tanh_slope(out: Array, z: Array) -> tuple[Call, ...]:
    return partial(host.multiply, z, z, out), partial(host.subtract, number(host, 1.0, z), out, out)


def _bound_tanh_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    one = number(xp, 1.0, out)
    return sloped(lambda g, z: g * (one - z * z), _tanh_slope)


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
