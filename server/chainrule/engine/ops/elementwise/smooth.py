"""Activations without a kink, or with one that can be chosen: silu, softplus, elu, leaky_relu."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Bind, Bound, Inputs, Local, Sample, elementwise, number, primitive
from chainrule.engine.ops.elementwise.samples import ONE_EDGES, ONES, with_attrs
from chainrule.engine.terms import Attrs


def _times_local(local: Local) -> Bind:
    """The upstream gradient times the local derivative, of an op that reads its argument alone."""

    def bind(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
        return lambda g, a: g * local(xp, out, (a,), attrs)

    return bind


def _silu_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a, one = inputs[0], number(xp, 1.0, inputs[0])
    s = one / (one + xp.exp(-a))
    return s * (one + a * (one - s))


def _bound_silu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    one, exp, negative = number(xp, 1.0, inputs[0]), xp.exp, xp.negative
    return lambda a: a / (one + exp(negative(a)))


@primitive(
    "silu",
    glyph="silu",
    formula=r"z = a\,\sigma(a)",
    vjps=(
        elementwise(
            0,
            _silu_rule,
            r"\sigma(a)\,(1 + a\,(1 - \sigma(a)))",
            reads=(0,),
            bind=_times_local(_silu_rule),
        ),
    ),
    torch="nn.functional.silu",
    python="torch.nn.functional.silu({0})",
    samples=ONES,
    edges=ONE_EDGES,
    bind=_bound_silu,
)
def silu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _bound_silu(xp, inputs, attrs)(inputs[0])


def _softplus_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    scaled = inputs[0] * attrs["beta"]
    one = xp.ones_like(scaled)
    return xp.where(scaled > attrs["threshold"], one, one / (one + xp.exp(-scaled)))


@primitive(
    "softplus",
    glyph="softplus",
    formula=r"z = \frac{1}{\beta} \ln(1 + e^{\beta a})",
    vjps=(elementwise(0, _softplus_rule, r"\sigma(\beta a)", reads=(0,)),),
    torch="nn.functional.softplus",
    python="torch.nn.functional.softplus({0})",
    samples=(
        *with_attrs({"beta": 1.0, "threshold": 20.0}, ONES),
        *with_attrs({"beta": 2.5, "threshold": 6.0}, ONES),
    ),
    edges=(
        *with_attrs({"beta": 1.0, "threshold": 20.0}, ONE_EDGES),
        Sample(([2.0, 2.5],), {"beta": 2.0, "threshold": 4.0}),
    ),
)
def softplus(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a, beta = inputs[0], attrs["beta"]
    scaled = a * beta
    return xp.where(scaled > attrs["threshold"], a, xp.log1p(xp.exp(scaled)) / beta)


def _elu_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    return xp.where(a <= 0.0, attrs["alpha"] * xp.exp(a), xp.ones_like(a))


def _elu_kink(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    return a == 0.0 if attrs["alpha"] != 1.0 else xp.zeros_like(a, dtype=xp.bool)


@primitive(
    "elu",
    glyph="elu",
    formula=r"z = [a > 0]\,a + [a \le 0]\,\alpha (e^{a} - 1)",
    vjps=(
        elementwise(
            0,
            _elu_rule,
            r"[a > 0] + [a \le 0]\,\alpha e^{a}",
            reads=(0,),
            convention="elu_zero",
            at_kink=_elu_kink,
        ),
    ),
    torch="nn.functional.elu",
    python="torch.nn.functional.elu({0})",
    samples=(*with_attrs({"alpha": 1.0}, ONES), *with_attrs({"alpha": 1.5}, ONES)),
    edges=with_attrs({"alpha": 1.5}, ONE_EDGES),
)
def elu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    return xp.where(a <= 0.0, attrs["alpha"] * xp.expm1(a), a)


def _leaky_slope(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a, slope = inputs[0], number(xp, attrs["negative_slope"], inputs[0])
    positive = a > 0.0
    if 0.0 <= attrs["negative_slope"] <= 1.0:
        # A tenth of the time that NumPy takes to choose.
        return xp.maximum(xp.astype(positive, a.dtype), slope)
    return xp.where(positive, number(xp, 1.0, a), slope)


def _bound_leaky(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    slope = attrs["negative_slope"]
    factor = number(xp, slope, inputs[0])
    if 0.0 < slope <= 1.0:
        maximum = xp.maximum
        return lambda a: maximum(a, a * factor)
    return lambda a: xp.where(a > 0.0, a, a * factor)


@primitive(
    "leaky_relu",
    glyph="leaky relu",
    formula=r"z = [a > 0]\,a + [a \le 0]\,\alpha a",
    vjps=(
        elementwise(
            0,
            _leaky_slope,
            r"[a > 0] + [a \le 0]\,\alpha",
            reads=(0,),
            convention="leaky_relu_zero",
            at_kink=lambda xp, out, x, attrs: x[0] == 0.0,
            bind=_times_local(_leaky_slope),
        ),
    ),
    torch="nn.functional.leaky_relu",
    python="torch.nn.functional.leaky_relu({0})",
    samples=(*with_attrs({"negative_slope": 0.01}, ONES), *with_attrs({"negative_slope": -0.5}, ONES)),
    edges=(*with_attrs({"negative_slope": 0.01}, ONE_EDGES), *with_attrs({"negative_slope": 0.0}, ONE_EDGES)),
    bind=_bound_leaky,
)
def leaky_relu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _bound_leaky(xp, inputs, attrs)(inputs[0])
