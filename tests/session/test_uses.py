"""Where a filter's weight was used, against the products made one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.protocol.server import UsesResult
from chainrule.session import Session
from support.sessions import make, refused, send, the

LAST_BACKWARD = 25


@pytest.fixture(scope="module")
def session() -> Session:
    trained = make("convolution", batch_size=4)
    send(trained, "seek", iteration=2, step=LAST_BACKWARD)
    return trained


def asked(session: Session, name: str, index: list[int], row: int) -> UsesResult:
    return the(UsesResult, send(session, "uses", name=name, index=index, row=row))


def numbers(session: Session, name: str, what: str) -> np.ndarray:
    view = session.core.view()
    node = session.core.record.find(name)
    array: Any = view.grad(node) if what == "grad" else view.value(node)
    return np.asarray(array, np.float64)


@pytest.mark.parametrize(
    ("name", "index", "images", "maps"),
    [("conv1.weight", [3, 0, 0, 2], "x", "z1"), ("conv2.weight", [5, 2, 1, 0], "p1", "z2")],
)
def test_a_weights_gradient_is_the_sum_of_pixel_times_gradient_over_all_places(
    session: Session, name: str, index: list[int], images: str, maps: str
) -> None:
    output, channel, y, x = index
    pixels = np.pad(numbers(session, images, "value")[:, channel], ((0, 0), (1, 1), (1, 1)))
    slopes = numbers(session, maps, "grad")[:, output]
    rows, columns = slopes.shape[1:]
    met = pixels[:, y : y + rows, x : x + columns]
    for row in range(4):
        found = asked(session, name, index, row)
        assert (found.rows, found.columns) == (rows, columns)
        np.testing.assert_array_equal(found.slopes, slopes[row].reshape(-1))
        hung = [pixel is None for pixel in found.pixels]
        inside = np.pad(np.ones((rows, columns)), 1)[y : y + rows, x : x + columns]
        np.testing.assert_array_equal(hung, inside.reshape(-1) == 0)
        np.testing.assert_array_equal([pixel or 0.0 for pixel in found.pixels], met[row].reshape(-1))
        np.testing.assert_allclose(found.products, (met * slopes)[row].reshape(-1), rtol=1e-12)
        assert found.sums[-1] == pytest.approx(found.shares[row], rel=1e-9, abs=1e-15)
        np.testing.assert_allclose(found.shares, (met * slopes).sum(axis=(1, 2)), rtol=1e-9, atol=1e-15)
        assert found.total == pytest.approx(numbers(session, name, "grad")[tuple(index)], rel=1e-4, abs=1e-9)


def test_a_corner_meets_fewer_pixels_than_the_middle(session: Session) -> None:
    corner, middle = (asked(session, "conv1.weight", [0, 0, *at], 0) for at in ((0, 0), (1, 1)))
    assert corner.pixels.count(None) == 15
    assert middle.pixels.count(None) == 0


def test_what_has_not_come_and_what_is_no_filter_is_refused() -> None:
    session = make("convolution", batch_size=2)
    send(session, "seek", iteration=0, step=13)
    assert refused(send(session, "uses", name="conv1.weight", index=[0, 0, 0, 0])).code == "not_computed"
    assert refused(send(session, "uses", name="conv1.bias", index=[0, 0, 0, 0])).code == "no_filters"
    send(session, "seek", iteration=0, step=LAST_BACKWARD)
    assert refused(send(session, "uses", name="conv1.weight", index=[0, 0, 3, 0])).code == "invalid_index"
    assert refused(send(session, "uses", name="nobody", index=[0, 0, 0, 0])).code == "unknown_name"
