"""The same elements in other places: each goes to one."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Bound, Inputs, Sample, Vjp, primitive
from chainrule.engine.ops.shape.origins import moved_terms, moving
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream

MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
EMPTY: list[list[float]] = [[], []]


def _bound_reshape(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    shape = attrs["shape"]
    return (lambda a: a.reshape(shape)) if xp is host else (lambda a: xp.reshape(a, shape))


def _back(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    shape = tuple(inputs[0].shape)
    return g.reshape(shape) if xp is host else xp.reshape(g, shape)


def _bound_back(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
    shape = inputs[0].shape
    return (lambda g: g.reshape(shape)) if xp is host else None


@primitive(
    "reshape",
    glyph="▭",
    formula=r"z = \operatorname{reshape}(a)",
    vjps=(moving("reshape", _back, bind=_bound_back),),
    value_terms=moved_terms("reshape"),
    torch="reshape",
    python="torch.reshape({0})",
    samples=(
        Sample((MATRIX,), {"shape": (3, 2)}),
        Sample((MATRIX,), {"shape": (6,)}),
        Sample((1.5,), {"shape": (1, 1)}),
        Sample((EMPTY,), {"shape": (0,)}),
    ),
    bind=_bound_reshape,
)
def reshape(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0].reshape(attrs["shape"]) if xp is host else xp.reshape(inputs[0], attrs["shape"])


def _inverse(dims: Sequence[int]) -> tuple[int, ...]:
    return tuple(dims.index(axis) for axis in range(len(dims)))


def _unpermute(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    order = _inverse(attrs["dims"])
    return g.transpose(order) if xp is host else xp.permute_dims(g, order)


def _bound_permute(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    dims = attrs["dims"]
    return (lambda a: a.transpose(dims)) if xp is host else (lambda a: xp.permute_dims(a, dims))


def _bound_unpermute(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
    order = _inverse(attrs["dims"])
    return (lambda g: g.transpose(order)) if xp is host else None


@primitive(
    "permute",
    glyph="ᵀ",
    formula="z = a^{\\top}",
    vjps=(moving("permute", _unpermute, bind=_bound_unpermute),),
    value_terms=moved_terms("permute"),
    torch="permute",
    python="torch.permute({0})",
    samples=(
        Sample((MATRIX,), {"dims": (1, 0)}),
        Sample(([MATRIX, MATRIX],), {"dims": (2, 0, 1)}),
        Sample((1.5,), {"dims": ()}),
        Sample((EMPTY,), {"dims": (0, 1)}),
    ),
    bind=_bound_permute,
)
def permute(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    dims = attrs["dims"]
    return inputs[0].transpose(dims) if xp is host else xp.permute_dims(inputs[0], dims)


@primitive(
    "flip",
    glyph="flip",
    formula=r"z = \operatorname{flip}(a)",
    vjps=(moving("flip", lambda xp, g, out, x, attrs: xp.flip(g, axis=attrs["dims"])),),
    value_terms=moved_terms("flip"),
    torch="flip",
    python="torch.flip({0})",
    samples=(
        Sample((MATRIX,), {"dims": (1,)}),
        Sample((MATRIX,), {"dims": (0, 1)}),
        Sample(([0.5, 1.5, -2.0],), {"dims": (0,)}),
        Sample((EMPTY,), {"dims": (1,)}),
    ),
)
def flip(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.flip(inputs[0], axis=attrs["dims"])


def _unroll(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.roll(g, tuple(-shift for shift in attrs["shifts"]), axis=attrs["dims"])


@primitive(
    "roll",
    glyph="roll",
    formula=r"z = \operatorname{roll}(a)",
    vjps=(moving("roll", _unroll),),
    value_terms=moved_terms("roll"),
    torch="roll",
    python="torch.roll({0})",
    samples=(
        Sample((MATRIX,), {"shifts": (1,), "dims": (1,)}),
        Sample((MATRIX,), {"shifts": (-1, 4), "dims": (0, 1)}),
    ),
)
def roll(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.roll(inputs[0], attrs["shifts"], axis=attrs["dims"])


def _same_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    return [Term((Factor("a", element(inputs[0], index), (Source(0, index),)),))]


@primitive(
    "cast",
    glyph="dtype",
    formula="z = a",
    vjps=(
        Vjp(
            "elementwise",
            lambda xp, g, out, x, attrs: xp.astype(g, x[0].dtype),
            "1",
            lambda xp, g, out, x, attrs, index: [Term((upstream(g, index), constant("1", 1.0)))],
            local=lambda xp, out, x, attrs: xp.ones_like(out),
        ),
    ),
    value_terms=_same_terms,
    torch="to",
    python="{0}.to()",
    samples=(Sample((MATRIX,), {"dtype": "float64"}),),
    edges=(Sample(([0.1, 1e30, float("nan")],), {"dtype": "float32"}),),
)
def cast(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    array, dtype = inputs[0], getattr(xp, attrs["dtype"])
    return array.astype(dtype) if xp is host else xp.astype(array, dtype)
