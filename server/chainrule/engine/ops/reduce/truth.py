"""Whether all, or any, of some elements are true. No gradient passes."""

from __future__ import annotations

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import FIXED, Inputs, Sample, primitive
from chainrule.engine.ops.reduce.axes import summed
from chainrule.engine.ops.reduce.extremes import call
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, element

_MASK = [[True, False, True], [False, False, True]]
_SAMPLES = (
    Sample((_MASK,), {"axis": None, "keepdims": False}),
    Sample((_MASK,), {"axis": (0,), "keepdims": False}),
    Sample((_MASK,), {"axis": (1,), "keepdims": True}),
    Sample((True,), {"axis": None, "keepdims": False}),
)
_EDGES = (Sample(([0.0, float("nan"), -1.0],), {"axis": None, "keepdims": False}),)


def _truth(name: str, symbol: str) -> None:
    def terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        sources = tuple(Source(0, place) for place in summed(inputs[0].shape, attrs, index))
        return [Term((Factor(f"{symbol} a", element(out, index), sources),))]

    @primitive(
        name,
        glyph=name,
        formula=f"z = {symbol} a",
        vjps=(FIXED,),
        value_terms=terms,
        torch=name,
        python=call(name),
        samples=_SAMPLES,
        edges=_EDGES,
    )
    def _forward(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
        return getattr(xp, name)(inputs[0], axis=attrs["axis"], keepdims=attrs["keepdims"])


_truth("all", r"\bigwedge")
_truth("any", r"\bigvee")
