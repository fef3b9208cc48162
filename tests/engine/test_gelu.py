"""gelu of float32, which is looked up, and what ops remember from the forward pass for the backward pass."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chainrule.engine.backend import host
from chainrule.engine.op import OPS
from chainrule.engine.ops.elementwise.lookup import _BLOCK, gelu_and_slope
from chainrule.engine.ops.remembered import MOST, Remembered

EXACT = {"approximate": "none"}


def looked_up(a: Any) -> tuple[Any, Any]:
    value, slope = host.full(a.shape, 7.0, a.dtype), host.full(a.shape, 7.0, a.dtype)
    gelu_and_slope(a, value, slope)
    return value, slope


def test_value_and_slope_keep_their_digits_far_into_the_tails() -> None:
    a = host.linspace(-12.0, 12.0, 40_001, dtype=host.float32)
    below = [0.5 * math.erfc(-x / math.sqrt(2.0)) for x in a.tolist()]
    density = [math.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi) for x in a.tolist()]
    value, slope = looked_up(a)
    host.testing.assert_allclose(value, [x * p for x, p in zip(a.tolist(), below, strict=True)], rtol=6e-6)
    near = [p + x * d for x, p, d in zip(a.tolist(), below, density, strict=True)]
    host.testing.assert_allclose(slope, near, rtol=6e-6, atol=2e-7)


def test_beyond_the_table() -> None:
    a = host.asarray(
        [15.9997, 16.0, 16.25, 1e30, host.inf, -15.9997, -16.0, -17.0, -1e30, host.nan], "float32"
    )
    value, slope = looked_up(a)
    host.testing.assert_array_equal(value, [*a[:5].tolist(), -0.0, -0.0, -0.0, -0.0, host.nan])
    host.testing.assert_array_equal(slope, [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, host.nan])


def test_an_element_does_not_depend_on_those_beside_it() -> None:
    rng = host.random.default_rng(5)
    a = rng.normal(0, 3, 2 * _BLOCK + 5).astype(host.float32)
    value, slope = looked_up(a)
    # A number out of bounds makes its block take the other way.
    other = a.copy()
    other[::1000] = 100.0
    again, slope_again = looked_up(other)
    kept = other == a
    assert value[kept].tobytes() == again[kept].tobytes()
    assert slope[kept].tobytes() == slope_again[kept].tobytes()
    alone, slope_alone = looked_up(a[7:9])
    assert (alone.tobytes(), slope_alone.tobytes()) == (value[7:9].tobytes(), slope[7:9].tobytes())


@pytest.mark.parametrize(
    ("name", "attrs"), [("gelu", EXACT), ("layer_norm", {"normalized_shape": (6,), "eps": 1e-5})]
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_contribution_is_the_same_whether_the_forward_pass_is_remembered_or_not(
    name: str, attrs: dict[str, Any], dtype: str
) -> None:
    op, rng = OPS[name], host.random.default_rng(5)
    inputs = [rng.normal(size=shape).astype(dtype) for shape in ((500, 6), (6,), (6,))]
    inputs = inputs[: len(op.vjps)]
    g = rng.normal(size=(500, 6)).astype(dtype)
    out = op.forward(host, inputs, attrs)
    first = [vjp.apply(host, g, out, inputs, attrs) for vjp in op.vjps]
    kept = [array.copy() for array in first]
    # Of copies nothing is known.
    inputs = [array.copy() for array in inputs]
    for made, before, vjp in zip(first, kept, op.vjps, strict=True):
        again = vjp.apply(host, g, out, inputs, attrs)
        assert again.tobytes() == made.tobytes() == before.tobytes()


def test_what_is_remembered_is_handed_out_once_and_for_the_same_array_alone() -> None:
    remembered, attrs = Remembered(), {"a": 1}
    a = host.zeros(3)
    remembered.put(a, attrs, "made")
    assert remembered.take(a.view(), attrs) is None
    assert remembered.take(a, attrs) == "made"
    assert remembered.take(a, attrs) is None
    remembered.put(a, attrs, "made")
    assert remembered.take(a, {"a": 1}) is None, "other attributes, were they equal"


def test_what_is_remembered_goes_with_its_array_and_is_bounded() -> None:
    attrs: dict[str, int] = {}
    remembered = Remembered()
    remembered.put(host.zeros(3), attrs, "made")
    assert not remembered._made
    arrays = [host.zeros(1) for _ in range(MOST + 3)]
    for array in arrays:
        remembered.put(array, attrs, "made")
    assert len(remembered._made) == MOST
    assert remembered.take(arrays[0], attrs) is None
    assert remembered.take(arrays[-1], attrs) == "made"
