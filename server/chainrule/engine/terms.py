"""What a number is made of: the terms that sum to it, the factors of each, and where every factor came from.

Every op lists the terms of any element of its value and of its contributions. *Explain* is made of nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Literal, NamedTuple

from chainrule.engine.backend import Array

Index = tuple[int, ...]
Attrs = Mapping[str, Any]
Origin = int | Literal["out", "upstream"]
"""An argument's position, the op's own value, or the gradient of that value."""

ValueTerms = Callable[[Array, Sequence[Array], Attrs, Index], "list[Term]"]
"""(out, inputs, attrs, index) → terms of ``out[index]``."""


class Source(NamedTuple):
    """An element of an array that took part."""

    of: Origin
    place: Index


class Factor(NamedTuple):
    """One number of a product.

    ``label`` is LaTeX in the symbols of the op's formula: a, b the arguments, z the value, g the upstream
    gradient. ``sources`` are the elements it was computed from, none for a constant.
    """

    label: str
    value: float
    sources: tuple[Source, ...] = ()

    @property
    def source(self) -> Source | None:
        """The first of ``sources``."""
        return self.sources[0] if self.sources else None


class Term(NamedTuple):
    """One addend: the product of its factors."""

    factors: tuple[Factor, ...]

    @property
    def value(self) -> float:
        """The product, in float64."""
        result = 1.0
        for factor in self.factors:
            result *= factor.value
        return result


def element(array: Array, index: Index) -> float:
    """One element as a Python float."""
    return float(array[index])


def broadcast_index(index: Index, shape: Sequence[int]) -> Index:
    """The element of an array of ``shape`` that stands at ``index`` once it has been broadcast."""
    aligned = index[len(index) - len(shape) :]
    return tuple(0 if size == 1 else i for i, size in zip(aligned, shape, strict=True))


def positions(index: Index, shape: Sequence[int], out_shape: Sequence[int]) -> Iterator[Index]:
    """The inverse: all indices of ``out_shape`` to which broadcasting copies ``index`` of ``shape``, in order."""
    missing = len(out_shape) - len(shape)
    ranges: list[Sequence[int]] = [range(size) for size in out_shape[:missing]]
    for i, size, out_size in zip(index, shape, out_shape[missing:], strict=True):
        ranges.append(range(out_size) if size == 1 else (i,))
    return product(*ranges)


def constant(label: str, value: float) -> Factor:
    """A number that belongs to the formula."""
    return Factor(label, value)


def read(label: str, of: int, array: Array, index: Index) -> Factor:
    """An element of an argument, at an index of the output that it is broadcast to."""
    own = broadcast_index(index, array.shape)
    return Factor(label, element(array, own), (Source(of, own),))


def upstream(g: Array, index: Index) -> Factor:
    """An element of the upstream gradient."""
    return Factor("g", element(g, index), (Source("upstream", index),))


def function_terms(label: str) -> ValueTerms:
    """Terms of a value that is no sum of products: one factor, a function of the arguments."""

    def value_terms(out: Array, inputs: Sequence[Array], attrs: Attrs, index: Index) -> list[Term]:
        sources = tuple(Source(k, broadcast_index(index, x.shape)) for k, x in enumerate(inputs))
        return [Term((Factor(label, element(out, index), sources),))]

    return value_terms
