"""PyTorch's products of matrices and vectors, and sums of products in Einstein's notation."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chainrule.engine import dispatch
from chainrule.engine.dispatch import Scalar
from chainrule.engine.functions.arguments import methods, one_tensor, two_tensors
from chainrule.engine.functions.joining import narrow
from chainrule.engine.functions.shape import axis_of, reshape, unsqueeze
from chainrule.engine.op import OPS
from chainrule.engine.tape import apply
from chainrule.engine.tensor import Tensor

matmul = two_tensors("matmul")


def _of_rank(function: str, *given: tuple[Tensor, int]) -> None:
    for x, rank in given:
        if one_tensor(x, function).ndim != rank:
            shapes = " and ".join(str(list(one.shape)) for one, _ in given)
            noun = {1: "vectors (1-D)", 2: "matrices (2-D)", 3: "stacks of matrices (3-D)"}[rank]
            raise RuntimeError(f"{function}: expected {noun}, got shapes {shapes}")


def mm(a: Tensor, b: Tensor) -> Tensor:
    """The product of two matrices."""
    _of_rank("mm", (a, 2), (b, 2))
    return matmul(a, b)


def bmm(a: Tensor, b: Tensor) -> Tensor:
    """Products of two stacks of matrices, one by one: (n, i, j), (n, j, k) → (n, i, k)."""
    _of_rank("bmm", (a, 3), (b, 3))
    if a.shape[0] != b.shape[0]:
        raise RuntimeError(
            f"bmm: expected stacks of the same size, got shapes {list(a.shape)} and {list(b.shape)}"
        )
    return matmul(a, b)


def mv(a: Tensor, b: Tensor) -> Tensor:
    """The product of a matrix and a vector."""
    if one_tensor(a, "mv").ndim != 2 or one_tensor(b, "mv").ndim != 1:
        raise RuntimeError(
            f"mv: expected a matrix and a vector, got shapes {list(a.shape)} and {list(b.shape)}"
        )
    return matmul(a, b)


def dot(a: Tensor, b: Tensor) -> Tensor:
    """The sum of the products of two vectors' elements."""
    _of_rank("dot", (a, 1), (b, 1))
    if a.shape != b.shape:
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a.numel()}] and src [{b.numel()}] to have the same number "
            f"of elements, but got {a.numel()} and {b.numel()} elements respectively"
        )
    return matmul(a, b)


def outer(a: Tensor, b: Tensor) -> Tensor:
    """Every product of an element of one vector and one of the other: (n), (m) → (n, m)."""
    _of_rank("outer", (a, 1), (b, 1))
    return unsqueeze(a, 1) * b


def addmm(x: Tensor, a: Tensor, b: Tensor, *, beta: Scalar = 1, alpha: Scalar = 1) -> Tensor:
    """``beta · x + alpha · (a @ b)`` for matrices; x broadcasts."""
    return _added(x, mm(a, b), beta, alpha, "addmm")


def baddbmm(x: Tensor, a: Tensor, b: Tensor, *, beta: Scalar = 1, alpha: Scalar = 1) -> Tensor:
    """``beta · x + alpha · (a @ b)`` for stacks of matrices; x broadcasts."""
    return _added(x, bmm(a, b), beta, alpha, "baddbmm")


def addmv(x: Tensor, a: Tensor, b: Tensor, *, beta: Scalar = 1, alpha: Scalar = 1) -> Tensor:
    """``beta · x + alpha · (a @ b)`` for a matrix and a vector; x broadcasts."""
    return _added(x, mv(a, b), beta, alpha, "addmv")


def _added(x: Tensor, product: Tensor, beta: Scalar, alpha: Scalar, function: str) -> Tensor:
    scaled = product if alpha == 1 else product * alpha
    if beta == 0:
        # Left out, as in PyTorch: not even NaN comes through.
        return scaled
    result = (x if beta == 1 else x * beta) + scaled
    if result.shape != product.shape:
        raise RuntimeError(
            f"{function}: the shape {list(x.shape)} does not broadcast to that of the product, {list(product.shape)}"
        )
    return result


