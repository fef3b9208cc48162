"""Activations of neurons."""

from __future__ import annotations

from functools import partial

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Bound, Call, Inputs, Writer, elementwise, number, primitive, routing
from chainrule.engine.ops.elementwise.binding import keep_where, keep_where_into, sloped
from chainrule.engine.ops.elementwise.samples import ONE_EDGES, ONES
from chainrule.engine.terms import Attrs


def _bound_sigmoid(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    one, exp, negative = number(xp, 1.0, inputs[0]), xp.exp, xp.negative

    def into(out: Array, a: Array) -> tuple[Call, ...]:
        return (
            partial(negative, a, out),
            partial(exp, out, out),
            partial(host.add, one, out, out),
            partial(host.divide, one, out, out),
        )

    return Writer(lambda a: one / (one + exp(negative(a))), into)


def _sigmoid_slope(out: Array, z: Array) -> tuple[Call, ...]:
    return partial(host.subtract, number(host, 1.0, z), z, out), partial(host.multiply, out, z, out)


def _bound_sigmoid_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    one = number(xp, 1.0, out)
    return sloped(lambda g, z: g * ((one - z) * z), _sigmoid_slope)


@primitive(
    "sigmoid",
    glyph="σ",
    formula=r"z = \frac{1}{1 + e^{-a}}",
    vjps=(
        elementwise(
            0,
            lambda xp, out, x, attrs: (1.0 - out) * out,
            r"(1 - z)\,z",
            reads=("out",),
            apply=lambda xp, g, out, x, attrs: g * ((number(xp, 1.0, out) - out) * out),
            bind=_bound_sigmoid_rule,
        ),
    ),
    torch="sigmoid",
    python="torch.sigmoid({0})",
    samples=ONES,
    edges=ONE_EDGES,
    real=True,
    bind=_bound_sigmoid,
)
def sigmoid(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    # exp may overflow to infinity for very negative arguments; its reciprocal is then the right answer, 0.
    one = number(xp, 1.0, inputs[0])
    return one / (one + xp.exp(-inputs[0]))


def _relu_rule(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    # "Not ≤ 0" rather than "> 0": NaN passes, as in PyTorch.
    return keep_where(xp, ~(out <= 0.0), g)


def _bound_relu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    zero, maximum = number(xp, 0, inputs[0]), xp.maximum
    return Writer(lambda a: maximum(a, zero), lambda out, a: (partial(maximum, a, zero, out=out),))


def _bound_relu_rule(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    zero = number(xp, 0.0, out)

    def into(out: Array, g: Array, z: Array) -> tuple[Call, ...]:
        kept = host.empty(z.shape, bool)
        return (
            partial(host.less_equal, z, zero, kept),
            partial(host.logical_not, kept, kept),
            partial(keep_where_into, out, kept, g),
        )

    return Writer(lambda g, z: keep_where(xp, ~(z <= zero), g), into)


@primitive(
    "relu",
    glyph="relu",
    formula=r"z = \max(0, a)",
    vjps=(
        routing(
            0,
            # "Not ≤ 0" rather than "> 0": NaN passes, as in PyTorch.
            lambda xp, out, x, attrs: xp.where(out <= 0.0, xp.zeros_like(out), xp.ones_like(out)),
            "[a > 0]",
            reads=("out",),
            convention="relu_zero",
            at_kink=lambda xp, out, x, attrs: x[0] == 0.0,
            apply=_relu_rule,
            bind=_bound_relu_rule,
        ),
    ),
    torch="relu",
    python="torch.relu({0})",
    samples=ONES,
    edges=ONE_EDGES,
    bind=_bound_relu,
)
def relu(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.maximum(inputs[0], number(xp, 0, inputs[0]))
