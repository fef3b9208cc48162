"""PyTorch's functions that choose elements by their places, ``x[…]`` among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.backend import BOOL, INT64, host
from chainrule.engine.dispatch import Scalar, as_scalar
from chainrule.engine.functions.arguments import methods, one_tensor
from chainrule.engine.functions.shape import axis_of, broadcast_tensors, unsqueeze
from chainrule.engine.op import OPS
from chainrule.engine.tape import Node, apply, leaf_node, state
from chainrule.engine.tensor import Tensor

_WHOLE = (None, None, None)


def _whole_number(value: Any) -> int | None:
    """A place that is given as a number; a tensor that holds one is read as an array of places."""
    if isinstance(value, bool) or not hasattr(value, "__index__") or isinstance(value, Tensor):
        return None
    return int(value.__index__())


def _bound(value: Any) -> int | None:
    """A bound of a slice."""
    return None if value is None else int(value)


def _entries(x: Tensor, key: Any) -> list[Any]:
    """The key's parts, with the ellipsis written out."""
    parts = list(key) if isinstance(key, tuple) else [key]
    taken = 0
    for part in parts:
        if isinstance(part, (Tensor, host.ndarray)) and _is_mask(part):
            taken += part.ndim
        elif part is not None and part is not Ellipsis:
            taken += 1
    if taken > x.ndim:
        raise IndexError(f"too many indices for tensor of dimension {x.ndim}")
    marks = [k for k, part in enumerate(parts) if part is Ellipsis]
    if len(marks) > 1:
        raise IndexError("an index can only have a single ellipsis ('...')")
    at = marks[0] if marks else len(parts)
    return [*parts[:at], *[slice(None)] * (x.ndim - taken), *parts[at + 1 :]]


def _is_mask(part: Any) -> bool:
    return part.dtype is BOOL if isinstance(part, Tensor) else part.dtype == bool


def _get(x: Tensor, key: Any) -> Tensor:
    """Integers, slices, ``None`` and ``...`` first, then arrays of places, as PyTorch does."""
    basic: list[Any] = []
    arrays: list[tuple[int, Node]] = []
    place = axis = 0  # in the result of the basic part, in x
    for part in _entries(x, key):
        number = _whole_number(part)
        if part is None:
            basic.append(None)
            place += 1
        elif number is not None:
            size = x.shape[axis]
            if not -size <= number < size:
                raise IndexError(f"index {number} is out of bounds for dimension {axis} with size {size}")
            basic.append(number)
            axis += 1
        elif isinstance(part, slice):
            step = _bound(part.step)
            if step is not None and step <= 0:
                raise ValueError("step must be greater than zero")
            basic.append((_bound(part.start), _bound(part.stop), step))
            place, axis = place + 1, axis + 1
        else:
            for node in _places(part, x, axis):
                arrays.append((place, node))
                basic.append(_WHOLE)
                place, axis = place + 1, axis + 1
    if any(entry != _WHOLE for entry in basic) or not arrays:
        x = Tensor(apply(OPS["slice"], (x._node,), {"key": tuple(basic)}))
    if not arrays:
        return x
    _must_broadcast([node for _, node in arrays])
    nodes = (x._node, *(node for _, node in arrays))
    return Tensor(apply(OPS["index"], nodes, {"axes": tuple(axis for axis, _ in arrays)}))


def _must_broadcast(nodes: list[Node]) -> None:
    try:
        host.broadcast_shapes(*(node.shape for node in nodes))
    except ValueError:
        shapes = ", ".join(str(list(node.shape)) for node in nodes)
        raise IndexError(
            f"shape mismatch: indexing tensors could not be broadcast together with shapes {shapes}"
        ) from None


def _places(part: Any, x: Tensor, axis: int) -> list[Node]:
    """Arrays of places, one for each axis that the part of a key stands for."""
    backend = x._node.backend
    if not isinstance(part, Tensor):
        array = host.asarray(part)
        if not array.size and array.dtype.kind == "f":
            array = array.astype(host.int64)
        if array.dtype.kind not in "bi":
            raise IndexError(
                f"tensors used as indices must be int64 or bool, not {array.dtype}"
                if isinstance(part, (list, tuple, host.ndarray))
                else "only integers, slices (`:`), ellipsis (`...`), None and tensors of int64 or bool are valid "
                f"indices (got {type(part).__name__})"
            )
        array = array.astype(host.int64) if array.dtype.kind == "i" else array
        part = Tensor(leaf_node(backend.asarray(array), backend, kind="constant"))
    if part.dtype is INT64:
        return [part._node]
    if part.dtype is not BOOL:
        raise IndexError(f"tensors used as indices must be int64 or bool, not {part.dtype.name}")
    if state.tape is not None:
        raise RuntimeError(
            f"a boolean index of shape {list(part.shape)} makes a shape that depends on values, which differ from "
            "iteration to iteration: use torch.where(mask, x, 0.0) or masked_fill here"
        )
    size = list(x.shape)[axis : axis + part.ndim]
    if list(part.shape) != size:
        raise IndexError(
            f"The shape of the mask {list(part.shape)} at index 0 does not match the shape of the indexed tensor "
            f"{list(x.shape)} at index {axis}"
        )
    where = host.nonzero(part._host())
    return [leaf_node(backend.asarray(places), backend, kind="constant") for places in where]


