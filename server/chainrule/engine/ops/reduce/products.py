"""Products, and running sums."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Inputs, Sample, Vjp, primitive
from chainrule.engine.ops.reduce.axes import reduced, restored, summed
from chainrule.engine.ops.reduce.extremes import call
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream

_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_NAN, _INF = float("nan"), float("inf")
_ALL = {"axis": None, "keepdims": False}
_SAMPLES = (
    Sample((_MATRIX,), _ALL),
    Sample((_MATRIX,), {"axis": (0,), "keepdims": False}),
    Sample((_MATRIX,), {"axis": (1,), "keepdims": True}),
    Sample(([[0.0, 2.0, 3.0], [1.5, 0.5, -2.0]],), {"axis": (1,), "keepdims": False}),
    Sample(([0.0, 2.0, 3.0],), _ALL),
    Sample((1.5,), _ALL),
)
_UNUSUAL = ([0.0, 0.0, 3.0], [_NAN, 1.0, _NAN], [_INF, 1.0], [0.0, _NAN], [0.0, _INF], [5.0])
_EDGES = (
    *(Sample((values,), _ALL) for values in _UNUSUAL),
    *(Sample((values,), {"axis": (0,), "keepdims": False}) for values in _UNUSUAL),
)


def _of_the_others(xp: Namespace, a: Array, axis: int) -> Array:
    """The product of all other elements along an axis: of those before times that of those after."""
    shape = tuple(1 if k == axis else size for k, size in enumerate(a.shape))
    one = xp.ones(shape, dtype=a.dtype, device=a.device)

    def before(array: Array) -> Array:
        all_but_last = tuple(
            slice(0, max(0, size - 1)) if k == axis else slice(None) for k, size in enumerate(a.shape)
        )
        return xp.cumulative_prod(xp.concat((one, array[all_but_last]), axis=axis), axis=axis)

    return before(a) * xp.flip(before(xp.flip(a, axis=axis)), axis=axis)


def _slopes(xp: Namespace, out: Array, a: Array, attrs: Attrs) -> Array | None:
    """∂z/∂a of every element as PyTorch computes it; None where two zeros make all of them 0."""
    if not a.shape:
        return xp.ones_like(a)
    if 0 in a.shape:
        return a
    zeros = int(xp.sum(xp.astype(a == 0.0, xp.int64)))
    if not zeros:
        return restored(xp, out, a.shape, attrs) / a
    if attrs["axis"] is None:
        if zeros > 1:
            return None
        return xp.reshape(_of_the_others(xp, xp.reshape(a, (-1,)), 0), a.shape)
    return _of_the_others(xp, a, attrs["axis"][0])


def _prod_apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    slopes = _slopes(xp, out, a, attrs)
    return xp.zeros_like(a) if slopes is None else restored(xp, g, a.shape, attrs) * slopes


def _prod_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    a, place = inputs[0], reduced(index, attrs)
    slopes = _slopes(xp, out, a, attrs)
    sources = tuple(Source(0, each) for each in summed(a.shape, attrs, place) if each != index)
    if slopes is None:
        return [Term((constant("0", 0.0),))]
    return [Term((upstream(g, place), Factor(r"\prod_{j \ne i} a_j", element(slopes, index), sources)))]


def _factors(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    a = inputs[0]
    places = summed(a.shape, attrs, index)
    return [Term(tuple(Factor("a", element(a, place), (Source(0, place),)) for place in places))]


@primitive(
    "prod",
    glyph="Π",
    formula=r"z = \prod a",
    vjps=(Vjp("dense", _prod_apply, r"\prod_{j \ne i} a_j", _prod_terms, reads=(0, "out")),),
    value_terms=_factors,
    torch="prod",
    python=call("prod"),
    samples=_SAMPLES,
    edges=_EDGES,
)
def prod(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a, axis = inputs[0], attrs["axis"] if inputs[0].shape else None
    if xp is host:  # its own function for that would warn of 0 · ∞ from elsewhere
        return host.multiply.reduce(a, axis=axis, keepdims=attrs["keepdims"])
    return xp.prod(a, axis=axis, keepdims=attrs["keepdims"])


def _run(xp: Namespace, a: Array, attrs: Attrs) -> Array:
    if not a.shape:
        return a
    axis = attrs["axis"][0]
    return host.add.accumulate(a, axis=axis) if xp is host else xp.cumulative_sum(a, axis=axis)


def _cumsum_apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    if not g.shape:
        return g
    axis = attrs["axis"][0]
    return xp.flip(_run(xp, xp.flip(g, axis=axis), attrs), axis=axis)


def _places(index: Index, attrs: Attrs, shape: Sequence[int], from_here: bool) -> list[Index]:
    """The places along the axis up to ``index``, or from it on."""
    if not index:
        return [()]
    axis = attrs["axis"][0]
    along = range(index[axis] + 1) if not from_here else range(index[axis], shape[axis])
    return [(*index[:axis], k, *index[axis + 1 :]) for k in along]


def _cumsum_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    later = _places(index, attrs, out.shape, True)
    return [Term((upstream(g, place), constant("1", 1.0))) for place in later]


def _cumsum_value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    a = inputs[0]
    earlier = _places(index, attrs, out.shape, False)
    return [Term((Factor("a", element(a, place), (Source(0, place),)),)) for place in earlier]


@primitive(
    "cumsum",
    glyph="Σ↓",
    formula=r"z = \sum_{j \le i} a_j",
    vjps=(Vjp("spread", _cumsum_apply, "1", _cumsum_terms),),
    value_terms=_cumsum_value_terms,
    torch="cumsum",
    python=lambda x, attrs: f"torch.cumsum({x[0]}, dim={attrs['axis'][0] if attrs['axis'] else 0})",
    samples=(
        Sample((_MATRIX,), {"axis": (0,)}),
        Sample((_MATRIX,), {"axis": (1,)}),
        Sample((1.5,), {"axis": None}),
    ),
    edges=(Sample(([1.0, _INF, 2.0, -_INF],), {"axis": (0,)}), Sample(([1.0, _NAN, 2.0],), {"axis": (0,)})),
)
def cumsum(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _run(xp, inputs[0], attrs)
