"""Sums, products, quotients, and the sign."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, elementwise, primitive
from chainrule.engine.ops.elementwise.binding import named, times
from chainrule.engine.ops.elementwise.samples import INF, ONE_EDGES, ONES, PAIR_EDGES, PAIRS
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
    reciprocal = 1.0 / b if b else INF if str(b) == "0.0" else -INF
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
    samples=PAIRS,
    edges=PAIR_EDGES,
    bind=named("add"),
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
    samples=PAIRS,
    edges=PAIR_EDGES,
    bind=named("subtract"),
)
def sub(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] - inputs[1]


@primitive(
    "mul",
    glyph="×",
    formula=r"z = a\,b",
    vjps=(
        elementwise(0, lambda xp, out, x, attrs: x[1], "b", reads=(1,), bind=times),
        elementwise(1, lambda xp, out, x, attrs: x[0], "a", reads=(0,), bind=times),
    ),
    value_terms=_product_terms,
    torch="mul",
    python="{0} * {1}",
    samples=PAIRS,
    edges=PAIR_EDGES,
    bind=named("multiply"),
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
    samples=PAIRS,
    edges=PAIR_EDGES,
    real=True,
    bind=named("divide"),
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
    samples=ONES,
    edges=ONE_EDGES,
    bind=named("negative"),
)
def neg(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return -inputs[0]


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
    samples=ONES,
    edges=ONE_EDGES,
    bind=named("abs"),
)
def abs_(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.abs(inputs[0])