def masked_select(x: Tensor, mask: Tensor) -> Tensor:
    """The elements where the mask holds, in one axis. Refused while a tape records: see ``x[mask]``."""
    return _get(*broadcast_tensors(x, mask))


def _set(x: Tensor, key: Any, value: Any) -> None:
    raise TypeError(
        f"writing into parts of a tensor (shape {list(x.shape)}) is not supported, because recorded values stay as "
        "they are: build the new tensor with torch.where, torch.cat, torch.stack or masked_fill"
    )


def _index_node(index: Any, function: str) -> Node:
    node = one_tensor(index, function)._node
    if dispatch.dtype_of(node) is not INT64:
        raise RuntimeError(f"{function}(): Expected dtype int64 for index, not {index.dtype.name}")
    return node


def index_select(x: Tensor, dim: int, index: Tensor) -> Tensor:
    """Places of an axis, in the order of a vector.

    Raises
    ------
    IndexError
        The index is no vector, or holds a place that is out of bounds.
    """
    node = _index_node(index, "index_select")
    if index.ndim > 1:
        raise IndexError(
            f"index_select(): Index is supposed to be a vector, but its shape is {list(index.shape)}"
        )
    if not x.ndim:
        raise IndexError("index_select(): the tensor has no axes")
    return Tensor(apply(OPS["index_select"], (x._node, node), {"dim": axis_of(dim, x.ndim)}))


def gather(x: Tensor, dim: int, index: Tensor) -> Tensor:
    """``z[i][j] = x[i][index[i][j]]`` for ``dim`` 1, and so on.

    Raises
    ------
    RuntimeError
        The index has another number of axes, or is larger than ``x`` along another axis than ``dim``; or it holds
        a place that is out of bounds.
    """
    node = _index_node(index, "gather")
    dim = axis_of(dim, x.ndim)
    if index.ndim != x.ndim and not (index.ndim <= 1 and x.ndim <= 1):
        raise RuntimeError(
            "Index tensor must have the same number of dimensions as input tensor: "
            f"shapes {list(index.shape)} and {list(x.shape)}"
        )
    for axis, (size, own) in enumerate(zip(index.shape, x.shape, strict=False)):
        if axis != dim and size > own:
            raise RuntimeError(
                f"Size does not match at dimension {axis} expected index {list(index.shape)} to be no larger than "
                f"self {list(x.shape)} apart from dimension {dim}"
            )
    try:
        return Tensor(apply(OPS["gather"], (x._node, node), {"dim": dim}))
    except IndexError as error:
        raise RuntimeError(str(error)) from error


def take_along_dim(x: Tensor, indices: Tensor, dim: int) -> Tensor:
    """As :func:`gather`, with an index of the same shape apart from ``dim``."""
    return gather(x, dim, indices)


def embedding(input: Tensor, weight: Tensor, padding_idx: int | None = None) -> Tensor:  # noqa: A002
    """Rows of ``weight``, shape (rows, width), by their numbers: shape (…) → (…, width).

    No gradient reaches the row ``padding_idx``.

    Raises
    ------
    RuntimeError
        The numbers are not integers; ``weight`` is no matrix.
    IndexError
        A number is out of bounds.
    """
    node = _index_node(input, "embedding")
    rows = weight.shape
    if len(rows) != 2:
        raise RuntimeError(f"'weight' must be 2-D, but its shape is {list(rows)}")
    if padding_idx is None:
        return Tensor(apply(OPS["embedding"], (weight._node, node)))
    if not -rows[0] <= padding_idx < rows[0]:
        raise AssertionError(f"padding_idx must be within num_embeddings ({rows[0]}), not {padding_idx}")
    return Tensor(apply(OPS["embedding"], (weight._node, node), {"padding_idx": padding_idx % rows[0]}))


