"""Functions of tensors of any shape and type, against PyTorch's of the same names."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import chainrule
from chainrule.engine.tensor import leaf

TOLERANCE = {"float32": 1e-5, "float64": 1e-10}
DTYPES = st.sampled_from(["float32", "float64"])
SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)
FILLED = st.lists(st.integers(1, 4), max_size=3).map(tuple)
SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture(autouse=True)
def _quietly() -> Iterator[None]:
    """PyTorch warns where a variance has no degrees of freedom."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*degrees of freedom.*")
        yield


def run(library: Any, text: str, arrays: dict[str, Any], g: Any = None) -> tuple[Any, dict[str, Any]]:
    """Value and gradients of an expression; floating-point arguments have a gradient."""
    tensors: dict[str, Any] = {}
    for name, x in arrays.items():
        needs = x.dtype.kind == "f"
        tensors[name] = (
            leaf(x.copy(), requires_grad=needs)
            if library is chainrule
            else torch.tensor(x, requires_grad=needs)
        )
    value = eval(text, {"torch": library, "F": library.nn.functional, **tensors})
    if value.requires_grad:
        ramp = (1.0 + 0.25 * np.arange(value.numel())).reshape(tuple(value.shape)).astype(arrays["x"].dtype)
        ramp = ramp if g is None else np.full_like(ramp, g)
        value.backward(leaf(ramp) if library is chainrule else torch.from_numpy(ramp))
    grads = {name: x.grad.numpy() for name, x in tensors.items() if x.requires_grad and x.grad is not None}
    return value.detach().numpy(), grads


def agree(text: str, g: Any = None, **arrays: Any) -> None:
    tolerance = TOLERANCE[str(arrays["x"].dtype)] if arrays["x"].dtype.kind == "f" else 1e-6
    value, grads = run(chainrule, text, arrays, g)
    wanted, wanted_grads = run(torch, text, arrays, g)
    close(value, wanted, tolerance)
    assert set(grads) == set(wanted_grads)
    for name, grad in grads.items():
        close(grad, wanted_grads[name], tolerance)


def close(actual: Any, expected: Any, tolerance: float) -> None:
    assert actual.shape == expected.shape
    assert actual.dtype == expected.dtype
    size = np.abs(expected[np.isfinite(expected)]).max(initial=1.0) if expected.dtype.kind == "f" else 1.0
    np.testing.assert_allclose(actual, expected, rtol=tolerance, atol=tolerance * min(float(size), 1e6))


def drawn(seed: int, shape: tuple[int, ...], dtype: str, low: float = -4.0, high: float = 4.0) -> Any:
    return np.asarray(np.random.default_rng(seed).uniform(low, high, shape)).astype(dtype)


ANYWHERE = (
    "torch.erf(x)", "torch.square(x)", "torch.reciprocal(x)", "torch.expm1(x)", "torch.atan(x)", "torch.sinh(x)",
    "torch.cosh(x)", "torch.sign(x)", "torch.floor(x)", "torch.ceil(x)", "torch.round(x)", "torch.trunc(x)",
    "F.silu(x)", "F.gelu(x)", "F.gelu(x, approximate='tanh')", "F.relu6(x)", "torch.tanh(x)", "torch.abs(x)",
    "x % 1.25", "x % -1.25", "torch.fmod(x, 1.25)", "torch.clamp(x, -1, 2)", "torch.clamp(x, min=0.5)",
    "torch.clip(x, max=0.5)", "x.clamp_min(0.25)", "x.clamp_max(0.25)", "F.leaky_relu(x)",
    "torch.where(x > 0, x, 0.0)", "torch.where(x > 0, 1.5, x * 2)", "x.where(x > 0, -x)",
)  # fmt: skip


@pytest.mark.parametrize("text", ANYWHERE)
@given(shape=SHAPES, dtype=DTYPES, seed=SEEDS, scale=st.sampled_from([0.01, 1.0, 8.0]))
def test_one_argument(text: str, shape: tuple[int, ...], dtype: str, seed: int, scale: float) -> None:
    agree(text, x=drawn(seed, shape, dtype) * np.asarray(scale, dtype))


@pytest.mark.parametrize(
    "text", ["torch.rsqrt(x)", "torch.log1p(x)", "torch.log2(x)", "torch.log10(x)", "torch.sqrt(x)"]
)
@given(shape=SHAPES, dtype=DTYPES, seed=SEEDS)
def test_positive_arguments(text: str, shape: tuple[int, ...], dtype: str, seed: int) -> None:
    agree(text, x=drawn(seed, shape, dtype, 1e-3, 50.0))


