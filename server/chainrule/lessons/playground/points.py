"""Points that people draw: read from a configuration, with a reason for each way in which one is none."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

EDGE = 6.0
"""How far the plane reaches from 0, along both axes and both ways."""

MOST_POINTS = 1_000
MOST_CLASSES = 6


def _read(value: object) -> list[tuple[float, float, int]]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise PydanticCustomError("points", "not a list of points [x, y, class]")
    if len(value) > MOST_POINTS:
        raise PydanticCustomError("points_many", "more than {most} points", {"most": MOST_POINTS})
    return [_point(point, n) for n, point in enumerate(value, 1)]


def _point(point: object, n: int) -> tuple[float, float, int]:
    if not isinstance(point, Sequence) or isinstance(point, str) or len(point) != 3:
        raise PydanticCustomError("point", "point {n} is not [x, y, class]", {"n": n})
    x, y, label = point
    if not all(_is_number(at) and isfinite(at) and abs(at) <= EDGE for at in (x, y)):
        raise PydanticCustomError("point_place", "point {n} lies nowhere on the plane", {"n": n})
    if not (_is_number(label) and label in range(MOST_CLASSES)):
        raise PydanticCustomError("point_class", "point {n} has no class from 0 to 5", {"n": n})
    return float(x), float(y), int(label)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_Coordinate = Annotated[float, Field(ge=-EDGE, le=EDGE)]
_Class = Annotated[int, Field(ge=0, lt=MOST_CLASSES)]
Points = Annotated[
    list[tuple[_Coordinate, _Coordinate, _Class]], Field(max_length=MOST_POINTS), BeforeValidator(_read)
]
"""x, y and the number of the class of each point."""


def classes_of(points: object) -> int:
    """How many classes there are between 0 and the greatest, a class without points included; 2 at least.

    Points that are none count for nothing: they are refused elsewhere.
    """
    greatest = 1
    for point in points if isinstance(points, Sequence) else ():
        label = point[2] if isinstance(point, Sequence) and len(point) == 3 else 0
        if _is_number(label) and label in range(MOST_CLASSES):
            greatest = max(greatest, int(label))
    return greatest + 1


EXAMPLE: tuple[tuple[float, float, int], ...] = (
    (-4.2, -1.5, 0), (-4.0, 0.6, 0), (-3.2, 2.4, 0), (-1.8, 3.6, 0), (0.0, 4.1, 0), (1.8, 3.7, 0),
    (3.2, 2.5, 0), (4.1, 0.7, 0), (4.3, -1.4, 0), (-4.6, 1.8, 0), (-2.6, 3.9, 0), (2.7, 3.9, 0), (4.7, 1.9, 0),
    (-1.6, -1.2, 1), (-0.5, -0.4, 1), (0.6, -0.3, 1), (1.5, -1.3, 1), (0.0, -1.6, 1), (-1.1, 0.5, 1),
    (1.2, 0.4, 1), (0.1, 1.0, 1), (-0.8, -2.9, 1), (0.9, -2.8, 1), (0.0, -4.0, 1), (-0.2, 0.2, 1), (0.4, -2.1, 1),
)  # fmt: skip
"""What there is before anybody has drawn: a bow over a leaf."""
