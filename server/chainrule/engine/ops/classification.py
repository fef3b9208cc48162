"""Losses of classes: from scores or log-probabilities and the index of the right class.

Arguments: scores (N, C, …), or (C) for one sample; indices (N, …); and optionally a weight for each class, (C).
A *row* is the scores of one decision. Rows whose index is ``ignore_index`` count for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple
from weakref import ref

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import FIXED, Inputs, Sample, Vjp, number, primitive
from chainrule.engine.ops.loss import arriving
from chainrule.engine.ops.softmax import exponentials, log_probabilities
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element

_SCORES = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5], [1.5, 0.25, 1.0], [-0.25, 0.5, 0.0]]
_CLASSES = [2, 1, 0, 1]
_WEIGHT = [0.5, 2.0, 1.25]
_MAP = [[[0.5, -1.25], [2.0, 0.75], [1.0, 0.25]], [[3.5, 0.75], [-0.5, 0.0], [1.5, -2.0]]]
_NAN, _INF = float("nan"), float("inf")
IGNORED = -100
"""PyTorch's default for ``ignore_index``."""


class _Rows(NamedTuple):
    """What a loss of classes counts with.

    ``rows`` is (n, C); ``index`` (n,), 0 where ignored; ``weight`` (n,), 0 where ignored, None: all 1; ``total`` is
    what a mean divides by.
    """

    rows: Array
    index: Array
    weight: Array | None
    total: Array | float


def _as_rows(xp: Namespace, x: Array) -> Array:
    """Classes last, all else one axis."""
    rank = len(x.shape)
    if rank == 2:
        return x
    if rank == 1:
        return xp.reshape(x, (1, x.shape[0]))
    moved = xp.moveaxis(x, 1, -1)
    return xp.reshape(moved, (math.prod(moved.shape[:-1]), moved.shape[-1]))


def _as_scores(xp: Namespace, rows: Array, shape: tuple[int, ...]) -> Array:
    """The way back."""
    if len(shape) > 2:
        return xp.moveaxis(xp.reshape(rows, (shape[0], *shape[2:], shape[1])), -1, 1)
    return rows if len(shape) == 2 else xp.reshape(rows, shape)


def _prepared(xp: Namespace, inputs: Inputs, attrs: Attrs) -> _Rows:
    x, target = inputs[0], inputs[1]
    rows = _as_rows(xp, x)
    index = xp.reshape(target, (rows.shape[0],))
    ignored = attrs["ignore_index"]
    weight = None
    if xp is host and not (index == ignored).any():
        if len(inputs) > 2:
            weight = inputs[2][index]
    else:
        valid = index != ignored
        index = xp.where(valid, index, 0)
        weight = xp.astype(valid, x.dtype)
        if len(inputs) > 2:
            weight = weight * xp.take(inputs[2], index, axis=0)
    total = float(rows.shape[0]) if weight is None else xp.sum(weight)
    return _Rows(rows, index, weight, total)


def _picked(xp: Namespace, rows: Array, index: Array) -> Array:
    """The element of each row at its index."""
    count, classes = rows.shape
    if xp is host:
        return rows[host.arange(count), index]
    start = xp.arange(count, dtype=index.dtype, device=index.device) * classes
    return xp.take(xp.reshape(rows, (count * classes,)), start + index, axis=0)


def _is_right(xp: Namespace, at: _Rows) -> Array:
    """Where a row's right class is: booleans of the shape of ``rows``."""
    classes = xp.arange(at.rows.shape[1], dtype=at.index.dtype, device=at.index.device)
    return classes == at.index[:, None]


def _reduced(xp: Namespace, losses: Array, at: _Rows, attrs: Attrs, shape: tuple[int, ...]) -> Array:
    if attrs["reduction"] == "none":
        return xp.reshape(losses, shape)
    total = xp.sum(losses)
    return total / at.total if attrs["reduction"] == "mean" else total


def _shares(xp: Namespace, g: Array, at: _Rows, attrs: Attrs) -> Array:
    """The gradient that arrives at each row's loss, its class weight included: shape () or (n, 1)."""
    if attrs["reduction"] == "mean":
        g = g / at.total
    if g.shape:
        g = xp.reshape(g, (at.rows.shape[0],))
    if at.weight is not None:
        # An ignored row gets 0 even where NaN arrives: nothing of it was used.
        g = xp.where(at.weight == 0.0, xp.zeros_like(at.weight), g * at.weight)
    return g[:, None] if g.shape else g


