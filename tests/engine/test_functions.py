"""What is not generated from the registry: precision, pairs with names, operations in place, what is drawn."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest

import chainrule
from chainrule.engine.backend import HostArray, host
from chainrule.engine.backward import convention
from chainrule.engine.op import OPS, Repeated
from chainrule.engine.ops.elementwise.error_function import error_function, normal_distribution
from chainrule.engine.tape import Tape, apply
from chainrule.engine.tensor import leaf

CATALOGUES = Path(__file__).parents[2] / "frontend" / "src" / "i18n"


def points() -> HostArray:
    rng = host.random.default_rng(0)
    small = 10.0 ** rng.uniform(-300.0, 0.8, 4000)
    return host.concatenate([rng.uniform(-6.5, 6.5, 4000), small, -small, [0.0, 0.5, 1.0, 5.9, 30.0, 1e300]])


def test_erf_is_precise_to_the_last_digits_of_float64() -> None:
    x = points()
    expected = host.array([math.erf(value) for value in x])
    error = abs(error_function(host, x) - expected) / host.maximum(abs(expected), 1e-300)
    assert error.max() < 1e-15


def test_erf_in_float32() -> None:
    x = points()
    x = x[(abs(x) < 1e30) & (abs(x) > 1e-30)].astype(host.float32)
    expected = host.array([math.erf(value) for value in x])
    actual = error_function(host, x)
    assert actual.dtype == host.float32
    host.testing.assert_allclose(actual, expected, rtol=5e-7)


def test_the_tail_of_the_normal_distribution_keeps_its_digits() -> None:
    x = host.linspace(-8.0, 8.0, 333)
    expected = [0.5 * math.erfc(-value / math.sqrt(2.0)) for value in x]
    host.testing.assert_allclose(normal_distribution(host, x), expected, rtol=3e-14)


@pytest.mark.parametrize("function", [error_function, normal_distribution])
def test_erf_at_the_ends(function: object) -> None:
    x = host.array([0.0, host.inf, -host.inf, host.nan])
    actual = function(host, x)  # type: ignore[operator]
    half = 0.5 if function is normal_distribution else 0.0
    host.testing.assert_array_equal(actual, [half, 1.0, 0.0 if half else -1.0, host.nan])


def test_every_convention_is_said_in_both_languages() -> None:
    for language in ("en", "vi"):
        texts = json.loads((CATALOGUES / f"{language}.json").read_text())
        for op in OPS.values():
            for vjp in list(op.vjps) if not isinstance(op.vjps, Repeated) else []:
                assert vjp.convention is None or texts[f"convention_{vjp.convention}"]


@pytest.mark.parametrize(
    ("name", "value", "attrs", "code"),
    [
        ("leaky_relu", 0.0, {"negative_slope": 0.1}, "leaky_relu_zero"),
        ("elu", 0.0, {"alpha": 2.0}, "elu_zero"),
        ("elu", 0.0, {"alpha": 1.0}, None),
        ("clip", 1.0, {"min": None, "max": 1.0}, "clip_bound"),
        ("clip", -1.0, {"min": -1.0, "max": None}, "clip_bound"),
        ("clip", 0.5, {"min": -1.0, "max": 1.0}, None),
        ("hardtanh", 6.0, {"min": 0.0, "max": 6.0}, "hardtanh_bound"),
        ("floor", 2.0, {}, "step_flat"),
        ("floor", 2.5, {}, None),
        ("round", 2.5, {}, "step_flat"),
        ("round", 2.0, {}, None),
        ("trunc", 0.0, {}, None),
        ("sign", 0.0, {}, "step_flat"),
        ("asin", 1.0, {}, "infinite_slope"),
        ("norm", [0.0, 0.0], {"axis": None, "keepdims": False}, "norm_zero"),
        ("std", [2.0, 2.0], {"axis": None, "keepdims": False, "correction": 1}, "std_zero"),
        ("amax", [2.0, 2.0], {"axis": None, "keepdims": False}, "largest_tie_shared"),
        ("max", [2.0, 1.0], {"axis": None, "keepdims": False}, None),
        ("max_dim", [2.0, 2.0], {"axis": (0,), "keepdims": False}, "largest_first"),
        ("min_dim", [2.0, 2.0], {"axis": (0,), "keepdims": False}, "smallest_first"),
    ],
)
def test_conventions_are_named_where_they_decide(
    name: str, value: object, attrs: dict[str, object], code: str | None
) -> None:
    node = apply(OPS[name], (leaf(value, requires_grad=True).node,), attrs)
    assert convention(node, 0) == code


def test_values_and_indices_are_a_pair_with_names() -> None:
    x = chainrule.tensor([[1.0, 3.0], [4.0, 4.0]])
    values, indices = x.max(dim=1)
    assert values.tolist() == [3.0, 4.0]
    assert indices.tolist() == [1, 0]
    pair = chainrule.min(x, 0)
    assert len(pair) == 2
    assert pair[0].tolist() == pair.values.tolist() == [1.0, 3.0]
    assert pair[1].tolist() == pair.indices.tolist() == [0, 0]
    assert re.match(r"chainrule\.return_types\.min\(\nvalues=tensor", repr(pair))


def test_indices_that_nobody_asks_for_are_not_on_the_tape() -> None:
    with Tape() as tape:
        pair = chainrule.tensor([1.0, 2.0], requires_grad=True).max(0)
        assert [node.op.name for node in tape.nodes if node.op] == ["max_dim"]
        assert not pair.indices.requires_grad
        assert [node.op.name for node in tape.nodes if node.op] == ["max_dim", "argmax"]


def test_what_is_drawn_begins_anew_with_the_seed() -> None:
    def draw() -> list[object]:
        chainrule.manual_seed(5)
        return [
            chainrule.rand(3).tolist(), chainrule.rand(3).tolist(), chainrule.randn(2).tolist(),
            chainrule.randint(2, 9, (4,)).tolist(), chainrule.randperm(5).tolist(),
        ]  # fmt: skip

    first = draw()
    assert draw() == first
    assert first[0] != first[1]
    assert all(2 <= x < 9 for x in first[3])  # type: ignore[attr-defined]
    assert sorted(first[4]) == list(range(5))  # type: ignore[call-overload]
    chainrule.manual_seed(6)
    assert chainrule.rand(3).tolist() != first[0]
    assert chainrule.initial_seed() == 6


def test_random_numbers_lie_where_they_should() -> None:
    chainrule.manual_seed(0)
    even, normal = chainrule.rand(20000).numpy(), chainrule.randn(20000).numpy()
    assert even.min() >= 0.0
    assert even.max() < 1.0
    assert abs(even.mean() - 0.5) < 0.01
    assert abs(normal.mean()) < 0.03
    assert abs(normal.std() - 1.0) < 0.02


def test_a_leaf_that_requires_a_gradient_is_not_written_over() -> None:
    x = chainrule.tensor([1.0], requires_grad=True)
    writes: list[Callable[[], object]] = [
        x.exp_,
        x.floor_,
        lambda: x.clamp_(0, 1),
        lambda: chainrule.relu_(x),
    ]
    for write in writes:
        with pytest.raises(RuntimeError, match=r"a leaf Variable that requires grad .*: its shape is \[1\]"):
            write()
    with chainrule.no_grad():
        x.clamp_(max=0.5)
    assert x.tolist() == [0.5]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda x: x.clamp(), "At least one of 'min' or 'max'"),
        (lambda x: x.clamp(x), "bounds are numbers or None, not a tensor"),
        (lambda x: chainrule.where(x, x, x), "expected condition to be a boolean tensor"),
        (lambda x: chainrule.where(x > 0, x, chainrule.zeros(5)), r"\(2, 3\)"),
        (lambda x: x.max(2), "Dimension out of range"),
        (lambda x: chainrule.zeros(0, 2).max(0), "reduction dim 0 to have non-zero size"),
        (lambda x: x.norm(3), "p is 1, 2 or inf"),
        (lambda x: (x > 0).var(), "must be floating point, not bool"),
    ],
)
def test_refusals_say_what_is_wrong(call: object, message: str) -> None:
    with pytest.raises((RuntimeError, TypeError, IndexError, NotImplementedError), match=message):
        call(chainrule.ones(2, 3))  # type: ignore[operator]


def test_large_arrays_have_the_gradients_of_small_ones() -> None:
    """Beyond a size a product is taken where a choice is slow."""
    rng = host.random.default_rng(1)
    x = rng.normal(size=(64, 64))
    for text in ("x.clamp(-1, 1)", "x.max(1).values", "x.max()", "F.leaky_relu(x)", "x.where(x > 0, 0.0)"):
        function = eval(f"lambda x: {text}", {"F": chainrule.nn.functional})
        whole = leaf(x, requires_grad=True)
        function(whole).sum().backward()
        rows = leaf(x[:3], requires_grad=True)
        function(rows).sum().backward()
        assert whole.grad is not None
        assert rows.grad is not None
        if text != "x.max()":
            host.testing.assert_array_equal(whole.grad.numpy()[:3], rows.grad.numpy())
        else:
            assert whole.grad.numpy().sum() == 1.0
    big = leaf(x, requires_grad=True)
    big.clamp(-1, 1).backward(leaf(host.where(abs(x) > 1, host.nan, 2.0)))
    assert big.grad is not None
    host.testing.assert_array_equal(big.grad.numpy(), host.where(abs(x) > 1, 0.0, 2.0))
