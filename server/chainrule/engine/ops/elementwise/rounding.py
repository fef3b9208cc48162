"""The sign, and rounding: steps, which are flat wherever they have a slope."""

from __future__ import annotations

from collections.abc import Callable

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, Local, Sample, Vjp, elementwise, primitive
from chainrule.engine.ops.elementwise.binding import named
from chainrule.engine.ops.elementwise.samples import ONE_EDGES, ONES
from chainrule.engine.terms import Attrs

_BETWEEN = (Sample(([[0.25, -1.25, 2.125], [3.375, 0.75, -0.625]],)), Sample((-0.375,)))
_HALVES = Sample(([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 3.0, -3.0],))


def _flat(at_jump: Local) -> tuple[Vjp]:
    """The VJP of a step: 0 everywhere, whatever arrives, NaN included."""

    def zero(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return xp.zeros_like(out)

    def everywhere(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return xp.ones_like(out, dtype=xp.bool)

    return (
        elementwise(
            0,
            zero,
            "0",
            convention="step_flat",
            at_kink=at_jump,
            zero_where=everywhere,
            apply=lambda xp, g, out, x, attrs: xp.zeros_like(g),
        ),
    )


def _rounding(name: str, glyph: str, formula: str, at_jump: Callable[[Namespace, Array], Array]) -> None:
    @primitive(
        name,
        glyph=glyph,
        formula=formula,
        vjps=_flat(lambda xp, out, x, attrs: at_jump(xp, x[0])),
        torch=name,
        python=f"torch.{name}({{0}})",
        samples=_BETWEEN,
        edges=(*ONE_EDGES, _HALVES),
        bind=named(name),
    )
    def _forward(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
        return getattr(xp, name)(inputs[0])


def _whole(xp: Namespace, a: Array) -> Array:
    return xp.floor(a) == a


def _half(xp: Namespace, a: Array) -> Array:
    return xp.floor(a) + 0.5 == a


def _whole_but_zero(xp: Namespace, a: Array) -> Array:
    return (xp.floor(a) == a) & (a != 0.0)


_rounding("floor", "⌊x⌋", r"z = \lfloor a \rfloor", _whole)
_rounding("ceil", "⌈x⌉", r"z = \lceil a \rceil", _whole)
_rounding("round", "round", r"z = \operatorname{round} a", _half)
_rounding("trunc", "trunc", r"z = \operatorname{trunc} a", _whole_but_zero)


@primitive(
    "sign",
    glyph="sign",
    formula=r"z = \operatorname{sign} a",
    vjps=_flat(lambda xp, out, x, attrs: x[0] == 0.0),
    torch="sign",
    python="torch.sign({0})",
    samples=ONES,
    edges=ONE_EDGES,
)
def sign(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    # 0 for NaN: PyTorch's, not the array standard's.
    a = inputs[0]
    return xp.astype(a > 0, a.dtype) - xp.astype(a < 0, a.dtype)
