"""Ops that act element by element, with broadcasting. Conventions at kinks and ties are PyTorch's."""

from __future__ import annotations

import operator
from collections.abc import Callable

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Bound, Inputs, Sample, elementwise, number, primitive, routing
from chainrule.engine.terms import (
    Attrs,
    Factor,
    Index,
    Source,
    Term,
    ValueTerms,
    broadcast_index,
    constant,
    element,
    read,
)

_NAN, _INF = float("nan"), float("inf")


def _named(name: str) -> Callable[[Namespace, Inputs, Attrs], Bound]:
    """The function of the namespace, with nothing before or after it."""
    return lambda xp, inputs, attrs: getattr(xp, name)


def _times(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    """The upstream gradient times what is read."""
    product: Bound = xp.multiply
    return product


_PAIRS = (
    Sample(([[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]], [[1.5, 0.25, -2.0], [-1.0, 2.5, 0.8]])),
    Sample(([[0.5, -1.25, 2.0]], [[1.5], [-0.25]])),
    Sample(([[0.5, -1.25], [2.0, 0.3]], 1.75)),
)
_PAIR_EDGES = (Sample(([0.0, 1.0, _NAN, _INF, -_INF, _INF, 0.0], [0.0, _NAN, 1.0, 2.0, _INF, _INF, _INF])),)
_ONES = (Sample(([[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]],)), Sample((-0.375,)))
_POSITIVE = (Sample(([[0.5, 1.25, 2.0], [3.5, 0.75, 0.01]],)), Sample((2.375,)))
_ONE_EDGES = (Sample(([0.0, -0.0, _NAN, _INF, -_INF, 200.0, -200.0],)),)


def _sum_terms(sign: float) -> ValueTerms:
    """Terms of a ± b."""

    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        b = read("b", 1, inputs[1], index)
        second = Term((b,)) if sign > 0 else Term((constant("-1", sign), b))
        return [Term((read("a", 0, inputs[0], index),)), second]

    return value_terms


def _product_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    return [Term((read("a", 0, inputs[0], index), read("b", 1, inputs[1], index)))]


def _quotient_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    own = broadcast_index(index, inputs[1].shape)
    b = element(inputs[1], own)
    # IEEE 754's quotient by zero, which Python's own division refuses.
    reciprocal = 1.0 / b if b else _INF if str(b) == "0.0" else -_INF
    inverse = Factor(r"\frac{1}{b}", reciprocal, (Source(1, own),))
    return [Term((read("a", 0, inputs[0], index), inverse))]


def _negated_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    return [Term((constant("-1", -1.0), read("a", 0, inputs[0], index)))]


@primitive(
    "add",
    glyph="+",
    formula="z = a + b",
    vjps=(elementwise(0, 1.0, "1"), elementwise(1, 1.0, "1")),
    value_terms=_sum_terms(1.0),
    torch="add",
    python="{0} + {1}",
    samples=_PAIRS,
    edges=_PAIR_EDGES,
    bind=_named("add"),
)
def add(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] + inputs[1]


@primitive(
    "sub",
    glyph="−",
    formula="z = a - b",
    vjps=(elementwise(0, 1.0, "1"), elementwise(1, -1.0, "-1")),
    value_terms=_sum_terms(-1.0),
    torch="sub",
    python="{0} - {1}",
    samples=_PAIRS,
    edges=_PAIR_EDGES,
    bind=_named("subtract"),
)
def sub(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] - inputs[1]


@primitive(
    "mul",
    glyph="×",
    formula=r"z = a\,b",
    vjps=(
        elementwise(0, lambda xp, out, x, attrs: x[1], "b", reads=(1,), bind=_times),
        elementwise(1, lambda xp, out, x, attrs: x[0], "a", reads=(0,), bind=_times),
    ),
    value_terms=_product_terms,
    torch="mul",
    python="{0} * {1}",
    samples=_PAIRS,
    edges=_PAIR_EDGES,
    bind=_named("multiply"),
)
def mul(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] * inputs[1]


@primitive(
    "div",
    glyph="÷",
    formula=r"z = \frac{a}{b}",
    vjps=(
        elementwise(0, lambda xp, out, x, attrs: 1.0 / x[1], r"\frac{1}{b}", reads=(1,)),
        # PyTorch's order of the two divisions, so that overflow comes at the same place.
        elementwise(1, lambda xp, out, x, attrs: -((x[0] / x[1]) / x[1]), r"-\frac{a}{b^2}", reads=(0, 1)),
    ),
    value_terms=_quotient_terms,
    torch="div",
    python="{0} / {1}",
    samples=_PAIRS,
    edges=_PAIR_EDGES,
    real=True,
    bind=_named("divide"),
)
def div(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] / inputs[1]


@primitive(
    "neg",
    glyph="−",
    formula="z = -a",
    vjps=(elementwise(0, -1.0, "-1"),),
    value_terms=_negated_terms,
    torch="neg",
    python="-{0}",
    samples=_ONES,
    edges=_ONE_EDGES,
    bind=_named("negative"),
)
def neg(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return -inputs[0]


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
                [0.0, 0.0, 0.0, 0.0, -2.0, -2.0, 0.0, 3.0, _NAN, _NAN, 2.0, _INF, -_INF, 1.0],
                [0.0, 1.0, 2.0, 0.5, 2.0, 0.5, -1.0, 0.0, 0.0, 2.0, _NAN, 2.0, 3.0, _INF],
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
    vjps=(elementwise(0, lambda xp, out, x, attrs: out, "e^{a}", reads=("out",), bind=_times),),
    torch="exp",
    python="torch.exp({0})",
    samples=_ONES,
    edges=_ONE_EDGES,
    real=True,
    bind=_named("exp"),
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
    samples=_POSITIVE,
    edges=_ONE_EDGES,
    real=True,
    bind=_named("log"),
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
    samples=_POSITIVE,
    edges=_ONE_EDGES,
    real=True,
    bind=_named("sqrt"),
)
def sqrt(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.sqrt(inputs[0])


def _sign(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    """The sign, 0 for 0 and for NaN: PyTorch's, not the array standard's."""
    a, zero = inputs[0], xp.zeros_like(out)
    return xp.where(a > 0.0, zero + 1.0, xp.where(a < 0.0, zero - 1.0, zero))


@primitive(
    "abs",
    glyph="|x|",
    formula="z = |a|",
    vjps=(
        elementwise(
            0,
            _sign,
            r"\operatorname{sign} a",
            reads=(0,),
            convention="abs_zero",
            at_kink=lambda xp, out, x, attrs: x[0] == 0.0,
        ),
    ),
    torch="abs",
    python="torch.abs({0})",
    samples=_ONES,
    edges=_ONE_EDGES,
    bind=_named("abs"),
)
def abs_(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.abs(inputs[0])


@primitive(
    "sin",
    glyph="sin",
    formula=r"z = \sin a",
    vjps=(elementwise(0, lambda xp, out, x, attrs: xp.cos(x[0]), r"\cos a", reads=(0,)),),
    torch="sin",
    python="torch.sin({0})",
    samples=_ONES,
    edges=_ONE_EDGES,
    real=True,
    bind=_named("sin"),
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
    samples=_ONES,
    edges=_ONE_EDGES,
    real=True,
    bind=_named("cos"),
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
    samples=_ONES,
    edges=_ONE_EDGES,
    real=True,
    bind=_named("tanh"),
)
def tanh(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.tanh(inputs[0])


def _bound_sigmoid(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    one, exp, negative = number(xp, 1.0, inputs[0]), xp.exp, xp.negative
    return lambda a: one / (one + exp(negative(a)))


def _bound_sigmoid_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    one = number(xp, 1.0, out)
    return lambda g, z: g * ((one - z) * z)


@primitive(
    "sigmoid",
    glyph="σ",
    formula=r"z = \frac{1}{1 + e^{-a}}",
    vjps=(
        elementwise(
            0,
            lambda xp, out, x, attrs: (1.0 - out) * out,
            r"(1 - z)\,z",
            reads=("out",),
            apply=lambda xp, g, out, x, attrs: g * ((number(xp, 1.0, out) - out) * out),
            bind=_bound_sigmoid_rule,
        ),
    ),
    torch="sigmoid",
    python="torch.sigmoid({0})",
    samples=_ONES,
    edges=_ONE_EDGES,
    real=True,
    bind=_bound_sigmoid,
)
def sigmoid(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    # exp may overflow to infinity for very negative arguments; its reciprocal is then the right answer, 0.
    one = number(xp, 1.0, inputs[0])
    return one / (one + xp.exp(-inputs[0]))


def keep_where(xp: Namespace, kept: Array, g: Array) -> Array:
    """``g`` where ``kept`` holds, else 0, even where g is NaN or infinite."""
    if xp is host and g.size > 1024:
        # A product takes a tenth of the time of a choice, and is the same number wherever g is finite.
        product = g * kept
        flat = product.ravel()
        if host.isfinite(flat.dot(flat)):
            return product
    return xp.where(kept, g, xp.zeros((), dtype=g.dtype, device=g.device))


def _relu_rule(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    # "Not ≤ 0" rather than "> 0": NaN passes, as in PyTorch.
    return keep_where(xp, ~(out <= 0.0), g)


def _bound_relu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    zero, maximum = number(xp, 0, inputs[0]), xp.maximum
    return lambda a: maximum(a, zero)


def _bound_relu_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    zero = number(xp, 0.0, out)
    return lambda g, z: keep_where(xp, ~(z <= zero), g)


@primitive(
    "relu",
    glyph="relu",
    formula=r"z = \max(0, a)",
    vjps=(
        routing(
            0,
            # "Not ≤ 0" rather than "> 0": NaN passes, as in PyTorch.
            lambda xp, out, x, attrs: xp.where(out <= 0.0, xp.zeros_like(out), xp.ones_like(out)),
            "[a > 0]",
            reads=("out",),
            convention="relu_zero",
            at_kink=lambda xp, out, x, attrs: x[0] == 0.0,
            apply=_relu_rule,
            bind=_bound_relu_rule,
        ),
    ),
    torch="relu",
    python="torch.relu({0})",
    samples=_ONES,
    edges=_ONE_EDGES,
    bind=_bound_relu,
)
def relu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.maximum(inputs[0], number(xp, 0, inputs[0]))


def _share(loses: Callable[[Array, Array], Array]) -> Callable[[Namespace, Array, Inputs, Attrs], Array]:
    """1 for the winner, ½ each for a tie, 0 for the loser; with NaN nobody loses, as in PyTorch."""

    def mask(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a, b = inputs
        one = xp.ones_like(out)
        return xp.where(a == b, one * 0.5, xp.where(loses(a, b), one * 0.0, one))

    return mask


def _tie(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] == inputs[1]


_TIES = (*_PAIR_EDGES, Sample(([1.0, 2.0, -3.0], [1.0, 1.0, -3.0])))


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
    samples=_PAIRS,
    edges=_TIES,
    bind=_named("maximum"),
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
    samples=_PAIRS,
    edges=_TIES,
    bind=_named("minimum"),
)
def minimum(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.minimum(inputs[0], inputs[1])
