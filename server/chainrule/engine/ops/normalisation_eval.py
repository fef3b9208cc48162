"""Batch normalisation in evaluation: with the mean and the variance that training has kept."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import FIXED, Inputs, Sample, Vjp, primitive
from chainrule.engine.ops.normalisation import CHANNELS, COLUMNS, EPS, IMAGES, bias_vjp
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, element, upstream

_NAN, _INF = float("nan"), float("inf")


def _scale(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return 1.0 / xp.sqrt(CHANNELS.spread(xp, inputs[0], inputs[2], attrs) + attrs["eps"])


def _standard(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    out = inputs[0] - CHANNELS.spread(xp, inputs[0], inputs[1], attrs)
    out *= _scale(xp, inputs, attrs)
    return out


def _eval_local(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    scale = _scale(xp, inputs, attrs)
    return scale * CHANNELS.spread(xp, inputs[0], inputs[3], attrs) if len(inputs) > 3 else scale


def _eval_into_x(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return g * _eval_local(xp, out, inputs, attrs)


def _eval_scale(inputs: Inputs, attrs: Attrs, channel: Index) -> Factor:
    value = 1.0 / math.sqrt(element(inputs[2], channel) + attrs["eps"])
    return Factor(r"\frac{1}{\sqrt{c + \epsilon}}", value, (Source(2, channel),))


def _eval_difference(inputs: Inputs, index: Index, channel: Index) -> Factor:
    value = element(inputs[0], index) - element(inputs[1], channel)
    return Factor("(a - b)", value, (Source(0, index), Source(1, channel)))


def _eval_weight(inputs: Inputs, channel: Index) -> tuple[Factor, ...]:
    if len(inputs) < 4:
        return ()
    return (Factor("d", element(inputs[3], channel), (Source(3, channel),)),)


def _eval_x_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    channel = index[1:2]
    return [Term((upstream(g, index), _eval_scale(inputs, attrs, channel), *_eval_weight(inputs, channel)))]


def _eval_into_weight(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    full = _standard(xp, inputs, attrs)
    full *= g
    return CHANNELS.gathered(xp, full, inputs[3], attrs)


def _eval_weight_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    scale = _eval_scale(inputs, attrs, index)
    return [
        Term((upstream(g, place), _eval_difference(inputs, place, index), scale))
        for place in CHANNELS.users(inputs[0].shape, attrs, index)
    ]


def _eval_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    channel = index[1:2]
    difference, scale = _eval_difference(inputs, index, channel), _eval_scale(inputs, attrs, channel)
    result = [Term((difference, scale, *_eval_weight(inputs, channel)))]
    if len(inputs) > 4:
        result.append(Term((Factor("e", element(inputs[4], channel), (Source(4, channel),)),)))
    return result


def _eval_call(arguments: Sequence[str], attrs: Attrs) -> str:
    return f"torch.nn.functional.batch_norm({', '.join(arguments)}, eps={attrs['eps']!r})"


@primitive(
    "batch_norm_eval",
    glyph="BN",
    formula=r"z = \frac{a - b}{\sqrt{c + \epsilon}}\,d + e",
    vjps=(
        Vjp("elementwise", _eval_into_x, r"\frac{d}{\sqrt{c + \epsilon}}", _eval_x_terms,
            local=_eval_local, reads=(2, 3)),
        FIXED,
        FIXED,
        Vjp("dense", _eval_into_weight, r"\frac{a - b}{\sqrt{c + \epsilon}}", _eval_weight_terms,
            reads=(0, 1, 2)),
        bias_vjp(CHANNELS, 4),
    ),
    value_terms=_eval_terms,
    torch="nn.functional.batch_norm",
    python=_eval_call,
    samples=(
        Sample((COLUMNS, [0.5, 1.0], [2.0, 0.75], [1.5, -0.5], [0.25, 1.0]), EPS),
        Sample((COLUMNS, [0.5, 1.0], [2.0, 0.75]), EPS),
        Sample((IMAGES, [0.5, 1.0], [2.0, 0.75], [1.5, -0.5], [0.25, 1.0]), EPS),
    ),
    edges=(Sample(([[1.0, _NAN], [_INF, 2.0]], [0.5, 1.0], [2.0, 0.75], [1.5, -0.5], [0.25, 1.0]), EPS),),
    optional=2,
)  # fmt: skip
def batch_norm_eval(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    x = inputs[0]
    out = _standard(xp, inputs, attrs)
    if len(inputs) > 3:
        out *= CHANNELS.spread(xp, x, inputs[3], attrs)
    if len(inputs) > 4:
        out += CHANNELS.spread(xp, x, inputs[4], attrs)
    return out