@pytest.mark.parametrize("text", ["torch.asin(x)", "torch.acos(x)", "torch.tan(x)"])
@given(shape=SHAPES, dtype=DTYPES, seed=SEEDS)
def test_arguments_below_one(text: str, shape: tuple[int, ...], dtype: str, seed: int) -> None:
    agree(text, x=drawn(seed, shape, dtype, -0.95, 0.95))


@given(shape=SHAPES, dtype=DTYPES, seed=SEEDS, alpha=st.floats(-2.0, 2.0, width=16))
def test_elu_and_leaky_relu(shape: tuple[int, ...], dtype: str, seed: int, alpha: float) -> None:
    x = drawn(seed, shape, dtype)
    agree(f"F.leaky_relu(x, negative_slope={alpha})", x=x)
    if alpha > 0:
        agree(f"F.elu(x, alpha={alpha})", x=x)


@given(
    shape=SHAPES,
    dtype=DTYPES,
    seed=SEEDS,
    beta=st.floats(0.25, 4.0, width=16),
    threshold=st.floats(1.0, 30.0),
)
def test_softplus(shape: tuple[int, ...], dtype: str, seed: int, beta: float, threshold: float) -> None:
    agree(f"F.softplus(x, beta={beta}, threshold={threshold})", x=drawn(seed, shape, dtype, -40.0, 40.0))


@given(
    shape=SHAPES, dtype=DTYPES, seed=SEEDS, low=st.floats(-3, 3, width=16), high=st.floats(-3, 3, width=16)
)
def test_bounds(shape: tuple[int, ...], dtype: str, seed: int, low: float, high: float) -> None:
    x = np.round(drawn(seed, shape, dtype) * 2) / 2
    agree(f"torch.clamp(x, {low}, {high})", x=x)
    if low <= high:
        agree(f"F.hardtanh(x, {low}, {high})", x=x)


PAIRS = st.sampled_from(
    [
        ((2, 3), (2, 3)),
        ((2, 3), (3,)),
        ((2, 1), (1, 3)),
        ((), (2, 3)),
        ((4,), ()),
        ((0, 3), (3,)),
        ((2, 3), (1,)),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "torch.atan2(x, y)", "torch.logaddexp(x, y)", "torch.fmod(x, y)", "torch.remainder(x, y)",
        "torch.where(y > 0, x, y)", "torch.where(x < y, x * y, 2.5)",
    ],
)  # fmt: skip
@given(shapes=PAIRS, dtype=DTYPES, seed=SEEDS)
def test_two_arguments(text: str, shapes: Any, dtype: str, seed: int) -> None:
    agree(text, x=drawn(seed, shapes[0], dtype), y=drawn(seed + 1, shapes[1], dtype))


@pytest.mark.parametrize(
    "text",
    [
        "torch.clamp(x, 0, 2)", "torch.clamp(x, 0.5, 2)", "torch.square(x)", "torch.sign(x)", "torch.erf(x)",
        "torch.floor(x)", "torch.round(x)", "torch.rsqrt(x)", "torch.reciprocal(x)", "torch.log1p(x)", "x % 3",
        "x % -3", "5 % (x + 10)", "torch.fmod(x, -3)", "torch.where(x > 0, x, 0.5)", "torch.where(x > 0, 1, 0)",
        "torch.atan2(x, x)", "torch.max(x)", "torch.amax(x, 0)", "torch.max(x, 1).values", "torch.min(x, 0).indices",
        "torch.prod(x)", "torch.cumsum(x, 0)", "torch.any(x)", "torch.all(x, dim=0)", "torch.argmin(x)",
        "torch.logsumexp(x, 0)", "torch.sum(x, 0)", "torch.sum(x, dtype=torch.float64)", "torch.mean(x, dtype=torch.float32)",
        "F.hardtanh(x.to(torch.float32))", "torch.cumsum(x > 0, 1)", "torch.prod(x > 0)", "torch.square(x > 0)",
        "torch.sign(x > 0)", "torch.clamp(x > 0, 0, 1)", "(x > 0) % 2", "torch.max(x > 0)", "torch.amin(x > 0, 0)",
    ],
)  # fmt: skip
def test_integers_and_booleans_keep_or_change_their_type(text: str) -> None:
    agree(text, x=np.array([[3, -1, 0], [2, 5, -4]]))


AXES = st.sampled_from(
    ["", ", dim=0", ", dim=-1", ", dim=(0, 1)", ", dim=(0, -1), keepdim=True", ", dim=0, keepdim=True"]
)
TIED = st.integers(-2, 2).map(float)


