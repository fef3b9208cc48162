"""Convolution of images: each pixel is a window of the image times a kernel, summed.

``a``: (N, C, H, W) or (C, H, W); ``b``: (O, C / groups, rows, columns); ``c``: (O).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from chainrule.engine.backend import Array, Namespace, host
from chainrule.engine.op import Inputs, Sample, Vjp, primitive
from chainrule.engine.ops import convolution_host
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream
from chainrule.engine.windows import Windows, windows_of

DEFAULTS: dict[str, object] = {"stride": (1, 1), "padding": (0, 0), "dilation": (1, 1), "groups": 1}
"""The attributes of a convolution; ``padding`` may be ``"same"`` or ``"valid"``."""


def call_text(function: str, arguments: Sequence[str], given: Attrs, defaults: Attrs) -> str:
    """A call of ``torch.nn.functional`` with the attributes that are not the usual ones; (2, 2) is written 2."""
    texts = list(arguments)
    for key, value in given.items():
        if value != defaults.get(key):
            pair = isinstance(value, tuple) and value[0] == value[1]
            texts.append(f"{key}={value[0] if pair else value!r}")
    return f"torch.nn.functional.{function}({', '.join(texts)})"


def batch_of(xp: Namespace, images: Array) -> Array:
    """(N, C, H, W), with N = 1 for one image."""
    return xp.expand_dims(images, axis=0) if len(images.shape) == 3 else images


def like(batch: Array, images: Array) -> Array:
    """The batch, or its one image where there was one."""
    return batch[0, ...] if len(images.shape) == 3 else batch


# -- computed with what the array API standard has. Columns: (N, groups, cells of a group's kernel, pixels).


def _columns(xp: Namespace, x: Array, windows: Windows, groups: int) -> Array:
    n, c = x.shape[0], x.shape[1]
    rows, columns = windows
    parts = []
    for (ys, hs), (xs, ws) in product(rows.spans, columns.spans):
        if rows.inside and columns.inside:
            part = x[:, :, hs, ws]
        else:
            part = xp.zeros((n, c, rows.count, columns.count), dtype=x.dtype, device=x.device)
            part[:, :, ys, xs] = x[:, :, hs, ws]
        parts.append(part)
    cells = c // groups * rows.kernel * columns.kernel
    return xp.reshape(xp.stack(parts, axis=2), (n, groups, cells, rows.count * columns.count))


def _kernels(xp: Namespace, w: Array, groups: int) -> Array:
    """(groups, outputs of a group, cells of its kernel)."""
    o, c, rows, columns = w.shape
    return xp.reshape(w, (groups, o // groups, c * rows * columns))


def _pixels(xp: Namespace, g: Array, groups: int) -> Array:
    """(N, groups, outputs of a group, pixels)."""
    n, o, rows, columns = g.shape
    return xp.reshape(g, (n, groups, o // groups, rows * columns))


def _into_x(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    x, w = inputs[0], inputs[1]
    windows = windows_of(x.shape, w.shape, attrs)
    batch, g = batch_of(xp, x), batch_of(xp, g)
    if xp is host:
        return like(convolution_host.into_x(g, batch.shape, w, windows, attrs["groups"]), x)
    rows, columns = windows
    kernels = _kernels(xp, w, attrs["groups"])
    spread = xp.matmul(xp.matrix_transpose(kernels), _pixels(xp, g, attrs["groups"]))
    spread = xp.reshape(spread, (*batch.shape[:2], rows.kernel * columns.kernel, rows.count, columns.count))
    result = xp.zeros(batch.shape, dtype=g.dtype, device=g.device)
    for cell, ((ys, hs), (xs, ws)) in enumerate(product(rows.spans, columns.spans)):
        result[:, :, hs, ws] = result[:, :, hs, ws] + spread[:, :, cell, ys, xs]
    return like(result, x)


def _into_w(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    x, w = inputs[0], inputs[1]
    windows = windows_of(x.shape, w.shape, attrs)
    x, g = batch_of(xp, x), batch_of(xp, g)
    if xp is host:
        return convolution_host.into_w(g, x, w.shape, windows, attrs["groups"])
    cells = xp.matrix_transpose(_columns(xp, x, windows, attrs["groups"]))
    return xp.reshape(xp.sum(xp.matmul(_pixels(xp, g, attrs["groups"]), cells), axis=0), w.shape)


def _into_b(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    g = batch_of(xp, g)
    return convolution_host.into_b(g) if xp is host else xp.sum(g, axis=(0, 2, 3))


# -- terms. An index is (n, channel, row, column) or (channel, row, column).


class _Layout:
    """Who meets whom: ``out[…, o, y, x] = Σ a[…, c, h, w] · b[o, c − first, i, j]``."""

    def __init__(self, inputs: Inputs, attrs: Attrs) -> None:
        self.x, self.w = inputs[0], inputs[1]
        self.windows = windows_of(self.x.shape, self.w.shape, attrs)
        self.outputs: int = self.w.shape[0] // attrs["groups"]
        self.channels: int = self.w.shape[1]

    def first_channel(self, o: int) -> int:
        return o // self.outputs * self.channels

    def pixel(self, place: Index) -> Factor:
        return Factor("a", element(self.x, place), (Source(0, place),))

    def cell(self, place: Index) -> Factor:
        return Factor("b", element(self.w, place), (Source(1, place),))

    def images(self) -> list[Index]:
        """What stands before the channel in an index."""
        return [(n,) for n in range(self.x.shape[0])] if len(self.x.shape) == 4 else [()]


_PADDING = constant("0", 0.0)
"""A place of the padding: named only where it matters, because the other factor is not finite."""


def _finite(factor: Factor) -> bool:
    return factor.value - factor.value == 0.0


def _value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    layout = _Layout(inputs, attrs)
    *image, o, y, x = index
    first = layout.first_channel(o)
    rows, columns = layout.windows
    result = []
    for c, i, j in product(range(layout.channels), range(rows.kernel), range(columns.kernel)):
        weight = layout.cell((o, c, i, j))
        h, w = rows.place(y, i), columns.place(x, j)
        if h is not None and w is not None:
            result.append(Term((layout.pixel((*image, first + c, h, w)), weight)))
        elif not _finite(weight):
            result.append(Term((_PADDING, weight)))
    if len(inputs) > 2:
        result.append(Term((Factor("c", element(inputs[2], (o,)), (Source(2, (o,)),)),)))
    return result


def _x_terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    layout = _Layout(inputs, attrs)
    *image, c, h, w = index
    group, channel = divmod(c, layout.channels)
    return [
        Term((upstream(g, (*image, o, *window)), layout.cell((o, channel, *cell))))
        for o in range(group * layout.outputs, (group + 1) * layout.outputs)
        for window, cell in layout.windows.over(h, w)
    ]


def _w_terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    layout = _Layout(inputs, attrs)
    o, c, i, j = index
    c += layout.first_channel(o)
    rows, columns = layout.windows
    result = []
    for image, y, x in product(layout.images(), range(rows.count), range(columns.count)):
        arriving = upstream(g, (*image, o, y, x))
        h, w = rows.place(y, i), columns.place(x, j)
        if h is not None and w is not None:
            result.append(Term((layout.pixel((*image, c, h, w)), arriving)))
        elif not _finite(arriving):
            result.append(Term((_PADDING, arriving)))
    return result


def _b_terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    layout = _Layout(inputs, attrs)
    pixels = product(layout.images(), range(out.shape[-2]), range(out.shape[-1]))
    return [Term((upstream(g, (*image, *index, y, x)), constant("1", 1.0))) for image, y, x in pixels]


def numbers(shape: Sequence[int], first: int = 1) -> list[object]:
    """Samples of a shape: numbers of few binary digits, all different for a while, so that sums of products are exact."""
    if not shape:
        return ((first * 37) % 61 - 30) / 8  # type: ignore[return-value]
    step = 1
    for size in shape[1:]:
        step *= size
    return [numbers(shape[1:], first + k * step) for k in range(shape[0])]


def _sample(x: Sequence[int], w: Sequence[int], bias: bool = True, **attrs: object) -> Sample:
    inputs = (numbers(x), numbers(w, 5), numbers(w[:1], 3)) if bias else (numbers(x), numbers(w, 5))
    return Sample(inputs, {**DEFAULTS, **attrs})


_NAN, _INF = float("nan"), float("inf")


@primitive(
    "conv2d",
    glyph="∗",
    formula=r"z = a \ast b + c",
    vjps=(
        Vjp("contraction", _into_x, r"g \ast b^{\top}", _x_terms, reads=(1,)),
        Vjp("contraction", _into_w, r"a^{\top} \ast g", _w_terms, reads=(0,)),
        Vjp("spread", _into_b, "1", _b_terms),
    ),
    value_terms=_value_terms,
    torch="nn.functional.conv2d",
    python=lambda arguments, attrs: call_text("conv2d", arguments, attrs, DEFAULTS),
    samples=(
        _sample((2, 2, 4, 4), (3, 2, 2, 3)),
        _sample((1, 1, 4, 5), (2, 1, 3, 3), padding=(1, 1)),
        _sample((2, 1, 5, 6), (1, 1, 2, 2), stride=(2, 3), padding=(1, 0), bias=False),
        _sample((1, 2, 5, 5), (2, 2, 2, 2), dilation=(2, 3), stride=(1, 1), padding=(1, 2)),
        _sample((2, 4, 3, 3), (4, 2, 2, 2), groups=2, padding=(0, 1), bias=False),
        _sample((1, 3, 4, 4), (3, 1, 3, 2), groups=3, padding="same", dilation=(1, 2)),
        _sample((2, 3, 4), (2, 2, 1, 1), bias=False),
        _sample((1, 4, 4), (2, 1, 3, 3), padding="valid"),
        _sample((1, 6, 5), (1, 1, 1, 2), stride=(3, 2), bias=False),
    ),
    edges=(
        Sample(
            (
                [[[[1.0, 2.0, _NAN], [0.5, 1.0, -1.0], [3.0, 0.5, _INF], [1.0, 1.0, 2.0]]]],
                [[[[1.0, 0.0], [2.0, -1.0]]]],
                [0.5],
            ),
            DEFAULTS,
        ),
        Sample(([[[1.0, 2.0], [0.5, -1.0]]], [[[[1.0, _INF]]]], [0.5]), DEFAULTS),
    ),
    optional=1,
)
def conv2d(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    x, w = inputs[0], inputs[1]
    windows, groups = windows_of(x.shape, w.shape, attrs), attrs["groups"]
    batch = batch_of(xp, x)
    if xp is host:
        return like(convolution_host.forward(batch, w, inputs[2:], windows, groups), x)
    out = xp.matmul(_kernels(xp, w, groups), _columns(xp, batch, windows, groups))
    out = xp.reshape(out, (batch.shape[0], w.shape[0], windows.rows.count, windows.columns.count))
    if len(inputs) > 2:
        out = out + xp.reshape(inputs[2], (-1, 1, 1))
    return like(out, x)
