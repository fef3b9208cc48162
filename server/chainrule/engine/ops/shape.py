"""Ops that move elements or change their type, and compute nothing."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Inputs, Sample, Vjp, primitive
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream

_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]


def _flat(index: Index, shape: Sequence[int]) -> int:
    position = 0
    for i, size in zip(index, shape, strict=True):
        position = position * size + i
    return position


def _unflat(position: int, shape: Sequence[int]) -> Index:
    index = []
    for size in reversed(shape):
        position, i = divmod(position, size)
        index.append(i)
    return tuple(reversed(index))


def _moved_terms(out: Array, inputs: Inputs, place: Index) -> list[Term]:
    return [Term((Factor("a", element(inputs[0], place), (Source(0, place),)),))]


def _passed_terms(g: Array, place: Index) -> list[Term]:
    return [Term((upstream(g, place), constant("1", 1.0)))]


@primitive(
    "reshape",
    glyph="▭",
    formula=r"z = \operatorname{reshape}(a)",
    vjps=(
        Vjp(
            "routing",
            lambda xp, g, out, x, attrs: xp.reshape(g, x[0].shape),
            r"1",
            lambda xp, g, out, x, attrs, index: _passed_terms(
                g, _unflat(_flat(index, x[0].shape), out.shape)
            ),
        ),
    ),
    value_terms=lambda out, x, attrs, index: _moved_terms(
        out, x, _unflat(_flat(index, out.shape), x[0].shape)
    ),
    torch="reshape",
    python="torch.reshape({0})",
    samples=(Sample((_MATRIX,), {"shape": (3, 2)}), Sample((_MATRIX,), {"shape": (6,)})),
)
def reshape(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.reshape(inputs[0], attrs["shape"])


def _inverse(dims: Sequence[int]) -> tuple[int, ...]:
    return tuple(dims.index(axis) for axis in range(len(dims)))


@primitive(
    "permute",
    glyph="ᵀ",
    formula="z = a^{\\top}",
    vjps=(
        Vjp(
            "routing",
            lambda xp, g, out, x, attrs: xp.permute_dims(g, _inverse(attrs["dims"])),
            "1",
            lambda xp, g, out, x, attrs, index: _passed_terms(g, tuple(index[d] for d in attrs["dims"])),
        ),
    ),
    value_terms=lambda out, x, attrs, index: _moved_terms(
        out, x, tuple(index[k] for k in _inverse(attrs["dims"]))
    ),
    torch="permute",
    python="torch.permute({0})",
    samples=(
        Sample((_MATRIX,), {"dims": (1, 0)}),
        Sample(([_MATRIX, _MATRIX],), {"dims": (2, 0, 1)}),
    ),
)
def permute(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.permute_dims(inputs[0], attrs["dims"])


@primitive(
    "cast",
    glyph="dtype",
    formula="z = a",
    vjps=(
        Vjp(
            "elementwise",
            lambda xp, g, out, x, attrs: xp.astype(g, x[0].dtype),
            "1",
            lambda xp, g, out, x, attrs, index: _passed_terms(g, index),
            local=lambda xp, out, x, attrs: xp.ones_like(out),
        ),
    ),
    value_terms=lambda out, x, attrs, index: _moved_terms(out, x, index),
    torch="to",
    python="{0}.to()",
    samples=(Sample((_MATRIX,), {"dtype": "float64"}),),
    edges=(Sample(([0.1, 1e30, float("nan")],), {"dtype": "float32"}),),
)
def cast(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    array, dtype = inputs[0], getattr(xp, attrs["dtype"])
    return array.astype(dtype) if xp is host else xp.astype(array, dtype)
