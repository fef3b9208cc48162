from __future__ import annotations

from math import cos, pi, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.drawing import Canvas, Coverage, ellipse, merge, polygon, rectangle, segment

PLACE = st.floats(-8, 40)


def full(coverage: Coverage, size: int = 32) -> np.ndarray:
    image = np.zeros((size, size))
    image[coverage.window()] = coverage.alpha
    return image


@given(PLACE, PLACE, PLACE, PLACE)
def test_a_rectangle_covers_its_area_exactly(x1: float, y1: float, x2: float, y2: float) -> None:
    (x1, x2), (y1, y2) = sorted((x1, x2)), sorted((y1, y2))
    inside = [max(min(b, 32) - max(a, 0), 0) for a, b in ((x1, x2), (y1, y2))]
    assert full(rectangle(32, 32, x1, y1, x2, y2)).sum() == pytest.approx(inside[0] * inside[1], abs=1e-9)


@given(st.floats(12, 20), st.floats(12, 20), st.floats(3, 10), st.floats(3, 10))
def test_an_ellipse_covers_its_area(x: float, y: float, rx: float, ry: float) -> None:
    assert full(ellipse(32, 32, x, y, rx, ry)).sum() == pytest.approx(pi * rx * ry, rel=0.05)


@given(st.floats(12, 20), st.floats(12, 20), st.floats(4, 11), st.integers(3, 9), st.floats(0, 7))
def test_a_polygon_covers_its_area(x: float, y: float, r: float, corners: int, angle: float) -> None:
    turns = [angle + 2 * pi * k / corners for k in range(corners)]
    drawn = full(polygon(32, 32, [(x + r * cos(t), y + r * sin(t)) for t in turns]))
    assert drawn.sum() == pytest.approx(corners / 2 * r * r * sin(2 * pi / corners), abs=0.1 * corners * r)
    assert drawn.min() >= 0 and drawn.max() <= 1


def test_a_polygon_may_be_bent_inwards() -> None:
    corners = [(4.0, 4.0), (28.0, 4.0), (28.0, 28.0), (16.0, 8.0), (4.0, 28.0)]
    for turned in (corners, corners[::-1], corners[2:] + corners[:2]):
        drawn = full(polygon(32, 32, turned))
        assert drawn[20, 16] == 0 and drawn[6, 16] > 0.99 and drawn[20, 5] > 0.99
        assert drawn.sum() == pytest.approx(24 * 24 - 24 * 20 / 2, rel=0.02)


@pytest.mark.parametrize("thickness", [0.3, 1.0, 3.0])
def test_a_line_covers_its_area(thickness: float) -> None:
    drawn = full(segment(32, 32, 6.0, 7.0, 26.0, 21.0, thickness))
    length = float(np.hypot(20, 14))
    wide = max(thickness, 1.0)
    assert drawn.sum() == pytest.approx(min(thickness, 1.0) * (length * wide + pi * wide**2 / 4), rel=0.05)


def test_what_lies_outside_paints_nothing() -> None:
    canvas = Canvas(8, 8, (0.5,))
    for coverage in (
        rectangle(8, 8, 20, 20, 30, 30),
        ellipse(8, 8, -20, 4, 3, 3),
        polygon(8, 8, [(50.0, 0.0), (60.0, 0.0), (55.0, 9.0)]),
        segment(8, 8, 3, -30, 5, -20, 2),
    ):
        canvas.paint(coverage, (1.0,))
    assert (canvas.pixels == 0.5).all()


def test_paint_mixes_and_masks_merge() -> None:
    canvas = Canvas(4, 4, (0.2, 0.4))
    half = rectangle(4, 4, 0.5, 0.0, 4.0, 4.0)
    canvas.paint(half, (1.0, 0.0), opacity=0.5)
    np.testing.assert_allclose(canvas.pixels[:, 0, 0], [0.4, 0.3])
    np.testing.assert_allclose(canvas.pixels[:, 0, 1], [0.6, 0.2])
    mask = np.zeros((4, 4))
    merge(mask, half)
    merge(mask, half)
    np.testing.assert_allclose(mask[0], [0.75, 1, 1, 1])
