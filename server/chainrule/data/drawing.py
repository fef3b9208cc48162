"""Shapes drawn into images with smooth edges.

A shape is known by its coverage: the part of each pixel that it covers, in a window around it. Rectangles are exact;
for the others coverage is clip(½ − d, 0, 1) with d the signed distance from the pixel's centre to the outline, which
is exact for a straight edge along an axis (Quílez, "2D distance functions", https://iquilezles.org). Coordinates are
pixels, x to the right and y down; pixel (row i, column j) is the square [j, j+1) × [i, i+1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from chainrule.engine.backend import HostArray, host

Colour = Sequence[float] | HostArray
"""One number per channel, from 0 to 1."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Which part of the pixels [top, top+h) × [left, left+w) a shape covers: ``alpha`` (h, w) in 0 … 1."""

    top: int
    left: int
    alpha: HostArray

    def window(self) -> tuple[slice, slice]:
        """Rows and columns of an image that it touches."""
        h, w = self.alpha.shape
        return slice(self.top, self.top + h), slice(self.left, self.left + w)


def _span(low: float, high: float, size: int) -> tuple[int, int]:
    """The whole pixels of 0 … size that [low, high] touches, half a pixel of smooth edge included."""
    first = min(max(floor(low - 0.5), 0), size)
    return first, min(max(ceil(high + 0.5), first), size)


def rectangle(height: int, width: int, x1: float, y1: float, x2: float, y2: float) -> Coverage:
    """An upright rectangle, in an image of that height and width."""
    left, right = _span(x1, x2, width)
    top, bottom = _span(y1, y2, height)
    columns = host.arange(left, right)
    rows = host.arange(top, bottom)
    across = host.clip(host.minimum(columns + 1, x2) - host.maximum(columns, x1), 0.0, 1.0)
    down = host.clip(host.minimum(rows + 1, y2) - host.maximum(rows, y1), 0.0, 1.0)
    return Coverage(top, left, down[:, None] * across)


def _grid(
    height: int, width: int, x1: float, y1: float, x2: float, y2: float
) -> tuple[int, int, HostArray, HostArray]:
    left, right = _span(x1, x2, width)
    top, bottom = _span(y1, y2, height)
    return top, left, host.arange(left, right) + 0.5, (host.arange(top, bottom) + 0.5)[:, None]


def ellipse(height: int, width: int, x: float, y: float, rx: float, ry: float) -> Coverage:
    """An upright ellipse around (x, y). The distance is the implicit function over its gradient, exact for a circle."""
    top, left, px, py = _grid(height, width, x - rx, y - ry, x + rx, y + ry)
    u, v = (px - x) / rx, (py - y) / ry
    size = host.hypot(u, v)
    slope = host.hypot(u / rx, v / ry)
    distance = size * (size - 1.0) / host.maximum(slope, 1e-9)
    inner = host.where(size < 1e-6, -min(rx, ry), distance)
    return Coverage(top, left, host.clip(0.5 - inner, 0.0, 1.0))


def segment(
    height: int, width: int, x1: float, y1: float, x2: float, y2: float, thickness: float
) -> Coverage:
    """A line with round ends. One thinner than a pixel is drawn a pixel thick and as much paler."""
    r = max(thickness, 1.0) / 2.0
    top, left, px, py = _grid(
        height, width, min(x1, x2) - r, min(y1, y2) - r, max(x1, x2) + r, max(y1, y2) + r
    )
    ex, ey = x2 - x1, y2 - y1
    length = max(ex * ex + ey * ey, 1e-12)
    along = host.clip(((px - x1) * ex + (py - y1) * ey) / length, 0.0, 1.0)
    distance = host.hypot(px - x1 - along * ex, py - y1 - along * ey) - r
    return Coverage(top, left, host.clip(0.5 - distance, 0.0, 1.0) * min(thickness, 1.0))


def polygon(height: int, width: int, corners: Sequence[tuple[float, float]]) -> Coverage:
    """A polygon, convex or not, that does not cross itself; at least three corners (x, y)."""
    a = host.asarray(corners, dtype=host.float64)
    b = host.roll(a, -1, axis=0)
    (x1, y1), (x2, y2) = a.min(axis=0), a.max(axis=0)
    top, left, px, py = _grid(height, width, float(x1), float(y1), float(x2), float(y2))
    ax, ay = a[:, 0, None, None], a[:, 1, None, None]
    ex, ey = b[:, 0, None, None] - ax, b[:, 1, None, None] - ay
    wx, wy = px - ax, py - ay
    along = host.clip((wx * ex + wy * ey) / host.maximum(ex * ex + ey * ey, 1e-12), 0.0, 1.0)
    distance = host.sqrt(((wx - along * ex) ** 2 + (wy - along * ey) ** 2).min(axis=0))
    # Even-odd rule: a ray to the right crosses the outline an odd number of times from inside.
    crosses = ((wy >= 0.0) != (py - b[:, 1, None, None] >= 0.0)) & ((ex * wy > ey * wx) == (ey > 0.0))
    inside = crosses.sum(axis=0) % 2 == 1
    return Coverage(top, left, host.clip(0.5 + host.where(inside, distance, -distance), 0.0, 1.0))


class Canvas:
    """An image that is painted on, ``pixels`` (channels, height, width) float64 in 0 … 1."""

    __slots__ = ("height", "pixels", "width")

    def __init__(self, height: int, width: int, colour: Colour) -> None:
        self.height = height
        self.width = width
        self.pixels = host.empty((len(colour), height, width))
        self.pixels[:] = host.asarray(colour, dtype=host.float64)[:, None, None]

    def paint(self, coverage: Coverage, colour: Colour, opacity: float = 1.0) -> None:
        """Lay a colour over what is there: pixel ← pixel + α·(colour − pixel)."""
        rows, columns = coverage.window()
        under = self.pixels[:, rows, columns]
        paint = host.asarray(colour, dtype=host.float64)[:, None, None]
        under += (opacity * coverage.alpha) * (paint - under)

    def blend(self, top: Colour, bottom: Colour, first: int, last: int) -> None:
        """Fill rows first … last−1 with a gradient from one colour to the other."""
        part = host.linspace(0.0, 1.0, max(last - first, 1))[None, : max(last - first, 0), None]
        a, b = (host.asarray(c, dtype=host.float64)[:, None, None] for c in (top, bottom))
        self.pixels[:, first:last] = a + part * (b - a)


def merge(mask: HostArray, coverage: Coverage) -> None:
    """Add a shape to a mask (height, width) in place: what neither covers stays free."""
    rows, columns = coverage.window()
    mask[rows, columns] += coverage.alpha * (1.0 - mask[rows, columns])
