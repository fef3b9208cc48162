"""gelu: a times the part of a normal distribution that lies below it.

Written as (a + |a| − |a| erfc(|a|/√2)) / 2 it keeps the digits of both tails, without asking for the sign. NumPy takes
twenty passes for that, where compiled code takes one; for float32 it looks the distribution up instead.
"""

from __future__ import annotations

import math
from functools import partial

from chainrule.engine.backend import Array, HostArray, Namespace, host
from chainrule.engine.op import Bound, Inputs, Sample, Writer, elementwise, primitive
from chainrule.engine.ops.elementwise.error_function import DENSITY, log_tail, normal_distribution
from chainrule.engine.ops.elementwise.lookup import gelu_and_slope
from chainrule.engine.ops.elementwise.samples import NAN, ONE_EDGES, ONES, with_attrs
from chainrule.engine.ops.remembered import Remembered
from chainrule.engine.terms import Attrs

_BETA = math.sqrt(2.0 / math.pi)
_KAPPA = 0.044715

_FAR = 42.0
"""From here on the tail is 0 in both types; the polynomials stay finite."""

_slopes = Remembered()
"""Slopes of what was looked up: with the value they take a third more time, by themselves as long as it."""


def _looked_up(xp: Namespace, a: Array) -> bool:
    return xp is host and a.dtype == host.float32


def _value(xp: Namespace, a: Array, attrs: Attrs) -> Array:
    if _looked_up(xp, a):
        value, slope = host.empty(a.shape, a.dtype), host.empty(a.shape, a.dtype)
        gelu_and_slope(a, value, slope)
        _slopes.put(a, attrs, slope)
        return value
    if getattr(xp, "erf", None) is not None:
        return a * normal_distribution(xp, a)
    absolute = xp.abs(a)
    x = xp.minimum(absolute, xp.full((), _FAR, dtype=a.dtype, device=a.device))
    return ((a + absolute) - xp.exp(log_tail(xp, x)) * x) * 0.5


def _slope(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    square = a * a
    if attrs["approximate"] == "none":
        if _looked_up(xp, a):
            slope: HostArray = host.empty(a.shape, a.dtype)
            gelu_and_slope(a, None, slope)
            return slope
        return normal_distribution(xp, a) + a * (xp.exp(square * -0.5) * DENSITY)
    tanh = xp.tanh(_BETA * (a + _KAPPA * (square * a)))
    inner = _BETA * (1.0 + (3.0 * _KAPPA) * square)
    return 0.5 * (1.0 + tanh) + (0.5 * a) * (1.0 - tanh * tanh) * inner


def _rule(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    slope = _slopes.take(inputs[0], attrs) if _looked_up(xp, inputs[0]) else None
    if slope is not None and g.dtype == slope.dtype:
        # Nobody else has it: its memory will do for the product.
        return host.multiply(g, slope, slope)
    return g * _slope(xp, out, inputs, attrs)


def _bound(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    if attrs["approximate"] != "none" or not _looked_up(xp, inputs[0]):
        return lambda a: gelu.forward(xp, (a,), attrs)
    return Writer(lambda a: _value(xp, a, attrs), lambda out, a: (partial(gelu_and_slope, a, out, None),))


def _bound_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    def rule(g: Array, a: Array) -> Array:
        return _rule(xp, g, a, (a,), attrs)

    if attrs["approximate"] != "none" or not _looked_up(xp, inputs[0]):
        return rule
    return Writer(
        rule, lambda out, g, a: (partial(gelu_and_slope, a, None, out), partial(host.multiply, g, out, out))
    )


@primitive(
    "gelu",
    glyph="gelu",
    formula=r"z = a\,\Phi(a)",
    vjps=(
        elementwise(
            0,
            _slope,
            r"\Phi(a) + a\,\varphi(a)",
            reads=(0,),
            apply=_rule,
            bind=_bound_rule,
        ),
    ),
    torch="nn.functional.gelu",
    python="torch.nn.functional.gelu({0})",
    samples=(*with_attrs({"approximate": "none"}, ONES), *with_attrs({"approximate": "tanh"}, ONES)),
    edges=(
        # No infinity: PyTorch's float32 gives NaN there, its float64 does not.
        Sample(([0.0, -0.0, NAN, 200.0, -200.0],), {"approximate": "none"}),
        *with_attrs({"approximate": "tanh"}, ONE_EDGES),
    ),
    bind=_bound,
)
def gelu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    if attrs["approximate"] == "none":
        return _value(xp, a, attrs)
    return (0.5 * a) * (1.0 + xp.tanh(_BETA * (a + _KAPPA * (a * a * a))))
