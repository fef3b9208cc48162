"""What batch normalisation keeps for evaluation: each channel's mean and variance, moved towards those of a batch.

Attribute ``momentum`` m: how much of the batch's own statistic goes in. No gradient passes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import FIXED, Inputs, Sample, primitive
from chainrule.engine.ops.normalisation import CHANNELS, COLUMNS, IMAGES
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, ValueTerms, constant, element

_KEPT = r"(1 - m)"
_SAMPLES = (
    Sample(([0.5, -1.0], COLUMNS), {"momentum": 0.125}),
    Sample(([1.5, 0.25], IMAGES), {"momentum": 0.1}),
    Sample(([0.5, -1.0], COLUMNS), {"momentum": 0.0}),
)
_EDGES = (Sample(([0.5, -1.0], [[1.0, float("nan")], [float("inf"), 2.0]]), {"momentum": 0.5}),)


def _mean(xp: Namespace, x: Array, attrs: Attrs) -> Array:
    return CHANNELS.totals(xp, x) / CHANNELS.count(x, attrs)


def _variance(xp: Namespace, x: Array, attrs: Attrs) -> Array:
    """With Bessel's n − 1, as PyTorch keeps it."""
    deviations = x - CHANNELS.spread(xp, x, _mean(xp, x, attrs), attrs)
    return CHANNELS.totals(xp, deviations * deviations) / (CHANNELS.count(x, attrs) - 1)


def _moved(kept: Array, found: Array, attrs: Attrs) -> Array:
    momentum = attrs["momentum"]
    return kept * (1.0 - momentum) + found * momentum


def _kept(inputs: Inputs, attrs: Attrs, index: Index) -> Term:
    own = Factor("a", element(inputs[0], index), (Source(0, index),))
    return Term((constant(_KEPT, 1.0 - attrs["momentum"]), own))


def _mean_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    x = inputs[1]
    places = CHANNELS.users(x.shape, attrs, index)
    share = constant(r"\frac{m}{n}", attrs["momentum"] / len(places))
    own = (Factor("b", element(x, place), (Source(1, place),)) for place in places)
    return [_kept(inputs, attrs, index), *(Term((share, factor)) for factor in own)]


def _variance_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    x = inputs[1]
    places = CHANNELS.users(x.shape, attrs, index)
    values = [element(x, place) for place in places]
    mean = sum(values) / len(values)
    share = constant(r"\frac{m}{n - 1}", attrs["momentum"] / (len(places) - 1))
    squares = (
        Factor(r"(b - \bar b)^2", (value - mean) * (value - mean), (Source(1, place),))
        for value, place in zip(values, places, strict=True)
    )
    return [_kept(inputs, attrs, index), *(Term((share, factor)) for factor in squares)]


def _call(statistic: str) -> Callable[[Sequence[str], Attrs], str]:
    """Channels are axis 1: all others are brought together."""

    def call(arguments: Sequence[str], attrs: Attrs) -> str:
        kept, x = arguments
        momentum = attrs["momentum"]
        found = f"torch.{statistic}({x}.transpose(0, 1).flatten(1), dim=1)"
        return f"{kept} * {1.0 - momentum!r} + {found} * {momentum!r}"

    return call


def _record(glyph: str, of_batch: str, terms: ValueTerms, statistic: str) -> dict[str, object]:
    return {
        "glyph": glyph,
        "formula": rf"z = {_KEPT}\,a + m\,{of_batch}",
        "vjps": (FIXED, FIXED),
        "value_terms": terms,
        "torch": statistic,
        "python": _call(statistic),
        "samples": _SAMPLES,
        "edges": _EDGES,
    }


@primitive("running_mean", **_record("μ", r"\bar b", _mean_terms, "mean"))
def running_mean(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _moved(inputs[0], _mean(xp, inputs[1], attrs), attrs)


@primitive("running_var", **_record("σ²", r"\frac{1}{n - 1} \sum (b - \bar b)^2", _variance_terms, "var"))
def running_var(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _moved(inputs[0], _variance(xp, inputs[1], attrs), attrs)
