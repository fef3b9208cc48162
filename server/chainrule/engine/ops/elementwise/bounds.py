"""Values held between two bounds."""

from __future__ import annotations

from collections.abc import Sequence

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Apply, Bind, Bound, Inputs, Local, Sample, Vjp, number, primitive, routing
from chainrule.engine.ops.elementwise.binding import keep_where
from chainrule.engine.ops.elementwise.samples import INF, ONE_EDGES
from chainrule.engine.terms import Attrs

_MATRIX = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_AT_BOUNDS = [-2.0, -1.0, -0.5, 0.0, 1.0, 3.0]


def _held(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    """The function of a; where the bounds are crossed the upper one holds."""
    low, high = attrs["min"], attrs["max"]
    below = None if low is None else number(xp, low, inputs[0])
    above = None if high is None else number(xp, high, inputs[0])

    def held(a: Array) -> Array:
        if below is not None:
            a = xp.maximum(a, below)
        return a if above is None else xp.minimum(a, above)

    return held


def _inside(closed: bool) -> tuple[Local, Local]:
    """Whether an element is not held, with or without the bounds themselves; and whether it stands on one."""

    def inside(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a, low, high = inputs[0], attrs["min"], attrs["max"]
        if low is None:
            return a <= high if closed else a < high
        above = a >= low if closed else a > low
        if high is None:
            return above
        return above & (a <= high if closed else a < high)

    def on_bound(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        a, low, high = inputs[0], attrs["min"], attrs["max"]
        if low is None:
            return a == high
        return a == low if high is None else (a == low) | (a == high)

    return inside, on_bound


def _through(closed: bool, formula: str, convention: str) -> Vjp:
    inside, on_bound = _inside(closed)

    def mask(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return xp.astype(inside(xp, out, inputs, attrs), out.dtype)

    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return keep_where(xp, inside(xp, out, inputs, attrs), g)

    def bind(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
        return lambda g, a: keep_where(xp, inside(xp, out, (a,), attrs), g)

    quick: Apply = apply
    bound: Bind = bind
    return routing(
        0, mask, formula, reads=(0,), convention=convention, at_kink=on_bound, apply=quick, bind=bound
    )


@primitive(
    "clip",
    glyph="clip",
    formula=r"z = \operatorname{clip} a",
    vjps=(_through(closed=True, formula=r"[\mathrm{min} \le a \le \mathrm{max}]", convention="clip_bound"),),
    torch="clamp",
    python="torch.clamp({0})",
    samples=(
        Sample((_MATRIX,), {"min": -0.75, "max": 1.5}),
        Sample((_MATRIX,), {"min": 0.25, "max": None}),
        Sample((_MATRIX,), {"min": None, "max": 0.25}),
        Sample((-0.375,), {"min": -1.0, "max": 1.0}),
    ),
    edges=(
        Sample((_AT_BOUNDS,), {"min": -1.0, "max": 1.0}),
        Sample((_AT_BOUNDS,), {"min": 1.0, "max": -1.0}),
        *(Sample(edge.inputs, {"min": 0.0, "max": None}) for edge in ONE_EDGES),
        *(Sample(edge.inputs, {"min": -1.0, "max": 1.0}) for edge in ONE_EDGES),
    ),
    bind=_held,
)
def clip(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _held(xp, inputs, attrs)(inputs[0])


def _hardtanh_call(arguments: Sequence[str], attrs: Attrs) -> str:
    return f"torch.nn.functional.hardtanh({arguments[0]}, {attrs['min']!r}, {attrs['max']!r})"


@primitive(
    "hardtanh",
    glyph="hardtanh",
    formula=r"z = \operatorname{clip} a",
    vjps=(_through(closed=False, formula=r"[\mathrm{min} < a < \mathrm{max}]", convention="hardtanh_bound"),),
    torch="nn.functional.hardtanh",
    python=_hardtanh_call,
    samples=(
        Sample((_MATRIX,), {"min": -1.0, "max": 1.0}),
        Sample((_MATRIX,), {"min": 0.0, "max": 6.0}),
        Sample((-0.375,), {"min": -1.0, "max": 1.0}),
    ),
    edges=(
        Sample((_AT_BOUNDS,), {"min": -1.0, "max": 1.0}),
        # No NaN: PyTorch's gradient there depends on where in memory it stands.
        Sample(([0.0, -0.0, INF, -INF, 200.0, -200.0],), {"min": 0.0, "max": 6.0}),
    ),
    bind=_held,
)
def hardtanh(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _held(xp, inputs, attrs)(inputs[0])
