"""Functions that move elements and multiply matrices, against PyTorch's, over many shapes and attributes."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from support.examples import examples

SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)
FULL = st.lists(st.integers(1, 3), min_size=1, max_size=4).map(tuple)


def numbers(shape: tuple[int, ...], seed: int = 0) -> Any:
    return np.random.default_rng(seed).standard_normal(shape)


def same(function: Callable[..., Any], *arrays: Any, tolerance: float = 1e-12, kind: bool = True) -> None:
    """Value and gradients of ``function(library, *tensors)``, or a refusal on both sides, of the same ``kind``.

    Integer and boolean arrays are indices and masks: they get no gradient.
    """
    results: list[Any] = []
    for library in (chainrule, torch):
        x = [library.tensor(a, requires_grad=a.dtype.kind == "f") for a in arrays]
        try:
            # PyTorch warns of some calls once in a process, and only then.
            with warnings.catch_warnings(action="ignore", category=UserWarning):
                value = function(library, *x)
        except (RuntimeError, IndexError, ValueError, TypeError) as error:
            results.append((error, None, None))
            continue
        parts = value if isinstance(value, (tuple, list)) else (value,)
        if any(part.requires_grad for part in parts):
            total = sum((part * library.tensor(numbers(tuple(part.shape), 7))).sum() for part in parts)
            total.backward()
        results.append((None, [p.detach().numpy() for p in parts], [t.grad for t in x]))
    (ours, values, grads), (theirs, values_there, grads_there) = results
    if isinstance(ours, IndexError) and values_there is not None and not any(p.size for p in values_there):
        return  # PyTorch does not look at indices where nothing is taken.
    assert (ours is None) == (theirs is None), f"ours: {ours!r}, PyTorch's: {theirs!r}"
    if ours is not None:
        assert not kind or isinstance(ours, type(theirs)), f"{ours!r} for {theirs!r}"
        return
    assert len(values) == len(values_there)
    for a, b in zip(values, values_there, strict=True):
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)
    for a, b in zip(grads, grads_there, strict=True):
        # A loss that does not depend on something gives it no gradient on either side.
        assert (a is None) == (b is None)
        if a is not None:
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=tolerance, atol=tolerance)


@st.composite
def keys(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[Any, ...]]:
    """A shape, and a key of integers, slices, None, an ellipsis and lists of places."""
    shape = draw(FULL)
    width = draw(st.integers(1, 3))
    key: list[Any] = []
    for size in shape[: draw(st.integers(0, len(shape)))]:
        kind = draw(st.sampled_from(["integer", "slice", "slice", "places", "matrix"]))
        if kind == "integer":
            key.append(draw(st.integers(-size, size - 1)))
        elif kind == "slice":
            bound = st.none() | st.integers(-4, 4)
            key.append(slice(draw(bound), draw(bound), draw(st.none() | st.integers(1, 3))))
        else:
            rows = 1 if kind == "places" else 2
            array = np.array(
                draw(st.lists(st.integers(-size, size - 1), min_size=rows * width, max_size=rows * width))
            )
            key.append(array if kind == "places" else array.reshape(rows, width))
    for _ in range(draw(st.integers(0, 2))):
        key.insert(draw(st.integers(0, len(key))), None)
    if draw(st.booleans()):
        key.insert(draw(st.integers(0, len(key))), Ellipsis)
    return shape, tuple(key)


@examples(600)
@given(keys())
def test_every_kind_of_key(case: tuple[tuple[int, ...], tuple[Any, ...]]) -> None:
    shape, key = case

    def get(library: Any, x: Any) -> Any:
        given = tuple(library.tensor(part) if isinstance(part, np.ndarray) else part for part in key)
        return x[given]

    same(get, numbers(shape))


@pytest.mark.parametrize(
    "key",
    [
        lambda t, x: x[x > 0],
        lambda t, x: x[x[:, 0] > 0],
        lambda t, x: x[:, t.tensor([True, False, True])],
        lambda t, x: x[[1, 0]],
        lambda t, x: x[[1, 0], [2, 2]],
        lambda t, x: x[t.tensor(1)],
        lambda t, x: x[t.tensor(1), t.tensor([0, 2])],
        lambda t, x: x[5],
        lambda t, x: x[0, 0, 0],
        lambda t, x: x[t.tensor([0, 7])],
        lambda t, x: x[t.tensor([0, -3])],
        lambda t, x: x[::-1],
        lambda t, x: x[1.5],
        lambda t, x: x[t.tensor([0.5])],
        lambda t, x: x[t.tensor([True, False, True])],
        lambda t, x: x[t.tensor([0, 1]), t.tensor([0, 1, 2])],
        lambda t, x: x[()],
        lambda t, x: list(x),
        lambda t, x: list(x.sum()),
    ],
)
def test_keys_that_stand_alone(key: Any) -> None:
    same(key, numbers((2, 3)))


@examples(300)
@given(FULL, st.data())
def test_one_tensor_in_other_shapes(shape: tuple[int, ...], data: st.DataObject) -> None:
    rank = len(shape)
    axis = st.integers(-rank - 1, rank)  # now and then out of range
    inside = st.integers(-rank, rank - 1)
    d, e, n = data.draw(axis), data.draw(axis), data.draw(st.integers(-3, 4))
    some = data.draw(st.lists(inside, max_size=rank))
    m = data.draw(st.integers(0, 3))
    sizes = data.draw(st.lists(st.integers(-1, 3), max_size=rank + 1))
    order = data.draw(st.permutations(range(rank)))
    calls: list[Callable[[Any, Any], Any]] = [
        lambda t, x: t.transpose(x, d, e),
        lambda t, x: x.permute(*order),
        lambda t, x: t.flatten(x, d, e),
        lambda t, x: t.squeeze(x),
        lambda t, x: t.squeeze(x, d),
        lambda t, x: t.unsqueeze(x, d),
        lambda t, x: t.movedim(x, d, e),
        lambda t, x: t.flip(x, tuple(some)),
        lambda t, x: t.roll(x, n),
        lambda t, x: t.roll(x, (n, m), (d, e)),
        lambda t, x: x.expand(*sizes) if sizes else x.expand(()),
        lambda t, x: x.repeat(*[abs(s) for s in sizes]) if sizes else x.repeat(()),
        lambda t, x: t.tile(x, tuple(abs(s) for s in sizes)),
        lambda t, x: t.repeat_interleave(x, m, d),
        lambda t, x: t.repeat_interleave(x, m),
        lambda t, x: t.narrow(x, d, n, m),
        lambda t, x: t.select(x, d, n),
        lambda t, x: t.unbind(x, d),
        lambda t, x: t.split(x, m, d),
        lambda t, x: t.split(x, [m, 1], d),
        lambda t, x: t.chunk(x, m, d),
        lambda t, x: t.tril(x, n),
        lambda t, x: t.triu(x, n),
        lambda t, x: x.t(),
        lambda t, x: x.T if x.ndim == 2 else x.mT,
        lambda t, x: x.reshape(-1).view_as(x),
        lambda t, x: t.masked_fill(x, x > 0.3, float("-inf")).exp(),
        lambda t, x: t.nn.functional.pad(x, sizes, value=0.5),
        lambda t, x: t.cat([x, x * 2.0, x], d),
        lambda t, x: t.stack([x, x * 2.0, x], d),
        lambda t, x: t.hstack([x, x]),
        lambda t, x: t.diagonal(x, n, d, e),
        lambda t, x: x.trace(),
        lambda t, x: t.meshgrid(x.reshape(-1), x.sum(), x.reshape(-1)[:2], indexing="xy"),
        lambda t, x: t.masked_select(x, x > 0.1),
        lambda t, x: t.isnan(x.log()).double() + t.isfinite(x / 0.0) + t.isinf(x / 0.0),
        lambda t, x: x.long() + x.bool(),
        lambda t, x: t.vstack([x, x]),
    ]
    same(data.draw(st.sampled_from(calls)), numbers(shape))


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("pad", [(1, 2), (0, 0), (2, 0, 1, 1), (3, 3)])
def test_padding_with_its_own_elements(mode: str, pad: tuple[int, ...]) -> None:
    shape = (2, 3, 4) if len(pad) == 2 else (1, 2, 3, 4)
    same(lambda t, x: t.nn.functional.pad(x, pad, mode=mode), numbers(shape))


@examples(200)
@given(FULL, st.data())
def test_places_along_an_axis(shape: tuple[int, ...], data: st.DataObject) -> None:
    rank = len(shape)
    dim = data.draw(st.integers(-rank, rank - 1))
    size = shape[dim]
    places = np.array(
        data.draw(st.lists(st.integers(0, size - (size > 0)), min_size=1, max_size=5)), dtype=np.int64
    )
    same(lambda t, x, i: t.index_select(x, dim, i), numbers(shape), places)
    like = [data.draw(st.integers(1, n)) for n in shape]
    like[dim] = data.draw(st.integers(1, 4))
    index = np.random.default_rng(data.draw(st.integers(0, 99))).integers(0, size, like)
    same(lambda t, x, i: t.gather(x, dim, i), numbers(shape), index)


@examples(100)
@given(st.integers(1, 4), st.integers(0, 3), SHAPES, st.none() | st.integers(-4, 3), st.integers(0, 99))
def test_embedding(rows: int, width: int, shape: tuple[int, ...], padding: int | None, seed: int) -> None:
    index = np.random.default_rng(seed).integers(0, rows, shape)
    if padding is not None and not -rows <= padding < rows:
        padding = None

    def rows_of(library: Any, weight: Any, i: Any) -> Any:
        return library.nn.functional.embedding(i, weight, padding_idx=padding)

    same(rows_of, numbers((rows, width)), index)
    same(lambda t, x, i: t.nn.functional.one_hot(i, rows) * x.sum(), numbers((2,)), index)


@examples(300)
@given(st.data())
def test_matrix_products(data: st.DataObject) -> None:
    n, k, m = (data.draw(st.integers(0, 3)) for _ in range(3))
    batch = data.draw(st.lists(st.integers(0, 3), max_size=2).map(tuple))
    one_for_all = tuple(1 if data.draw(st.booleans()) else size for size in batch)
    cut = data.draw(st.integers(0, len(batch)))
    left = data.draw(st.sampled_from([(k,), (n, k), (*batch, n, k), (*one_for_all, n, k)]))
    right = data.draw(st.sampled_from([(k,), (k, m), (*batch, k, m), (*one_for_all[cut:], k, m), (k + 1, m)]))
    a, b = numbers(left), numbers(right, 1)
    for name in ("matmul", "mm", "bmm", "mv", "dot", "outer"):
        same(lambda t, x, y, name=name: getattr(t, name)(x, y), a, b)
    bias = numbers(data.draw(st.sampled_from([(m,), (n, m), (1,), ()])), 2)
    same(lambda t, x, y, z: t.addmm(z, x, y, beta=0.5, alpha=2.0), a, b, bias)
    # PyTorch looks for the third axis before it counts them.
    same(lambda t, x, y, z: t.baddbmm(z, x, y), a, b, bias, kind=False)
    same(lambda t, x, y: t.nn.functional.linear(x, y), numbers((*batch, n, k)), numbers((m, k), 1))


EQUATIONS = st.lists(st.lists(st.sampled_from("ijkl"), max_size=3).map("".join), min_size=1, max_size=3)


@examples(500)
@given(EQUATIONS, st.data())
def test_sums_of_products(labels: list[str], data: st.DataObject) -> None:
    sizes = {one: data.draw(st.integers(1, 3)) for one in "ijkl"}
    dots = [data.draw(st.sampled_from([None, None, (), (2,), (1,), (3, 2), (3, 1)])) for _ in labels]
    arrays, parts = [], []
    for seed, (own, extra) in enumerate(zip(labels, dots, strict=True)):
        # Now and then one place for all.
        shape = tuple(1 if data.draw(st.integers(0, 9)) == 0 else sizes[one] for one in own)
        arrays.append(numbers((*(extra or ()), *shape), seed))
        parts.append(own if extra is None else f"...{own}")
    equation = ",".join(parts)
    if data.draw(st.booleans()):
        found = "".join(dict.fromkeys("".join(labels)))
        kept = "".join(one for one in found if data.draw(st.booleans()))
        more = "..." if any(extra is not None for extra in dots) else ""
        equation += f"->{more}{kept}"
    same(lambda t, *x: t.einsum(equation, *x), *arrays)


@pytest.mark.parametrize(
    ("equation", "shapes"),
    [
        ("ij,jk", [(2, 3)]),
        ("ij", [(2, 3), (3, 2)]),
        ("ij,jk->ik", [(2, 3), (2, 3)]),
        ("ij->ik", [(2, 3)]),
        ("ij->ii", [(2, 3)]),
        ("i->i", [(2, 3)]),
        ("i1->i", [(2, 3)]),
        ("ii->i", [(2, 3)]),
        ("bhid,bhjd->bhij", [(2, 3, 4, 5), (2, 3, 2, 5)]),
        ("ij , jk -> ki", [(2, 3), (3, 2)]),
        ("abcd,efgh,ijkl->aeil", [(2, 1, 1, 2)] * 3),
    ],
)
def test_equations(equation: str, shapes: list[tuple[int, ...]]) -> None:
    same(lambda t, *x: t.einsum(equation, *x), *(numbers(shape, k) for k, shape in enumerate(shapes)))


def test_types_are_promoted_when_they_are_joined() -> None:
    for first in (np.float32, np.float64, np.int64, np.bool_):
        for second in (np.float32, np.float64, np.int64, np.bool_):
            a, b = np.ones((2,), first), np.zeros((2,), second)
            same(lambda t, x, y: t.cat([x, y]), a, b)
            same(lambda t, x, y: t.stack([x, y]), a, b)


def test_what_does_not_fit_is_refused() -> None:
    x = numbers((2, 3))
    same(lambda t, a, b: t.cat([a, b], 0), x, numbers((2, 2)))
    same(lambda t, a, b: t.cat([a, b], 1), x, numbers((2,)))
    same(lambda t, a, b: t.stack([a, b]), x, numbers((2, 2)))
    same(lambda t, a: t.cat([]), x)
    same(lambda t, a: t.split(a, [1, 1], 1), x)
    same(lambda t, a: t.index_select(a, 0, t.tensor([2])), x)
    same(lambda t, a: t.gather(a, 1, t.tensor([[3]])), x)
    same(lambda t, a: t.gather(a, 1, t.tensor([0])), x)
    same(lambda t, a: t.nn.functional.embedding(t.tensor([2]), a), x)
    same(lambda t, a: t.nn.functional.embedding(t.tensor([-1]), a), x)
    same(lambda t, a: t.nn.functional.embedding(t.tensor([0.5]), a), x)
    same(lambda t, a: a.masked_fill(a, 1.0), x)
    same(lambda t, a: a.masked_fill(t.tensor([True, False]), 1.0), x)
