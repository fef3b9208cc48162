"""PyTorch's functions that make one tensor of several, and several of one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from chainrule.engine import dispatch
from chainrule.engine.functions.arguments import methods
from chainrule.engine.functions.shape import axis_of, reshape
from chainrule.engine.op import OPS
from chainrule.engine.tape import Node, apply
from chainrule.engine.tensor import Tensor


def _nodes(tensors: Sequence[Tensor], function: str) -> list[Node]:
    """In the type that all are promoted to."""
    if isinstance(tensors, Tensor):
        tensors = unbind(tensors)
    for x in tensors:
        if not isinstance(x, Tensor):
            raise TypeError(f"{function}(): expected Tensors in a tuple or list, not {type(x).__name__}")
    if not tensors:
        raise RuntimeError(f"{function} expects a non-empty TensorList")
    nodes = [x._node for x in tensors]
    dtype = dispatch.promoted(*nodes)
    return [dispatch.cast(node, dtype) for node in nodes]


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """One after the other along an axis.

    Raises
    ------
    RuntimeError
        One has no axes; or the other sizes differ.
    ValueError
        There is none.
    """
    if not isinstance(tensors, Tensor) and not tensors:
        raise ValueError("torch.cat(): expected a non-empty list of Tensors")
    nodes = _nodes(tensors, "cat")
    # Tensors of shape (0,) are left out, as in PyTorch.
    rest = [node for node in nodes if node.shape != (0,)] or nodes[:1]
    first = rest[0].shape
    for k, node in enumerate(nodes):
        if not node.shape:
            raise RuntimeError(f"zero-dimensional tensor (at position {k}) cannot be concatenated")
    dim = axis_of(dim, len(first))
    for k, node in enumerate(rest):
        if len(node.shape) != len(first):
            raise RuntimeError(
                f"Tensors must have same number of dimensions: got shapes {list(first)} and {list(node.shape)}"
            )
        for axis, size in enumerate(node.shape):
            if axis != dim and size != first[axis]:
                raise RuntimeError(
                    f"Sizes of tensors must match except in dimension {dim}. Expected size {first[axis]} but got size "
                    f"{size} for tensor number {k} in the list: shapes {list(first)} and {list(node.shape)}"
                )
    return Tensor(apply(OPS["cat"], tuple(rest), {"dim": dim}))


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Side by side along a new axis.

    Raises
    ------
    RuntimeError
        The shapes differ.
    """
    nodes = _nodes(tensors, "stack")
    first = nodes[0].shape
    for k, node in enumerate(nodes):
        if node.shape != first:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(first)} at entry 0 and "
                f"{list(node.shape)} at entry {k}"
            )
    return Tensor(apply(OPS["stack"], tuple(nodes), {"dim": axis_of(dim, len(first) + 1)}))


def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Along the second axis; vectors and numbers along the first."""
    rows = [reshape(x, 1) if not x.ndim else x for x in tensors]
    return cat(rows, 1 if rows and rows[0].ndim > 1 else 0)


def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Along the first axis; vectors and numbers as rows."""
    return cat([reshape(x, (1, -1)) if x.ndim < 2 else x for x in tensors], 0)


def narrow(x: Tensor, dim: int, start: int, length: int) -> Tensor:
    """A part of an axis.

    Raises
    ------
    RuntimeError
        The part is not within the axis; there is none.
    """
    if not x.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    dim = axis_of(dim, x.ndim)
    size = x.shape[dim]
    if not -size <= start <= size:
        raise IndexError(
            f"start out of range (expected to be in range of [{-size}, {size}], but got {start})"
        )
    start = start + size if start < 0 else start
    if length < 0 or start + length > size:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    key = ((None, None, None),) * dim + ((start, start + length, None),)
    return Tensor(apply(OPS["slice"], (x._node,), {"key": key + ((None, None, None),) * (x.ndim - dim - 1)}))


def select(x: Tensor, dim: int, index: int) -> Tensor:
    """One place of an axis, which goes away.

    Raises
    ------
    IndexError
        It is out of range; there are no axes.
    """
    if not x.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    dim = axis_of(dim, x.ndim)
    size = x.shape[dim]
    if not -size <= index < size:
        raise IndexError(
            f"select(): index {index} out of range for tensor of size {list(x.shape)} at dimension {dim}"
        )
    whole = (None, None, None)
    key = (whole,) * dim + (index % size,) + (whole,) * (x.ndim - dim - 1)
    return Tensor(apply(OPS["slice"], (x._node,), {"key": key}))


def unbind(x: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """Each place of an axis by itself."""
    if not x.ndim:
        raise RuntimeError("Dimension specified as 0 but tensor has no dimensions")
    return tuple(select(x, dim, k) for k in range(x.shape[axis_of(dim, x.ndim)]))


def split(x: Tensor, split_size_or_sections: int | Sequence[int], dim: int = 0) -> tuple[Tensor, ...]:
    """Parts of an axis: of one size (the last may be smaller), or of the sizes given.

    Raises
    ------
    RuntimeError
        The sizes do not sum to the axis's.
    """
    given = split_size_or_sections
    if not x.ndim:
        raise RuntimeError("split expects at least a 1-dimensional tensor")
    size = x.shape[axis_of(dim, x.ndim)]
    if isinstance(given, int):
        if given < 0 or (given == 0 and size):
            raise RuntimeError(f"split expects split_size be non-negative, but got split_size={given}")
        sizes = [min(given, size - start) for start in range(0, size, given)] if size else [0]
    else:
        sizes = list(given)
        if sum(sizes) != size or min(sizes, default=0) < 0:
            raise RuntimeError(
                f"split_with_sizes expects split_sizes to sum exactly to {size} (input tensor's size at dimension "
                f"{dim}), but got split_sizes={sizes}"
            )
    starts = [sum(sizes[:k]) for k in range(len(sizes))]
    return tuple(narrow(x, dim, start, length) for start, length in zip(starts, sizes, strict=True))


def chunk(x: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most so many parts of an axis, as equal as can be."""
    if chunks < 1:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    if not x.ndim:
        raise RuntimeError("chunk expects at least a 1-dimensional tensor")
    size = x.shape[axis_of(dim, x.ndim)]
    if not size:
        return tuple(narrow(x, dim, 0, 0) for _ in range(chunks))
    return split(x, -(-size // chunks), dim)


def _iterate(x: Tensor) -> Iterator[Tensor]:
    if not x.ndim:
        raise TypeError("iteration over a 0-d tensor")
    return iter(unbind(x))


methods(narrow=narrow, select=select, unbind=unbind, split=split, chunk=chunk, __iter__=_iterate)

concat = concatenate = cat
