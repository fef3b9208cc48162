"""Summaries of tensors whose numbers are unusual."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.session.summary import BINS, summarise


@pytest.mark.parametrize(
    ("numbers", "histogram"),
    [
        ([0.0, 0.5, 1.0], [1, *[0] * 7, 1, *[0] * 6, 1]),
        ([2.0, 2.0], [*[0] * 8, 2, *[0] * 7]),
        # There are no sixteen numbers between these.
        ([1e30, 1e30], [*[0] * 8, 2, *[0] * 7]),
        ([1.0, 1.0 + 2**-52], [1, *[0] * 14, 1]),
        ([5e-324, 1e-323], [1, *[0] * 14, 1]),
        ([-1.7e308, 1.7e308], [0] * BINS),
        ([np.inf, np.nan], [0] * BINS),
        ([np.inf, 0.0, 1.0], [1, *[0] * 14, 1]),
    ],
)
def test_each_finite_number_is_counted_once(numbers: list[float], histogram: list[int]) -> None:
    found = summarise(np.array(numbers))
    assert found.histogram == histogram
    assert found.non_finite == sum(not np.isfinite(number) for number in numbers)
