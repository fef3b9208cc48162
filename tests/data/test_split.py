from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.split import batch, iterations_per_epoch, split
from chainrule.engine.random import generator

SEED = st.integers(0, 5)


@given(st.integers(0, 200), st.floats(0, 1), SEED, st.integers(0, 4))
def test_a_split_shares_nothing_and_loses_nothing(n: int, fraction: float, seed: int, classes: int) -> None:
    labels = generator(seed, "labels", "").integers(classes, size=n) if classes else None
    train, test = split(generator(seed, "split", "data"), n, fraction, labels)
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(n))
    assert len(test) == int(n * fraction + 0.5)
    assert train.dtype == test.dtype == np.int64
    if labels is not None:
        for label in range(classes):
            assert abs((labels[test] == label).sum() - (labels == label).sum() * len(test) / max(n, 1)) <= 1


@given(st.integers(1, 100), st.floats(0, 1), st.floats(0, 1), SEED)
def test_a_larger_part_holds_out_what_a_smaller_one_does(n: int, a: float, b: float, seed: int) -> None:
    labels = np.arange(n) % 3
    few, many = (
        set(split(generator(seed, "split", "data"), n, fraction, labels).test.tolist())
        for fraction in sorted((a, b))
    )
    assert few <= many


def test_another_seed_splits_otherwise() -> None:
    one, other = (split(generator(seed, "split", "data"), 100).test.tolist() for seed in (1, 2))
    assert set(one) != set(other)


@given(st.integers(1, 60), st.integers(1, 70), st.integers(0, 4), SEED)
def test_an_epoch_sees_every_sample_once(n: int, size: int, epoch: int, seed: int) -> None:
    per_epoch = iterations_per_epoch(n, size)
    batches = [batch(seed, "data", epoch * per_epoch + k, n, size) for k in range(per_epoch)]
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))
    assert [len(each) for each in batches[:-1]] == [size] * (per_epoch - 1)


@given(st.integers(1, 60), st.integers(2, 70), st.integers(0, 3), st.integers(2, 3), SEED)
def test_a_lone_rest_joins_the_batch_before(n: int, size: int, epoch: int, least: int, seed: int) -> None:
    per_epoch = iterations_per_epoch(n, size, least)
    batches = [batch(seed, "data", epoch * per_epoch + k, n, size, least) for k in range(per_epoch)]
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))
    assert all(len(each) >= min(least, n, size) for each in batches)
    assert all(len(each) < size + least for each in batches)
    if n % size == 0 or n % size >= least:
        plain = [batch(seed, "data", epoch * per_epoch + k, n, size) for k in range(per_epoch)]
        assert [each.tolist() for each in batches] == [each.tolist() for each in plain]


def test_a_batch_depends_on_its_key_alone() -> None:
    forward = [batch(3, "data", i, 50, 8).tolist() for i in range(20)]
    backward = [batch(3, "data", i, 50, 8).tolist() for i in reversed(range(20))]
    assert forward == backward[::-1]
    assert forward[:7] != forward[7:14]  # two epochs
    assert batch(4, "data", 0, 50, 8).tolist() != forward[0]
    assert batch(3, "other", 0, 50, 8).tolist() != forward[0]


def test_what_makes_no_sense_is_refused() -> None:
    rng = generator(0, "split", "data")
    with pytest.raises(ValueError, match="test_fraction must lie between 0 and 1"):
        split(rng, 5, 1.5)
    with pytest.raises(ValueError, match=r"labels must have shape \(5,\)"):
        split(rng, 5, 0.5, np.zeros(4, dtype=np.int64))
    with pytest.raises(ValueError, match="size must be a whole number from 1"):
        batch(0, "data", 0, 5, 0)
    with pytest.raises(ValueError, match="n must be a whole number from 1"):
        batch(0, "data", 0, 0, 5)
    with pytest.raises(ValueError, match="iteration must be"):
        batch(0, "data", -1, 5, 5)
