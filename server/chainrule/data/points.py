"""Points of the plane with a class or a number each: the sets of TensorFlow Playground, and moons.

Every set is drawn from one row of uniform numbers per sample. So for the same key the first k samples of a larger
set are the smaller set, a set is the same on every visit, and turning up the noise moves (or relabels) the same
points instead of drawing others. Samples of the classes take turns, so that every prefix is balanced.

The shapes follow the definitions in TensorFlow Playground (Smilkov et al. 2017, https://playground.tensorflow.org)
and, for moons, scikit-learn's ``make_moons``; the drawing is our own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from chainrule.data.arguments import count, floats, share
from chainrule.engine.backend import HostArray, host

MAX_NOISE = 0.5
"""The most noise that a set takes; Playground's slider calls it 50."""

Kind = Literal["classification", "regression"]


class Points(NamedTuple):
    """Samples of a set.

    Attributes
    ----------
    inputs
        (n, 2) floats: x and y.
    targets
        (n,) int64 class indices, or (n, 1) floats: the shape that a network with one output gives, so that a
        loss cannot broadcast (n,) against (n, 1) by mistake.
    """

    inputs: HostArray
    targets: HostArray


class _Draw(NamedTuple):
    """What a set is made from: per sample a row of uniforms in [0, 1) and its turn, for the set a start."""

    uniform: HostArray
    turn: HostArray
    start: float
    noise: float

    def between(self, low: float, high: float, column: int) -> HostArray:
        return low + (high - low) * self.uniform[:, column]

    def jitter(self, reach: float) -> HostArray:
        """(n, 2), uniform in ±reach times the noise."""
        return (2.0 * self.uniform[:, 2:4] - 1.0) * (reach * self.noise)

    def normal(self, deviation: float) -> HostArray:
        """(n, 2) of a normal distribution (Box and Muller 1958)."""
        radius = host.sqrt(-2.0 * host.log1p(-self.uniform[:, 2])) * deviation
        angle = 2.0 * host.pi * self.uniform[:, 3]
        return _columns(radius * host.cos(angle), radius * host.sin(angle))


_Rule = Callable[[_Draw], tuple[HostArray, HostArray]]


@dataclass(frozen=True)
class PointSet:
    """One set of points.

    Attributes
    ----------
    name
        Its key in ``POINT_SETS``.
    kind
        ``"classification"`` or ``"regression"``.
    classes
        How many classes; 0 for a regression.
    noise
        What noise does to it: ``"position"`` moves the points and keeps their classes, ``"label"`` keeps the points
        and gives them the target of a place nearby, as in Playground.
    domain
        ((least x, greatest x), (least y, greatest y)) of the picture; a noisy point may lie beyond.
    """

    name: str
    kind: Kind
    classes: int
    noise: Literal["position", "label"]
    rule: _Rule
    domain: tuple[tuple[float, float], tuple[float, float]] = ((-6.0, 6.0), (-6.0, 6.0))

    def draw(self, rng: host.random.Generator, n: int, noise: float = 0.0, dtype: str = "float32") -> Points:
        """``n`` samples with ``noise`` in 0 … 0.5, from a generator that is fresh from its key.

        Drawn in float64 and rounded once to ``dtype``. Raises ValueError for an ``n``, noise or dtype out of range.
        """
        count(n)
        share(noise, "noise", MAX_NOISE)
        kind = floats(dtype)
        start = float(rng.random())
        turn = host.arange(n)
        inputs, targets = self.rule(_Draw(rng.random((n, 4)), turn, start, float(noise)))
        if self.kind == "classification":
            return Points(inputs.astype(kind), targets.astype(host.int64))
        return Points(inputs.astype(kind), targets.astype(kind)[:, None])


def _columns(*columns: HostArray) -> HostArray:
    return host.stack(columns, axis=1)


def _circle(draw: _Draw) -> tuple[HostArray, HostArray]:
    """Class 1 is a disc of radius 2.5, class 0 a ring from 3.5 to 5."""
    inside = draw.turn % 2 == 0
    radius = host.where(inside, draw.between(0.0, 2.5, 0), draw.between(3.5, 5.0, 0))
    angle = draw.between(0.0, 2.0 * host.pi, 1)
    at = _columns(radius * host.sin(angle), radius * host.cos(angle))
    x, y = (at + draw.jitter(5.0)).T
    return at, host.hypot(x, y) < 2.5


