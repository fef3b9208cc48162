from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from chainrule.engine.random import generator, key_of

KEYS = st.tuples(st.integers(), st.text(), st.text(), st.integers(0))


def test_the_same_key_draws_the_same() -> None:
    first = generator(7, "init", "hidden1.weight").normal(size=5)
    np.testing.assert_array_equal(first, generator(7, "init", "hidden1.weight").normal(size=5))


def test_another_layer_does_not_change_what_a_layer_draws() -> None:
    def draw(paths: list[str]) -> dict[str, list[float]]:
        return {path: generator(7, "init", path).normal(size=3).tolist() for path in paths}

    few, many = draw(["a", "c"]), draw(["a", "b", "c"])
    assert many["a"] == few["a"]
    assert many["c"] == few["c"]
    assert many["b"] != many["a"]


def test_each_part_of_the_key_counts() -> None:
    base = (7, "init", "a", 0)
    others = [(8, "init", "a", 0), (7, "dropout", "a", 0), (7, "init", "b", 0), (7, "init", "a", 1)]
    draws = [tuple(generator(*key).random(4)) for key in [base, *others]]
    assert len(dict.fromkeys(draws)) == len(draws)


@given(KEYS, KEYS)
def test_keys_are_the_same_only_for_the_same_parts(
    a: tuple[int, str, str, int], b: tuple[int, str, str, int]
) -> None:
    assert (key_of(*a) == key_of(*b)) == (a == b)


def test_a_stream_stays_what_it_is() -> None:
    assert key_of(7, "init", "w") == KNOWN
    assert 0 <= KNOWN < 2**128


KNOWN = 10672532442340557537048578830610063187