@st.composite
def matrices(draw: st.DrawFn, elements: st.SearchStrategy[float] | None = None) -> Any:
    """At least two axes, none of them empty."""
    shape = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    count = int(np.prod(shape))
    dtype = draw(DTYPES)
    if elements is None:
        return drawn(draw(SEEDS), tuple(shape), dtype)
    return np.array(draw(st.lists(elements, min_size=count, max_size=count)), dtype).reshape(shape)


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "amin", "var", "std", "norm"])
@given(x=st.one_of(matrices(), matrices(TIED)), axes=AXES)
def test_reductions_over_axes(name: str, x: Any, axes: str) -> None:
    if name == "std" and np.unique(x).size < x.size:
        x = np.unique(x).reshape(-1, 1) * np.array([1.0, 2.5, 4.0], x.dtype)  # a rounded 0 has a steep root
    if name in ("var", "std"):
        for correction in ("", ", correction=0", ", correction=2"):
            with np.errstate(all="ignore"):
                agree(f"torch.{name}(x{axes}{correction})", x=x)
    else:
        agree(f"torch.{name}(x{axes})", x=x)


@given(x=st.one_of(matrices(), matrices(TIED)), axes=AXES)
def test_norms(x: Any, axes: str) -> None:
    for p in ("1", "2", "float('inf')", "'fro'"):
        agree(f"torch.norm(x, p={p}{axes})", x=x)


@given(x=matrices(), axes=AXES)
def test_logsumexp(x: Any, axes: str) -> None:
    if axes:
        agree(f"torch.logsumexp(x{axes})", x=x)
        agree(f"torch.logsumexp(x{axes})", x=x * 100)


@pytest.mark.parametrize("name", ["max", "min"])
@given(x=matrices(TIED), dim=st.sampled_from([0, 1, -1]), keepdim=st.booleans())
def test_extremes_and_where_they_are(name: str, x: Any, dim: int, keepdim: bool) -> None:
    agree(f"torch.{name}(x)", x=x)
    agree(f"torch.{name}(x, dim={dim}, keepdim={keepdim}).values", x=x)
    agree(f"x.{name}({dim}, {keepdim})[1]", x=x)
    agree(f"torch.arg{name}(x)", x=x)
    agree(f"torch.arg{name}(x, dim={dim}, keepdim={keepdim})", x=x)
    agree(f"torch.{name}(x, x * 0.5)", x=x)


SPECIAL = st.sampled_from([0.0, 1.0, -1.0, 2.0, float("nan"), float("inf"), float("-inf")])


@given(x=matrices(SPECIAL), g=st.sampled_from([None, float("nan"), float("inf"), 0.0]))
def test_not_a_number_and_infinity_spread_as_in_pytorch(x: Any, g: Any) -> None:
    for text in (
        "torch.max(x)", "torch.max(x, 0).values", "torch.amin(x, 1)", "torch.prod(x)", "torch.prod(x, 1)",
        "torch.cumsum(x, 0)", "torch.logsumexp(x, 1)", "torch.norm(x)", "torch.norm(x, dim=0)", "torch.argmax(x)",
        "torch.argmin(x, dim=1)", "torch.any(x)", "torch.all(x, dim=0)", "torch.clamp(x, -1, 1)", "torch.sign(x)",
        "torch.where(x > 0, x, 2.0)", "torch.floor(x)", "F.leaky_relu(x)", "F.silu(x)", "torch.erf(x)",
        "F.softplus(x)", "torch.norm(x, p=1)",
    ):  # fmt: skip
        agree(text, g, x=x)


@given(x=st.one_of(matrices(), matrices(TIED)), dim=st.sampled_from([0, 1, -1]), keepdim=st.booleans())
def test_products_and_running_sums(x: Any, dim: int, keepdim: bool) -> None:
    agree("torch.prod(x)", x=x)
    agree(f"torch.prod(x, dim={dim}, keepdim={keepdim})", x=x)
    agree(f"torch.cumsum(x, dim={dim})", x=x)


@pytest.mark.parametrize(
    "text",
    [
        "torch.sum(x, 0)", "torch.prod(x)", "torch.prod(x, 0)", "torch.amax(x, 1)", "torch.max(x, 1).values",
        "torch.logsumexp(x, 0)", "torch.logsumexp(x, 1)", "torch.var(x)", "torch.var(x, 0)", "torch.norm(x)",
        "torch.cumsum(x, 0)", "torch.all(x)", "torch.any(x, 0)", "torch.std(x)", "torch.norm(x, dim=0)",
    ],
)  # fmt: skip
def test_nothing_reduced(text: str) -> None:
    agree(text, x=np.zeros((0, 3)))


@pytest.mark.parametrize(
    "text",
    [
        "torch.sum(x)", "torch.prod(x)", "torch.prod(x, 0)", "torch.amax(x)", "torch.amax(x, 0)", "torch.max(x)",
        "torch.max(x, 0).values", "torch.max(x, dim=0).indices", "torch.logsumexp(x, 0)", "torch.var(x)", "torch.norm(x)",
        "torch.cumsum(x, 0)", "torch.argmax(x)", "torch.argmax(x, 0)", "torch.std(x, correction=0)",
    ],
)  # fmt: skip
def test_one_number_reduced(text: str) -> None:
    agree(text, x=np.array(1.5))


