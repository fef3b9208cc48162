"""gelu: a times the part of a normal distribution that lies below it.

Written as (a + |a| − |a| erfc(|a|/√2)) / 2 it keeps the digits of both tails, without asking for the sign. NumPy
takes twenty passes for that, where compiled code takes one. They are made over blocks that the processor's cache holds.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from chainrule.engine.backend import Array, HostArray, Namespace, host
from chainrule.engine.op import Bound, Inputs, Sample, elementwise, number, primitive
from chainrule.engine.ops.elementwise.error_function import (
    DENSITY,
    log_tail,
    log_tail_into,
    normal_distribution,
)
from chainrule.engine.ops.elementwise.samples import NAN, ONE_EDGES, ONES, with_attrs
from chainrule.engine.terms import Attrs

_BETA = math.sqrt(2.0 / math.pi)
_KAPPA = 0.044715

_BLOCK = 16384
"""Elements of a block."""

_FAR = 42.0
"""From here on the tail is 0 in both types; the polynomials stay finite."""


def _in_blocks(function: Callable[..., None], scratch: int, out: HostArray, *arrays: HostArray) -> HostArray:
    """``function(*blocks of the arrays, block of out, *scratch)`` for one block after another."""
    flat = [array.reshape(-1) for array in (*arrays, out)]
    size = min(out.size, _BLOCK)
    room = [host.empty(size, out.dtype) for _ in range(scratch)]
    for begin in range(0, out.size, _BLOCK):
        parts = [array[begin : begin + _BLOCK] for array in flat]
        function(*parts, *(array[: parts[0].size] for array in room))
    return out


def _value_block(a: HostArray, out: HostArray, x: HostArray, p: HostArray, q: HostArray) -> None:
    host.abs(a, x)
    host.add(a, x, out)
    # Choosing takes as long as three sums.
    if not host.maximum.reduce(x) <= _FAR:
        host.minimum(x, _FAR, out=x)
    log_tail_into(p, x, q)
    host.exp(p, p)
    host.multiply(p, x, p)
    host.subtract(out, p, out)
    host.multiply(out, number(host, 0.5, out), out)


def _value(xp: Namespace, a: Array) -> Array:
    if getattr(xp, "erf", None) is not None:
        return a * normal_distribution(xp, a)
    if xp is host and a.flags.c_contiguous:
        return _in_blocks(_value_block, 3, host.empty(a.shape, a.dtype), a)
    absolute = xp.abs(a)
    x = xp.minimum(absolute, xp.full((), _FAR, dtype=a.dtype, device=a.device))
    return ((a + absolute) - xp.exp(log_tail(xp, x)) * x) * 0.5


def _below(xp: Namespace, out: Array, a: Array) -> Array:
    """Φ(a), of which the value a·Φ(a) is known."""
    if xp is not host or a.size <= 1024:
        return normal_distribution(xp, a)
    # A quotient takes a tenth of the time; it is nothing at 0 and beyond all bounds.
    below: HostArray = out / a
    _mended(below, a)
    return below


def _mended(below: HostArray, a: HostArray) -> None:
    """Φ(a) where a quotient was no number."""
    flat = below.reshape(-1)
    if not host.isfinite(flat.dot(flat)):
        wrong = ~host.isfinite(below)
        below[wrong] = normal_distribution(host, a[wrong])


def _rule_block(g: HostArray, z: HostArray, a: HostArray, out: HostArray, below: HostArray) -> None:
    host.divide(z, a, below)
    _mended(below, a)
    host.multiply(a, a, out)
    host.multiply(out, number(host, -0.5, out), out)
    host.exp(out, out)
    host.multiply(out, number(host, DENSITY, out), out)
    host.multiply(out, a, out)
    host.add(below, out, out)
    host.multiply(g, out, out)


def _slope(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    square = a * a
    if attrs["approximate"] == "none":
        return _below(xp, out, a) + a * (xp.exp(square * -0.5) * DENSITY)
    tanh = xp.tanh(_BETA * (a + _KAPPA * (square * a)))
    inner = _BETA * (1.0 + (3.0 * _KAPPA) * square)
    return 0.5 * (1.0 + tanh) + (0.5 * a) * (1.0 - tanh * tanh) * inner


def _rule(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    exact = xp is host and a.size > 1024 and attrs["approximate"] == "none"
    if exact and all(array.flags.c_contiguous for array in (g, out, a)):
        return _in_blocks(_rule_block, 1, host.empty(a.shape, a.dtype), g, out, a)
    return g * _slope(xp, out, inputs, attrs)


def _bound_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    return lambda g, a, z: _rule(xp, g, z, (a,), attrs)


@primitive(
    "gelu",
    glyph="gelu",
    formula=r"z = a\,\Phi(a)",
    vjps=(
        elementwise(
            0,
            _slope,
            r"\Phi(a) + a\,\varphi(a)",
            reads=(0, "out"),
            apply=_rule,
            bind=_bound_rule,
        ),
    ),
    torch="nn.functional.gelu",
    python="torch.nn.functional.gelu({0})",
    samples=(*with_attrs({"approximate": "none"}, ONES), *with_attrs({"approximate": "tanh"}, ONES)),
    edges=(
        # No infinity: PyTorch's float32 gives NaN there, its float64 does not.
        Sample(([0.0, -0.0, NAN, 200.0, -200.0],), {"approximate": "none"}),
        *with_attrs({"approximate": "tanh"}, ONE_EDGES),
    ),
)
def gelu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    if attrs["approximate"] == "none":
        return _value(xp, a)
    return (0.5 * a) * (1.0 + xp.tanh(_BETA * (a + _KAPPA * (a * a * a))))
