"""Powers, exponentials and logarithms."""

from __future__ import annotations

import operator

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Bound, Inputs, Sample, elementwise, number, primitive
from chainrule.engine.ops.elementwise.binding import named, times
from chainrule.engine.ops.elementwise.samples import INF, NAN, ONE_EDGES, ONES, POSITIVE
from chainrule.engine.terms import Attrs


def _power_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    base, exponent = inputs
    slope = exponent * base ** (exponent - 1.0)
    return xp.where(exponent == 0.0, xp.zeros_like(slope), slope)


def _exponent_is_zero(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[1] == 0.0


def _exponent_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    slope = out * xp.log(inputs[0])
    return xp.where(_base_is_zero(xp, out, inputs, attrs), xp.zeros_like(slope), slope)


def _base_is_zero(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return (inputs[0] == 0.0) & (inputs[1] >= 0.0)


@primitive(
    "pow",
    glyph="xʸ",
    formula="z = a^{b}",
    vjps=(
        elementwise(
            0,
            _power_rule,
            "b\\,a^{b-1}",
            reads=(0, 1),
            convention="pow_exponent_zero",
            at_kink=_exponent_is_zero,
            zero_where=_exponent_is_zero,
        ),
        elementwise(
            1,
            _exponent_rule,
            r"z \ln a",
            reads=(0, 1, "out"),
            convention="pow_base_zero",
            at_kink=_base_is_zero,
        ),
    ),
    torch="pow",
    python="{0} ** {1}",
    samples=(
        Sample(([[0.5, 1.25, 2.0], [3.5, 0.75, 0.5]], [[1.5, 0.25, -2.0], [-1.0, 2.5, 0.8]])),
        Sample(([[0.5, 1.25, 2.0]], [[1.5], [-0.25]])),
        Sample(([[0.5, 1.25], [2.0, 0.3]], 3.0)),
    ),
    edges=(
        Sample(
            (
                [0.0, 0.0, 0.0, 0.0, -2.0, -2.0, 0.0, 3.0, NAN, NAN, 2.0, INF, -INF, 1.0],
                [0.0, 1.0, 2.0, 0.5, 2.0, 0.5, -1.0, 0.0, 0.0, 2.0, NAN, 2.0, 3.0, INF],
            )
        ),
    ),
    bind=lambda xp, inputs, attrs: operator.pow,
)
def pow_(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] ** inputs[1]


@primitive(
    "exp",
    glyph="exp",
    formula="z = e^{a}",
    vjps=(elementwise(0, lambda xp, out, x, attrs: out, "e^{a}", reads=("out",), bind=times),),
    torch="exp",
    python="torch.exp({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=named("exp"),
)
def exp(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.exp(inputs[0])


@primitive(
    "log",
    glyph="ln",
    formula=r"z = \ln a",
    vjps=(elementwise(0, lambda xp, out, x, attrs: 1.0 / x[0], r"\frac{1}{a}", reads=(0,)),),
    torch="log",
    python="torch.log({0})",
    samples=POSITIVE,
    edges=ONE_EDGES,
    real=True,
    bind=named("log"),
)
def log(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.log(inputs[0])


@primitive(
    "sqrt",
    glyph="√",
    formula=r"z = \sqrt{a}",
    vjps=(
        elementwise(
            0,
            lambda xp, out, x, attrs: 1.0 / (2.0 * out),
            r"\frac{1}{2 \sqrt{a}}",
            reads=("out",),
            convention="sqrt_zero",
            at_kink=lambda xp, out, x, attrs: out == 0.0,
        ),
    ),
    torch="sqrt",
    python="torch.sqrt({0})",
    samples=POSITIVE,
    edges=ONE_EDGES,
    real=True,
    bind=named("sqrt"),
)
def sqrt(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.sqrt(inputs[0])


def _bound_square_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    two = number(xp, 2.0, out)
    return lambda g, a: g * (two * a)


@primitive(
    "square",
    glyph="x²",
    formula="z = a^2",
    vjps=(elementwise(0, lambda xp, out, x, attrs: 2.0 * x[0], "2a", reads=(0,), bind=_bound_square_rule),),
    torch="square",
    python="torch.square({0})",
    samples=ONES,
    edges=ONE_EDGES,
)
def square(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] * inputs[0]


@primitive(
    "rsqrt",
    glyph="1/√x",
    formula=r"z = \frac{1}{\sqrt{a}}",
    vjps=(
        elementwise(
            0,
            lambda xp, out, x, attrs: -0.5 * (out * out * out),
            r"-\frac{1}{2} z^3",
            reads=("out",),
            convention="infinite_slope",
            at_kink=lambda xp, out, x, attrs: x[0] == 0.0,
        ),
    ),
    torch="rsqrt",
    python="torch.rsqrt({0})",
    samples=POSITIVE,
    edges=ONE_EDGES,
    real=True,
)
def rsqrt(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return 1.0 / xp.sqrt(inputs[0])
