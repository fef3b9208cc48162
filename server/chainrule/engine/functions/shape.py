"""PyTorch's functions that give the same elements another shape, order, or more places."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.functions.arguments import methods, one_tensor, with_sizes
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor


def axis_of(dim: int, rank: int) -> int:
    """An axis as a position from 0; of a number, 0 and −1 mean its only element.

    Raises
    ------
    IndexError
        It is out of range.
    """
    low, high = (-rank, rank - 1) if rank else (-1, 0)
    if not low <= dim <= high:
        raise IndexError(
            f"Dimension out of range (expected to be in range of [{low}, {high}], but got {dim})"
        )
    return dim % max(rank, 1)


def axes_of(dims: int | Sequence[int], rank: int) -> tuple[int, ...]:
    """Axes as positions from 0, in their order.

    Raises
    ------
    IndexError
        One is out of range.
    RuntimeError
        One is given twice.
    """
    given = tuple(axis_of(dim, rank) for dim in ((dims,) if isinstance(dims, int) else dims))
    for dim in given:
        if given.count(dim) > 1:
            raise RuntimeError(f"dim {dim} appears multiple times in the list of dims")
    return given


def reshape(x: Tensor, shape: Any) -> Tensor:
    """The same elements in another shape; one size may be −1.

    Raises
    ------
    RuntimeError
        The sizes do not multiply to the number of elements.
    """
    sizes = [shape] if isinstance(shape, int) else list(shape)
    known = 1
    for size in sizes:
        known *= size if size != -1 else 1
    if sizes.count(-1) == 1 and known and x.numel() % known == 0:
        sizes[sizes.index(-1)] = x.numel() // known
        known = x.numel()
    if known != x.numel() or min(sizes, default=0) < 0:
        raise RuntimeError(f"shape '{shape}' is invalid for input of size {x.numel()}")
    return Tensor(apply(OPS["reshape"], (x._node,), {"shape": tuple(sizes)}))


def reshape_as(x: Tensor, other: Tensor) -> Tensor:
    """The same elements in the shape of another tensor."""
    return reshape(x, other.shape)


def flatten(x: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Axes from one to another as one.

    Raises
    ------
    RuntimeError
        The last comes before the first.
    """
    first, last = axis_of(start_dim, x.ndim), axis_of(end_dim, x.ndim)
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    shape = tuple(x.shape)
    return reshape(x, (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :]))


def unflatten(x: Tensor, dim: int, sizes: Sequence[int]) -> Tensor:
    """One axis as several; one size may be −1."""
    dim, shape, given = axis_of(dim, x.ndim), tuple(x.shape), list(sizes)
    if given.count(-1) == 1:
        given[given.index(-1)] = shape[dim] // max(1, -prod(given))
    if prod(given) != shape[dim]:
        raise RuntimeError(
            f"unflatten: Provided sizes {list(sizes)} don't multiply up to the size of dim {dim} ({shape[dim]}) "
            "in the input tensor"
        )
    return reshape(x, (*shape[:dim], *given, *shape[dim + 1 :]))


def ravel(x: Tensor) -> Tensor:
    """All elements in one axis."""
    return reshape(x, (x.numel(),))


def squeeze(x: Tensor, dim: int | Sequence[int] | None = None) -> Tensor:
    """Without the axes of size 1, or without those among the given ones."""
    chosen = range(x.ndim) if dim is None else axes_of(dim, x.ndim)
    return reshape(x, tuple(size for k, size in enumerate(x.shape) if size != 1 or k not in chosen))


def unsqueeze(x: Tensor, dim: int) -> Tensor:
    """With another axis of size 1."""
    place = axis_of(dim, x.ndim + 1)
    return reshape(x, (*x.shape[:place], 1, *x.shape[place:]))


