"""Variance and standard deviation. Attribute ``correction``: what is taken off the count, 1 by default."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, Sample, Vjp, VjpTerms, number, primitive
from chainrule.engine.ops.reduce.axes import count, reduced, restored, summed
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream

_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_NAN, _INF = float("nan"), float("inf")
_SAMPLES = (
    Sample((_MATRIX,), {"axis": None, "keepdims": False, "correction": 1}),
    Sample((_MATRIX,), {"axis": (0,), "keepdims": False, "correction": 1}),
    Sample((_MATRIX,), {"axis": (1,), "keepdims": True, "correction": 0}),
    Sample(([_MATRIX, _MATRIX],), {"axis": (0, 2), "keepdims": False, "correction": 1}),
    Sample(([0.5, 2.0, 3.5, 1.0],), {"axis": None, "keepdims": False, "correction": 2.5}),
)
_EDGES = (
    *(
        Sample((values,), {"axis": (0,), "keepdims": False, "correction": 1})
        for values in ([_NAN, 1.0], [_INF, 1.0], [-_INF, 1.0, 2.0], [2.0, 2.0])
    ),
    Sample(([2.0, 2.0],), {"axis": None, "keepdims": False, "correction": 1}),
)


def _deviations(xp: Namespace, a: Array, attrs: Attrs) -> Array:
    n = count(a.shape, attrs)
    mean = xp.sum(a, axis=attrs["axis"], keepdims=True) / number(xp, n, a)
    return a - mean


def _freedom(a: Array, attrs: Attrs) -> float:
    return float(count(a.shape, attrs) - attrs["correction"])


def _variance(xp: Namespace, a: Array, attrs: Attrs) -> Array:
    deviations = _deviations(xp, a, attrs)
    total = xp.sum(deviations * deviations, axis=attrs["axis"], keepdims=attrs["keepdims"])
    return total / number(xp, max(_freedom(a, attrs), 0.0), a)


def _slope(xp: Namespace, a: Array, attrs: Attrs) -> Array:
    """2 (a − mean) / (n − correction)."""
    deviations, freedom = _deviations(xp, a, attrs), _freedom(a, attrs)
    if attrs["axis"] is None and freedom <= 0.0:
        # PyTorch's answer where the variance of all elements is not defined.
        infinite = xp.full_like(a, _INF)
        return xp.where(deviations == 0.0, xp.full_like(a, _NAN), infinite)
    return number(xp, 2.0, a) / number(xp, freedom, a) * deviations


def _vjp_terms(root: bool) -> VjpTerms:
    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a, place = inputs[0], reduced(index, attrs)
        sources = tuple(Source(0, each) for each in summed(a.shape, attrs, place))
        slope = element(_slope(xp, a, attrs), index)
        if not root:
            return [Term((upstream(g, place), Factor(r"\frac{2}{n} (a - \bar a)", slope, sources)))]
        z = element(out, place)
        if z == 0.0:
            return [Term((constant("0", 0.0),))]
        inverse = Factor(r"\frac{1}{2 z}", 0.5 / z, (Source("out", place),))
        return [Term((upstream(g, place), inverse, Factor(r"\frac{2}{n} (a - \bar a)", slope, sources)))]

    return terms


def _apply_variance(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    return restored(xp, g, a.shape, attrs) * _slope(xp, a, attrs)


def _apply_deviation(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    half = xp.where(out == 0.0, xp.zeros_like(g), g / (out * number(xp, 2.0, out)))
    return restored(xp, half, a.shape, attrs) * _slope(xp, a, attrs)


def _value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    a = inputs[0]
    places = summed(a.shape, attrs, index)
    values = [element(a, place) for place in places]
    mean = sum(values) / max(1, len(values))
    freedom = max(_freedom(a, attrs), 0.0)
    share = constant(r"\frac{1}{n}", 1.0 / freedom if freedom else _INF)
    return [
        Term((Factor(r"(a - \bar a)^2", (value - mean) * (value - mean), (Source(0, place),)), share))
        for value, place in zip(values, places, strict=True)
    ] or [Term((constant(r"\frac{0}{0}", _NAN),))]


def _root_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    sources = tuple(Source(0, place) for place in summed(inputs[0].shape, attrs, index))
    label = r"\sqrt{\frac{1}{n} \sum (a - \bar a)^2}"
    return [Term((Factor(label, element(out, index), sources),))]


@primitive(
    "var",
    glyph="var",
    formula=r"z = \frac{1}{n} \sum (a - \bar a)^2",
    vjps=(Vjp("dense", _apply_variance, r"\frac{2}{n} (a - \bar a)", _vjp_terms(root=False), reads=(0,)),),
    value_terms=_value_terms,
    torch="var",
    python="torch.var({0})",
    samples=_SAMPLES,
    edges=_EDGES,
)
def var(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _variance(xp, inputs[0], attrs)


@primitive(
    "std",
    glyph="std",
    formula=r"z = \sqrt{\frac{1}{n} \sum (a - \bar a)^2}",
    vjps=(
        Vjp(
            "dense",
            _apply_deviation,
            r"\frac{1}{n z} (a - \bar a)",
            _vjp_terms(root=True),
            reads=(0, "out"),
            convention="std_zero",
            at_kink=lambda xp, out, x, attrs: out == 0.0,
        ),
    ),
    value_terms=_root_terms,
    torch="std",
    python="torch.std({0})",
    samples=_SAMPLES,
    edges=_EDGES,
)
def std(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.sqrt(_variance(xp, inputs[0], attrs))