def one_hot(tensor: Tensor, num_classes: int = -1) -> Tensor:
    """Integers 0 or 1: 1 at the number of the class. Shape (…) → (…, classes).

    Raises
    ------
    RuntimeError
        The numbers are not integers, or not those of ``num_classes`` classes.
    """
    node = _index_node(tensor, "one_hot")
    if num_classes == -1:
        if state.tape is not None:
            raise RuntimeError("one_hot(): say num_classes, because a recorded shape cannot depend on values")
        if not tensor.numel():
            raise RuntimeError("Can not infer total number of classes from empty tensor.")
        num_classes = int(tensor._host().max()) + 1
    numbers = tensor._host()
    if numbers.size and (numbers.min() < 0 or numbers.max() >= num_classes):
        raise RuntimeError(f"Class values must be from 0 to num_classes - 1 ({num_classes - 1})")
    backend = node.backend
    classes = Tensor(leaf_node(backend.asarray(host.arange(num_classes)), backend, kind="constant"))
    same: Tensor = unsqueeze(tensor, -1) == classes
    return same.to(INT64)


def masked_fill(x: Tensor, mask: Tensor, value: Scalar | Tensor) -> Tensor:
    """A number in place of the elements where the mask holds; the shapes broadcast.

    Raises
    ------
    RuntimeError
        The mask is not boolean.
    """
    number = as_scalar(value.item() if isinstance(value, Tensor) and not value.ndim else value)
    if number is None:
        raise TypeError("masked_fill(): value is a number or a tensor of shape ()")
    if one_tensor(mask, "masked_fill").dtype is not BOOL:
        raise RuntimeError(
            f"masked_fill_ only supports boolean masks, but got mask with dtype {mask.dtype.name}"
        )
    if not x.dtype.is_floating_point and isinstance(number, float):
        raise RuntimeError(f"value cannot be converted to type {x.dtype.name} without overflow")
    filled = float(number) if x.dtype.is_floating_point else number
    return Tensor(apply(OPS["masked_fill"], (x._node, mask._node), {"value": filled}))


def tril(x: Tensor, diagonal: int = 0) -> Tensor:
    """Zero above a diagonal of each matrix."""
    return _triangle("tril", x, diagonal)


def triu(x: Tensor, diagonal: int = 0) -> Tensor:
    """Zero below a diagonal of each matrix."""
    return _triangle("triu", x, diagonal)


def _triangle(name: str, x: Tensor, diagonal: int) -> Tensor:
    if x.ndim < 2:
        raise RuntimeError(f"{name}: input tensor must have at least 2 dimensions, not shape {list(x.shape)}")
    return Tensor(apply(OPS[name], (x._node,), {"diagonal": int(diagonal)}))


def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:  # noqa: A002
    """With further elements before and after: pairs for the last axes, the last axis first.

    ``mode`` is constant, reflect (without the edge), replicate (the edge again) or circular.

    Raises
    ------
    RuntimeError
        The pairs do not fit the shape.
    """
    given, rank = tuple(int(one) for one in pad), input.ndim
    if len(given) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2: {list(given)}")
    if len(given) > 2 * rank:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(given)} and input of dimension {rank}"
        )
    for k in range(0, len(given), 2):
        axis = rank - 1 - k // 2
        if input.shape[axis] + given[k] + given[k + 1] < 0:
            raise RuntimeError(
                f"The input size {input.shape[axis]}, plus negative padding {given[k]} and {given[k + 1]}, resulted "
                f"in a negative output size: dimension {axis} of shape {list(input.shape)}"
            )
    if mode == "constant":
        number: Scalar = 0.0 if value is None else value
        number = float(number) if input.dtype.is_floating_point else int(number)
        return Tensor(apply(OPS["pad"], (input._node,), {"pad": given, "value": number}))
    if mode not in _BORDERS:
        raise NotImplementedError(
            f"Unrecognised padding mode {mode}: choose constant, reflect, replicate, circular"
        )
    if value:
        raise ValueError(f'Padding mode "{mode}" doesn\'t take in value argument')
    result = input
    for k in range(0, len(given), 2):
        result = _bordered(result, rank - 1 - k // 2, given[k], given[k + 1], mode)
    return result


_BORDERS = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def _bordered(x: Tensor, axis: int, before: int, after: int, mode: str) -> Tensor:
    """One axis, padded with elements of its own: an index that NumPy is asked for."""
    size = x.shape[axis]
    widest = {"reflect": size - 1, "circular": size}.get(mode)
    if min(before, after) < 0 or (widest is not None and max(before, after) > widest) or not size:
        raise RuntimeError(
            f"Padding size should be less than the corresponding input dimension, but got: padding ({before}, "
            f"{after}) at dimension {axis} of input {list(x.shape)}"
        )
    if not before and not after:
        return x
    places: Any = host.pad(host.arange(size), (before, after), mode=_BORDERS[mode])  # type: ignore[call-overload]
    backend = x._node.backend
    index = leaf_node(backend.asarray(places), backend, kind="constant")
    return Tensor(apply(OPS["index_select"], (x._node, index), {"dim": axis}))


methods(
    __getitem__=_get, __setitem__=_set, index_select=index_select, gather=gather, masked_fill=masked_fill,
    tril=tril, triu=triu, masked_select=masked_select, take_along_dim=take_along_dim,
)  # fmt: skip