def permute(x: Tensor, dims: Any) -> Tensor:
    """The axes in another order."""
    order = tuple(dims)
    if len(order) != x.ndim or dispatch.axes(order, x.ndim) not in (tuple(range(x.ndim)), None):
        raise RuntimeError(f"permute(): {list(order)} is no order of the axes of shape {list(x.shape)}")
    return Tensor(apply(OPS["permute"], (x._node,), {"dims": tuple(d % x.ndim for d in order)}))


def transpose(x: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two axes exchanged."""
    i, j = axis_of(dim0, x.ndim), axis_of(dim1, x.ndim)
    order = list(range(x.ndim))
    if order:
        order[i], order[j] = order[j], order[i]
    return permute(x, order)


def t(x: Tensor) -> Tensor:
    """A matrix transposed; a vector as it is.

    Raises
    ------
    RuntimeError
        There are more than two axes.
    """
    if x.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {x.ndim}D")
    return transpose(x, 0, 1) if x.ndim == 2 else x


def movedim(x: Tensor, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Axes put elsewhere; the others keep their order."""
    come, go = axes_of(source, x.ndim), axes_of(destination, x.ndim)
    if len(come) != len(go):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(come)} dims) should contain the same number "
            f"of dims as destination ({list(go)} dims)"
        )
    order = [axis for axis in range(x.ndim) if axis not in come]
    for place, axis in sorted(zip(go, come, strict=True)):
        order.insert(place, axis)
    return permute(x, order)


def _transposed(x: Tensor) -> Tensor:
    return permute(x, list(reversed(range(x.ndim))))


def _matrix_transposed(x: Tensor) -> Tensor:
    if x.ndim < 2:
        raise RuntimeError(
            f"tensor.mT is only supported on matrices or batches of matrices. Got {x.ndim}-D tensor."
        )
    return transpose(x, -2, -1)


def expand(x: Tensor, sizes: Any) -> Tensor:
    """Copied along new first axes and axes of size 1; −1 keeps a size.

    Raises
    ------
    RuntimeError
        An axis of another size than 1 would have to change.
    """
    given, shape = [sizes] if isinstance(sizes, int) else list(sizes), tuple(x.shape)
    new = len(given) - len(shape)
    if new < 0:
        raise RuntimeError(
            f"expand(): the number of sizes provided ({len(given)}) must be greater or equal to the number of "
            f"dimensions in the tensor ({len(shape)})"
        )
    for k, size in enumerate(given):
        own = shape[k - new] if k >= new else None
        if size == -1 and own is not None:
            given[k] = own
        elif size < 0:
            raise RuntimeError(
                f"The expanded size of the tensor ({size}) isn't allowed in a leading, non-existing dimension {k}"
            )
        elif own is not None and own not in (1, size):
            raise RuntimeError(
                f"The expanded size of the tensor ({size}) must match the existing size ({own}) at non-singleton "
                f"dimension {k}.  Target sizes: {list(given)}.  Tensor sizes: {list(shape)}"
            )
    return Tensor(apply(OPS["broadcast_to"], (x._node,), {"shape": tuple(given)}))


def broadcast_to(x: Tensor, shape: Any) -> Tensor:
    """Copied along new first axes and axes of size 1."""
    return expand(x, shape)


def expand_as(x: Tensor, other: Tensor) -> Tensor:
    """Copied to the shape of another tensor."""
    return expand(x, other.shape)


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """All in the shape to which they broadcast together."""
    shape: list[int] = []
    for x in tensors:
        shape = [1] * (x.ndim - len(shape)) + shape
        for k, size in enumerate(reversed(x.shape), 1):
            if size != 1:
                shape[-k] = size
    return tuple(expand(x, shape) for x in tensors)


def repeat(x: Tensor, repeats: Any) -> Tensor:
    """The whole written out several times along each axis; further counts are for new first axes.

    Raises
    ------
    RuntimeError
        There are fewer counts than axes, or a negative one.
    """
    counts = (repeats,) if isinstance(repeats, int) else tuple(repeats)
    if len(counts) < x.ndim:
        raise RuntimeError(
            "Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor: "
            f"{len(counts)} counts for shape {list(x.shape)}"
        )
    if min(counts, default=0) < 0:
        raise RuntimeError(f"repeat(): counts cannot be negative: {list(counts)}")
    return Tensor(apply(OPS["repeat"], (x._node,), {"repeats": counts}))


