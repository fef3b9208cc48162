"""Elements chosen by their places. An element that is chosen twice gets what arrives at both places."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from chainrule.engine.backend import Array, Namespace, backend_of, host
from chainrule.engine.op import FIXED, Bound, Inputs, Repeated, Sample, Vjp, VjpTerms, primitive
from chainrule.engine.ops.shape.moves import MATRIX
from chainrule.engine.ops.shape.origins import atom, moved_terms, moving
from chainrule.engine.terms import Attrs, Index, Term, constant

_CUBE = [MATRIX, [[1.0, 0.25, -2.0], [-1.5, 4.0, 0.1]]]

# -- slice: integers, slices and None, one entry for each axis. A slice is (start, stop, step), each a number or None.


def key_text(key: Sequence[Any]) -> str:
    """The key as Python writes it."""
    parts = []
    for entry in key:
        if isinstance(entry, tuple):
            start, stop, step = ("" if part is None else str(part) for part in entry)
            parts.append(f"{start}:{stop}" + (f":{step}" if step else ""))
        else:
            parts.append(repr(entry))
    return ", ".join(parts)


def _ranges(key: Sequence[Any], shape: Sequence[int]) -> list[slice]:
    """What is taken of each axis, within its bounds; an integer takes one."""
    ranges = []
    for entry, size in zip((one for one in key if one is not None), shape, strict=True):
        if isinstance(entry, tuple):
            start, stop, step = slice(*entry).indices(size)
            ranges.append(slice(start, max(start, stop), step))
        else:
            if not -size <= entry < size:
                raise IndexError(f"index {entry} is out of bounds for an axis of size {size}")
            ranges.append(slice(entry % size, entry % size + 1, 1))
    return ranges


def _library_key(key: Sequence[Any], shape: Sequence[int]) -> tuple[Any, ...]:
    """The key as the array library takes it."""
    ranges = iter(_ranges(key, shape))
    result: list[Any] = []
    for entry in key:
        if entry is None:
            result.append(None)
        else:
            taken = next(ranges)
            result.append(taken if isinstance(entry, tuple) else taken.start)
    return tuple(result)


def _bound_slice(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Bound:
    key = _library_key(attrs["key"], inputs[0].shape)
    return lambda a: a[key]


def _bound_unslice(xp: Namespace, out: Array, inputs: Inputs, attrs: Attrs) -> Bound:
    a = inputs[0]
    shape, dtype, device = tuple(a.shape), a.dtype, a.device
    ranges = tuple(_ranges(attrs["key"], shape))
    taken = tuple(len(range(one.start, one.stop, one.step)) for one in ranges)

    def bound(g: Array) -> Array:
        result = xp.zeros(shape, dtype=dtype, device=device)
        result[ranges] = xp.reshape(g, taken)
        return result

    return bound


def _unslice(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return _bound_unslice(xp, out, inputs, attrs)(g)


@primitive(
    "slice",
    glyph="[:]",
    formula=r"z = \operatorname{slice}(a)",
    vjps=(moving("slice", _unslice, bind=_bound_unslice),),
    value_terms=moved_terms("slice"),
    torch="Tensor.__getitem__",
    python=lambda arguments, attrs: f"{atom(arguments[0])}[{key_text(attrs['key']) or '()'}]",
    samples=(
        Sample((MATRIX,), {"key": (0, (None, None, None))}),
        Sample((MATRIX,), {"key": ((None, None, None), (1, None, None))}),
        Sample((_CUBE,), {"key": ((None, None, None), -1, None, (None, None, 2))}),
        Sample(([0.5, 1.5, 2.5, 3.5, 4.5],), {"key": ((1, -1, 2),)}),
        Sample(([0.5, 1.5],), {"key": (-2,)}),
        Sample(([0.5, 1.5],), {"key": ((1, 1, None),)}),
        Sample((1.5,), {"key": (None,)}),
    ),
    bind=_bound_slice,
)
def slice_(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return inputs[0][_library_key(attrs["key"], inputs[0].shape)]


# -- index: arrays of integers, one for each of the axes in ``axes``, which broadcast


def _checked(xp: Namespace, index: Array, size: int, negative: bool = False) -> Array:
    """The places from 0.

    Raises
    ------
    IndexError
        One is out of bounds. (On other libraries than NumPy, where to look would mean to wait, they say so.)
    """
    if xp is host and index.size:
        low, high = index.min(), index.max()
        if high >= size or low < (-size if negative else 0):
            wrong = high if high >= size else low
            raise IndexError(f"index {wrong} is out of bounds for an axis of size {size}")
        if low >= 0:
            return index
    return xp.where(index < 0, index + size, index) if negative else index


def _flat_places(xp: Namespace, indices: Inputs, sizes: Sequence[int]) -> Array:
    """One number for the place along all indexed axes together."""
    result = None
    for index, size in zip(indices, sizes, strict=True):
        place = _checked(xp, index, size, negative=True)
        result = place if result is None else result * size + place
    return result


def _adjacent(axes: Sequence[int]) -> bool:
    return axes[-1] - axes[0] == len(axes) - 1


def _front(xp: Namespace, a: Array, axes: Sequence[int]) -> Array:
    """The indexed axes first."""
    rest = tuple(axis for axis in range(len(a.shape)) if axis not in axes)
    order = (*axes, *rest)
    return a if order == tuple(range(len(order))) else xp.permute_dims(a, order)


def _chosen(xp: Namespace, a: Array, indices: Inputs, axes: Sequence[int]) -> Array:
    sizes = [a.shape[axis] for axis in axes]
    places = _flat_places(xp, indices, sizes)
    moved = _front(xp, a, axes)
    rest = tuple(moved.shape[len(axes) :])
    rows = xp.reshape(moved, (math.prod(sizes), *rest))
    taken = xp.take(rows, xp.reshape(places, (-1,)), axis=0)
    result = xp.reshape(taken, (*places.shape, *rest))
    if _adjacent(axes) and axes[0]:
        # Adjacent axes leave the new ones in their place; others are put first.
        new = len(places.shape)
        order = (*range(new, new + axes[0]), *range(new), *range(new + axes[0], len(result.shape)))
        result = xp.permute_dims(result, order)
    return result


def _added(xp: Namespace, g: Array, a: Array, indices: Inputs, axes: Sequence[int]) -> Array:
    """The adjoint: zeros of the shape of ``a``, with each element of g added where it was taken from."""
    shape = tuple(a.shape)
    sizes = [shape[axis] for axis in axes]
    places = _flat_places(xp, indices, sizes)
    new = len(places.shape)
    if _adjacent(axes) and axes[0]:
        first = axes[0]
        order = (*range(first, first + new), *range(first), *range(first + new, len(g.shape)))
        g = xp.permute_dims(g, order)
    rest = tuple(size for axis, size in enumerate(shape) if axis not in axes)
    empty = xp.zeros((math.prod(sizes), *rest), dtype=g.dtype, device=g.device)
    rows = xp.reshape(g, (math.prod(places.shape), *rest))
    added = backend_of(xp).scatter_add(empty, xp.reshape(places, (-1,)), rows)
    result = xp.reshape(added, (*sizes, *rest))
    order = (*axes, *(axis for axis in range(len(shape)) if axis not in axes))
    if order != tuple(range(len(order))):
        result = xp.permute_dims(result, tuple(order.index(axis) for axis in range(len(order))))
    return result


def _unindex(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    return _added(xp, g, inputs[0], inputs[1:], attrs["axes"])


def _index_call(arguments: Sequence[str], attrs: Attrs) -> str:
    given = dict(zip(attrs["axes"], arguments[1:], strict=True))
    key = (given.get(axis, ":") for axis in range(attrs["axes"][-1] + 1))
    return f"{atom(arguments[0])}[{', '.join(key)}]"


_INDEX_VJP = moving("index", _unindex, reads=tuple(range(1, 9)))


@primitive(
    "index",
    glyph="[i]",
    formula=r"z = {a}_{b}",
    vjps=Repeated(lambda argument: FIXED if argument else _INDEX_VJP),
    value_terms=moved_terms("index"),
    torch="Tensor.__getitem__",
    python=_index_call,
    samples=(
        Sample((MATRIX, [1, 0, 1]), {"axes": (0,)}),
        Sample((MATRIX, [[2, 0], [-1, 2]]), {"axes": (1,)}),
        Sample((MATRIX, [1, 0, 1], [2, 2, 2]), {"axes": (0, 1)}),
        Sample((_CUBE, [[0], [1]], [0, 2]), {"axes": (0, 2)}),
        Sample((_CUBE, [0, 1], [2, 2]), {"axes": (1, 2)}),
        Sample(([0.5, 1.5], 1), {"axes": (0,)}),
        Sample((MATRIX, [0]), {"axes": (1,)}),
    ),
)
def index_(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    return _chosen(xp, inputs[0], inputs[1:], attrs["axes"])


# -- index_select and gather


def _unselect(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    if not inputs[1].shape:
        g = xp.reshape(g, (*g.shape[: attrs["dim"]], 1, *g.shape[attrs["dim"] + 1 :]))
    return _added(xp, g, inputs[0], (xp.reshape(inputs[1], (-1,)),), (attrs["dim"],))


@primitive(
    "index_select",
    glyph="[i]",
    formula=r"z = {a}_{b}",
    vjps=(moving("index_select", _unselect, reads=(1,)), FIXED),
    value_terms=moved_terms("index_select"),
    torch="index_select",
    python=lambda arguments, attrs: f"torch.index_select({arguments[0]}, {attrs['dim']}, {arguments[1]})",
    samples=(
        Sample((MATRIX, [1, 0, 1]), {"dim": 0}),
        Sample((MATRIX, [2, 2]), {"dim": 1}),
        Sample((_CUBE, [0]), {"dim": 2}),
    ),
)
def index_select(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a, dim = inputs[0], attrs["dim"]
    return xp.take(a, xp.reshape(_checked(xp, inputs[1], a.shape[dim]), (-1,)), axis=dim)


def _gathered_places(xp: Namespace, a: Array, index: Array, dim: int) -> Array:
    """Where each element of the value stands in the argument, laid out flat."""
    index = _checked(xp, index, a.shape[dim])
    rank = len(a.shape)
    stride, places = 1, None
    for axis in range(rank - 1, -1, -1):
        if axis == dim:
            along = index
        else:
            count = index.shape[axis]
            shape = (1,) * axis + (count,) + (1,) * (rank - axis - 1)
            along = xp.reshape(xp.arange(count, dtype=index.dtype, device=index.device), shape)
        places = along * stride if places is None else places + along * stride
        stride *= a.shape[axis]
    return index if places is None else xp.broadcast_to(places, index.shape)


def _ungather(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    a = inputs[0]
    places = _gathered_places(xp, a, inputs[1], attrs["dim"])
    empty = xp.zeros((math.prod(a.shape),), dtype=g.dtype, device=g.device)
    added = backend_of(xp).scatter_add(empty, xp.reshape(places, (-1,)), xp.reshape(g, (-1,)))
    return xp.reshape(added, tuple(a.shape))


@primitive(
    "gather",
    glyph="gather",
    formula=r"z = {a}_{b}",
    vjps=(moving("gather", _ungather, reads=(1,)), FIXED),
    value_terms=moved_terms("gather"),
    torch="gather",
    python=lambda arguments, attrs: f"torch.gather({arguments[0]}, {attrs['dim']}, {arguments[1]})",
    samples=(
        Sample((MATRIX, [[2, 0, 2], [1, 1, 0]]), {"dim": 1}),
        Sample((MATRIX, [[1], [0]]), {"dim": 1}),
        Sample((MATRIX, [[1, 0, 1]]), {"dim": 0}),
        Sample((_CUBE, [[[1, 0]]]), {"dim": 2}),
        Sample(([0.5, 1.5], [1, 1, 0]), {"dim": 0}),
    ),
)
def gather(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    a, index = inputs
    places = _gathered_places(xp, a, index, attrs["dim"])
    taken = xp.take(xp.reshape(a, (-1,)), xp.reshape(places, (-1,)), axis=0)
    return xp.reshape(taken, tuple(index.shape))


# -- embedding: rows of a table (argument a) by their numbers (argument b)


def _unembed(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
    table, index = inputs
    if xp is host:
        rows = g.reshape(index.size, table.shape[1])
        result = backend_of(xp).scatter_add(host.zeros(table.shape, g.dtype), index.reshape(-1), rows)
    else:
        result = _added(xp, g, table, (index,), (0,))
    padding = attrs.get("padding_idx")
    if padding is not None:
        result[padding, ...] = 0.0
    return result


def _embedding_terms() -> VjpTerms:
    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        if index[0] == attrs.get("padding_idx"):
            return [Term((constant("0", 0.0),))]
        return spread.terms(xp, g, out, inputs, attrs, index)

    spread = moving("embedding", _unembed)
    return terms


def _embedding_call(arguments: Sequence[str], attrs: Attrs) -> str:
    padding = attrs.get("padding_idx")
    more = "" if padding is None else f", padding_idx={padding}"
    return f"torch.nn.functional.embedding({arguments[1]}, {arguments[0]}{more})"


@primitive(
    "embedding",
    glyph="embed",
    formula=r"z = {a}_{b}",
    vjps=(Vjp("spread", _unembed, "1", _embedding_terms(), reads=(1,)), FIXED),
    value_terms=moved_terms("embedding"),
    torch="nn.functional.embedding",
    python=_embedding_call,
    samples=(
        Sample((MATRIX, [1, 0, 1, 1])),
        Sample((MATRIX, [[1, 0], [1, 1]])),
        Sample((MATRIX, 1)),
        Sample((MATRIX, [1, 0, 1]), {"padding_idx": None}),
    ),
    edges=(Sample((MATRIX, [1, 0, 1]), {"padding_idx": 1}),),
)
def embedding(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    table, index = inputs
    index = _checked(xp, index, table.shape[0])
    if xp is host:
        return table.take(index, axis=0)
    rows = xp.take(table, xp.reshape(index, (-1,)), axis=0)
    return xp.reshape(rows, (*index.shape, table.shape[1]))