# -- terms


class _Decision(NamedTuple):
    """One row on the host: its places, the right class, and how much its loss counts."""

    places: list[Index]
    right: int | None
    weight: float
    mean: tuple[Factor, ...]
    target: Source


def _decisions(inputs: Inputs, attrs: Attrs) -> dict[Index, _Decision]:
    """Every row, by the place of its index."""
    x, target = inputs[0], inputs[1]
    classes = x.shape[0 if len(x.shape) == 1 else 1]
    found: dict[Index, tuple[list[Index], int | None, float]] = {}
    total = 0.0
    for place in host.ndindex(*target.shape):
        places = [(k,) if not place else (place[0], k, *place[1:]) for k in range(classes)]
        right: int | None = int(target[place])
        if right == attrs["ignore_index"]:
            right = None
        weight = 0.0 if right is None else element(inputs[2], (right,)) if len(inputs) > 2 else 1.0
        total += weight
        found[place] = (places, right, weight)
    mean: tuple[Factor, ...] = ()
    if attrs["reduction"] == "mean":
        label = r"\frac{1}{\sum c}" if len(inputs) > 2 else r"\frac{1}{n}"
        mean = (constant(label, 1.0 / total if total else _NAN),)
    return {
        place: _Decision(places, right, weight, mean, Source(1, place))
        for place, (places, right, weight) in found.items()
    }


def _decision_of(inputs: Inputs, attrs: Attrs, index: Index) -> tuple[Index, _Decision, int]:
    """The row that an element of the scores is in, and the element's class."""
    place = () if len(index) == 1 else (index[0], *index[2:])
    return place, _decisions(inputs, attrs)[place], index[0] if len(index) == 1 else index[1]


def _class_weight(inputs: Inputs, row: _Decision) -> tuple[Factor, ...]:
    if len(inputs) < 3 or row.right is None:
        return ()
    return (Factor("c", row.weight, (Source(2, (row.right,)),)),)


def _log_softmax(x: Array, places: list[Index]) -> list[float]:
    values = host.asarray([element(x, place) for place in places], dtype=host.float64)
    result: list[float] = log_probabilities(values[None, :])[0].tolist()
    return result


_NOTHING = Term((constant("0", 0.0),))
"""What an ignored row adds."""


# -- negative log-likelihood


def _nll_value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    rows = _decisions(inputs, attrs)
    chosen = [index] if attrs["reduction"] == "none" else list(rows)
    result = []
    for place in chosen:
        row = rows[place]
        if row.right is None:
            result.append(Term((*row.mean, constant("0", 0.0))))
            continue
        own = row.places[row.right]
        value = Factor("-{a}_{b}", -element(inputs[0], own), (Source(0, own), row.target))
        result.append(Term((*row.mean, *_class_weight(inputs, row), value)))
    return result


def _nll_terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    place, row, k = _decision_of(inputs, attrs, index)
    if k != row.right:
        # Not a product: this element was not looked at.
        return [Term((Factor("0", 0.0, (row.target,)),))]
    minus = Factor("-1", -1.0, (row.target,))
    return [Term((arriving(g, place), *row.mean, *_class_weight(inputs, row), minus))]


