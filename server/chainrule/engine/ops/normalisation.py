"""Normalisation: groups of elements are shifted to mean 0 and scaled to variance 1.

In ``layer_norm`` a group is the last axes of one sample, in ``batch_norm`` one channel of the whole batch. Both are
the same op on other groups. ``batch_norm_eval`` (normalisation_eval.py) takes the mean and the variance as given.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any, Protocol
from weakref import ref

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Inputs, Sample, Vjp, primitive, unbroadcast
from chainrule.engine.ops.remembered import Remembered
from chainrule.engine.ops.scratch import scratch
from chainrule.engine.ops.sums import column_sums, row_sums
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream

_A4 = [[0.5, -1.25, 2.0, 0.25], [3.5, 0.75, -0.5, 1.0]]
IMAGES = [[[[0.5, -1.0], [2.0, 0.25]], [[1.0, 3.5], [-0.75, 0.5]]],
           [[[1.5, 0.75], [-0.25, 1.0]], [[2.5, -1.5], [0.0, 0.25]]]]  # fmt: skip
_W4, _B4 = [1.5, -0.5, 0.75, 2.0], [0.25, -1.0, 0.5, 0.0]
_NAN = float("nan")


class Groups(Protocol):
    """Which elements are normalised together, and where their weights lie."""

    def count(self, x: Array, attrs: Attrs) -> int:
        """How many elements a group has."""

    def sums(self, xp: Namespace, x: Array, attrs: Attrs) -> Array:
        """The sum of each group, of a shape that broadcasts to ``x``."""

    def spread(self, xp: Namespace, x: Array, parameter: Array, attrs: Attrs) -> Array:
        """A weight or bias in a shape that broadcasts to ``x``."""

    def gathered(self, xp: Namespace, full: Array, parameter: Array, attrs: Attrs) -> Array:
        """The adjoint: ``full`` summed to the shape of a weight or bias."""

    def members(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
        """The places of the group that ``index`` is in."""

    def own(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> Index:
        """The place of the weight that meets ``index``."""

    def users(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
        """The places that a weight meets."""


class _Rows:
    """The last axes of one sample; each has a weight of its own."""

    def _split(self, x: Array, attrs: Attrs) -> tuple[int, int]:
        inner = len(attrs["normalized_shape"])
        split = len(x.shape) - inner
        return math.prod(x.shape[:split]), math.prod(x.shape[split:])

    def count(self, x: Array, attrs: Attrs) -> int:
        return math.prod(attrs["normalized_shape"])

    def sums(self, xp: Namespace, x: Array, attrs: Attrs) -> Array:
        shape = x.shape
        inner = len(attrs["normalized_shape"])
        if xp is host:
            total = row_sums(x if len(shape) == 2 and inner == 1 else x.reshape(self._split(x, attrs)))
            return total.reshape((*shape[: len(shape) - inner], *(1,) * inner))
        return xp.sum(x, axis=tuple(range(len(shape) - inner, len(shape))), keepdims=True)

    def spread(self, xp: Namespace, x: Array, parameter: Array, attrs: Attrs) -> Array:
        return parameter

    def gathered(self, xp: Namespace, full: Array, parameter: Array, attrs: Attrs) -> Array:
        if xp is not host:
            return unbroadcast(xp, full, parameter.shape)
        return column_sums(full.reshape(self._split(full, attrs))).reshape(parameter.shape)

    def members(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
        split = len(shape) - len(attrs["normalized_shape"])
        return [(*index[:split], *rest) for rest in product(*map(range, shape[split:]))]

    def own(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> Index:
        return index[len(shape) - len(attrs["normalized_shape"]) :]

    def users(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
        split = len(shape) - len(attrs["normalized_shape"])
        return [(*rest, *index) for rest in product(*map(range, shape[:split]))]


class _Channels:
    """One channel (axis 1) of the whole batch; a channel has one weight."""

    def count(self, x: Array, attrs: Attrs) -> int:
        count: int = math.prod(x.shape) // max(1, x.shape[1])
        return count

    def totals(self, xp: Namespace, x: Array) -> Array:
        """The sum of each channel, (C)."""
        shape = x.shape
        if xp is host:
            if len(shape) == 2:
                return column_sums(x)
            columns = math.prod(shape[2:])
            return column_sums(row_sums(x.reshape(shape[0] * shape[1], columns)).reshape(shape[:2]))
        return xp.sum(x, axis=(0, *range(2, len(shape))))

    def sums(self, xp: Namespace, x: Array, attrs: Attrs) -> Array:
        return self.spread(xp, x, self.totals(xp, x), attrs)

    def spread(self, xp: Namespace, x: Array, parameter: Array, attrs: Attrs) -> Array:
        return xp.reshape(parameter, (x.shape[1], *(1,) * (len(x.shape) - 2)))

    def gathered(self, xp: Namespace, full: Array, parameter: Array, attrs: Attrs) -> Array:
        return self.totals(xp, full)

    def members(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
        return self.users(shape, attrs, index[1:2])

    def own(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> Index:
        return index[1:2]

    def users(self, shape: tuple[int, ...], attrs: Attrs, index: Index) -> list[Index]:
        return [(n, *index, *rest) for n, *rest in product(range(shape[0]), *map(range, shape[2:]))]


_latest: tuple[Any, Any, Any, Any] = (None, None, None, None)
"""What :func:`_normalised` made last, and of what: the VJPs of one node come one after the other and share it."""

_forwards = Remembered()
"""What forward passes made."""


def _forget(of: Any) -> None:
    """The array is gone: nobody will ask again."""
    global _latest
    if _latest[0] is of:
        _latest = (None, None, None, None)


def _normalised(
    xp: Namespace, x: Array, groups: Groups, attrs: Attrs, remember: bool = False
) -> tuple[Array, Array]:
    """â = (a − μ) / √(σ² + ε), and 1/√(σ² + ε) of each group. The variance is the mean square, without Bessel's n − 1.

    The arrays may be asked for again: leave them as they are. With ``remember`` they are soon asked for.
    """
    global _latest
    of, how, hat, scale = _latest
    if of is not None and of() is x and how is attrs:
        return hat, scale
    found = _forwards.take(x, attrs)
    if found is not None:
        hat, scale = found
    else:
        n = groups.count(x, attrs)
        hat = x - groups.sums(xp, x, attrs) / n
        variance = groups.sums(xp, _product(xp, hat, hat), attrs) / n
        variance += attrs["eps"]
        scale = 1.0 / xp.sqrt(variance)
        hat *= scale
    if remember:
        _forwards.put(x, attrs, (hat, scale))
    else:
        _latest = (ref(x, _forget), attrs, hat, scale)
    return hat, scale


def _product(xp: Namespace, a: Array, b: Array) -> Array:
    """The product of both, element by element, not to be handed out."""
    return host.multiply(a, b, scratch(0, a.shape, a.dtype)) if xp is host else a * b


def _forward(xp: Namespace, inputs: Inputs, attrs: Attrs, groups: Groups) -> Array:
    x = inputs[0]
    hat, _ = _normalised(xp, x, groups, attrs, remember=True)
    if len(inputs) < 2:
        return hat * 1.0
    out = hat * groups.spread(xp, x, inputs[1], attrs)
    if len(inputs) > 2:
        out += groups.spread(xp, x, inputs[2], attrs)
    return out


def _into_x(xp: Namespace, g: Array, inputs: Inputs, attrs: Attrs, groups: Groups) -> Array:
    """(gb − mean(gb) − â mean(gb â)) / √(σ² + ε), with the means over a group."""
    x = inputs[0]
    n = groups.count(x, attrs)
    hat, scale = _normalised(xp, x, groups, attrs)
    weighted = g * groups.spread(xp, x, inputs[1], attrs) if len(inputs) > 1 else g * 1.0
    share = scale / n
    product = _product(xp, weighted, hat)
    slope = groups.sums(xp, product, attrs) * share
    shift = groups.sums(xp, weighted, attrs) * share
    if xp is host:
        host.multiply(hat, slope, product)
    else:
        product = hat * slope
    weighted *= scale
    weighted -= product
    weighted -= shift
    return weighted


def _statistics(x: Array, places: list[Index], eps: float) -> tuple[float, float]:
    """μ and 1/√(σ² + ε) of a group, as Python floats."""
    values = [element(x, place) for place in places]
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    return mean, 1.0 / math.sqrt(variance + eps) if variance == variance else _NAN


def _hat(inputs: Inputs, attrs: Attrs, groups: Groups, index: Index) -> Factor:
    x = inputs[0]
    places = groups.members(x.shape, attrs, index)
    mean, scale = _statistics(x, places, attrs["eps"])
    sources = (Source(0, index), *(Source(0, place) for place in places if place != index))
    label = r"\frac{a - \mu}{\sqrt{\sigma^2 + \epsilon}}"
    return Factor(label, (element(x, index) - mean) * scale, sources)


def _parameter(inputs: Inputs, attrs: Attrs, groups: Groups, of: int, index: Index) -> Factor:
    place = groups.own(inputs[0].shape, attrs, index)
    return Factor("abc"[of], element(inputs[of], place), (Source(of, place),))


def _vjps(groups: Groups) -> tuple[Vjp, Vjp, Vjp]:
    def into_x(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return _into_x(xp, g, inputs, attrs, groups)

    def x_terms(
        xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
    ) -> list[Term]:
        x = inputs[0]
        places = groups.members(x.shape, attrs, index)
        n = len(places)
        mean, scale = _statistics(x, places, attrs["eps"])
        own = (element(x, index) - mean) * scale
        result = []
        for place in places:
            other = (element(x, place) - mean) * scale
            factors = [upstream(g, place)]
            if len(inputs) > 1:
                factors.append(_parameter(inputs, attrs, groups, 1, place))
            kronecker = "1" if place == index else "0"
            label = rf"\frac{{{kronecker} - \frac{{1 + \hat{{a}}_i \hat{{a}}_j}}{{n}}}}{{\sqrt{{\sigma^2 + \epsilon}}}}"
            value = (float(place == index) - (1.0 + own * other) / n) * scale
            factors.append(Factor(label, value, (Source(0, index), Source(0, place))))
            result.append(Term(tuple(factors)))
        return result

    def into_weight(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        full = _product(xp, _normalised(xp, inputs[0], groups, attrs)[0], g)
        return groups.gathered(xp, full, inputs[1], attrs)

    def weight_terms(
        xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
    ) -> list[Term]:
        places = groups.users(inputs[0].shape, attrs, index)
        return [Term((upstream(g, place), _hat(inputs, attrs, groups, place))) for place in places]

    return (
        Vjp(
            "dense",
            into_x,
            r"\frac{b}{\sqrt{\sigma^2 + \epsilon}}"
            r"\left(\delta_{ij} - \frac{1 + \hat{a}_i \hat{a}_j}{n}\right)",
            x_terms,
            reads=(0, 1),
        ),
        Vjp("dense", into_weight, r"\frac{a - \mu}{\sqrt{\sigma^2 + \epsilon}}", weight_terms, reads=(0,)),
        bias_vjp(groups, 2),
    )


def bias_vjp(groups: Groups, argument: int) -> Vjp:
    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        return groups.gathered(xp, g, inputs[argument], attrs)

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        places = groups.users(inputs[0].shape, attrs, index)
        return [Term((upstream(g, place), constant("1", 1.0))) for place in places]

    return Vjp("spread", apply, "1", terms)


def _value_terms(groups: Groups) -> Any:
    def value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        factors = [_hat(inputs, attrs, groups, index)]
        if len(inputs) > 1:
            factors.append(_parameter(inputs, attrs, groups, 1, index))
        result = [Term(tuple(factors))]
        if len(inputs) > 2:
            result.append(Term((_parameter(inputs, attrs, groups, 2, index),)))
        return result

    return value_terms


_FORMULA = r"z = \frac{a - \mu}{\sqrt{\sigma^2 + \epsilon}}\,b + c"
ROWS, CHANNELS = _Rows(), _Channels()


def _layer_norm_call(arguments: Any, attrs: Attrs) -> str:
    x, *rest = arguments
    shape = list(attrs["normalized_shape"])
    given = "".join(f", {argument}" for argument in rest)
    return f"torch.nn.functional.layer_norm({x}, {shape}{given}, eps={attrs['eps']!r})"


_LAST = {"normalized_shape": (4,), "eps": 1e-5}


@primitive(
    "layer_norm",
    glyph="LN",
    formula=_FORMULA,
    vjps=_vjps(ROWS),
    value_terms=_value_terms(ROWS),
    torch="nn.functional.layer_norm",
    python=_layer_norm_call,
    samples=(
        Sample((_A4, _W4, _B4), _LAST),
        Sample((_A4, _W4), _LAST),
        Sample((_A4,), {**_LAST, "eps": 0.125}),
        Sample(([_A4, [[1.0, 2.0, -0.5, 0.75], [0.0, 0.5, 1.5, -2.0]]], _W4, _B4), _LAST),
        Sample(([1.0, 2.0, -0.5, 0.75], _W4, _B4), _LAST),
        Sample((IMAGES, [[1.5, -0.5], [0.75, 2.0]], [[0.25, -1.0], [0.5, 0.0]]),
               {"normalized_shape": (2, 2), "eps": 1e-5}),
    ),
    edges=(Sample(([[1.0, _NAN], [2.0, 2.0]], [1.0, 2.0], [0.0, 1.0]),
                  {"normalized_shape": (2,), "eps": 1e-5}),),
    optional=2,
)  # fmt: skip
def layer_norm(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _forward(xp, inputs, attrs, ROWS)


def _batch_norm_call(arguments: Any, attrs: Attrs) -> str:
    x, *rest = arguments
    given = "".join(f", {argument}" for argument in rest)
    return f"torch.nn.functional.batch_norm({x}, None, None{given}, training=True, eps={attrs['eps']!r})"


EPS = {"eps": 1e-5}
COLUMNS = [[0.5, -1.25], [3.5, 0.75], [-0.25, 1.5], [1.0, 2.25]]


@primitive(
    "batch_norm",
    glyph="BN",
    formula=_FORMULA,
    vjps=_vjps(CHANNELS),
    value_terms=_value_terms(CHANNELS),
    torch="nn.functional.batch_norm",
    python=_batch_norm_call,
    samples=(
        Sample((COLUMNS, [1.5, -0.5], [0.25, 1.0]), EPS),
        Sample((COLUMNS,), {"eps": 0.125}),
        Sample((COLUMNS, [1.5, -0.5]), EPS),
        Sample((IMAGES, [1.5, -0.5], [0.25, 1.0]), EPS),
        Sample(([COLUMNS, COLUMNS[::-1]], [1.0, 0.5, 2.0, -1.0], [0.0, 0.25, 1.0, 0.5]), EPS),
    ),
    edges=(Sample(([[1.0, _NAN], [2.0, 2.0]], [1.0, 2.0], [0.0, 1.0]), EPS),),
    optional=2,
)
def batch_norm(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _forward(xp, inputs, attrs, CHANNELS)
