"""Losses of pairs: from predictions and targets of one shape to one number (or to one for each pair)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from chainrule.engine.backend import Array, HostArray, Namespace, host
from chainrule.engine.op import FIXED, Inputs, Op, Sample, Vjp, number, primitive
from chainrule.engine.ops.loss import arriving, reduced, share
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, broadcast_index, constant, element

_A = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_B = [[1.5, 0.25, -2.0], [-1.0, 2.5, 0.8]]
_P = [[0.5, 0.125, 0.9], [0.25, 0.625, 0.3]]
_Q = [[1.0, 0.0, 0.75], [0.5, 1.0, 0.2]]
_NAN, _INF = float("nan"), float("inf")
REDUCTIONS = ("mean", "sum", "none")

Each = Callable[[Namespace, Inputs, Attrs], Array]
"""(xp, inputs, attrs) → a new array of the shape of the first input."""


def weight_factors(array: Array, attrs: Attrs) -> tuple[Factor, ...]:
    """The factor 1/n of a mean; none otherwise."""
    return (constant(r"\frac{1}{n}", share(array, attrs)),) if attrs["reduction"] == "mean" else ()


def _at(inputs: Inputs, index: Index) -> tuple[list[HostArray], tuple[Source, ...]]:
    """What stands at an index: arrays of one element on the host, and where they came from."""
    places = [broadcast_index(index, x.shape) for x in inputs]
    one = [host.asarray([element(x, place)]) for x, place in zip(inputs, places, strict=True)]
    return one, tuple(Source(k, place) for k, place in enumerate(places))


def pair_loss(
    name: str,
    *,
    each: Each,
    slopes: tuple[Each, ...],
    each_label: str,
    slope_labels: tuple[str, ...],
    samples: tuple[Sample, ...],
    edges: tuple[Sample, ...],
    glyph: str,
    python: str | Callable[[Sequence[str], Attrs], str],
    kink: tuple[str, Each] | None = None,
    fixed: int = 0,
) -> Op:
    """Register a loss that is a mean (a sum, nothing) over pairs.

    Parameters
    ----------
    each, each_label
        The loss of each pair, and its formula.
    slopes, slope_labels
        Its derivatives by the arguments, and their formulas.
    kink
        Code of a convention, and where it is made, for each pair.
    fixed
        How many further arguments there may be that no gradient passes.
    """

    def value(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
        return reduced(xp, each(xp, inputs, attrs), attrs)

    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        a = inputs[0]
        places = [index] if attrs["reduction"] == "none" else list(host.ndindex(*a.shape))
        weight = weight_factors(a, attrs)
        result = []
        for place in places:
            one, sources = _at(inputs, place)
            result.append(Term((Factor(each_label, each(host, one, attrs).item(), sources), *weight)))
        return result

    def rule(argument: int) -> Vjp:
        slope, label = slopes[argument], slope_labels[argument]

        def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
            result = slope(xp, inputs, attrs)
            if attrs["reduction"] == "mean":
                g = g * number(xp, share(inputs[0], attrs), out)
            return result * g

        def terms(
            xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
        ) -> list[Term]:
            one, sources = _at(inputs, index)
            local = Factor(label, slope(host, one, attrs).item(), sources)
            return [Term((arriving(g, index), *weight_factors(inputs[0], attrs), local))]

        def at_kink(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
            assert kink is not None
            there = kink[1](xp, inputs, attrs)
            return there if attrs["reduction"] == "none" else xp.any(there)

        return Vjp(
            "dense",
            apply,
            rf"\frac{{1}}{{n}} {label}",
            terms,
            reads=(0, 1, 2)[: 2 + fixed],
            convention=kink[0] if kink else None,
            at_kink=at_kink if kink else None,
        )

    return primitive(
        name,
        glyph=glyph,
        formula=rf"z = \frac{{1}}{{n}} \sum {each_label}",
        vjps=(rule(0), rule(1), *(FIXED,) * fixed),
        value_terms=value_terms,
        torch=f"nn.functional.{name}",
        python=python,
        samples=samples,
        edges=edges,
        optional=fixed,
    )(value)


def _samples(
    a: Any, b: Any, attrs: tuple[dict[str, Any], ...] = ({},), number: tuple[float, float] = (1.5, -0.5)
) -> tuple[Sample, ...]:
    return (
        *(Sample((a, b), {"reduction": reduction, **more}) for more in attrs for reduction in REDUCTIONS),
        Sample(number, {"reduction": "mean", **attrs[0]}),
    )


# -- absolute and Huber's


def _absolute(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.abs(inputs[0] - inputs[1])


def _sign_of_difference(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    # Not xp.sign: PyTorch's sign of what is not a number is 0.
    difference = inputs[0] - inputs[1]
    dtype = difference.dtype
    return xp.astype(difference > 0.0, dtype) - xp.astype(difference < 0.0, dtype)


def _opposite(slope: Each) -> Each:
    return lambda xp, inputs, attrs: -slope(xp, inputs, attrs)


def _equal(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0] == inputs[1]


_PAIR_EDGE = ([_NAN, _INF, 1.0, -_INF], [1.0, 2.0, 1.0, 0.5])
_PAIR_EDGES = tuple(Sample(_PAIR_EDGE, {"reduction": reduction}) for reduction in ("mean", "none"))

l1_loss = pair_loss(
    "l1_loss",
    each=_absolute,
    slopes=(_sign_of_difference, _opposite(_sign_of_difference)),
    each_label="|a - b|",
    slope_labels=(r"\operatorname{sign}(a - b)", r"\operatorname{sign}(b - a)"),
    samples=_samples(_A, _B),
    edges=_PAIR_EDGES,
    glyph="L1",
    python="torch.nn.functional.l1_loss({0}, {1})",
    kink=("abs_zero", _equal),
)


def _huber(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    # c (|d| − c/2) with c = min(|d|, δ) is d²/2 inside and δ (|d| − δ/2) outside, without a branch.
    # Two bounds, where one would do: NumPy is quicker with both.
    distance = xp.abs(inputs[0] - inputs[1])
    near = xp.clip(distance, 0.0, attrs["delta"])
    return near * (distance - 0.5 * near)


def _huber_slope(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.clip(inputs[0] - inputs[1], -attrs["delta"], attrs["delta"])


huber_loss = pair_loss(
    "huber_loss",
    each=_huber,
    slopes=(_huber_slope, _opposite(_huber_slope)),
    each_label=r"\operatorname{huber}(a - b)",
    slope_labels=(
        r"\operatorname{clip}(a - b, -\delta, \delta)",
        r"\operatorname{clip}(b - a, -\delta, \delta)",
    ),
    samples=_samples(_A, _B, ({"delta": 1.0}, {"delta": 2.25})),
    edges=tuple(Sample(s.inputs, {**s.attrs, "delta": 1.0}) for s in _PAIR_EDGES),
    glyph="Huber",
    python="torch.nn.functional.huber_loss({0}, {1})",
)


def _smooth_l1(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    distance = xp.abs(inputs[0] - inputs[1])
    near = xp.clip(distance, 0.0, attrs["beta"])
    return near * (distance - 0.5 * near) / attrs["beta"]


def _smooth_l1_slope(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return xp.clip((inputs[0] - inputs[1]) / attrs["beta"], -1.0, 1.0)


smooth_l1_loss = pair_loss(
    "smooth_l1_loss",
    each=_smooth_l1,
    slopes=(_smooth_l1_slope, _opposite(_smooth_l1_slope)),
    each_label=r"\operatorname{smooth}|a - b|",
    slope_labels=(
        r"\operatorname{clip}(\frac{a - b}{\beta}, -1, 1)",
        r"\operatorname{clip}(\frac{b - a}{\beta}, -1, 1)",
    ),
    samples=_samples(_A, _B, ({"beta": 1.0}, {"beta": 2.25})),
    edges=tuple(Sample(s.inputs, {**s.attrs, "beta": 1.0}) for s in _PAIR_EDGES),
    glyph="L1",
    python="torch.nn.functional.smooth_l1_loss({0}, {1})",
)


# -- binary cross-entropy


def _bce(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    p, y = inputs
    # PyTorch keeps each logarithm above −100, so that a wrong certainty costs much and not everything.
    return (y - 1.0) * xp.clip(xp.log1p(-p), -100.0, 0.0) - y * xp.clip(xp.log(p), -100.0, 0.0)


_TINY = float(host.float32(1e-12))
"""PyTorch's smallest p (1 − p), written in float32 there."""