def _nll_vjp(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    at = _prepared(xp, inputs, attrs)
    share = -_shares(xp, g, at, attrs)
    if xp is host:
        result = host.zeros(at.rows.shape, at.rows.dtype)
        result[host.arange(at.rows.shape[0]), at.index] = share[:, 0] if share.shape else share
    else:
        result = xp.where(_is_right(xp, at), share, xp.zeros_like(at.rows))
    return _as_scores(xp, result, inputs[0].shape)


def _call(name: str, defaults: dict[str, object]) -> object:
    def call(arguments: Sequence[str], attrs: Attrs) -> str:
        given = [arguments[0], arguments[1]]
        if len(arguments) > 2:
            given.append(f"weight={arguments[2]}")
        given += [f"{key}={value!r}" for key, value in attrs.items() if value != defaults[key]]
        return f"torch.nn.functional.{name}({', '.join(given)})"

    return call


_NLL = {"reduction": "mean", "ignore_index": IGNORED}
_CE = {**_NLL, "label_smoothing": 0.0}


def _class_samples(attrs: dict[str, object]) -> tuple[Sample, ...]:
    def sample(*inputs: object, **more: object) -> Sample:
        return Sample(inputs, {**attrs, **more})

    return (
        *(sample(_SCORES, _CLASSES, reduction=reduction) for reduction in ("mean", "sum", "none")),
        *(sample(_SCORES, _CLASSES, _WEIGHT, reduction=reduction) for reduction in ("mean", "none")),
        sample(_SCORES, [2, IGNORED, 0, 1]),
        sample(_SCORES, [2, 1, 0, 1], _WEIGHT, ignore_index=1),
        sample(_SCORES, [2, 1, 0, 1], ignore_index=1, reduction="none"),
        sample(_SCORES[0], 2),
        sample(_MAP, [[0, 2], [1, 1]]),
    )


_CLASS_EDGES = (
    ([[1.0, -_INF, 2.0], [0.5, _NAN, 1.0]], [0, 2]),
    ([[1.0, -_INF, 2.0], [0.5, 1.5, 1.0]], [1, 2]),
)


@primitive(
    "nll_loss",
    glyph="NLL",
    formula=r"z = -\frac{1}{n} \sum {a}_{b}",
    vjps=(Vjp("dense", _nll_vjp, r"-\frac{1}{n} [j = b]", _nll_terms, reads=(1, 2)), FIXED, FIXED),
    value_terms=_nll_value_terms,
    torch="nn.functional.nll_loss",
    python=_call("nll_loss", _NLL),
    samples=_class_samples(_NLL),
    edges=tuple(Sample(inputs, _NLL) for inputs in _CLASS_EDGES),
    optional=1,
)
def nll_loss(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    at = _prepared(xp, inputs, attrs)
    losses = -_picked(xp, at.rows, at.index)
    if at.weight is not None:
        losses = xp.where(at.weight == 0.0, xp.zeros_like(losses), losses * at.weight)
    return _reduced(xp, losses, at, attrs, inputs[1].shape)


# -- cross-entropy


def _ideal(xp: Namespace, inputs: Inputs, at: _Rows, attrs: Attrs) -> Array:
    """What smoothed labels call for: the probability of each class, times its weight. Ignored rows: 0."""
    smoothing = attrs["label_smoothing"]
    one = number(xp, 1.0, at.rows)
    right = xp.astype(_is_right(xp, at), at.rows.dtype)
    ideal = right * (one - smoothing) + smoothing / at.rows.shape[1]
    if len(inputs) > 2:
        ideal = ideal * inputs[2]
    valid = xp.reshape(inputs[1], (at.rows.shape[0], 1)) != attrs["ignore_index"]
    return xp.where(valid, ideal, xp.zeros_like(ideal))


_latest: tuple[Any, Any] = (None, None)
"""What :func:`_exponentials` made last, and of what: a loss is mostly followed by its own VJP."""


def _forget(of: Any) -> None:
    """The array is gone: nobody will ask again."""
    global _latest
    if _latest[0] is of:
        _latest = (None, None)


def _exponentials(xp: Namespace, x: Array, rows: Array) -> tuple[Array, Array, Array]:
    """e^(a − shift), its sums over each row (n, 1), and the shift; they may be asked for again."""
    global _latest
    of, result = _latest
    if of is not None and of() is x:
        found: tuple[Array, Array, Array] = result
        return found
    if xp is host:
        made = exponentials(rows, logarithm=True)
    else:
        shift = xp.max(rows, axis=1, keepdims=True)
        e = xp.exp(rows - shift)
        made = (e, xp.sum(e, axis=1, keepdims=True), shift)
    _latest = (ref(x, _forget), made)
    return made


def _cross_entropy_vjp(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    at = _prepared(xp, inputs, attrs)
    e, total, _ = _exponentials(xp, inputs[0], at.rows)
    if attrs["label_smoothing"]:
        # Through the logarithms, as PyTorch does.
        share = _shares(xp, g, at._replace(weight=None), attrs)
        ideal = _ideal(xp, inputs, at, attrs)
        into_logs = xp.where(ideal == 0.0, xp.zeros_like(ideal), -(ideal * share))
        result = into_logs - e / total * xp.sum(into_logs, axis=1, keepdims=True)
        return _as_scores(xp, result, inputs[0].shape)
    share = _shares(xp, g, at, attrs)
    result = e * (share / total)
    if xp is host:
        result[host.arange(at.rows.shape[0]), at.index] -= share[:, 0] if share.shape else share
    else:
        result = result - xp.where(_is_right(xp, at), share, xp.zeros_like(result))
    return _as_scores(xp, result, inputs[0].shape)


def _ideal_of(inputs: Inputs, attrs: Attrs, row: _Decision, k: int) -> float:
    """The probability that a row's labels give to class k, times the class's weight."""
    if row.right is None:
        return 0.0
    smoothing = float(attrs["label_smoothing"])
    weight = element(inputs[2], (k,)) if len(inputs) > 2 else 1.0
    return weight * ((1.0 - smoothing) * (k == row.right) + smoothing / len(row.places))


def _cross_entropy_value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    rows = _decisions(inputs, attrs)
    chosen = [index] if attrs["reduction"] == "none" else list(rows)
    result = []
    for place in chosen:
        row = rows[place]
        if row.right is None:
            result.append(Term((*row.mean, constant("0", 0.0))))
            continue
        logs = _log_softmax(inputs[0], row.places)
        sources = (*(Source(0, own) for own in row.places), row.target)
        if attrs["label_smoothing"]:
            for k, log in enumerate(logs):
                ideal = Factor("y", _ideal_of(inputs, attrs, row, k), (row.target,))
                result.append(Term((*row.mean, ideal, Factor(r"-\log p", -log, sources))))
            continue
        # The right class's own score first: it is what the number is about.
        own = Source(0, row.places[row.right])
        sources = (own, *(source for source in sources if source != own))
        loss = Factor(r"-\log p_{b}", -logs[row.right], sources)
        result.append(Term((*row.mean, *_class_weight(inputs, row), loss)))
    return result


def _cross_entropy_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    place, row, k = _decision_of(inputs, attrs, index)
    if row.right is None:
        return [_NOTHING]
    p = math.exp(_log_softmax(inputs[0], row.places)[k])
    own = Source(0, index)
    sources = (own, *(Source(0, other) for other in row.places if other != index), row.target)
    if attrs["label_smoothing"]:
        ideal = [_ideal_of(inputs, attrs, row, j) for j in range(len(row.places))]
        label = "(p - y)" if len(inputs) < 3 else r"(p \sum y - y)"
        local = Factor(label, p * math.fsum(ideal) - ideal[k], sources)
        return [Term((arriving(g, place), *row.mean, local))]
    local = Factor("(p - 1)" if k == row.right else "p", p - float(k == row.right), sources)
    return [Term((arriving(g, place), *row.mean, *_class_weight(inputs, row), local))]


@primitive(
    "cross_entropy",
    glyph="CE",
    formula=r"z = -\frac{1}{n} \sum \log \frac{e^{{a}_{b}}}{\sum e^{a}}",
    vjps=(Vjp("dense", _cross_entropy_vjp, r"\frac{1}{n} (p - y)", _cross_entropy_terms, reads=(0, 1, 2)),
          FIXED, FIXED),
    value_terms=_cross_entropy_value_terms,
    torch="nn.functional.cross_entropy",
    python=_call("cross_entropy", _CE),
    samples=(
        *_class_samples(_CE),
        Sample((_SCORES, _CLASSES), {**_CE, "label_smoothing": 0.25}),
        Sample((_SCORES, [2, 1, 0, 1], _WEIGHT), {**_CE, "label_smoothing": 0.25, "ignore_index": 1}),
        Sample((_SCORES, [2, 1, 0, 1], _WEIGHT),
               {**_CE, "label_smoothing": 0.1, "reduction": "none", "ignore_index": 0}),
        Sample(([[900.0, 901.0], [-700.0, -701.5]], [0, 1]), _CE),
    ),
    edges=tuple(Sample(inputs, _CE) for inputs in _CLASS_EDGES),
    optional=1,
)  # fmt: skip
def cross_entropy(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    at = _prepared(xp, inputs, attrs)
    _, total, shift = _exponentials(xp, inputs[0], at.rows)
    total = xp.log(total)
    if attrs["label_smoothing"]:
        logs = (at.rows - shift) - total
        ideal = _ideal(xp, inputs, at, attrs)
        costs = xp.where(ideal == 0.0, xp.zeros_like(logs), ideal * logs)
        losses = -xp.sum(costs, axis=1)
        return _reduced(xp, losses, at, attrs, inputs[1].shape)
    shift = shift[:, 0] if shift.shape else shift
    losses = total[:, 0] - (_picked(xp, at.rows, at.index) - shift)
    if at.weight is not None:
        losses = xp.where(at.weight == 0.0, xp.zeros_like(losses), losses * at.weight)
    return _reduced(xp, losses, at, attrs, inputs[1].shape)
