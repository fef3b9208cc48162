"""Any number of arrays as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Bound, Inputs, Repeated, Sample, Vjp, primitive
from chainrule.engine.ops.shape.moves import MATRIX
from chainrule.engine.ops.shape.origins import moved_terms, moving
from chainrule.engine.terms import Attrs


def _part(inputs: Inputs, attrs: Attrs, argument: int) -> tuple[Any, ...]:
    """Where an argument stands in the joined value."""
    axis: int = attrs["dim"]
    start: int = sum(x.shape[axis] for x in inputs[:argument])
    return (slice(None),) * axis + (slice(start, start + inputs[argument].shape[axis]),)


def _cut(argument: int) -> Vjp:
    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return g[(*_part(inputs, attrs, argument), ...)]

    def bind(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
        key = (*_part(inputs, attrs, argument), ...)
        return lambda g: g[key]

    return moving("cat", apply, argument=argument, bind=bind)


def _listed(function: str) -> object:
    def call(arguments: Sequence[str], attrs: Attrs) -> str:
        return f"torch.{function}([{', '.join(arguments)}], dim={attrs['dim']})"

    return call


def _bound_cat(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    axis = attrs["dim"]
    join = host.concatenate if xp is host else xp.concat
    return lambda *arrays: join(arrays, axis=axis)


@primitive(
    "cat",
    glyph="cat",
    formula=r"z = \operatorname{cat}(a, b, \ldots)",
    vjps=Repeated(_cut),
    value_terms=moved_terms("cat"),
    torch="cat",
    python=_listed("cat"),
    samples=(
        Sample((MATRIX, [[1.0, 2.0, 3.0]]), {"dim": 0}),
        Sample((MATRIX, [[1.0], [2.0]], MATRIX), {"dim": 1}),
        Sample(([0.5], [1.5, 2.5], [3.5], [-1.0]), {"dim": 0}),
        Sample((MATRIX,), {"dim": 1}),
        Sample((MATRIX, [[], []]), {"dim": 1}),
    ),
    bind=_bound_cat,
)
def cat(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.concat(list(inputs), axis=attrs["dim"])


def _pick(argument: int) -> Vjp:
    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return g[(*(slice(None),) * attrs["dim"], argument, ...)]

    def bind(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound | None:
        key = (*(slice(None),) * attrs["dim"], argument, ...)
        return lambda g: g[key]

    return moving("stack", apply, argument=argument, bind=bind)


@primitive(
    "stack",
    glyph="stack",
    formula=r"z = \operatorname{stack}(a, b, \ldots)",
    vjps=Repeated(_pick),
    value_terms=moved_terms("stack"),
    torch="stack",
    python=_listed("stack"),
    samples=(
        Sample((MATRIX, MATRIX), {"dim": 0}),
        Sample((MATRIX, [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), {"dim": 1}),
        Sample(([0.5, 1.5], [2.5, 3.5], [-1.0, 0.25]), {"dim": 1}),
        Sample((1.5, 2.5), {"dim": 0}),
        Sample(([], []), {"dim": 0}),
    ),
)
def stack(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.stack(list(inputs), axis=attrs["dim"])
