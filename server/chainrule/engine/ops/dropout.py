"""Dropout: some elements are set to 0, the others scaled so that the mean stays."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import FIXED, Inputs, Sample, elementwise, number, primitive
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element

_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_MASK = [[True, False, True], [True, True, False]]
_SCALE = r"\frac{1}{1 - p}"


def _scale(attrs: Attrs) -> float:
    """1/(1 − p); 0 where all is dropped."""
    return 1.0 / (1.0 - attrs["p"]) if attrs["p"] < 1.0 else 0.0


def _local(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    local = xp.astype(inputs[1], out.dtype)
    local *= number(xp, _scale(attrs), out)
    return local


def _value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    a = Factor("a", element(inputs[0], index), (Source(0, index),))
    b = Factor("b", element(inputs[1], index), (Source(1, index),))
    return [Term((a, b, constant(_SCALE, _scale(attrs))))]


def _call(arguments: Sequence[str], attrs: Attrs) -> str:
    return f"{arguments[0]} * {arguments[1]} * {_scale(attrs)!r}"


@primitive(
    "dropout",
    glyph="drop",
    formula=rf"z = a\,b\,{_SCALE}",
    vjps=(elementwise(0, _local, r"\frac{b}{1 - p}", reads=(1,)), FIXED),
    value_terms=_value_terms,
    torch="nn.functional.dropout",
    python=_call,
    samples=(
        Sample((_MATRIX, _MASK), {"p": 0.5}),
        Sample((_MATRIX, _MASK), {"p": 0.1}),
        Sample((_MATRIX, [[False] * 3] * 2), {"p": 1.0}),
        Sample((1.5, True), {"p": 0.25}),
    ),
    edges=(Sample(([float("nan"), float("inf"), float("inf")], [False, True, False]), {"p": 0.5}),),
)
def dropout(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    out = inputs[0] * xp.astype(inputs[1], inputs[0].dtype)
    out *= number(xp, _scale(attrs), out)
    return out
