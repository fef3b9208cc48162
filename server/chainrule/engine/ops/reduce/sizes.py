"""How large some numbers are together: the Euclidean norm, and ln Σ eᵃ."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, Sample, Vjp, primitive
from chainrule.engine.ops.reduce.axes import reduced, restored, summed
from chainrule.engine.ops.reduce.extremes import call
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, ValueTerms, element, upstream

_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_NAN, _INF = float("nan"), float("inf")
_UNUSUAL = ([_NAN, 1.0], [_INF, 1.0], [-_INF, -_INF], [-_INF, 1.0], [200.0, -200.0], [0.0, 0.0])
_ALONG = {"axis": (0,), "keepdims": False}
_SAMPLES = (
    Sample((_MATRIX,), _ALONG),
    Sample((_MATRIX,), {"axis": (1,), "keepdims": True}),
    Sample(([_MATRIX, _MATRIX],), {"axis": (0, 2), "keepdims": False}),
)


def _log_sum(xp: Namespace, a: Array, attrs: Attrs) -> Array:
    axis = attrs["axis"]
    if 0 in a.shape:
        return xp.log(xp.sum(xp.exp(a), axis=axis, keepdims=attrs["keepdims"]))
    largest = xp.max(a, axis=axis, keepdims=True)
    # An infinite one is left where it is: ∞ − ∞ would be NaN.
    largest = xp.where(xp.isinf(largest), xp.zeros_like(largest), largest)
    total = xp.log(xp.sum(xp.exp(a - largest), axis=axis, keepdims=True)) + largest
    if attrs["keepdims"]:
        return total
    gone = range(len(a.shape)) if axis is None else axis
    return xp.reshape(total, tuple(size for k, size in enumerate(a.shape) if k not in gone))


def _softmax_apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    weights = xp.exp(a - restored(xp, out, a.shape, attrs))
    return restored(xp, g, a.shape, attrs) * weights


def _softmax_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    a, place = inputs[0], reduced(index, attrs)
    weights = xp.exp(a - restored(xp, out, a.shape, attrs))
    factor = Factor("e^{a - z}", element(weights, index), (Source(0, index), Source("out", place)))
    return [Term((upstream(g, place), factor))]


def _whole_terms(label: str) -> ValueTerms:
    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        sources = tuple(Source(0, place) for place in summed(inputs[0].shape, attrs, index))
        return [Term((Factor(label, element(out, index), sources),))]

    return value_terms


@primitive(
    "logsumexp",
    glyph="ln Σ eˣ",
    formula=r"z = \ln \sum e^{a}",
    vjps=(Vjp("dense", _softmax_apply, "e^{a - z}", _softmax_terms, reads=(0, "out")),),
    value_terms=_whole_terms(r"\ln \sum e^{a}"),
    torch="logsumexp",
    python=call("logsumexp", all_axes="0"),
    samples=(*_SAMPLES, Sample((1.5,), {"axis": None, "keepdims": False})),
    edges=tuple(Sample((values,), _ALONG) for values in _UNUSUAL),
)
def logsumexp(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _log_sum(xp, inputs[0], attrs)


def _direction(xp: Namespace, out: Array, a: Array, attrs: Attrs) -> Array:
    """The argument over z, and 0 where all are 0."""
    z = restored(xp, out, a.shape, attrs)
    return xp.where(z == 0.0, xp.zeros_like(a), a / z)


def _norm_apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    return restored(xp, g, a.shape, attrs) * _direction(xp, out, a, attrs)


def _norm_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    place = reduced(index, attrs)
    slope = element(_direction(xp, out, inputs[0], attrs), index)
    return [
        Term((upstream(g, place), Factor(r"\frac{a}{z}", slope, (Source(0, index), Source("out", place)))))
    ]


@primitive(
    "norm",
    glyph="‖x‖",
    formula=r"z = \sqrt{\sum a^2}",
    vjps=(
        Vjp(
            "dense",
            _norm_apply,
            r"\frac{a}{z}",
            _norm_terms,
            reads=(0, "out"),
            convention="norm_zero",
            at_kink=lambda xp, out, x, attrs: out == 0.0,
        ),
    ),
    value_terms=_whole_terms(r"\sqrt{\sum a^2}"),
    torch="norm",
    python=call("norm"),
    samples=(
        Sample((_MATRIX,), {"axis": None, "keepdims": False}),
        *_SAMPLES,
        Sample((-1.5,), {"axis": None, "keepdims": False}),
    ),
    edges=tuple(Sample((values,), _ALONG) for values in _UNUSUAL),
)
def norm(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    return xp.sqrt(xp.sum(a * a, axis=attrs["axis"], keepdims=attrs["keepdims"]))
