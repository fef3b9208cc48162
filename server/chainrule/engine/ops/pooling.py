"""Pooling of images: one number per window, the largest or the average.

``a``: (N, C, H, W) or (C, H, W). Both work on rows of windows first and on columns then, and keep the order in which
an array lies in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Inputs, Sample, Vjp, primitive
from chainrule.engine.ops.convolution import call_text, numbers
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream
from chainrule.engine.windows import Axis, Windows, windows_of

Cut = tuple[object, ...]
Combine = Callable[[Array, Array], Array]


def _cut(dim: int, part: slice) -> Cut:
    """A part along the last axis but one (−2), or the last (−1)."""
    return (..., part, slice(None)) if dim == -2 else (..., part)


def _gathered(xp: Namespace, combine: Combine, x: Array, dim: int, axis: Axis, fill: float) -> Array:
    """The places of each window along one axis combined, in order; ``fill`` stands for padding."""
    if axis.inside:
        total = x[_cut(dim, axis.spans[0][1])]
        for _, places in axis.spans[1:]:
            total = combine(total, x[_cut(dim, places)])
        return total
    shape = (*x.shape[:-2], axis.count, x.shape[-1]) if dim == -2 else (*x.shape[:-1], axis.count)
    total = _full(xp, x, shape, fill)
    for windows, places in axis.spans:
        part = _cut(dim, windows)
        total[part] = combine(total[part], x[_cut(dim, places)])
    return total


def _scattered(xp: Namespace, g: Array, dim: int, axis: Axis) -> Array:
    """The reverse of a sum: each window's number is added to its places."""
    shape = (*g.shape[:-2], axis.size, g.shape[-1]) if dim == -2 else (*g.shape[:-1], axis.size)
    total = _full(xp, g, shape, 0.0)
    for windows, places in axis.spans:
        part = _cut(dim, places)
        total[part] = total[part] + g[_cut(dim, windows)]
    return total


def _full(xp: Namespace, like: Array, shape: tuple[int, ...], fill: float) -> Array:
    if xp is host:  # in the same order in memory
        return host.full_like(like, fill, shape=shape)
    return xp.full(shape, fill, dtype=like.dtype, device=like.device)


def _windows(x: Array, attrs: Attrs) -> Windows:
    return windows_of(x.shape, attrs["kernel_size"], attrs)


# -- the largest


def _lowest(xp: Namespace, x: Array) -> float:
    floating = xp.isdtype(x.dtype, "real floating")
    return -math.inf if floating else int(xp.iinfo(x.dtype).min)


def _spans(windows: Windows) -> list[tuple[Cut, Cut]]:
    """Of each cell: the windows in which it is no padding, and the places it covers."""
    return [
        ((..., ys, xs), (..., hs, ws))
        for (ys, hs), (xs, ws) in product(windows.rows.spans, windows.columns.spans)
    ]


def _finite(xp: Namespace, array: Array) -> bool:
    """Whether there is neither NaN nor infinity in it; False may be wrong for numbers whose squares overflow."""
    if xp is host:
        flat = array.ravel(order="K")
        return bool(host.isfinite(flat.dot(flat)))
    return bool(xp.all(xp.isfinite(array)))


def _won(xp: Namespace, out: Array, x: Array, spans: list[tuple[Cut, Cut]]) -> Iterator[Array]:
    """Of each cell: where it is the first that is as large as the window's maximum, or the last NaN."""
    taken = xp.zeros_like(out, dtype=xp.bool)
    won = []
    for windows, places in spans:
        here = (x[places] == out[windows]) & ~taken[windows]
        taken[windows] = taken[windows] | here
        won.append(here)
    if bool(xp.any(out != out)):
        for k in reversed(range(len(spans))):
            windows, places = spans[k]
            here = (x[places] != x[places]) & ~taken[windows]
            taken[windows] = taken[windows] | here
            won[k] = won[k] | here
    yield from won


def _won_apart(out: Array, x: Array, spans: list[tuple[Cut, Cut]]) -> Iterator[Array]:
    """The same on NumPy, where no window has padding or NaN: the last cell wins what is left."""
    taken = None
    for _, places in spans[:-1]:
        here = host.equal(x[places], out)
        if taken is None:
            taken = here
        else:
            host.greater(here, taken, out=here)  # and not taken
            taken = host.logical_or(taken, here)
        yield here
    yield host.ones(out.shape, bool) if taken is None else ~taken


