"""The largest and the smallest element, and where they are.

PyTorch has three of each, which differ at ties: ``amax`` and ``max`` of all share the gradient evenly, ``max`` along an
axis gives it to the first. They differ at NaN too: ``amax`` makes every gradient NaN, the others choose the NaNs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import FIXED, Inputs, Local, Sample, Vjp, primitive
from chainrule.engine.ops.elementwise import keep_where
from chainrule.engine.ops.reduce.axes import reduced, restored, summed
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, ValueTerms, element, upstream

_NAN, _INF = float("nan"), float("inf")
_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_TIED = [[1.0, 3.0, 3.0], [4.0, 1.0, 4.0]]
_UNUSUAL = ([_NAN, 1.0, _NAN], [_INF, _INF, 1.0], [-_INF, -_INF, -_INF], [0.0, -0.0, _NAN])
_ALL = {"axis": None, "keepdims": False}

Mask = Callable[[Namespace, Array, Array, Attrs], Array]
"""(xp, out, a, attrs) → which elements are chosen, of the argument's shape."""


def call(name: str, after: str = "", all_axes: str = "") -> Callable[[Sequence[str], Attrs], str]:
    """PyTorch's expression of a reduction; ``all_axes`` is what it calls all axes where it wants a word for them."""

    def expression(arguments: Sequence[str], attrs: Attrs) -> str:
        axis = attrs["axis"]
        text = f"torch.{name}({arguments[0]}"
        if axis is not None:
            text += f", dim={axis[0] if len(axis) == 1 else axis}"
        elif attrs["keepdims"] or all_axes:
            text += f", dim={all_axes or None}"
        return f"{text}{', keepdim=True' if attrs['keepdims'] else ''}){after}"

    return expression


def taken_from(xp: Namespace, a: Array, attrs: Attrs, largest: bool) -> Array:
    """Position of the first extreme element along the axis (flat for all axes), with the axis kept."""
    axis = None if attrs["axis"] is None else attrs["axis"][0]
    find = xp.argmax if largest else xp.argmin
    return find(a, axis=axis, keepdims=True)


def _first_mask(largest: bool) -> Mask:
    def mask(xp: Namespace, out: Array, a: Array, attrs: Attrs) -> Array:
        if not a.shape:
            return xp.ones_like(a, dtype=xp.bool)
        (axis,) = attrs["axis"]
        size = a.shape[axis]
        places = xp.arange(size, dtype=xp.int64, device=a.device)
        places = xp.reshape(places, tuple(size if k == axis else 1 for k in range(len(a.shape))))
        return places == taken_from(xp, a, attrs, largest)

    return mask


def _equal(xp: Namespace, out: Array, a: Array, attrs: Attrs) -> Array:
    return a == restored(xp, out, a.shape, attrs)


def _equal_or_nan(xp: Namespace, out: Array, a: Array, attrs: Attrs) -> Array:
    return (a == out) | (xp.isnan(a) & xp.isnan(out))


def _chosen_terms(largest: bool) -> ValueTerms:
    """The value is the first of the largest elements, or the first NaN."""

    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a, z = inputs[0], element(out, index)
        for place in summed(a.shape, attrs, index):
            value = element(a, place)
            if value == z or (value != value and z != z):
                return [Term((Factor("a", value, (Source(0, place),)),))]
        raise AssertionError("an extreme element is one of the elements")

    return value_terms


def _count(xp: Namespace, chosen: Array, like: Array, attrs: Attrs) -> Array:
    return xp.sum(xp.astype(chosen, like.dtype), axis=attrs["axis"], keepdims=True)