def _bce_slope(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    p, y = inputs
    return (p - y) / xp.clip((1.0 - p) * p, _TINY, 1.0)


def _bce_target_slope(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    p = inputs[0]
    return xp.log1p(-p) - xp.log(p)


binary_cross_entropy = pair_loss(
    "binary_cross_entropy",
    each=_bce,
    slopes=(_bce_slope, _bce_target_slope),
    each_label=r"-(b \log a + (1 - b) \log(1 - a))",
    slope_labels=(r"\frac{a - b}{a (1 - a)}", r"\log \frac{1 - a}{a}"),
    samples=_samples(_P, _Q, number=(0.375, 1.0)),
    edges=(Sample(([0.0, 1.0, 1.0, 0.0], [1.0, 0.5, 1.0, 0.0]), {"reduction": "none"}),),
    glyph="BCE",
    python="torch.nn.functional.binary_cross_entropy({0}, {1})",
)


def _log_of_negative_sigmoid(xp: Namespace, x: Array) -> Array:
    """−log σ(x) = log(1 + e^−x), without overflow."""
    return xp.log1p(xp.exp(-xp.abs(x))) + xp.clip(-x, 0.0, _INF)


def sigmoid(xp: Namespace, x: Array) -> Array:
    """σ without overflow: e^−|x| is at most 1."""
    return 1.0 / (1.0 + xp.exp(-x))


def _logits(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    x, y = inputs[0], inputs[1]
    cost = _log_of_negative_sigmoid(xp, x)
    if len(inputs) > 2:
        cost = cost * ((inputs[2] - 1.0) * y + 1.0)
    return (1.0 - y) * x + cost


def _logits_slope(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    x, y = inputs[0], inputs[1]
    p = sigmoid(xp, x)
    if len(inputs) < 3:
        return p - y
    positive = inputs[2] * y
    return (positive + 1.0 - y) * p - positive


def _logits_target_slope(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    x = inputs[0]
    if len(inputs) < 3:
        return -x
    return inputs[2] * _log_of_negative_sigmoid(xp, x) - _log_of_negative_sigmoid(xp, -x)


def _logits_call(arguments: Sequence[str], attrs: Attrs) -> str:
    weight = f", pos_weight={arguments[2]}" if len(arguments) > 2 else ""
    call = f"{arguments[0]}, {arguments[1]}, reduction={attrs['reduction']!r}{weight}"
    return f"torch.nn.functional.binary_cross_entropy_with_logits({call})"


binary_cross_entropy_with_logits = pair_loss(
    "binary_cross_entropy_with_logits",
    each=_logits,
    slopes=(_logits_slope, _logits_target_slope),
    each_label=r"-(b \log \sigma(a) + (1 - b) \log(1 - \sigma(a)))",
    slope_labels=(r"(\sigma(a) - b)", "(-a)"),
    samples=(
        *_samples(_A, _Q),
        *(Sample((_A, _Q, [2.0, 0.5, 1.5]), {"reduction": reduction}) for reduction in REDUCTIONS),
        Sample(([200.0, -200.0, 90.0], [0.0, 0.25, 1.0]), {"reduction": "mean"}),
    ),
    edges=(Sample(([_NAN, _INF, -_INF, 0.0], [1.0, 0.0, 1.0, 0.5]), {"reduction": "none"}),),
    glyph="BCE",
    python=_logits_call,
    fixed=1,
)
