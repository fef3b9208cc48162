"""What stands where in a street, before anything is drawn.

The street is seen from the side, from across: sky and houses, the far pavement, a road with two lanes, the near
pavement. Places are fractions of the picture's side, sizes of things metres; how many metres a place shows grows
towards the bottom. So a plan is drawn at any size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from chainrule.engine.backend import HostArray, host

Kind = Literal["car", "pedestrian", "tree", "lamp"]

SKYLINE, EDGE = 0.078, 0.165
"""What a metre measures where the houses stand and at the lower edge of the picture."""

OVERHANG = 0.12
"""How far the row of houses may begin to the left of the picture, as a fraction of its side."""


@dataclass(frozen=True)
class Thing:
    """Something that stands on the ground.

    Attributes
    ----------
    kind
        What it is; cars and pedestrians are what a detector looks for.
    x, base
        Its middle, and where it touches the ground: fractions of the side.
    metre
        What a metre measures there.
    facing
        1 to the right, −1 to the left.
    style
        (16,) uniform numbers that choose its make and colours.
    """

    kind: Kind
    x: float
    base: float
    metre: float
    facing: int
    style: HostArray

    @property
    def reach(self) -> tuple[float, float, float, float]:
        """About the box that it fills (x1, y1, x2, y2), in fractions of the side."""
        half, height = {"car": (1.7, 1.5), "pedestrian": (0.38, 1.7), "tree": (0.9, 3.4), "lamp": (0.1, 3.6)}[
            self.kind
        ]
        return (
            self.x - half * self.metre,
            self.base - height * self.metre,
            self.x + half * self.metre,
            self.base,
        )


@dataclass(frozen=True)
class Street:
    """One scene.

    Attributes
    ----------
    ground, kerb, lane, verge
        From top to bottom: where the houses stand, where the road begins, its middle, where it ends.
    crossing
        The middle of a zebra crossing, or None.
    light
        0 in the day, 1 at nightfall.
    look
        (8,) uniform numbers for sky and road.
    houses
        From left to right (width, height, (8,) uniform numbers); widths and heights are fractions of the side.
    things
        From far to near: what is later hides what is earlier.
    """

    ground: float
    kerb: float
    lane: float
    verge: float
    crossing: float | None
    light: float
    look: HostArray
    houses: tuple[tuple[float, float, HostArray], ...]
    things: tuple[Thing, ...]

    def metre(self, y: float) -> float:
        """What a metre measures on the ground at height ``y`` of the picture."""
        return SKYLINE + (EDGE - SKYLINE) * (y - self.ground) / (1.0 - self.ground)


def plan(rng: host.random.Generator) -> Street:
    """A random street with at least one car or pedestrian, at most three of the one and four of the other."""
    ground = rng.uniform(0.46, 0.56)
    kerb = ground + rng.uniform(0.05, 0.08)
    verge = rng.uniform(0.88, 0.93)
    street = Street(
        ground=ground,
        kerb=kerb,
        lane=(kerb + verge) / 2.0,
        verge=verge,
        crossing=float(rng.uniform(0.2, 0.8)) if rng.random() < 0.35 else None,
        light=float(rng.uniform(0.55, 1.0)) if rng.random() < 0.2 else 0.0,
        look=rng.random(8),
        houses=_houses(rng),
        things=(),
    )
    cars = int(rng.choice([0, 1, 2, 3], p=[0.1, 0.35, 0.35, 0.2]))
    pedestrians = int(rng.choice([0, 1, 2, 3, 4], p=[0.1, 0.25, 0.3, 0.2, 0.15]))
    numbers: dict[Kind, int] = {
        "car": cars,
        "pedestrian": pedestrians if cars or pedestrians else 1,
        "tree": int(rng.integers(3)),
        "lamp": int(rng.integers(2)),
    }
    things: list[Thing] = []
    for kind in (kind for kind, number in numbers.items() for _ in range(number)):
        # A few tries for a free place; a street that is full stays as it is.
        for _ in range(8):
            thing = _thing(rng, kind, street)
            if _free(thing, things):
                things.append(thing)
                break
    things.sort(key=lambda thing: thing.base)
    return replace(street, things=tuple(things))


def _houses(rng: host.random.Generator) -> tuple[tuple[float, float, HostArray], ...]:
    houses = []
    reached = -OVERHANG
    while reached < 1.0:
        width = float(rng.uniform(0.2, 0.36))
        houses.append((width, float(rng.uniform(0.2, 0.38)), rng.random(8)))
        reached += width
    return tuple(houses)


def _thing(rng: host.random.Generator, kind: Kind, street: Street) -> Thing:
    """Something of that kind at a random place where such things are found."""
    facing = 1 if rng.random() < 0.5 else -1
    x = rng.uniform(0.05, 0.95)
    if kind == "car":
        near = rng.random() < 0.5
        # Each lane has its direction.
        facing = 1 if near else -1
        low, high = (street.lane, street.verge) if near else (street.kerb, street.lane)
        base = low + (high - low) * rng.uniform(0.62, 0.86)
        x = rng.uniform(0.02, 0.98)
    elif kind == "pedestrian":
        where = rng.random()
        if where < 0.4:
            base = rng.uniform(street.ground + 0.02, street.kerb)
        elif where < 0.75 or street.crossing is None:
            base = rng.uniform(street.verge + 0.015, 0.985)
        else:
            base = rng.uniform(street.kerb, street.verge)
            x = street.crossing + rng.uniform(-0.07, 0.07)
    else:
        base = street.kerb - 0.012
    return Thing(kind, float(x), float(base), street.metre(float(base)), facing, rng.random(16))


def _free(thing: Thing, others: list[Thing]) -> bool:
    """Whether neither hides more than about half of the other, and no two cars drive into one another."""
    for other in others:
        a, b = thing.reach, other.reach
        wide = min(a[2], b[2]) - max(a[0], b[0])
        high = min(a[3], b[3]) - max(a[1], b[1])
        if wide <= 0 or high <= 0:
            continue
        if thing.kind == other.kind == "car" and abs(thing.base - other.base) < 0.09:
            return False
        farther = a if thing.base < other.base else b
        if wide * high > 0.45 * (farther[2] - farther[0]) * (farther[3] - farther[1]):
            return False
    return True