def _tied(mask: Mask) -> Local:
    def tied(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        chosen = xp.astype(mask(xp, out, inputs[0], attrs), out.dtype)
        return xp.sum(chosen, axis=attrs["axis"], keepdims=attrs["keepdims"]) > 1.0

    return tied


def _shared_by_product(sign: str) -> Vjp:
    """amax: the upstream gradient times the share of each, 1/k for k equal elements and 0 for the others."""

    def shares(xp: Namespace, out: Array, a: Array, attrs: Attrs) -> Array:
        chosen = _equal(xp, out, a, attrs)
        return xp.astype(chosen, out.dtype) / _count(xp, chosen, out, attrs)

    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a = inputs[0]
        return restored(xp, g, a.shape, attrs) * shares(xp, out, a, attrs)

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a, place = inputs[0], reduced(index, attrs)
        share = element(shares(xp, out, a, attrs), index)
        factor = Factor(r"\frac{[a = z]}{n}", share, (Source(0, index), Source("out", place)))
        return [Term((upstream(g, place), factor))]

    return Vjp(
        "routing",
        apply,
        r"\frac{[a = z]}{n}",
        terms,
        reads=(0, "out"),
        convention=f"{sign}_tie_shared",
        at_kink=_tied(_equal),
    )


def _chosen(mask: Mask, shared: bool, formula: str, convention: str, tied: Local) -> Vjp:
    """The gradient goes to the chosen elements alone: what arrives is not looked at elsewhere, NaN included."""

    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a = inputs[0]
        kept = mask(xp, out, a, attrs)
        g = restored(xp, g, a.shape, attrs)
        if shared:
            g = g / _count(xp, kept, g, attrs)
        if xp is host and a.size > 1024:
            return keep_where(xp, kept, host.broadcast_to(g, a.shape))
        return xp.where(kept, g, xp.zeros_like(a))

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a, place = inputs[0], reduced(index, attrs)
        kept = mask(xp, out, a, attrs)
        sources = (Source(0, index), Source("out", place))
        arriving = upstream(g, place)
        if not bool(kept[index]):
            factor = Factor(formula, 0.0, sources)
            finite = arriving.value - arriving.value == 0.0
            return [Term((arriving, factor) if finite else (factor,))]
        n = float(xp.sum(xp.astype(kept, xp.float64))) if shared else 1.0
        return [Term((arriving, Factor(formula, 1.0 / n, sources)))]

    return Vjp("routing", apply, formula, terms, reads=(0, "out"), convention=convention, at_kink=tied)


def _extremes(largest: bool) -> None:
    sign, word = ("largest", "max") if largest else ("smallest", "min")

    def whole(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
        a = inputs[0]
        find = xp.max if largest else xp.min
        return find(a, axis=attrs["axis"] if a.shape else None, keepdims=attrs["keepdims"])

    def where(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
        found = taken_from(xp, inputs[0], attrs, largest)
        if attrs["keepdims"]:
            return found
        axis = attrs["axis"]
        return xp.reshape(found, ()) if axis is None else xp.squeeze(found, axis=axis[0])

    samples = (
        Sample((_MATRIX,), _ALL),
        Sample((_MATRIX,), {"axis": (0,), "keepdims": False}),
        Sample((_MATRIX,), {"axis": (1,), "keepdims": True}),
        Sample((1.5,), _ALL),
    )
    ties = (Sample((_TIED,), {"axis": (1,), "keepdims": False}), Sample(([_TIED[0]] * 2,), _ALL))
    unusual = tuple(Sample((values,), {"axis": (0,), "keepdims": False}) for values in _UNUSUAL)
    formula = rf"z = \{word} a"
    primitive(
        f"a{word}",
        glyph=word,
        formula=formula,
        vjps=(_shared_by_product(sign),),
        value_terms=_chosen_terms(largest),
        torch=f"a{word}",
        python=call(f"a{word}", all_axes="()"),
        samples=(
            *samples,
            Sample(([_MATRIX, [[7.5, -7.0, 6.0], [-6.5, 5.5, 0.125]]],), {"axis": (0, 2), "keepdims": False}),
        ),
        edges=(*ties, *unusual),
    )(whole)
    primitive(
        word,
        glyph=word,
        formula=formula,
        vjps=(
            _chosen(_equal_or_nan, True, r"\frac{[a = z]}{n}", f"{sign}_tie_shared", _tied(_equal_or_nan)),
        ),
        value_terms=_chosen_terms(largest),
        torch=word,
        python=f"torch.{word}({{0}})",
        samples=(Sample((_MATRIX,), _ALL), Sample((1.5,), _ALL)),
        edges=(Sample((_TIED,), _ALL), *(Sample((values,), _ALL) for values in _UNUSUAL)),
    )(whole)

    def first_tied(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return _tied(_equal)(xp, out, inputs, attrs)

    primitive(
        f"{word}_dim",
        glyph=word,
        formula=formula,
        vjps=(_chosen(_first_mask(largest), False, "[a = z]", f"{sign}_first", first_tied),),
        value_terms=_chosen_terms(largest),
        torch=word,
        python=call(word, ".values", all_axes="0"),
        samples=samples[1:],
        edges=(*ties[:1], *unusual),
    )(whole)

    def position_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a = inputs[0]
        sources = tuple(Source(0, place) for place in summed(a.shape, attrs, index))
        return [Term((Factor(rf"\arg\{word} a", element(out, index), sources),))]

    primitive(
        f"arg{word}",
        glyph=f"arg{word}",
        formula=rf"z = \arg\{word} a",
        vjps=(FIXED,),
        value_terms=position_terms,
        torch=f"arg{word}",
        python=call(f"arg{word}"),
        samples=samples,
        edges=(*ties, *unusual),
    )(where)


_extremes(largest=True)
_extremes(largest=False)
