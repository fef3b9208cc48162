"""Losses: from predictions and targets to one number."""

from __future__ import annotations

import math
from functools import partial

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Bound, Call, Inputs, Sample, Vjp, Writer, number, primitive
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream

_A = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_B = [[1.5, 0.25, -2.0], [-1.0, 2.5, 0.8]]


def share(array: Array, attrs: Attrs) -> float:
    """The weight of one element: 1/n for a mean."""
    return 1.0 / max(1, math.prod(array.shape)) if attrs["reduction"] == "mean" else 1.0


def reduced(xp: Namespace, values: Array, attrs: Attrs) -> Array:
    """The mean, the sum, or each by itself."""
    reduction = attrs["reduction"]
    if reduction == "none":
        return values
    if xp is host:
        total = host.add.reduce(values, axis=None)
        return total / values.dtype.type(values.size) if reduction == "mean" else total
    return xp.mean(values) if reduction == "mean" else xp.sum(values)


def arriving(g: Array, index: Index) -> Factor:
    """The upstream gradient that an element sees."""
    return upstream(g, index if g.shape else ())


def _difference(inputs: Inputs, index: Index, sign: float) -> Factor:
    a, b = element(inputs[0], index), element(inputs[1], index)
    label = "2(a - b)" if sign > 0 else "2(b - a)"
    return Factor(label, sign * 2.0 * (a - b), (Source(0, index), Source(1, index)))


def _mse_value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    places = [index] if out.shape else list(host.ndindex(*inputs[0].shape))
    weight = (constant(r"\frac{1}{n}", share(inputs[0], attrs)),) if attrs["reduction"] == "mean" else ()
    result = []
    for place in places:
        a, b = element(inputs[0], place), element(inputs[1], place)
        squared = Factor("(a - b)^2", (a - b) * (a - b), (Source(0, place), Source(1, place)))
        result.append(Term((squared, *weight)))
    return result


def _mse_rule(sign: float) -> Vjp:
    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return (g * number(xp, sign * 2.0 * share(inputs[0], attrs), out)) * (inputs[0] - inputs[1])

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        weight = (constant(r"\frac{1}{n}", share(inputs[0], attrs)),) if attrs["reduction"] == "mean" else ()
        return [Term((arriving(g, index), *weight, _difference(inputs, index, sign)))]

    def bind(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
        scale = number(xp, sign * 2.0 * share(inputs[0], attrs), out)

        def into(out: Array, g: Array, a: Array, b: Array) -> tuple[Call, ...]:
            scaled = host.asarray(g * scale)
            calls = partial(host.subtract, a, b, out), partial(host.multiply, scaled, out, out)
            return (partial(host.multiply, g, scale, scaled), *calls) if g.flags.writeable else calls

        return Writer(lambda g, a, b: (g * scale) * (a - b), into)

    order = "(a - b)" if sign > 0 else "(b - a)"
    return Vjp("dense", apply, rf"\frac{{2}}{{n}} {order}", terms, reads=(0, 1), bind=bind)


def _bound_mse(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    if xp is not host or attrs["reduction"] != "mean":
        return lambda *arrays: mse_loss.forward(xp, arrays, attrs)
    count = inputs[0].dtype.type(inputs[0].size)

    def forward(a: Array, b: Array) -> Array:
        difference = (a - b).ravel()
        return difference.dot(difference) / count

    def into(out: Array, a: Array, b: Array) -> tuple[Call, ...]:
        difference = host.empty(a.shape, a.dtype)
        flat = difference.reshape(-1)
        return (
            partial(host.subtract, a, b, difference),
            partial(flat.dot, flat, out),
            partial(host.divide, out, number(xp, float(count), out), out),
        )

    return Writer(forward, into)


@primitive(
    "mse_loss",
    glyph="MSE",
    formula=r"z = \frac{1}{n} \sum (a - b)^2",
    vjps=(_mse_rule(1.0), _mse_rule(-1.0)),
    value_terms=_mse_value_terms,
    torch="nn.functional.mse_loss",
    python="torch.nn.functional.mse_loss({0}, {1})",
    samples=(
        *(Sample((_A, _B), {"reduction": reduction}) for reduction in ("mean", "sum", "none")),
        Sample((1.5, -0.5), {"reduction": "mean"}),
    ),
    edges=(Sample(([float("nan"), float("inf"), 1.0], [1.0, 2.0, 1.0]), {"reduction": "mean"}),),
    bind=_bound_mse,
)
def mse_loss(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    difference = inputs[0] - inputs[1]
    if xp is host and attrs["reduction"] == "mean":
        flat = difference.ravel()
        return flat.dot(flat) / flat.dtype.type(flat.size)
    return reduced(xp, difference * difference, attrs)