def tile(x: Tensor, dims: Any) -> Tensor:
    """As :func:`repeat`; missing counts are 1."""
    counts = (dims,) if isinstance(dims, int) else tuple(dims)
    return repeat(x, (1,) * (x.ndim - len(counts)) + counts)


def repeat_interleave(x: Tensor, repeats: int, dim: int | None = None) -> Tensor:
    """Each element several times in a row, along an axis; without one, of all elements in one axis."""
    if not isinstance(repeats, int):
        raise TypeError("repeat_interleave(): repeats is one number here")
    if dim is None:
        x, dim = ravel(x), 0
    dim = axis_of(dim, x.ndim)
    shape = tuple(x.shape)
    wide = expand(unsqueeze(x, dim + 1), (*shape[: dim + 1], repeats, *shape[dim + 1 :]))
    return reshape(wide, (*shape[:dim], shape[dim] * repeats, *shape[dim + 1 :]))


def meshgrid(*tensors: Any, indexing: str = "ij") -> tuple[Tensor, ...]:
    """Each vector along an axis of its own, copied along the others; ``xy`` exchanges the first two axes."""
    if len(tensors) == 1 and isinstance(tensors[0], (list, tuple)):
        tensors = tuple(tensors[0])
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f"torch.meshgrid: indexing must be one of 'xy' or 'ij', but received: {indexing}")
    for x in tensors:
        if x.ndim > 1:
            raise RuntimeError(
                f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got shape {list(x.shape)}"
            )
    order = list(range(len(tensors)))
    if indexing == "xy" and len(tensors) > 1:
        order[:2] = 1, 0
    along = [reshape(x, [-1 if k == axis else 1 for k in order]) for axis, x in enumerate(tensors)]
    return broadcast_tensors(*along)


def flip(x: Tensor, dims: int | Sequence[int]) -> Tensor:
    """The elements along some axes in reverse."""
    chosen = axes_of(dims, x.ndim)
    return Tensor(apply(OPS["flip"], (x._node,), {"dims": chosen})) if x.ndim else x


def roll(x: Tensor, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> Tensor:
    """The elements shifted along some axes, what leaves at the end comes in at the start; without axes, of all in a row."""
    given = (shifts,) if isinstance(shifts, int) else tuple(shifts)
    if dims is None or dims == ():
        if len(given) != 1:
            raise RuntimeError(f"shifts and dimensions must align. shifts: {len(given)}, dims:0")
        return reshape(roll(ravel(x), given, 0), x.shape)
    along = tuple(axis_of(dim, x.ndim) for dim in ((dims,) if isinstance(dims, int) else dims))
    if len(along) != len(given):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(given)}, dims:{len(along)}")
    return Tensor(apply(OPS["roll"], (one_tensor(x, "roll")._node,), {"shifts": given, "dims": along}))


def _itself(x: Tensor) -> Tensor:
    """How elements lie in memory is not seen here."""
    return x


methods(
    reshape=with_sizes(reshape), view=with_sizes(reshape), permute=with_sizes(permute), transpose=transpose,
    swapaxes=transpose, swapdims=transpose, movedim=movedim, moveaxis=movedim, t=t, flatten=flatten,
    unflatten=unflatten, ravel=ravel, squeeze=squeeze, unsqueeze=unsqueeze, reshape_as=reshape_as,
    view_as=reshape_as, expand=with_sizes(expand), expand_as=expand_as, broadcast_to=broadcast_to,
    repeat=with_sizes(repeat), tile=with_sizes(tile), repeat_interleave=repeat_interleave, flip=with_sizes(flip),
    roll=roll, contiguous=_itself,
)  # fmt: skip
Tensor.T = property(_transposed)  # type: ignore[assignment]
Tensor.mT = property(_matrix_transposed)  # type: ignore[assignment]
