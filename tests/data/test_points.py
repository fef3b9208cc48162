from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.features import FEATURES, features
from chainrule.data.points import HILLS, MAX_NOISE, POINT_SETS, Points
from chainrule.engine.random import generator

NAMES = list(POINT_SETS)
CLASSIFICATIONS = [name for name, each in POINT_SETS.items() if each.kind == "classification"]
NOISE = st.floats(0, MAX_NOISE)


def drawn(name: str, n: int, noise: float = 0.0, seed: int = 7, dtype: str = "float32") -> Points:
    return POINT_SETS[name].draw(generator(seed, "data", name), n, noise, dtype)


def test_all_the_sets_are_there() -> None:
    assert NAMES == ["circle", "xor", "gauss", "spiral", "moons", "plane", "multi-gauss"]


@pytest.mark.parametrize("name", NAMES)
def test_shapes_and_types(name: str) -> None:
    record = POINT_SETS[name]
    for dtype in ("float32", "float64"):
        inputs, targets = drawn(name, 50, 0.1, dtype=dtype)
        assert inputs.shape == (50, 2) and inputs.dtype == dtype
        if record.kind == "classification":
            assert targets.shape == (50,) and targets.dtype == np.int64
            assert sorted(set(targets.tolist())) == list(range(record.classes))
        else:
            assert targets.shape == (50, 1) and targets.dtype == dtype
            assert record.classes == 0
    assert drawn(name, 0).inputs.shape == (0, 2)


@given(st.sampled_from(NAMES), st.integers(0, 60), st.integers(0, 60), NOISE, st.integers(0, 9))
def test_the_first_samples_of_a_larger_set_are_the_smaller_set(
    name: str, n: int, more: int, noise: float, seed: int
) -> None:
    few, many = drawn(name, n, noise, seed), drawn(name, n + more, noise, seed)
    np.testing.assert_array_equal(few.inputs, many.inputs[:n])
    np.testing.assert_array_equal(few.targets, many.targets[:n])


@pytest.mark.parametrize("name", NAMES)
def test_seeds_are_independent(name: str) -> None:
    a, b = drawn(name, 2000, 0.3, 1).inputs, drawn(name, 2000, 0.3, 2).inputs
    assert not np.array_equal(a, b)
    # What is left of a sample when its class is known says nothing about the same place of another set.
    rest = [
        each - np.where(np.arange(2000)[:, None] % 2, each[1::2].mean(0), each[::2].mean(0))
        for each in (a, b)
    ]
    if name != "spiral":  # there both go along the arm in the same steps
        assert abs(np.corrcoef(rest[0][:, 0], rest[1][:, 0])[0, 1]) < 0.1


@pytest.mark.parametrize("name", CLASSIFICATIONS)
def test_every_prefix_is_balanced(name: str) -> None:
    targets = drawn(name, 101).targets
    for n in range(1, 102):
        assert abs(2 * int(targets[:n].sum()) - n) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_noise_moves_points_or_relabels_them_and_never_both(name: str) -> None:
    still, noisy = drawn(name, 2000), drawn(name, 2000, 0.25)
    moved = not np.array_equal(still.inputs, noisy.inputs)
    relabelled = not np.array_equal(still.targets, noisy.targets)
    assert (moved, relabelled) == ((True, False) if POINT_SETS[name].noise == "position" else (False, True))


@pytest.mark.parametrize("name", NAMES)
def test_more_noise_does_more(name: str) -> None:
    still = drawn(name, 4000)
    change = [
        float(np.abs(noisy.inputs - still.inputs).mean() + np.abs(noisy.targets - still.targets).mean())
        for noisy in (drawn(name, 4000, noise) for noise in (0.0, 0.1, 0.25, 0.5))
    ]
    assert change == sorted(change) and change[0] == 0 and change[1] > 0


@pytest.mark.parametrize("name", NAMES)
def test_without_noise_all_lies_in_the_picture(name: str) -> None:
    inputs = drawn(name, 5000).inputs
    for column, (low, high) in zip(inputs.T, POINT_SETS[name].domain, strict=True):
        assert low <= column.min() and column.max() <= high
        assert column.max() - column.min() > 0.35 * (high - low)


def test_circle() -> None:
    (x, y), targets = drawn("circle", 2000).inputs.T, drawn("circle", 2000).targets
    radius = np.hypot(x, y)
    assert radius[targets == 1].max() < 2.5 + 1e-5
    assert radius[targets == 0].min() > 3.5 - 1e-5 and radius.max() < 5 + 1e-5


