"""Logarithms to other bases, of sums, and what is exact near one."""

from __future__ import annotations

import math

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, Sample, elementwise, primitive
from chainrule.engine.ops.elementwise.binding import named
from chainrule.engine.ops.elementwise.samples import ONE_EDGES, ONES, PAIR_EDGES, PAIRS, POSITIVE
from chainrule.engine.terms import Attrs


@primitive(
    "log1p",
    glyph="ln(1+x)",
    formula=r"z = \ln(1 + a)",
    vjps=(elementwise(0, lambda xp, out, x, attrs: 1.0 / (x[0] + 1.0), r"\frac{1}{1 + a}", reads=(0,)),),
    torch="log1p",
    python="torch.log1p({0})",
    samples=(*POSITIVE, Sample(([-0.75, 1e-9],))),
    edges=(*ONE_EDGES, Sample(([-1.0, -2.0],))),
    real=True,
    bind=named("log1p"),
)
def log1p(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.log1p(inputs[0])


@primitive(
    "expm1",
    glyph="eˣ−1",
    formula="z = e^{a} - 1",
    vjps=(elementwise(0, lambda xp, out, x, attrs: out + 1.0, "z + 1", reads=("out",)),),
    torch="expm1",
    python="torch.expm1({0})",
    samples=(*ONES, Sample(([1e-9],))),
    edges=ONE_EDGES,
    real=True,
    bind=named("expm1"),
)
def expm1(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.expm1(inputs[0])


def _to_base(base: int) -> None:
    scale = math.log(base)

    @primitive(
        f"log{base}",
        glyph=f"log{'₁₀' if base == 10 else '₂'}",
        formula=rf"z = \log_{{{base}}} a",
        vjps=(
            elementwise(
                0,
                lambda xp, out, x, attrs: 1.0 / (x[0] * scale),
                rf"\frac{{1}}{{a \ln {base}}}",
                reads=(0,),
            ),
        ),
        torch=f"log{base}",
        python=f"torch.log{base}({{0}})",
        samples=POSITIVE,
        edges=ONE_EDGES,
        real=True,
        bind=named(f"log{base}"),
    )
    def _forward(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
        return getattr(xp, f"log{base}")(inputs[0])


_to_base(2)
_to_base(10)


@primitive(
    "logaddexp",
    glyph="ln Σ eˣ",
    formula=r"z = \ln(e^{a} + e^{b})",
    vjps=(
        elementwise(
            0,
            lambda xp, out, x, attrs: 1.0 / (1.0 + xp.exp(x[1] - x[0])),
            r"\frac{1}{1 + e^{b - a}}",
            reads=(0, 1),
        ),
        elementwise(
            1,
            lambda xp, out, x, attrs: 1.0 / (1.0 + xp.exp(x[0] - x[1])),
            r"\frac{1}{1 + e^{a - b}}",
            reads=(0, 1),
        ),
    ),
    torch="logaddexp",
    python="torch.logaddexp({0}, {1})",
    samples=PAIRS,
    edges=PAIR_EDGES,
    bind=named("logaddexp"),
)
def logaddexp(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.logaddexp(inputs[0], inputs[1])
