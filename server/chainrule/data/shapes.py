"""Images of one shape each: the smallest task for a network that looks at pictures."""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi, sin
from typing import NamedTuple

from chainrule.data.arguments import floats, images, share
from chainrule.data.drawing import Canvas, Coverage, ellipse, polygon
from chainrule.engine.backend import HostArray, host
from chainrule.engine.random import generator

CLASSES = ("circle", "square", "triangle", "cross", "star", "ring")
"""All shapes; a label is an index into the classes asked for."""


class Shapes(NamedTuple):
    """``images`` (n, channels, size, size) floats in 0 … 1; ``labels`` (n,) int64."""

    images: HostArray
    labels: HostArray


def shapes(
    rng: host.random.Generator,
    n: int,
    noise: float = 0.0,
    *,
    size: int = 16,
    channels: int = 1,
    classes: Sequence[str] = CLASSES,
    dtype: str = "float32",
) -> Shapes:
    """``n`` images with a shape of random place, size, angle and colour, one class after the other in turn.

    ``noise`` is the standard deviation, 0 … 1, of what is added to every pixel before it is clipped to 0 … 1. Every
    image has a key of its own: the first k of a larger n are the same, and noise changes nothing else.

    Raises ValueError for arguments out of range, an unknown class and fewer than one class.
    """
    images(n, channels, size)
    share(noise, "noise")
    kind = floats(dtype)
    if not classes or len(dict.fromkeys(classes)) != len(classes) or not set(classes) <= set(CLASSES):
        raise ValueError(f"classes must be different ones of {', '.join(CLASSES)}, not {list(classes)}")
    out = host.empty((n, channels, size, size), dtype=kind)
    keys = rng.integers(2**63, size=n)
    labels = host.arange(n, dtype=host.int64) % len(classes)
    for i in range(n):
        key = int(keys[i])
        picture = _image(generator(key, "shape", "data"), classes[int(labels[i])], size, channels)
        if noise:
            picture = picture + noise * generator(key, "noise", "data").standard_normal(picture.shape)
        out[i] = host.clip(picture, 0.0, 1.0)
    return Shapes(out, labels)


def _image(rng: host.random.Generator, name: str, size: int, channels: int) -> HostArray:
    dark = rng.uniform(0.0, 0.3, channels)
    light = rng.uniform(0.6, 1.0, channels)
    if channels == 3:
        # One channel far from the background's is contrast enough; the others are free, for the sake of hue.
        free = (host.arange(3) != rng.integers(3)) & (rng.random(3) < 0.6)
        light = host.where(free, rng.uniform(0.0, 1.0, 3), light)
        if rng.random() < 0.5:
            dark, light = 1.0 - dark, 1.0 - light
    canvas = Canvas(size, size, dark)
    radius = size * rng.uniform(0.24, 0.40)
    free_way = size / 2.0 - radius
    x, y = size / 2.0 + rng.uniform(-free_way, free_way, 2)
    shape = outline(name, size, float(x), float(y), radius, rng.uniform(0.0, 2.0 * pi))
    for coverage, filled in shape:
        canvas.paint(coverage, light if filled else dark)
    return canvas.pixels


def outline(
    name: str, size: int, x: float, y: float, radius: float, angle: float
) -> list[tuple[Coverage, bool]]:
    """What to paint one after the other, each filled or emptied, for a shape within a circle around (x, y)."""
    if name == "circle":
        return [(ellipse(size, size, x, y, radius * 0.9, radius * 0.9), True)]
    if name == "ring":
        return [
            (ellipse(size, size, x, y, radius * 0.95, radius * 0.95), True),
            (ellipse(size, size, x, y, radius * 0.55, radius * 0.55), False),
        ]
    corners = [(r * radius, angle + turn) for r, turn in _CORNERS[name]]
    return [(polygon(size, size, [(x + r * cos(a), y + r * sin(a)) for r, a in corners]), True)]


def _cross() -> list[tuple[float, float]]:
    wide, thin = 0.95, 0.3
    reach = (wide * wide + thin * thin) ** 0.5
    lean = host.arctan2(thin, wide)
    inner = thin * 2**0.5
    return [
        corner
        for k in range(4)
        for corner in (
            (reach, k * pi / 2 - lean),
            (reach, k * pi / 2 + lean),
            (inner, k * pi / 2 + pi / 4),
        )
    ]


_CORNERS: dict[str, list[tuple[float, float]]] = {
    "square": [(1.0, k * pi / 2) for k in range(4)],
    "triangle": [(1.0, k * 2 * pi / 3) for k in range(3)],
    "cross": _cross(),
    "star": [(1.0 if k % 2 == 0 else 0.42, k * pi / 5) for k in range(10)],
}
"""Corners of each shape as (radius, angle)."""
