"""What quick forms share, and how a gradient is stopped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Bound, Call, Inputs, Writer
from chainrule.engine.terms import Attrs


def named(name: str) -> Callable[[Namespace, Inputs, Attrs], Bound]:
    """The function of the namespace, with nothing before or after it."""
    return lambda xp, inputs, attrs: getattr(xp, name)


def times(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    """The upstream gradient times what is read."""
    product: Bound = xp.multiply
    return product


def sloped(function: Bound, slope: Callable[[Array, Array], tuple[Call, ...]]) -> Writer:
    """The bound VJP (g, array) → g times a local derivative, of which ``slope`` prepares the calls."""

    def into(out: Array, g: Array, array: Array) -> tuple[Call, ...]:
        return *slope(out, array), partial(host.multiply, g, out, out)

    return Writer(function, into, slope)


_BIG = 1024
"""Elements beyond which a choice takes ten times as long as a product."""


def keep_where(xp: Namespace, kept: Array, g: Array) -> Array:
    """``g`` where ``kept`` holds, else 0, even where g is NaN or infinite."""
    if xp is host and g.size > _BIG:
        # The same number wherever g is finite.
        product = g * kept
        flat = product.ravel(order="K")  # as it lies in memory
        if host.isfinite(flat.dot(flat)):
            return product
    return xp.where(kept, g, xp.zeros((), dtype=g.dtype, device=g.device))


def keep_where_into(out: Array, kept: Array, g: Array) -> None:
    """:func:`keep_where` into the memory ``out``, which lies in one piece."""
    if g.size > _BIG:
        host.multiply(g, kept, out)
        flat = out.reshape(-1)
        if host.isfinite(flat.dot(flat)):
            return
    out.fill(0.0)
    host.copyto(out, g, where=kept)