def test_xor() -> None:
    inputs, targets = drawn("xor", 2000)
    np.testing.assert_array_equal(inputs[:, 0] * inputs[:, 1] > 0, targets == 1)
    assert np.abs(inputs).min() >= 0.3 - 1e-6
    quarters = np.unique(np.sign(inputs), axis=0, return_counts=True)[1]
    assert len(quarters) == 4 and quarters.min() > 400


@pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.5, 4.0)])
def test_gauss_has_playgrounds_variance(noise: float, variance: float) -> None:
    inputs, targets = drawn("gauss", 40_000, noise)
    for label, centre in ((1, 2.0), (0, -2.0)):
        cloud = inputs[targets == label]
        np.testing.assert_allclose(cloud.mean(axis=0), centre, atol=0.06)
        np.testing.assert_allclose(cloud.var(axis=0), variance, rtol=0.04)
        assert abs(np.corrcoef(cloud.T)[0, 1]) < 0.03


@pytest.mark.parametrize("name", ["spiral", "moons"])
def test_arms_stay_apart_and_without_gaps(name: str) -> None:
    inputs, targets = drawn(name, 1000)
    distance = np.hypot(*(inputs[:, None] - inputs[None]).transpose(2, 0, 1))
    np.fill_diagonal(distance, np.inf)
    same = targets[:, None] == targets[None]
    far = np.hypot(*inputs.T) > 1  # the arms of the spiral meet in the middle
    assert np.where(same, np.inf, distance)[far].min() > 0.6
    assert np.where(same, distance, np.inf).min(axis=1).max() < 0.25


def test_noise_does_not_depend_on_the_place() -> None:
    still, noisy = drawn("plane", 20_000), drawn("plane", 20_000, 0.3)
    error = (noisy.targets - still.targets)[:, 0]
    for place in (*still.inputs.T, still.inputs.sum(axis=1)):
        assert abs(np.corrcoef(place, error)[0, 1]) < 0.03
    assert np.abs(error).max() == pytest.approx(2 * 6 * 0.3 / 10, rel=0.03)


def test_plane_and_multi_gauss_have_their_heights() -> None:
    inputs, targets = drawn("plane", 500, dtype="float64")
    np.testing.assert_allclose(targets[:, 0], inputs.sum(axis=1) / 10)
    inputs, targets = drawn("multi-gauss", 20_000, dtype="float64")
    assert np.abs(targets).max() <= 1
    for x, y, height in HILLS:
        distance = np.hypot(*(inputs - [x, y]).T)
        near = distance < 1
        np.testing.assert_allclose(targets[near, 0], height * (1 - distance[near] / 2), atol=1e-12)


@pytest.mark.parametrize(
    ("n", "noise", "dtype", "words"),
    [
        (-1, 0.0, "float32", "n must be a whole number"),
        (1.5, 0.0, "float32", "n must be a whole number"),
        (True, 0.0, "float32", "n must be a whole number"),
        (100_001, 0.0, "float32", "to 100000"),
        (5, -0.1, "float32", "noise must lie between 0 and 0.5"),
        (5, 0.6, "float32", "noise must lie between 0 and 0.5"),
        (5, float("nan"), "float32", "noise must lie"),
        (5, 0.0, "float16", "dtype must be"),
    ],
)
def test_what_makes_no_sense_is_refused(n: int, noise: float, dtype: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        drawn("circle", n, noise, dtype=dtype)


def test_features_are_what_their_names_say() -> None:
    points = drawn("gauss", 40, 0.2).inputs
    x, y = points.T
    expected = {
        "x": x,
        "y": y,
        "x_squared": x**2,
        "y_squared": y**2,
        "xy": x * y,
        "sin_x": np.sin(x),
        "sin_y": np.sin(y),
    }
    assert list(FEATURES) == list(expected)
    np.testing.assert_array_equal(features(points, list(expected)), np.stack(list(expected.values()), axis=1))
    np.testing.assert_array_equal(features(points), points)
    assert features(points, ["sin_y"]).dtype == np.float32
    assert features(points, ["sin_y", "x"]).shape == (40, 2)


def test_features_refuse_what_they_do_not_know() -> None:
    points = drawn("gauss", 4).inputs
    with pytest.raises(ValueError, match="unknown feature 'z'"):
        features(points, ["x", "z"])
    with pytest.raises(ValueError, match="at least one"):
        features(points, [])
    with pytest.raises(ValueError, match=r"\(n, 2\)"):
        features(points[:, :1], ["x"])