@pytest.mark.parametrize(
    "text",
    [
        "torch.clamp(x)", "torch.clamp(x, 'a')", "torch.where(x, x, x)", "F.gelu(x, approximate='x')", "x.max(dim=2)",
        "x.argmax(2)", "torch.amax(x, (0, 0))", "torch.var(x > 0)", "torch.norm(x > 0)", "torch.argmax(x > 0)",
        "torch.logaddexp(x > 0, x > 0)", "F.silu(x > 0)", "F.leaky_relu(x > 0)", "F.softplus(x > 0)", "torch.max(torch.zeros(0))",
        "torch.amax(torch.zeros(0))", "torch.max(torch.zeros(0, 2), 0)", "torch.argmin(torch.zeros(0))",
        "torch.tensor([1, 2]) % 0", "torch.tensor([1, 2]).exp_()", "torch.tensor([1, 2]).clamp_(0.5, 1.5)",
        "torch.prod(x, dim=(0, 1))", "torch.where(x > 0, x, torch.zeros(5))", "torch.atan2(x, 2.0)", "x.exp_()",
        "torch.arange(0, 5, 0)", "torch.arange(5, 0)", "torch.linspace(0, 1, -1)", "torch.randint(3, 3, (2,))",
        "torch.eye(-1)", "torch.rand(-1)", "F.hardtanh(x, 1.0, -1.0)", "torch.zeros(2.5)",
    ],
)  # fmt: skip
def test_what_pytorch_refuses_is_refused(text: str) -> None:
    for library in (chainrule, torch):
        with pytest.raises((RuntimeError, TypeError, ValueError, IndexError, NotImplementedError)):
            run(library, text, {"x": np.ones((2, 3))})


@pytest.mark.parametrize(
    "text",
    [
        "torch.arange(5)", "torch.arange(0, 1, 0.3)", "torch.arange(5, 0, -2)", "torch.arange(3.0)", "torch.arange(1, 2.0)",
        "torch.arange(2, dtype=torch.float64)", "torch.linspace(0, 1, 5)", "torch.linspace(2, -1, 7)", "torch.linspace(0, 1, 1)",
        "torch.linspace(0, 1, 3, dtype=torch.int64)", "torch.eye(2)", "torch.eye(2, 3)", "torch.full((2,), 1)",
        "torch.full((2, 1), 2.5)", "torch.full((2,), True)", "torch.zeros(2, dtype=torch.int64)", "torch.ones((2, 3))",
        "torch.full_like(x, 2)", "torch.zeros_like(x, dtype=torch.int64)", "torch.ones_like(x > 0)", "torch.zeros(())",
    ],
)  # fmt: skip
def test_tensors_made_of_nothing(text: str) -> None:
    agree(text, x=np.ones((2, 3)))


@pytest.mark.parametrize(
    "text",
    ["torch.rand(2, 3)", "torch.rand((2,))", "torch.randn(())", "torch.randint(5, (2, 0))", "torch.randint(1, 3, (2, 2))",
     "torch.randperm(4)", "torch.rand_like(x)", "torch.randn_like(x)", "torch.empty(2, 3)", "torch.empty_like(x)"],
)  # fmt: skip
def test_shapes_and_types_of_what_is_drawn(text: str) -> None:
    ours, theirs = (run(library, text, {"x": np.ones((2, 3))})[0] for library in (chainrule, torch))
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype


@pytest.mark.parametrize(
    "text",
    [
        "y.clamp_(0, 2)", "y.square_()", "y.exp_()", "y.remainder_(1.5)", "y.fmod_(1.5)", "y.sigmoid_()", "y.relu_()",
        "y.floor_()", "y.pow_(2)", "F.silu(y, inplace=True)", "F.relu(y, inplace=True)", "F.leaky_relu(y, 0.2, inplace=True)",
        "torch.clamp_(y, -1, 1)", "torch.relu_(y)", "y.clamp_(0, 2).square_().add_(x)", "y.mul_(x)", "y.atan2_(x)",
    ],
)  # fmt: skip
def test_in_place(text: str) -> None:
    x = drawn(7, (2, 3), "float64")
    agree(f"(lambda y: ({text}, y)[1])(x * 1.5)", x=x)


@pytest.mark.parametrize(
    "text",
    ["(y.square(), y.exp_())[0]", "(lambda z: (y.exp_(), z)[1])(y.silu() if 0 else y.square())", "y.mul_(y)"],
)
def test_a_value_that_is_needed_must_not_be_written_over(text: str) -> None:
    for library in (chainrule, torch):
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            run(library, f"(lambda y: {text})(x * 1.5)", {"x": drawn(7, (2, 3), "float64")})
