"""Sums and means. Summing forward is copying backward."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Inputs, Local, Sample, Vjp, primitive
from chainrule.engine.ops.reduce.axes import count, reduced, spread, summed
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, ValueTerms, constant, element, upstream

_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_SAMPLES = (
    Sample((_MATRIX,), {"axis": None, "keepdims": False}),
    Sample((_MATRIX,), {"axis": (0,), "keepdims": False}),
    Sample((_MATRIX,), {"axis": (1,), "keepdims": True}),
    Sample(([_MATRIX, _MATRIX],), {"axis": (0, 2), "keepdims": False}),
    Sample((1.5,), {"axis": None, "keepdims": False}),
)
_EDGES = (
    Sample(([1.0, float("inf"), 2.0],), {"axis": None, "keepdims": False}),
    Sample(([[1.0, float("nan")], [float("inf"), float("-inf")]],), {"axis": (0,), "keepdims": False}),
)


def _value_terms(averaged: bool) -> ValueTerms:
    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a = inputs[0]
        n = count(a.shape, attrs)
        share = (constant(r"\frac{1}{n}", 1.0 / n),) if averaged and n else ()
        return [
            Term((Factor("a", element(a, place), (Source(0, place),)), *share))
            for place in summed(a.shape, attrs, index)
        ]

    return value_terms


def _vjp(averaged: bool) -> Vjp:
    def share(a: Array, attrs: Attrs) -> float:
        return 1.0 / max(1, count(a.shape, attrs)) if averaged else 1.0

    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a = inputs[0]
        return spread(xp, g * share(a, attrs) if averaged else g, a.shape, attrs)

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        local = constant(formula, share(inputs[0], attrs))
        return [Term((upstream(g, reduced(index, attrs)), local))]

    local: Local = lambda xp, out, x, attrs: xp.full_like(out, share(x[0], attrs))  # noqa: E731
    formula = r"\frac{1}{n}" if averaged else "1"
    return Vjp("spread", apply, formula, terms, local=local)


@primitive(
    "sum",
    glyph="Σ",
    formula=r"z = \sum a",
    vjps=(_vjp(averaged=False),),
    value_terms=_value_terms(averaged=False),
    torch="sum",
    python="torch.sum({0})",
    samples=_SAMPLES,
    edges=_EDGES,
)
def sum_(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    if xp is host:
        return host.add.reduce(inputs[0], axis=attrs["axis"], keepdims=attrs["keepdims"])
    return xp.sum(inputs[0], axis=attrs["axis"], keepdims=attrs["keepdims"])


@primitive(
    "mean",
    glyph="mean",
    formula=r"z = \frac{1}{n} \sum a",
    vjps=(_vjp(averaged=True),),
    value_terms=_value_terms(averaged=True),
    torch="mean",
    python="torch.mean({0})",
    samples=_SAMPLES,
    edges=_EDGES,
)
def mean(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.mean(inputs[0], axis=attrs["axis"], keepdims=attrs["keepdims"])
