"""Sums of products over any axes, in Einstein's notation: ``ij,jk->ik``.

Pairs of arguments are multiplied as stacks of matrices, from left to right. A label that stands twice in one
argument walks along its diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import prod

from chainrule.engine.backend import Array, Namespace
from chainrule.engine.op import Inputs, Repeated, Sample, Vjp, primitive
from chainrule.engine.ops.shape.origins import letter
from chainrule.engine.terms import Attrs, Factor, Index, Source, Term, constant, element, upstream

_A = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5]]
_B = [[1.5, 0.25], [-2.0, 1.0], [0.5, -0.75]]
_V = [1.5, -0.5, 2.25]
_SQUARE = [[0.5, -1.25, 2.0], [3.5, 0.75, -0.5], [1.0, 0.25, -2.0]]


@lru_cache(maxsize=256)
def _parts(equation: str) -> tuple[tuple[str, ...], str]:
    """The labels of each argument, and those of the value."""
    left, _, out = equation.partition("->")
    return tuple(left.split(",")), out


def _sizes(labels: Sequence[str], inputs: Inputs) -> dict[str, int]:
    return {
        one: size
        for given, x in zip(labels, inputs, strict=True)
        for one, size in zip(given, x.shape, strict=True)
    }


def _ordered(xp: Namespace, a: Array, labels: str, wanted: str) -> Array:
    if labels == wanted:
        return a
    return xp.permute_dims(a, tuple(labels.index(one) for one in wanted))


def _diagonal(xp: Namespace, a: Array, labels: str) -> tuple[Array, str]:
    """Each label once: a repeated one along its diagonal."""
    for one in labels:
        while labels.count(one) > 1:
            i, j = labels.index(one), labels.rindex(one)
            rest = [axis for axis in range(len(labels)) if axis not in (i, j)]
            n = a.shape[i]
            moved = xp.permute_dims(a, (i, j, *rest))
            flat = xp.reshape(moved, (n * n, *moved.shape[2:]))
            a = flat[(slice(None, None, n + 1), ...)]
            labels = one + "".join(labels[axis] for axis in rest)
    return a, labels


def _summed(xp: Namespace, a: Array, labels: str, keep: str) -> tuple[Array, str]:
    axes = tuple(axis for axis, one in enumerate(labels) if one not in keep)
    if not axes:
        return a, labels
    return xp.sum(a, axis=axes), "".join(one for one in labels if one in keep)


def _pair(xp: Namespace, a: Array, la: str, b: Array, lb: str, keep: str) -> tuple[Array, str]:
    """The product of two, summed over what is not to be kept."""
    a, la = _summed(xp, a, la, keep + lb)
    b, lb = _summed(xp, b, lb, keep + la)
    both = [one for one in la if one in lb]
    batch = "".join(one for one in both if one in keep)
    inner = "".join(one for one in both if one not in keep)
    rows = "".join(one for one in la if one not in lb)
    columns = "".join(one for one in lb if one not in la)
    a = _ordered(xp, a, la, batch + rows + inner)
    b = _ordered(xp, b, lb, batch + inner + columns)
    size = dict(zip(batch + rows + inner, a.shape, strict=True))
    size |= dict(zip(batch + inner + columns, b.shape, strict=True))
    n, r, k, c = (prod(size[one] for one in group) for group in (batch, rows, inner, columns))
    if inner:
        stack = (n,) if batch else ()
        result = xp.matmul(xp.reshape(a, (*stack, r, k)), xp.reshape(b, (*stack, k, c)))
    else:
        result = xp.reshape(a, (n, r, 1)) * xp.reshape(b, (n, 1, c))
    labels = batch + rows + columns
    return xp.reshape(result, tuple(size[one] for one in labels)), labels


def _contracted(xp: Namespace, arrays: Inputs, labels: Sequence[str], keep: str) -> tuple[Array, str]:
    """The product of all, summed over what is not in ``keep``; with the labels of the result, in any order."""
    total, current = _diagonal(xp, arrays[0], labels[0])
    for k in range(1, len(arrays)):
        b, own = _diagonal(xp, arrays[k], labels[k])
        total, current = _pair(xp, total, current, b, own, keep + "".join(labels[k + 1 :]))
    return _summed(xp, total, current, keep)


def _into(argument: int) -> Vjp:
    def apply(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs) -> Array:
        labels, result = _parts(attrs["equation"])
        own, current = labels[argument], result
        # Back through the products in which it was made, as PyTorch goes: infinities make a difference.
        for k in range(len(inputs) - 1, argument, -1):
            b, names = _diagonal(xp, inputs[k], labels[k])
            g, current = _pair(xp, g, current, b, names, "".join(labels[:k]))
        if argument:
            keep = "".join(labels[argument:]) + result
            before, names = _contracted(xp, inputs[:argument], labels[:argument], keep)
            g, current = _pair(xp, before, names, g, current, own)
        return _embedded(xp, g, current, own, inputs[argument].shape)

    def terms(xp: Namespace, g: Array, out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
        labels, result = _parts(attrs["equation"])
        at: dict[str, int] = {}
        for one, i in zip(labels[argument], index, strict=True):
            if at.setdefault(one, i) != i:
                # Beside the diagonal: it was not looked at.
                return [Term((constant("0", 0.0),))]
        found = []
        for place in _places(labels, inputs, at):
            arriving = upstream(g, tuple(place[one] for one in result))
            others = (_factor(k, x, labels[k], place) for k, x in enumerate(inputs) if k != argument)
            rest = tuple(others) or (constant("1", 1.0),)
            found.append(Term((arriving, *rest)))
        return found

    reads = tuple(k for k in range(32) if k != argument)
    return Vjp("contraction", apply, _FORMULA, terms, reads=reads)


_FORMULA = r"\sum g\,b \cdots"


def _embedded(xp: Namespace, full: Array, current: str, own: str, shape: Sequence[int]) -> Array:
    """The contribution: copied along labels that were summed alone, zero beside diagonals."""
    # An axis for each label of the argument: for labels that the product lacks, and for those that stand there again.
    there = "".join(dict.fromkeys(one for one in own if one in current))
    result = _ordered(xp, full, current, there)
    axes = [
        size if one in there and own.index(one) == k else 1
        for k, (one, size) in enumerate(zip(own, shape, strict=True))
    ]
    result = xp.broadcast_to(xp.reshape(result, tuple(axes)), tuple(shape))
    for k, one in enumerate(own):
        first = own.index(one)
        if first == k:
            continue
        n, rank = shape[k], len(shape)
        place = xp.arange(n, device=full.device)
        along = [
            xp.reshape(place, tuple(n if axis == at else 1 for axis in range(rank))) for at in (first, k)
        ]
        result = xp.where(along[0] == along[1], result, xp.zeros_like(result))
    return result


# -- terms


def _places(labels: Sequence[str], inputs: Inputs, fixed: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Every choice of a place for each label, some of which are fixed."""
    sizes = _sizes(labels, inputs)
    free = [one for one in sizes if one not in fixed]
    for choice in product(*(range(sizes[one]) for one in free)):
        yield {**fixed, **dict(zip(free, choice, strict=True))}


