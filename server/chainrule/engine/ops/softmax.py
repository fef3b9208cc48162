"""Softmax and its logarithm: scores become probabilities along one axis.

The largest score of a row is taken away before the exponential, which changes nothing but keeps it finite.
"""

from __future__ import annotations

from chainrule.engine.backend import Array, HostArray, Namespace, host
from chainrule.engine.op import Inputs, Sample, Vjp, primitive
from chainrule.engine.ops.sums import LARGE, row_sums
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream

_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_NAN, _INF = float("nan"), float("inf")
_SAMPLES = (
    Sample((_MATRIX,), {"axis": 1}),
    Sample((_MATRIX,), {"axis": 0}),
    Sample(([_MATRIX, [[1.0, 2.0, 3.0], [0.0, 0.25, -0.25]]],), {"axis": 1}),
    Sample(([[900.0, 901.0], [-700.0, -701.5]],), {"axis": 1}),
    Sample((1.5,), {"axis": 0}),
)
_EDGES = (
    Sample(([[1.0, -_INF, 2.0], [_NAN, 1.0, 2.0], [1.0, 2.0, 3.0]],), {"axis": 1}),
    Sample(([[_INF, 1.0], [-_INF, -_INF], [2.0, 2.0]],), {"axis": 1}),
)

FAINT = 1e-4, 0.05
"""The smallest sum of a row's exponentials for which one shift is precise enough for all rows: where they are divided
by it, and where its logarithm is taken."""


def _row_maxima(rows: HostArray) -> HostArray:
    """The largest of each row, shape (rows, 1). NumPy compares whole rows faster than within them."""
    if rows.size < LARGE:
        result: HostArray = host.maximum.reduce(rows, axis=1, keepdims=True)
        return result
    top: HostArray = host.maximum.reduce(rows.T.copy(), axis=0)
    return top[:, None]


def _common(rows: HostArray, faint: float) -> tuple[HostArray, HostArray, HostArray] | None:
    """:func:`exponentials` with one shift for all rows, which takes one pass; None where digits would be lost."""
    if rows.size < LARGE:
        return None
    shift = host.maximum.reduce(rows, axis=None)
    e = rows - shift
    host.exp(e, out=e)
    total = row_sums(e)
    # Not "<": what is not a number is no reason to go on either.
    return (e, total, shift) if host.minimum.reduce(total, axis=None) >= faint else None


def exponentials(rows: HostArray, logarithm: bool = False) -> tuple[HostArray, HostArray, HostArray]:
    """e^(a − shift) as a new matrix, its sums over each row (rows, 1), and the shift, () or (rows, 1).

    The shift is the largest score of each row; or that of all, where no row lies so far below it that it would cost
    digits: of quotients, or with ``logarithm`` of the logarithms of the sums.
    """
    common = _common(rows, FAINT[logarithm])
    if common is not None:
        return common
    if not rows.size:
        return rows.copy(), rows.sum(axis=1, keepdims=True), host.zeros((), rows.dtype)
    shift = _row_maxima(rows)
    e = rows - shift
    host.exp(e, out=e)
    return e, row_sums(e), shift


def log_probabilities(rows: HostArray) -> HostArray:
    """The differences a − log Σ e^a along each row, as a new matrix."""
    if not rows.size:
        return rows.copy()
    e, total, shift = exponentials(rows, logarithm=True)
    host.log(total, out=total)
    if not shift.shape:
        total += shift
        return host.subtract(rows, total, out=e)
    host.subtract(rows, shift, out=e)
    e -= total
    return e


def _axis(a: Array, attrs: Attrs) -> int | None:
    """The axis; None for a number, which is a row of its own."""
    return attrs["axis"] if a.shape else None


