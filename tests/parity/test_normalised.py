"""Softmax, normalisation, losses and attention of any shape, against PyTorch's functions of the same names."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from chainrule.engine.tape import Tape
from chainrule.engine.tensor import leaf
from chainrule.nn import functional

OURS: Any = functional
THEIRS = torch.nn.functional
TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
DTYPES = st.sampled_from(["float32", "float64"])
REDUCTIONS = st.sampled_from(["mean", "sum", "none"])
SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.lists(st.integers(1, 4), max_size=4).map(tuple)


def close(actual: Any, expected: Any, tolerance: float, terms: float = 0.0) -> None:
    """Relative to the largest element, or to the ``terms`` that it is the difference of: digits that cancel are gone."""
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    finite = np.abs(expected[np.isfinite(expected)])
    largest = float(np.max(finite, initial=0.0))
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * max(largest, terms, 1e-30))


def compare(
    name: str, arrays: Sequence[Any], *more: Any, seed: int = 0, differs: bool = False, **attrs: Any
) -> None:
    """Value and gradients of a function of ``torch.nn.functional``.

    ``arrays`` have a gradient, those in ``more`` and ``attrs`` have none. With ``differs`` the gradients are differences
    of upstream gradients times numbers up to 1.
    """
    dtype = str(arrays[0].dtype)
    ours = [leaf(x.copy(), requires_grad=True) for x in arrays]
    theirs = [torch.tensor(x, requires_grad=True) for x in arrays]
    plain = {k: v for k, v in attrs.items() if not isinstance(v, np.ndarray)}
    held = {k: v for k, v in attrs.items() if isinstance(v, np.ndarray)}
    value = getattr(OURS, name)(*ours, *map(_our, more), **plain, **{k: _our(v) for k, v in held.items()})
    wanted = getattr(THEIRS, name)(
        *theirs, *map(_their, more), **plain, **{k: _their(v) for k, v in held.items()}
    )
    g = np.random.default_rng(seed).uniform(-1.0, 1.0, tuple(wanted.shape)).astype(dtype)
    value.backward(leaf(g))
    wanted.backward(torch.tensor(g))
    close(value.detach().numpy(), wanted.detach().numpy(), TOLERANCE[dtype])
    for x, y in zip(ours, theirs, strict=True):
        assert x.grad is not None
        assert y.grad is not None
        close(x.grad.numpy(), y.grad.numpy(), TOLERANCE[dtype], float(differs))


def _our(x: Any) -> Any:
    return leaf(x.copy()) if isinstance(x, np.ndarray) else x


def _their(x: Any) -> Any:
    return torch.tensor(x) if isinstance(x, np.ndarray) else x


def drawn(seed: int, *shape: int, dtype: str = "float64", low: float = -3.0, high: float = 3.0) -> Any:
    return np.asarray(np.random.default_rng(seed).uniform(low, high, shape)).astype(dtype)


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@given(shape=SHAPES, data=st.data(), dtype=DTYPES, seed=SEEDS, size=st.sampled_from([1.0, 30.0, 1000.0]))
def test_softmax(
    name: str, shape: tuple[int, ...], data: st.DataObject, dtype: str, seed: int, size: float
) -> None:
    rank = max(1, len(shape))
    dim = data.draw(st.integers(-rank, rank - 1))
    compare(name, [drawn(seed, *shape, dtype=dtype, low=-size, high=size)], dim, seed=seed, differs=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("spread", [0.0, 5.0, 40.0, 500.0])
@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_of_many_rows_that_lie_far_apart(name: str, spread: float, dtype: str) -> None:
    scores = drawn(7, 90, 40) + np.linspace(0.0, spread, 90)[:, None]
    for dim in (0, 1):
        compare(name, [scores.astype(dtype)], dim, differs=True)
    # A row that sees nothing but itself, as under a causal mask.
    masked = np.where(np.tri(90, 40, dtype=bool), scores, -np.inf)
    compare("softmax", [masked.astype(dtype)], 1, differs=True)


def test_softmax_of_nothing() -> None:
    for shape, dim in (((0, 3), 1), ((2, 0), 1), ((2, 0), 0)):
        for name in ("softmax", "log_softmax"):
            compare(name, [np.zeros(shape)], dim)


@given(
    outer=st.lists(st.integers(1, 3), max_size=2),
    inner=st.lists(st.integers(3, 5), min_size=1, max_size=2),
    affine=st.integers(0, 2),
    dtype=DTYPES,
    seed=SEEDS,
    eps=st.sampled_from([1e-5, 0.1]),
)
def test_layer_norm(
    outer: list[int], inner: list[int], affine: int, dtype: str, seed: int, eps: float
) -> None:
    x = drawn(seed, *outer, *inner, dtype=dtype)
    x[..., 0] += 6.0  # Equal numbers have no variance, and what is divided by it no digits.
    given_ = [x, *(drawn(seed + k, *inner, dtype=dtype) for k in range(affine))]
    ours = [leaf(a.copy(), requires_grad=True) for a in given_]
    theirs = [torch.tensor(a, requires_grad=True) for a in given_]
    affine_: Any = ours[1:]
    value = OURS.layer_norm(ours[0], inner, *affine_, eps=eps)
    wanted = THEIRS.layer_norm(theirs[0], inner, *theirs[1:], eps=eps)
    agree(value, wanted, ours, theirs, dtype, seed)


def agree(value: Any, wanted: Any, ours: list[Any], theirs: list[Any], dtype: str, seed: int = 0) -> None:
    g = drawn(seed + 9, *wanted.shape, dtype=dtype)
    value.backward(leaf(g))
    wanted.backward(torch.tensor(g))
    close(value.detach().numpy(), wanted.detach().numpy(), TOLERANCE[dtype])
    # Deviations are at least about 1 here, so that a term is at most the gradient times the weight and â.
    terms = 10.0 * float(np.max(np.abs(g)))
    for x, y in zip(ours, theirs, strict=True):
        close(x.grad.numpy(), y.grad.numpy(), TOLERANCE[dtype], terms)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [(512, 8), (2, 256, 8), (16, 3, 64)])
def test_large_ones(shape: tuple[int, ...], dtype: str) -> None:
    x = drawn(1, *shape, dtype=dtype)
    cases: Any = (
        ("layer_norm", shape[-1], lambda f, x, w, b: f.layer_norm(x, (shape[-1],), w, b)),
        ("batch_norm", shape[1], lambda f, x, w, b: f.batch_norm(x, None, None, w, b, training=True)),
    )
    for name, size, call in cases:
        arrays = [x, drawn(2, size, dtype=dtype), drawn(3, size, dtype=dtype)]
        ours = [leaf(a.copy(), requires_grad=True) for a in arrays]
        theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
        agree(call(OURS, *ours), call(THEIRS, *theirs), ours, theirs, dtype)
        assert name


@given(
    rest=st.lists(st.integers(1, 3), max_size=2),
    batch=st.integers(2, 5),
    channels=st.integers(1, 3),
    affine=st.integers(0, 2),
    training=st.booleans(),
    momentum=st.sampled_from([0.1, 0.5]),
    dtype=DTYPES,
    seed=SEEDS,
)
def test_batch_norm(
    rest: list[int],
    batch: int,
    channels: int,
    affine: int,
    training: bool,
    momentum: float,
    dtype: str,
    seed: int,
) -> None:
    x = drawn(seed, batch, channels, *rest, dtype=dtype)
    x[0] += 6.0
    arrays = [x, *(drawn(seed + k, channels, dtype=dtype) for k in range(affine))]
    mean, variance = drawn(seed + 5, channels, dtype=dtype), drawn(seed + 6, channels, dtype=dtype, low=0.5)
    ours = [leaf(a.copy(), requires_grad=True) for a in arrays]
    theirs = [torch.tensor(a, requires_grad=True) for a in arrays]
    affine_: Any = ours[1:]
    kept, wanted_kept = [leaf(mean), leaf(variance)], [torch.tensor(mean), torch.tensor(variance)]
    value = OURS.batch_norm(ours[0], *kept, *affine_, training=training, momentum=momentum)
    wanted = THEIRS.batch_norm(theirs[0], *wanted_kept, *theirs[1:], training=training, momentum=momentum)
    agree(value, wanted, ours, theirs, dtype, seed)
    for statistic, expected in zip(kept, wanted_kept, strict=True):
        close(statistic.numpy(), expected.numpy(), TOLERANCE[dtype])


@given(
    batch=st.integers(0, 4),
    classes=st.integers(1, 5),
    rest=st.lists(st.integers(1, 3), max_size=2),
    weighted=st.booleans(),
    ignored=st.booleans(),
    smoothing=st.sampled_from([0.0, 0.1, 1.0]),
    reduction=REDUCTIONS,
    dtype=DTYPES,
    seed=SEEDS,
)
def test_losses_of_classes(
    batch: int,
    classes: int,
    rest: list[int],
    weighted: bool,
    ignored: bool,
    smoothing: float,
    reduction: str,
    dtype: str,
    seed: int,
) -> None:
    rest = rest if batch else []
    shape = (batch, classes, *rest) if batch else (classes,)
    scores = drawn(seed, *shape, dtype=dtype)
    target = np.random.default_rng(seed).integers(0, classes, (batch, *rest) if batch else ())
    attrs: dict[str, Any] = {"reduction": reduction}
    if ignored:
        # PyTorch refuses one sample that is to be ignored in some forms; ours has no such case to compare with.
        attrs["ignore_index"] = 0 if batch else classes
    if weighted:
        attrs["weight"] = drawn(seed + 1, classes, dtype=dtype, low=0.25)
    target = np.asarray(target)
    compare("nll_loss", [scores], target, seed=seed, **attrs)
    compare("cross_entropy", [scores], target, seed=seed, differs=True, label_smoothing=smoothing, **attrs)
    soft = np.exp(scores)
    attrs.pop("ignore_index", None)
    compare("cross_entropy", [scores], soft, seed=seed, differs=True, label_smoothing=smoothing, **attrs)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("spread", [0.0, 5.0, 500.0])
def test_cross_entropy_of_many_rows(spread: float, dtype: str) -> None:
    scores = (drawn(7, 90, 40) + np.linspace(0.0, spread, 90)[:, None]).astype(dtype)
    target = np.random.default_rng(3).integers(0, 40, 90)
    for reduction in ("mean", "sum", "none"):
        compare("cross_entropy", [scores], target, differs=True, reduction=reduction)
        compare("nll_loss", [scores], target, reduction=reduction)


PAIRS: dict[str, Any] = {
    "mse_loss": {},
    "l1_loss": {},
    "huber_loss": {"delta": [0.5, 1.0, 2.0]},
    "smooth_l1_loss": {"beta": [0.0, 0.5, 1.0]},
}


@pytest.mark.parametrize("name", PAIRS)
@given(shape=SHAPES, data=st.data(), reduction=REDUCTIONS, dtype=DTYPES, seed=SEEDS)
def test_losses_of_pairs(
    name: str, shape: tuple[int, ...], data: st.DataObject, reduction: str, dtype: str, seed: int
) -> None:
    attrs: dict[str, Any] = {key: data.draw(st.sampled_from(values)) for key, values in PAIRS[name].items()}
    other = shape
    broadcast: Any = st.booleans()
    if shape and data.draw(broadcast):
        other = shape[data.draw(st.integers(0, len(shape) - 1)) :]
    arrays = [drawn(seed, *shape, dtype=dtype), drawn(seed + 1, *other, dtype=dtype)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        compare(name, arrays, seed=seed, reduction=reduction, **attrs)


@given(
    shape=SHAPES.filter(bool),
    weighted=st.booleans(),
    positive=st.booleans(),
    reduction=REDUCTIONS,
    dtype=DTYPES,
    seed=SEEDS,
)
def test_binary_cross_entropy(
    shape: tuple[int, ...], weighted: bool, positive: bool, reduction: str, dtype: str, seed: int
) -> None:
    p, y = (drawn(seed + k, *shape, dtype=dtype, low=0.01, high=0.99) for k in range(2))
    scores = drawn(seed + 2, *shape, dtype=dtype, low=-30.0, high=30.0)
    attrs: dict[str, Any] = {"reduction": reduction}
    if weighted:
        attrs["weight"] = drawn(seed + 3, *shape, dtype=dtype, low=0.25)
    compare("binary_cross_entropy", [p, y], seed=seed, **attrs)
    if positive:
        attrs["pos_weight"] = drawn(seed + 4, shape[-1], dtype=dtype, low=0.25)
    compare("binary_cross_entropy_with_logits", [scores, y], seed=seed, **attrs)


@given(
    batch=st.lists(st.integers(1, 3), max_size=2),
    length=st.integers(1, 4),
    other=st.integers(1, 4),
    width=st.integers(1, 4),
    mask=st.sampled_from(["none", "causal", "booleans", "numbers"]),
    dtype=DTYPES,
    seed=SEEDS,
)
def test_attention(
    batch: list[int], length: int, other: int, width: int, mask: str, dtype: str, seed: int
) -> None:
    q, k, v = (drawn(seed + i, *batch, n, width, dtype=dtype) for i, n in enumerate((length, other, other)))
    attrs: dict[str, Any] = {"is_causal": mask == "causal"}
    if mask == "booleans":
        attrs["attn_mask"] = np.random.default_rng(seed).random((length, other)) < 0.5
    if mask == "numbers":
        attrs["attn_mask"] = drawn(seed + 3, length, other, dtype=dtype)
    compare("scaled_dot_product_attention", [q, k, v], seed=seed, differs=True, **attrs)
    with Tape():
        compare("scaled_dot_product_attention", [q, k, v], seed=seed, differs=True, **attrs)


@given(
    batches=st.sampled_from([((), (), ()), ((2,), (1,), ()), ((2, 1), (3,), (2, 3)), ((1,), (2,), (2,))]),
    sizes=st.tuples(*(st.integers(1, 4),) * 4),
    scale=st.sampled_from([None, 0.75, -1.5]),
    mask=st.sampled_from(["none", "causal", "one for all", "one for each", "of keys"]),
    dtype=DTYPES,
    seed=SEEDS,
)
def test_attention_of_stacks_that_broadcast_with_a_mask_that_is_learnt(
    batches: tuple[tuple[int, ...], ...],
    sizes: tuple[int, ...],
    scale: float | None,
    mask: str,
    dtype: str,
    seed: int,
) -> None:
    length, other, width, columns = sizes
    matrices = ((length, width), (other, width), (other, columns))
    arrays = [
        drawn(seed + i, *batch, *matrix, dtype=dtype)
        for i, (batch, matrix) in enumerate(zip(batches, matrices, strict=True))
    ]
    stack = np.broadcast_shapes(*batches)
    shapes = {"one for all": (length, other), "one for each": (*stack, length, other), "of keys": (1, other)}
    if mask in shapes:
        arrays.append(drawn(seed + 3, *shapes[mask], dtype=dtype))
    attrs = {"is_causal": mask == "causal", "scale": scale}
    compare("scaled_dot_product_attention", arrays, seed=seed, differs=True, **attrs)
    with Tape():
        compare("scaled_dot_product_attention", arrays, seed=seed, differs=True, **attrs)


def _some(library: Any) -> tuple[Any, ...]:
    """A reduction that there is not; PyTorch has two older arguments before it."""
    return (None, None, "some") if library is torch else ("some",)


REFUSED: dict[str, tuple[str, Any]] = {
    "classes out of range": ("cross_entropy", lambda t: (t.zeros(2, 3), t.tensor([0, 3]))),
    "other batch": ("nll_loss", lambda t: (t.zeros(2, 3), t.tensor([0, 1, 2]))),
    "classes of floating point": ("nll_loss", lambda t: (t.zeros(2, 3), t.zeros(2))),
    "probability above 1": ("binary_cross_entropy", lambda t: (t.tensor([1.5]), t.tensor([1.0]))),
    "other shape": ("binary_cross_entropy", lambda t: (t.ones(2), t.ones(3))),
    "other shape of scores": ("binary_cross_entropy_with_logits", lambda t: (t.ones(2), t.ones(3))),
    "shapes that do not broadcast": ("l1_loss", lambda t: (t.ones(2), t.ones(3))),
    "no reduction": ("mse_loss", lambda t: (t.ones(2), t.ones(2), *_some(t))),
    "negative delta": ("huber_loss", lambda t: (t.ones(2), t.ones(2), "mean", -1.0)),
    "no axis": ("softmax", lambda t: (t.ones(2), 3)),
    "other last axes": ("layer_norm", lambda t: (t.ones(2, 3), (4,))),
    "one value": ("batch_norm", lambda t: (t.ones(1, 3), None, None, None, None, True)),
    "no statistics": ("batch_norm", lambda t: (t.ones(2, 3), None, None)),
    "queries of another type": (
        "scaled_dot_product_attention",
        lambda t: (t.ones(2, 3), t.ones(2, 3, dtype=t.float64), t.ones(2, 3)),
    ),
    "queries that are vectors": ("scaled_dot_product_attention", lambda t: (t.ones(3), t.ones(3), t.ones(3))),
    "queries of integers": ("scaled_dot_product_attention", lambda t: (t.ones(2, 3, dtype=t.int64),) * 3),
    "a mask of integers": (
        "scaled_dot_product_attention",
        lambda t: (*(t.ones(2, 3),) * 3, t.ones(2, 2, dtype=t.int64)),
    ),
    "a query of another width": (
        "scaled_dot_product_attention",
        lambda t: (t.ones(2, 4), *(t.ones(2, 3),) * 2),
    ),
    "no probability": ("dropout", lambda t: (t.ones(2), 1.5)),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_pytorch_refuses_is_refused(case: str) -> None:
    name, arguments = REFUSED[case]
    kinds = (RuntimeError, ValueError, IndexError, TypeError)
    with pytest.raises(kinds, match=r"."):
        getattr(THEIRS, name)(*arguments(torch))
    with pytest.raises(kinds, match=r"[0-9]|reduction|running_mean|Long|between"):
        getattr(OURS, name)(*arguments(chainrule))


def test_ignoring_all_is_no_number() -> None:
    for name in ("nll_loss", "cross_entropy"):
        compare(name, [drawn(1, 2, 3)], np.array([1, 1]), ignore_index=1)
