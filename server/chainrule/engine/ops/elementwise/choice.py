"""One of two values, as a condition says."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import FIXED, Bound, Inputs, Sample, Vjp, primitive, routing, unbroadcast
from chainrule.engine.ops.elementwise.binding import keep_where
from chainrule.engine.ops.elementwise.samples import INF, NAN
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, broadcast_index, read

_MASK = [[True, False, True], [False, False, True]]
_A = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_B = [[1.5, 0.25, -2.0], [-1.0, 2.5, 0.8]]


def _chosen_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    own = broadcast_index(index, inputs[0].shape)
    which = 1 if bool(inputs[0][own]) else 2
    taken = read("abc"[which], which, inputs[which], index)
    condition = "[a]" if which == 1 else r"[\lnot a]"
    return [Term((Factor(condition, 1.0, (Source(0, own),)), taken))]


def _taken(argument: int) -> Vjp:
    """The VJP of the value for true (argument 1) or for false (2)."""

    def kept(condition: Array) -> Array:
        return condition if argument == 1 else ~condition

    def mask(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return xp.astype(kept(inputs[0]), out.dtype)

    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        full = keep_where(xp, kept(inputs[0]), g)
        return unbroadcast(xp, full, inputs[argument].shape)

    def bind(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
        return lambda g, condition: keep_where(xp, kept(condition), g)

    formula = "[a]" if argument == 1 else r"[\lnot a]"
    return routing(argument, mask, formula, reads=(0,), apply=apply, bind=bind)


@primitive(
    "where",
    glyph="?:",
    formula=r"z = [a]\,b + [\lnot a]\,c",
    vjps=(FIXED, _taken(1), _taken(2)),
    value_terms=_chosen_terms,
    torch="where",
    python="torch.where({0}, {1}, {2})",
    samples=(
        Sample((_MASK, _A, _B)),
        Sample(([[True], [False]], [0.5, -1.25, 2.0], 1.75)),
        Sample((True, 1.5, -0.5)),
    ),
    edges=(Sample(([True, False, True, False], [NAN, NAN, INF, 1.0], [1.0, 2.0, NAN, -INF])),),
    bind=lambda xp, inputs, attrs: xp.where,
)
def where(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.where(inputs[0], inputs[1], inputs[2])
