"""Comparisons, and the end of the road for gradients: ops through which none passes."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import FIXED, Forward, Inputs, Op, Sample, primitive
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, ValueTerms, broadcast_index, element

_NAN, _INF = float("nan"), float("inf")
_SAMPLES = (
    Sample(([[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]], [[1.5, -1.25, -2.0], [3.5, 2.5, 0.8]])),
    Sample(([[0.5, -1.25, 2.0]], [[0.5], [-0.25]])),
    Sample(([1.5, 2.5], 1.5)),
)
_EDGES = (Sample(([0.0, _NAN, _INF, -_INF], [-0.0, _NAN, _INF, _INF])),)


def _truth_terms(symbol: str) -> ValueTerms:
    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        sources = tuple(Source(k, broadcast_index(index, x.shape)) for k, x in enumerate(inputs))
        return [Term((Factor(f"[a {symbol} b]", element(out, index), sources),))]

    return value_terms


def _comparison(name: str, glyph: str, latex: str, operator: str) -> Op:
    def forward(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
        return getattr(xp, name)(inputs[0], inputs[1])

    compute: Forward = forward
    return primitive(
        name,
        glyph=glyph,
        formula=f"z = [a {latex} b]",
        vjps=(FIXED, FIXED),
        value_terms=_truth_terms(latex),
        torch=name,
        python=f"{{0}} {operator} {{1}}",
        samples=_SAMPLES,
        edges=_EDGES,
    )(compute)


equal = _comparison("equal", "=", "=", "==")
not_equal = _comparison("not_equal", "≠", r"\ne", "!=")
less = _comparison("less", "<", "<", "<")
less_equal = _comparison("less_equal", "≤", r"\le", "<=")
greater = _comparison("greater", ">", ">", ">")
greater_equal = _comparison("greater_equal", "≥", r"\ge", ">=")


def _same_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    return [Term((Factor("a", element(inputs[0], index), (Source(0, index),)),))]


@primitive(
    "detach",
    glyph="✂",
    formula="z = a",
    vjps=(FIXED,),
    value_terms=_same_terms,
    torch="Tensor.detach",
    python="{0}.detach()",
    samples=(Sample(([[0.5, -1.25], [2.0, 0.3]],)), Sample((1.5,))),
)
def detach(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0]
