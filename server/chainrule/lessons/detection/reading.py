"""What the seven numbers of a cell say: a box in pixels, whether something is there, and what."""

from __future__ import annotations

from chainrule.detection.reading import Read
from chainrule.engine.backend import HostArray, host
from chainrule.lessons.detection.config import CELL, CELLS, SIDE


def read(z: HostArray) -> Read:
    """(n, 7, cells, cells) scores → what they say, in float64. Where they are not finite nothing is said for sure."""
    z = z.astype(host.float64)
    with host.errstate(all="ignore"):
        middle, objectness = _sigmoid(z[:, 0:2]), _sigmoid(z[:, 4])
        half = host.exp(z[:, 2:4]) / 2.0
        odds = host.exp(z[:, 5:] - z[:, 5:].max(axis=1, keepdims=True))
        kinds = odds / odds.sum(axis=1, keepdims=True)
        corner = host.stack(host.meshgrid(host.arange(CELLS), host.arange(CELLS)))
        low, high = corner + middle - half, corner + middle + half
        boxes = host.clip(host.concatenate([low, high], axis=1) * CELL, 0.0, SIDE)
    return Read(
        host.nan_to_num(_by_cell(boxes)),
        host.nan_to_num(_by_cell(objectness[:, None])[..., 0]),
        host.nan_to_num(_by_cell(kinds)),
    )


def _sigmoid(x: HostArray) -> HostArray:
    found: HostArray = 1.0 / (1.0 + host.exp(-x))
    return found


def _by_cell(x: HostArray) -> HostArray:
    """(n, numbers, cells, cells) → (n, cells², numbers)."""
    return host.moveaxis(x, 1, -1).reshape(len(x), CELLS * CELLS, -1)