def _matrix(a: Array, attrs: Attrs) -> HostArray | None:
    """NumPy's array as a matrix whose rows are normalised; None where they do not lie so."""
    shape = a.shape
    if not shape or attrs["axis"] != len(shape) - 1:
        return None
    result: HostArray = a if len(shape) == 2 else a.reshape(a.size // max(1, shape[-1]), shape[-1])
    return result


def _row(shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
    """The places of the row that ``index`` is in."""
    if not shape:
        return [()]
    axis = attrs["axis"]
    return [(*index[:axis], k, *index[axis + 1 :]) for k in range(shape[axis])]


def _largest(a: Array, row: list[Index]) -> float:
    values = [element(a, place) for place in row]
    return _NAN if any(value != value for value in values) else max(values)


def _exponential_sum(a: Array, row: list[Index]) -> float:
    """Σ e^(a − max) of one row."""
    top = _largest(a, row)
    return float(sum(host.exp(host.float64(element(a, place) - top)) for place in row))


def _softmax_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    a = inputs[0]
    row = _row(a.shape, attrs, index)
    sources = tuple(Source(0, place) for place in row)
    power = float(host.exp(host.float64(element(a, index) - _largest(a, row))))
    share = Factor(r"\frac{1}{\sum e^{a - \max a}}", 1.0 / _exponential_sum(a, row), sources)
    return [Term((Factor(r"e^{a - \max a}", power, (Source(0, index),)), share))]


def _safe_softmax_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    if _largest(inputs[0], _row(out.shape, attrs, index)) == -_INF:
        return [Term((constant("0", 0.0),))]
    return _softmax_terms(out, inputs, attrs, index)


def jacobian_factor(z: Array, i: Index, j: Index) -> Factor:
    """∂z_j/∂a_i of a softmax: z_i (1 − z_i) on the diagonal, −z_i z_j beside it."""
    p = element(z, i)
    if i == j:
        return Factor("{z}_i (1 - {z}_i)", p * (1.0 - p), (Source("out", i),))
    return Factor("-{z}_i {z}_j", -p * element(z, j), (Source("out", i), Source("out", j)))


def _softmax_vjp_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    row = _row(out.shape, attrs, index)
    return [Term((upstream(g, place), jacobian_factor(out, index, place))) for place in row]


def _softmax_vjp(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    if xp is host:
        z = _matrix(out, attrs)
        if z is not None:
            g = g.reshape(z.shape)
            result = g * z
            total = row_sums(result)
            host.subtract(g, total, out=result)
            result *= z
            return result.reshape(out.shape)
    return (g - xp.sum(g * out, axis=_axis(out, attrs), keepdims=True)) * out


@primitive(
    "softmax",
    glyph="softmax",
    formula=r"z = \frac{e^{a}}{\sum e^{a}}",
    vjps=(
        Vjp(
            "dense", _softmax_vjp, r"\operatorname{diag}(z) - z\,z^{\top}", _softmax_vjp_terms, reads=("out",)
        ),
    ),
    value_terms=_softmax_terms,
    torch="softmax",
    python="torch.softmax({0})",
    samples=_SAMPLES,
    edges=_EDGES,
)
def softmax(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    if xp is host:
        rows = _matrix(a, attrs)
        if rows is not None:
            e, total, _ = exponentials(rows)
            e /= total
            return e.reshape(a.shape)
    if 0 in a.shape:
        return xp.zeros_like(a)
    axis = _axis(a, attrs)
    e = xp.exp(a - xp.max(a, axis=axis, keepdims=True))
    return e / xp.sum(e, axis=axis, keepdims=True)


@primitive(
    "safe_softmax",
    glyph="softmax",
    formula=r"z = \frac{e^{a}}{\sum e^{a}}",
    vjps=(
        Vjp(
            "dense", _softmax_vjp, r"\operatorname{diag}(z) - z\,z^{\top}", _softmax_vjp_terms, reads=("out",)
        ),
    ),
    value_terms=_safe_softmax_terms,
    torch="_safe_softmax",
    python="torch._safe_softmax({0})",
    samples=_SAMPLES[:4],
    edges=_EDGES,
)
def safe_softmax(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    """Softmax in which a row of nothing but −∞, where nothing may be looked at, becomes 0 instead of NaN."""
    a, axis = inputs[0], attrs["axis"]
    out = softmax.forward(xp, inputs, attrs)
    if 0 in a.shape:
        return out
    if xp is host and not host.isnan(out.take(0, axis=axis)).any():
        # The other reason to look closer is NaN among the scores; either is NaN in all of its row.
        return out
    dead = xp.max(a, axis=axis, keepdims=True) == -_INF
    return xp.where(dead, xp.zeros_like(out), out)


def _log_softmax_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    a = inputs[0]
    row = _row(a.shape, attrs, index)
    sources = tuple(Source(0, place) for place in row)
    total = float(host.log(host.float64(_exponential_sum(a, row)))) + _largest(a, row)
    own = element(a, index)
    if not host.isfinite(total) and not host.isfinite(own):
        # ∞ − ∞: no sum of what is printed, but what the value is.
        return [Term((Factor(r"a - \log \sum e^{a}", element(out, index), sources),))]
    return [
        Term((Factor("a", own, (Source(0, index),)),)),
        Term((Factor(r"-\log \sum e^{a}", -total, sources),)),
    ]


def _log_softmax_vjp(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    if xp is host:
        z = _matrix(out, attrs)
        if z is not None:
            g = g.reshape(z.shape)
            result = host.exp(z)
            result *= row_sums(g)
            host.subtract(g, result, out=result)
            return result.reshape(out.shape)
    return g - xp.exp(out) * xp.sum(g, axis=_axis(out, attrs), keepdims=True)


def _log_softmax_vjp_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    p = float(host.exp(host.float64(element(out, index))))
    source = (Source("out", index),)
    own, other = Factor("(1 - e^{{z}_i})", 1.0 - p, source), Factor("-e^{{z}_i}", -p, source)
    row = _row(out.shape, attrs, index)
    return [Term((upstream(g, place), own if place == index else other)) for place in row]


@primitive(
    "log_softmax",
    glyph="log softmax",
    formula=r"z = a - \log \sum e^{a}",
    vjps=(
        Vjp("dense", _log_softmax_vjp, r"\delta_{ij} - e^{{z}_i}", _log_softmax_vjp_terms, reads=("out",)),
    ),
    value_terms=_log_softmax_terms,
    torch="log_softmax",
    python="torch.log_softmax({0})",
    samples=_SAMPLES,
    edges=_EDGES,
)
def log_softmax(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    if xp is host:
        rows = _matrix(a, attrs)
        if rows is not None:
            return log_probabilities(rows).reshape(a.shape)
    if 0 in a.shape:
        return xp.zeros_like(a)
    axis = _axis(a, attrs)
    shifted = a - xp.max(a, axis=axis, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=axis, keepdims=True))
