"""Small pictures of the data sets: some of their real points, for those who choose one."""

from __future__ import annotations

from chainrule.data.points import POINT_SETS
from chainrule.engine.random import generator

COUNT = 80
"""Points of a picture: as many as make the longest spiral one."""


def pictures() -> dict[str, list[list[float]]]:
    """Per set x, y and class or number of its first points, without noise, to a tenth: a picture is small."""
    found = {}
    for name, points in POINT_SETS.items():
        inputs, targets = points.draw(generator(0, "data", name, 0), COUNT)
        rows = zip(inputs.tolist(), targets.reshape(-1).tolist(), strict=True)
        found[name] = [[round(x, 1), round(y, 1), round(target, 1)] for (x, y), target in rows]
    return found
