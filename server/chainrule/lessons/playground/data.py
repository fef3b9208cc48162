"""The points of a configuration: drawn from the seed or by hand, split, and given as a network takes them."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.data.features import features
from chainrule.data.points import POINT_SETS
from chainrule.data.split import split
from chainrule.engine.backend import HostArray, host
from chainrule.engine.random import generator
from chainrule.lessons.lesson import PlanePoints
from chainrule.lessons.playground.config import LEAST_TRAINED, Config


@dataclass(frozen=True, eq=False)
class Data:
    """All points of a configuration: what is held out comes first.

    Attributes
    ----------
    points
        All of them, as people see them.
    inputs
        (n, features), in the session's dtype.
    targets
        (n, outputs), likewise. Of one output, classes are 0 and 1 for cross-entropy, else −1 and 1; of several, each
        row has a 1 at its class and is 0 elsewhere.
    labels
        (n,) int64: the class of each point; None where targets are numbers.
    """

    points: PlanePoints
    inputs: HostArray
    targets: HostArray
    labels: HostArray | None

    @property
    def held_out(self) -> int:
        """How many points are held out."""
        return self.points.held_out


def draw(config: Config, seed: int, dtype: str) -> Data:
    """The points, which depend on nothing but the seed and the fields about data; and what the loss compares with."""
    places, given = _points(config, seed, dtype)
    labels = given if config.classes else None
    n = len(places)
    share = min(config.test_share, 1.0 - LEAST_TRAINED / n)
    parts = split(generator(seed, "split", config.data, 0), n, share, labels)
    order = host.concatenate([parts.test, parts.train])
    places, given = places[order], given[order]
    if labels is not None:
        labels = given
    shown = PlanePoints(
        inputs=places, targets=given.reshape(-1), classes=config.classes, held_out=len(parts.test)
    )
    inputs = host.ascontiguousarray(features(places, config.features))
    return Data(shown, inputs, _targets(config, given, dtype), labels)


def _points(config: Config, seed: int, dtype: str) -> tuple[HostArray, HostArray]:
    """(n, 2) places, and (n,) int64 classes or (n, 1) numbers."""
    if config.data == "drawn":
        drawn = host.asarray(config.points, host.float64)
        return drawn[:, :2].astype(dtype), drawn[:, 2].astype(host.int64)
    return POINT_SETS[config.data].draw(
        generator(seed, "data", config.data, 0), config.samples, config.noise, dtype
    )


def _targets(config: Config, given: HostArray, dtype: str) -> HostArray:
    if not config.classes:
        return given
    if config.loss == "ce":
        targets: HostArray = given[:, None] == host.arange(config.classes)
    else:
        targets = host.where(given == 1, 1.0, 0.0 if config.loss == "bce" else -1.0)[:, None]
    return targets.astype(dtype)