def _xor(draw: _Draw) -> tuple[HostArray, HostArray]:
    """Class 1 where x and y have the same sign, up to 5.3 and no nearer to an axis than 0.3."""
    right = draw.uniform[:, 0] < 0.5
    up = right == (draw.turn % 2 == 0)
    # What is left of the number that chose the side is uniform again.
    x = 0.3 + 5.0 * ((2.0 * draw.uniform[:, 0]) % 1.0)
    y = draw.between(0.3, 5.3, 1)
    at = _columns(host.where(right, x, -x), host.where(up, y, -y))
    near = at + draw.jitter(5.0)
    return at, near[:, 0] * near[:, 1] >= 0.0


def _gauss(draw: _Draw) -> tuple[HostArray, HostArray]:
    """Two normal clouds around (2, 2), class 1, and (−2, −2), class 0; the variance is 0.5 + 7·noise."""
    one = draw.turn % 2 == 0
    centre = host.where(one, 2.0, -2.0)[:, None]
    return centre + draw.normal(float(host.sqrt(0.5 + 7.0 * draw.noise))), one


def _spiral(draw: _Draw) -> tuple[HostArray, HostArray]:
    """Two arms of 1.75 turns to radius 5, half a turn apart. Along an arm, steps of the golden ratio leave no gaps."""
    one = draw.turn % 2 == 0
    along = (draw.start + (draw.turn // 2) * ((host.sqrt(5.0) - 1.0) / 2.0)) % 1.0
    angle = 1.75 * 2.0 * host.pi * along + host.where(one, 0.0, host.pi)
    at = _columns(5.0 * along * host.sin(angle), 5.0 * along * host.cos(angle))
    return at + draw.jitter(1.0), one


def _moons(draw: _Draw) -> tuple[HostArray, HostArray]:
    """Two half circles of radius 3 that reach into one another; normal noise of deviation 3·noise."""
    one = draw.turn % 2 == 0
    angle = draw.between(0.0, host.pi, 0)
    x = host.where(one, 1.0 - host.cos(angle), host.cos(angle)) - 0.5
    y = host.where(one, 0.5 - host.sin(angle), host.sin(angle)) - 0.25
    return 3.0 * _columns(x, y) + draw.normal(3.0 * draw.noise), one


def _anywhere(draw: _Draw) -> HostArray:
    return 12.0 * draw.uniform[:, 0:2] - 6.0


def _plane(draw: _Draw) -> tuple[HostArray, HostArray]:
    """(x + y) / 10."""
    at = _anywhere(draw)
    return at, (at + draw.jitter(6.0)).sum(axis=1) / 10.0


HILLS = (
    (-4.0, 2.5, 1.0),
    (0.0, 2.5, -1.0),
    (4.0, 2.5, 1.0),
    (-4.0, -2.5, -1.0),
    (0.0, -2.5, 1.0),
    (4.0, -2.5, -1.0),
)
"""Hills and hollows of multi-gauss: x, y and height."""


def _multi_gauss(draw: _Draw) -> tuple[HostArray, HostArray]:
    """Six cones of radius 2 (Playground's name for them is multi-gauss); the steepest at a place counts."""
    at = _anywhere(draw)
    near = at + draw.jitter(6.0)
    target = host.zeros(len(at))
    for x, y, height in HILLS:
        here = height * host.clip(1.0 - host.hypot(near[:, 0] - x, near[:, 1] - y) / 2.0, 0.0, 1.0)
        target = host.where(host.abs(here) > host.abs(target), here, target)
    return at, target


POINT_SETS: dict[str, PointSet] = {
    each.name: each
    for each in (
        PointSet("circle", "classification", 2, "label", _circle),
        PointSet("xor", "classification", 2, "label", _xor),
        PointSet("gauss", "classification", 2, "position", _gauss),
        PointSet("spiral", "classification", 2, "position", _spiral),
        PointSet("moons", "classification", 2, "position", _moons),
        PointSet("plane", "regression", 0, "label", _plane),
        PointSet("multi-gauss", "regression", 0, "label", _multi_gauss),
    )
}
"""All sets by name, in the order in which a menu shows them."""
