"""Sums and means. Summing forward is copying backward."""

from __future__ import annotations

from itertools import product

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, Local, Sample, Vjp, primitive
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


def _axes(attrs: Attrs, rank: int) -> tuple[int, ...]:
    axis = attrs["axis"]
    return tuple(range(rank)) if axis is None else axis


def _count(shape: tuple[int, ...], attrs: Attrs) -> int:
    count = 1
    for axis in _axes(attrs, len(shape)):
        count *= shape[axis]
    return count


def _spread(xp: Namespace, g: Array, shape: tuple[int, ...], attrs: Attrs) -> Array:
    """Copy ``g`` to every element that was summed."""
    if not attrs["keepdims"]:
        axes = _axes(attrs, len(shape))
        g = xp.reshape(g, tuple(1 if axis in axes else size for axis, size in enumerate(shape)))
    # Adding zero makes an array of its own: broadcast_to gives one whose elements share memory.
    return xp.broadcast_to(g, shape) + xp.zeros(shape, dtype=g.dtype, device=g.device)


def _reduced(index: Index, attrs: Attrs) -> Index:
    """Where the element at ``index`` goes."""
    axes = _axes(attrs, len(index))
    if attrs["keepdims"]:
        return tuple(0 if axis in axes else i for axis, i in enumerate(index))
    return tuple(i for axis, i in enumerate(index) if axis not in axes)


def _summed(shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
    """The elements that go to ``index``, in order."""
    axes = _axes(attrs, len(shape))
    rest = iter(index)
    ranges: list[range | tuple[int]] = []
    for axis, size in enumerate(shape):
        if axis in axes:
            ranges.append(range(size))
            if attrs["keepdims"]:
                next(rest)
        else:
            ranges.append((next(rest),))
    return list(product(*ranges))


def _value_terms(averaged: bool) -> ValueTerms:
    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a = inputs[0]
        count = _count(a.shape, attrs)
        share = (constant(r"\frac{1}{n}", 1.0 / count),) if averaged and count else ()
        return [
            Term((Factor("a", element(a, place), (Source(0, place),)), *share))
            for place in _summed(a.shape, attrs, index)
        ]

    return value_terms


def _vjp(averaged: bool) -> Vjp:
    def share(a: Array, attrs: Attrs) -> float:
        return 1.0 / max(1, _count(a.shape, attrs)) if averaged else 1.0

    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a = inputs[0]
        return _spread(xp, g * share(a, attrs) if averaged else g, a.shape, attrs)

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        local = constant(formula, share(inputs[0], attrs))
        return [Term((upstream(g, _reduced(index, attrs)), local))]

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