def _max_rule(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    x, windows = inputs[0], _windows(inputs[0], attrs)
    rows, columns = windows
    spans = _spans(windows)
    apart = rows.apart and columns.apart
    if xp is host and apart and rows.inside and columns.inside and _finite(xp, g) and _finite(xp, out):
        whole = rows.size == rows.count * rows.kernel and columns.size == columns.count * columns.kernel
        result = host.empty_like(x) if whole else host.zeros_like(x)
        if (
            g.strides != out.strides
        ):  # one move to the order in memory of the rest is quicker than four products
            g, arrived = host.empty_like(out), g
            g[...] = arrived
        for (_, places), here in zip(spans, _won_apart(out, x, spans), strict=True):
            host.multiply(g, here, out=result[places])
        return result
    result = xp.zeros_like(x)
    zero = xp.zeros((), dtype=g.dtype, device=g.device)
    for (at, places), here in zip(spans, _won(xp, out, x, spans), strict=True):
        part = xp.where(here, g[at], zero)
        result[places] = part if apart else result[places] + part
    return result


def _tie(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    x, spans = inputs[0], _spans(_windows(inputs[0], attrs))
    taken, tied = xp.zeros_like(out, dtype=xp.bool), xp.zeros_like(out, dtype=xp.bool)
    for windows, places in spans:
        here = x[places] == out[windows]
        tied[windows] = tied[windows] | (taken[windows] & here)
        taken[windows] = taken[windows] | here
    return tied


def _winner(x: Array, windows: Windows, index: Index) -> tuple[Index, list[Index]]:
    """The place whose number is the maximum of a window, and all that it covers."""
    *lead, y, column = index
    places = [(*lead, *place) for place in windows.places(y, column)]
    best = places[0]
    for place in places[1:]:
        value = element(x, place)
        if value > element(x, best) or value != value:
            best = place
    return best, places


def _max_value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    x = inputs[0]
    windows = _windows(x, attrs)
    if not windows.places(*index[-2:]):  # dilated around a small image: padding alone
        return [Term((constant(r"-\infty", element(out, index)),))]
    best, places = _winner(x, windows, index)
    # The winner first: from there it is that one leads on to.
    sources = (Source(0, best), *(Source(0, place) for place in places if place != best))
    return [Term((Factor(r"\max a", element(x, best), sources),))]


def _max_terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    x, windows = inputs[0], _windows(inputs[0], attrs)
    *lead, h, w = index
    result = []
    for window, _ in windows.over(h, w):
        place = (*lead, *window)
        wins = _winner(x, windows, place)[0] == index
        factor = Factor("[a = z]", float(wins), (Source(0, index), Source("out", place)))
        arriving = upstream(g, place)
        # Not a product where it is stopped: the upstream number is not looked at.
        finite = arriving.value - arriving.value == 0.0
        result.append(Term((arriving, factor) if wins or finite else (factor,)))
    return result


MAX_DEFAULTS: dict[str, object] = {"padding": (0, 0), "dilation": (1, 1), "ceil_mode": False}


def _pool_text(function: str, arguments: list[str], attrs: Attrs, defaults: Attrs) -> str:
    return call_text(function, arguments, attrs, {**defaults, "stride": attrs["kernel_size"]})


def _max_sample(shape: tuple[int, ...], kernel: tuple[int, int], **attrs: object) -> Sample:
    given = {"kernel_size": kernel, "stride": kernel, **MAX_DEFAULTS, **attrs}
    return Sample((numbers(shape),), given)


_NAN, _INF = float("nan"), float("inf")
_TWO: dict[str, object] = {"kernel_size": (2, 2), "stride": (2, 2), **MAX_DEFAULTS}


@primitive(
    "max_pool2d",
    glyph="max",
    formula=r"z = \max a",
    vjps=(
        Vjp(
            "routing",
            _max_rule,
            "[a = z]",
            _max_terms,
            reads=(0, "out"),
            convention="max_pool_tie",
            at_kink=_tie,
        ),
    ),
    value_terms=_max_value_terms,
    torch="nn.functional.max_pool2d",
    python=lambda arguments, attrs: _pool_text("max_pool2d", list(arguments), attrs, MAX_DEFAULTS),
    samples=(
        _max_sample((2, 2, 4, 4), (2, 2)),
        _max_sample((1, 1, 5, 6), (3, 2), stride=(1, 2)),
        _max_sample((2, 1, 5, 5), (3, 3), stride=(2, 2), padding=(1, 1)),
        _max_sample((1, 2, 5, 7), (2, 2), ceil_mode=True),
        _max_sample((1, 6, 5), (2, 2), stride=(1, 1), dilation=(2, 3)),
        _max_sample((2, 3, 3), (1, 1)),
    ),
    edges=(
        Sample(([[[1.0, 1.0, 0.0, 0.0], [1.0, 2.0, 0.0, 0.0], [3.0, 3.0, -1.0, -1.0], [2.0, 3.0, -1.0, -2.0]]],), _TWO),
        Sample(([[[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [0.0, 1.0, 1.0]]],), {**_TWO, "stride": (1, 1)}),
        Sample(
            ([[[_NAN, 1.0, 2.0, _NAN], [2.0, _NAN, 3.0, 1.0], [-_INF, -_INF, _INF, 1.0], [-_INF, -_INF, 2.0, _INF]]],),
            _TWO,
        ),
        Sample(([[[-_INF, -_INF], [-_INF, -_INF]]],), {**_TWO, "padding": (1, 1)}),
    ),
)  # fmt: skip
def max_pool2d(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    x, windows = inputs[0], _windows(inputs[0], attrs)
    fill = 0.0 if windows.rows.inside and windows.columns.inside else _lowest(xp, x)
    return _gathered(
        xp, xp.maximum, _gathered(xp, xp.maximum, x, -2, windows.rows, fill), -1, windows.columns, fill
    )


# -- the average


def _add(a: Array, b: Array) -> Array:
    return a + b


def _count(windows: Windows, attrs: Attrs, y: int, x: int) -> int:
    """What the sum over window (y, x) is divided by."""
    override: int | None = attrs["divisor_override"]
    if override is not None:
        return override
    padded = attrs["count_include_pad"]
    return windows.rows.averaged(y, padded) * windows.columns.averaged(x, padded)


def _counts(xp: Namespace, like: Array, windows: Windows, attrs: Attrs) -> Array:
    """The same for all windows: one number, or (rows, columns)."""
    rows, columns = windows
    if attrs["divisor_override"] is not None or (rows.inside and columns.inside):
        table: object = float(_count(windows, attrs, 0, 0))
    else:
        table = [
            [float(_count(windows, attrs, y, x)) for x in range(columns.count)] for y in range(rows.count)
        ]
    return xp.asarray(table, dtype=like.dtype, device=like.device)


def _average_rule(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    windows = _windows(inputs[0], attrs)
    shared = g / _counts(xp, g, windows, attrs)
    return _scattered(xp, _scattered(xp, shared, -1, windows.columns), -2, windows.rows)


def _share(windows: Windows, attrs: Attrs, window: Index) -> Factor:
    return constant(r"\frac{1}{n}", 1.0 / _count(windows, attrs, *window))


def _average_value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    x, windows = inputs[0], _windows(inputs[0], attrs)
    *lead, row, column = index
    share = _share(windows, attrs, (row, column))
    places = [(*lead, *place) for place in windows.places(row, column)]
    return [Term((Factor("a", element(x, place), (Source(0, place),)), share)) for place in places]


def _average_terms(
    xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index
) -> list[Term]:
    windows = _windows(inputs[0], attrs)
    *lead, h, w = index
    return [
        Term((upstream(g, (*lead, *window)), _share(windows, attrs, window)))
        for window, _ in windows.over(h, w)
    ]


def _average_local(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return 1.0 / _counts(xp, out, _windows(inputs[0], attrs), attrs)


AVERAGE_DEFAULTS: dict[str, object] = {
    "padding": (0, 0), "ceil_mode": False, "count_include_pad": True, "divisor_override": None,
}  # fmt: skip


def _average_sample(shape: tuple[int, ...], kernel: tuple[int, int], **attrs: object) -> Sample:
    given = {"kernel_size": kernel, "stride": kernel, **AVERAGE_DEFAULTS, **attrs}
    return Sample((numbers(shape),), given)


@primitive(
    "avg_pool2d",
    glyph="mean",
    formula=r"z = \frac{1}{n} \sum a",
    vjps=(Vjp("spread", _average_rule, r"\frac{1}{n}", _average_terms, local=_average_local),),
    value_terms=_average_value_terms,
    torch="nn.functional.avg_pool2d",
    python=lambda arguments, attrs: _pool_text("avg_pool2d", list(arguments), attrs, AVERAGE_DEFAULTS),
    samples=(
        _average_sample((2, 2, 4, 4), (2, 2)),
        _average_sample((1, 1, 5, 6), (3, 2), stride=(1, 2)),
        _average_sample((1, 2, 5, 5), (3, 3), stride=(2, 2), padding=(1, 1)),
        _average_sample((1, 2, 5, 5), (3, 2), stride=(2, 2), padding=(1, 1), count_include_pad=False),
        _average_sample((1, 5, 6), (2, 2), ceil_mode=True, stride=(3, 3), padding=(1, 1)),
        _average_sample((1, 4, 4), (2, 2), divisor_override=3),
    ),
    edges=(
        Sample(
            ([[[_NAN, 1.0, 2.0, _INF], [2.0, 0.0, 3.0, 1.0]]],),
            {"kernel_size": (2, 2), "stride": (2, 2), **AVERAGE_DEFAULTS},
        ),
    ),
)
def avg_pool2d(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    x, windows = inputs[0], _windows(inputs[0], attrs)
    total = _gathered(xp, _add, _gathered(xp, _add, x, -2, windows.rows, 0.0), -1, windows.columns, 0.0)
    return total / _counts(xp, total, windows, attrs)
