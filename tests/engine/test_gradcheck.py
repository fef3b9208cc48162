from __future__ import annotations

import numpy as np
import pytest

import chainrule as torch
from chainrule.engine.gradcheck import check, numeric_gradient, relative_error


def test_central_differences_of_a_cubic() -> None:
    x = np.array([[1.0, -2.0], [0.0, 100.0]])
    gradient = numeric_gradient(lambda a: float((a**3).sum()), x)
    np.testing.assert_allclose(gradient, 3 * x**2, rtol=1e-7, atol=1e-9)
    assert numeric_gradient(lambda a: float(a**2), 3.0).shape == ()


def test_the_point_is_not_changed() -> None:
    x = np.array([1.0, 2.0])
    numeric_gradient(lambda a: float(a.sum()), x)
    assert x.tolist() == [1.0, 2.0]


def test_one_weight() -> None:
    result = check(lambda w, x: (w * x - 10.0) ** 2, [2.0, 3.0])
    assert result.passed
    assert result.max_relative_error < 1e-9
    assert [float(a) for a in result.analytic] == [-24.0, -16.0]
    assert not result.kink


@pytest.mark.parametrize("f", [torch.relu, torch.abs, lambda x: torch.maximum(x, x * 2.0)])
def test_a_kink_is_told(f: object) -> None:
    assert check(f, [0.0]).kink  # type: ignore[arg-type]
    assert not check(f, [0.25]).kink  # type: ignore[arg-type]


def test_a_leaf_that_is_not_used_has_gradient_zero() -> None:
    result = check(lambda a, b: a * 2.0, [1.0, 5.0])
    assert result.passed
    assert result.analytic[1] == 0.0


@pytest.mark.parametrize(
    ("analytic", "numeric", "expected"),
    [
        ([1.0, 2.0], [1.0, 2.2], 0.2 / 2.2),
        (0.0, 0.0, 0.0),
        (float("nan"), float("nan"), 0.0),
        (float("nan"), 1.0, float("inf")),
        (float("inf"), float("inf"), 0.0),
        (float("inf"), float("-inf"), float("inf")),
        (1.0, float("inf"), float("inf")),
        ([], [], 0.0),
    ],
)
def test_relative_error(analytic: object, numeric: object, expected: float) -> None:
    assert relative_error(analytic, numeric) == pytest.approx(expected)


def test_gradients_of_different_shapes_are_no_gradients_of_one_thing() -> None:
    with pytest.raises(ValueError, match=r"\(2,\) and \(\)"):
        relative_error([1.0, 2.0], 1.0)


def test_rounding_of_a_large_value_is_not_counted() -> None:
    assert relative_error(1e-9, 0.0, scale=1e6) < 1e-9
    assert relative_error(1e-3, 0.0, scale=1.0) == pytest.approx(1.0)