def _factor(k: int, x: Array, labels: str, place: Mapping[str, int]) -> Factor:
    own = tuple(place[one] for one in labels)
    return Factor(letter(k), element(x, own), (Source(k, own),))


def _value_terms(out: Array, inputs: Inputs, attrs: Attrs, index: Index) -> list[Term]:
    labels, result = _parts(attrs["equation"])
    fixed = dict(zip(result, index, strict=True))
    return [
        Term(tuple(_factor(k, x, labels[k], place) for k, x in enumerate(inputs)))
        for place in _places(labels, inputs, fixed)
    ]


def _call(arguments: Sequence[str], attrs: Attrs) -> str:
    return f"torch.einsum({attrs['equation']!r}, {', '.join(arguments)})"


def _sample(equation: str, *inputs: object) -> Sample:
    return Sample(inputs, {"equation": equation})


@primitive(
    "einsum",
    glyph="Σ ab",
    formula=r"z = \sum a\,b \cdots",
    vjps=Repeated(_into),
    value_terms=_value_terms,
    torch="einsum",
    python=_call,
    samples=(
        _sample("ij,jk->ik", _A, _B),
        _sample("ij,kj->ki", _A, _A),
        _sample("bij,bkj->bik", [_A, _A], [_A, [[1.0, 2.0, 3.0], [0.5, -1.0, 0.25]]]),
        _sample("bihd,bjhd->bhij", [[[[0.5, 1.5]], [[-1.0, 2.0]]]], [[[[1.0, 0.25]], [[0.75, -2.0]]]]),
        _sample("i,j->ij", _V, [0.5, 1.0]),
        _sample("i,i->", _V, _V),
        _sample("ij->ji", _A),
        _sample("ij->i", _A),
        _sample("ij->", _A),
        _sample("ii->", _SQUARE),
        _sample("ii->i", _SQUARE),
        _sample("ij,j->i", _A, _V),
        _sample("ij,ij->ij", _A, _A),
        _sample("ij,kl->jl", _A, _B),
        _sample("ij,jk,k->i", _A, _B, [0.5, -1.5]),
        _sample("i,j,k->kij", [0.5, 1.5], [2.0, -1.0], [1.0, 3.0]),
        _sample(",i->i", 2.5, _V),
        _sample("ij,ij->i", [[], []], [[], []]),
    ),
    edges=(_sample("ij,jk->ik", [[float("nan"), 1.0], [float("inf"), 2.0]], [[1.0, 0.0], [2.0, 3.0]]),),
)
def einsum(xp: Namespace, inputs: Inputs, attrs: Attrs) -> Array:
    labels, wanted = _parts(attrs["equation"])
    result, current = _contracted(xp, inputs, labels, wanted)
    return _ordered(xp, result, current, wanted)
