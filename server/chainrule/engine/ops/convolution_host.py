"""Convolution as quick as NumPy gets: one product of matrices per row of pixels.

Values of a convolution have PyTorch's shape (N, O, rows, columns), but lie in memory in the order rows, O, columns, N.
So a window's row begins at a multiple of N and is copied as a whole, only the shifts along a row are copied (the
shifts down the rows are another place to begin), and what BLAS writes needs not be moved. Elementwise ops and pooling
keep the order, with runs of N or more numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from chainrule.engine.backend import Array, host
from chainrule.engine.windows import Windows

_IN_MEMORY = (2, 1, 3, 0)
_AS_SHAPED = (3, 1, 0, 2)


def _packed(images: Array) -> Array:
    """(rows, channels, columns, N), without holes."""
    return host.ascontiguousarray(images.transpose(_IN_MEMORY))


def _patches(x: Array, windows: Windows, groups: int) -> Array:
    """What each row of windows covers: (groups, rows of windows, cells, columns of windows × N).

    Cells are in the order row, channel, column. Rows of windows that overlap share memory.
    """
    rows, columns = windows
    images = _packed(x)
    h, c, w, n = images.shape
    images = images.reshape(h, groups, c // groups, w, n).transpose(1, 0, 2, 3, 4)
    shared = rows.dilation == 1 or rows.kernel == 1
    shape = (groups, rows.count, rows.kernel * (c // groups) * columns.kernel, columns.count * n)
    room = host.empty if rows.inside and columns.inside else host.zeros
    line = (c // groups, columns.kernel, columns.count, n)
    if shared:
        covered = room((groups, rows.length, *line), x.dtype)
        used = max(0, min(h, rows.length - rows.before))
        for j, (xs, ws) in enumerate(columns.spans):
            covered[:, rows.before : rows.before + used, :, j, xs] = images[:, :used, :, ws]
        by_group, by_row, _, by_cell = covered.strides[:4]
        strides = (by_group, by_row * rows.stride, by_cell, covered.itemsize)
        if not covered.size:
            return host.zeros(shape, x.dtype)
        return host.ndarray(shape, x.dtype, covered, 0, strides)
    covered = room((groups, rows.count, rows.kernel, *line), x.dtype)
    for i, (ys, hs) in enumerate(rows.spans):
        for j, (xs, ws) in enumerate(columns.spans):
            covered[:, ys, i, :, j, xs] = images[:, hs, :, ws]
    return covered.reshape(shape)


def _rows_of(g: Array, groups: int) -> Array:
    """A gradient of the value as (groups, rows of windows, outputs of a group, columns of windows × N)."""
    packed = _packed(g)
    count, o, columns, n = packed.shape
    return packed.reshape(count, groups, o // groups, columns * n).transpose(1, 0, 2, 3)


def forward(x: Array, w: Array, bias: Sequence[Array], windows: Windows, groups: int) -> Array:
    rows, columns = windows
    o, n = w.shape[0], x.shape[0]
    kernels = w.reshape(groups, o // groups, *w.shape[1:]).transpose(0, 1, 3, 2, 4)
    kernels = kernels.reshape(groups, 1, o // groups, math.prod(w.shape[1:]))
    out = host.empty((rows.count, groups, o // groups, columns.count * n), x.dtype)
    host.matmul(kernels, _patches(x, windows, groups), out=out.transpose(1, 0, 2, 3))
    if bias:
        host.add(out, bias[0].reshape(groups, -1, 1), out=out)
    return out.reshape(rows.count, o, columns.count, n).transpose(_AS_SHAPED)


def into_x(g: Array, shape: Sequence[int], w: Array, windows: Windows, groups: int) -> Array:
    rows, columns = windows
    n, c, height, width = shape
    own = c // groups
    upstream = _rows_of(g, groups)
    # For each row of the kernel, what its cells send to the rows below them; then the cells' shifts along the row.
    outputs = w.shape[0] // groups
    kernels = w.reshape(groups, outputs, *w.shape[1:]).transpose(3, 0, 2, 4, 1)
    kernels = kernels.reshape(rows.kernel, groups, 1, own * columns.kernel, outputs)
    sent = host.zeros((groups, height, own * columns.kernel, columns.count * n), g.dtype)
    # A sum over one output is a product, for which NumPy's matmul is slow.
    times = host.matmul if outputs > 1 else host.multiply
    for i, (ys, hs) in enumerate(rows.spans):
        below = sent[:, hs]
        host.add(below, times(kernels[i], upstream[:, ys]), out=below)
    sent = sent.reshape(groups, height, own, columns.kernel, columns.count, n)
    result = host.zeros((height, groups, own, width, n), g.dtype)
    by_group = result.transpose(1, 0, 2, 3, 4)
    for j, (xs, ws) in enumerate(columns.spans):
        along = by_group[:, :, :, ws]
        host.add(along, sent[:, :, :, j, xs], out=along)
    return result.reshape(height, c, width, n).transpose(_AS_SHAPED)


def into_w(g: Array, x: Array, shape: Sequence[int], windows: Windows, groups: int) -> Array:
    o, c, height, width = shape
    patches, upstream = _patches(x, windows, groups), _rows_of(g, groups)
    by_row = host.matmul(patches, upstream.transpose(0, 1, 3, 2))
    sums = host.add.reduce(by_row, axis=1).reshape(groups, height, c, width, o // groups)
    return sums.transpose(0, 4, 2, 1, 3).reshape(o, c, height, width)


def into_b(g: Array) -> Array:
    rows = _rows_of(g, 1)[0]
    # BLAS sums a row three times as fast as NumPy's reduction.
    return host.add.reduce(rows.dot(host.ones(rows.shape[-1], g.dtype)), axis=0)