# -- einsum

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def einsum(equation: str, *operands: Any) -> Tensor:
    """Products of elements, summed over the labels that the result lacks: ``einsum("ij,jk->ik", a, b)``.

    Without ``->`` the result has the labels that stand once, in alphabetical order. ``...`` stands for axes that
    broadcast. A label that stands twice in one operand walks along its diagonal.

    Raises
    ------
    RuntimeError
        The equation is not well formed, or does not fit the shapes.
    """
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(operands[0])
    tensors = [one_tensor(x, "einsum") for x in operands]
    if not tensors:
        raise ValueError("einsum(): must specify the equation string and at least one operand")
    left, arrow, right = equation.replace(" ", "").partition("->")
    given = left.split(",")
    if len(given) != len(tensors):
        what = "fewer" if len(tensors) < len(given) else "more"
        raise RuntimeError(
            f"einsum(): {what} operands were provided ({len(tensors)}) than specified in the equation ({len(given)})"
        )
    _only_letters(given, right)
    _fitting(given, tensors)
    rest = [max(0, x.ndim - len(one.replace("...", ""))) for one, x in zip(given, tensors, strict=True)]
    most = max((n for one, n in zip(given, rest, strict=True) if "..." in one), default=0)
    free = [one for one in _LETTERS if one not in left + right][:most]
    if len(free) < most:
        raise RuntimeError("einsum(): there are not enough letters for all axes")
    labels = [
        one.replace("...", "".join(free[most - n :])) if "..." in one else one
        for one, n in zip(given, rest, strict=True)
    ]
    if arrow:
        out = right.replace("...", "".join(free))
    else:
        counts = Counter(left.replace("...", "").replace(",", ""))
        out = "".join(free) + "".join(sorted(one for one, n in counts.items() if n == 1))
    for one in out:
        if out.count(one) > 1:
            raise RuntimeError(f"einsum(): output subscript {one} appears more than once in the output")
        if one not in "".join(labels):
            raise RuntimeError(
                f"einsum(): output subscript {one} does not appear in the equation for any input operand"
            )
    tensors, labels = _broadcast(tensors, labels)
    nodes = [x._node for x in tensors]
    dtype = dispatch.promoted(*nodes)
    return Tensor(
        apply(
            OPS["einsum"],
            tuple(dispatch.cast(node, dtype) for node in nodes),
            {"equation": f"{','.join(labels)}->{out}"},
        )
    )


def diagonal(x: Tensor, offset: int = 0, dim1: int = 0, dim2: int = 1) -> Tensor:
    """The diagonal of two axes, as the last axis; ``offset`` places to the right of the main one.

    Raises
    ------
    RuntimeError
        The axes are the same.
    """
    first, second = axis_of(dim1, x.ndim), axis_of(dim2, x.ndim)
    if first == second:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    rows, columns = max(-offset, 0), max(offset, 0)
    count = max(0, min(x.shape[first] - rows, x.shape[second] - columns))
    if (rows, count) != (0, x.shape[first]):
        x = narrow(x, first, min(rows, x.shape[first]), count)
    if (columns, count) != (0, x.shape[second]):
        x = narrow(x, second, min(columns, x.shape[second]), count)
    labels = [*_LETTERS[: x.ndim]]
    labels[second] = labels[first]
    rest = [one for axis, one in enumerate(labels) if axis not in (first, second)]
    return einsum(f"{''.join(labels)}->{''.join(rest)}{labels[first]}", x)


def trace(x: Tensor) -> Tensor:
    """The sum of a matrix's diagonal."""
    if x.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got a tensor with dim {x.ndim}")
    return diagonal(x).sum()


def _only_letters(given: list[str], right: str) -> None:
    for one in (*given, right):
        bare = one.replace("...", "", 1)
        for letter in bare:
            if letter not in _LETTERS:
                raise RuntimeError(
                    f"einsum(): invalid subscript given: {letter!r} in {one!r}; subscripts are letters (a to z, A to Z) "
                    "or one ellipsis (...)"
                )


def _fitting(given: list[str], tensors: list[Tensor]) -> None:
    for k, (one, x) in enumerate(zip(given, tensors, strict=True)):
        count, dots = len(one.replace("...", "")), "..." in one
        if count > x.ndim or (count < x.ndim and not dots):
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({count}) does not match the number of dimensions "
                f"({x.ndim}) for operand {k} of shape {list(x.shape)}"
                + (" and no ellipsis was given" if not dots else "")
            )


def _broadcast(tensors: list[Tensor], labels: list[str]) -> tuple[list[Tensor], list[str]]:
    """Without the axes of size 1 whose label has another size elsewhere.

    Raises
    ------
    RuntimeError
        A label has two sizes.
    """
    sizes: dict[str, int] = {}
    for k, (own, x) in enumerate(zip(labels, tensors, strict=True)):
        for one, size in zip(own, x.shape, strict=True):
            before = sizes.get(one, 1)
            if own.count(one) > 1 and {s for s, other in zip(x.shape, own, strict=True) if other == one} != {
                size
            }:
                raise RuntimeError(
                    f"einsum(): subscript {one} is repeated for operand {k} but the sizes don't match: {list(x.shape)}"
                )
            if size != 1 and before not in (1, size):
                raise RuntimeError(
                    f"einsum(): operands do not broadcast: subscript {one} has size {size} for operand {k} of shape "
                    f"{list(x.shape)} but size {before} before"
                )
            sizes[one] = before if size == 1 else size
    for k, (own, x) in enumerate(zip(labels, tensors, strict=True)):
        kept = [axis for axis, one in enumerate(own) if x.shape[axis] == sizes[one]]
        if len(kept) < len(own):
            tensors[k] = reshape(x, tuple(x.shape[axis] for axis in kept))
            labels[k] = "".join(own[axis] for axis in kept)
    return tensors, labels


methods(matmul=matmul, mm=mm, bmm=bmm, mv=mv, dot=dot, outer=outer, addmm=addmm, baddbmm=baddbmm, addmv=addmv)
methods(diagonal=diagonal, trace=trace)
