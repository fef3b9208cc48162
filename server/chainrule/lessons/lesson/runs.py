"""What models offer that are several runs, or a map on which they walk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from chainrule.engine.backend import HostArray


class RunLayer(NamedTuple):
    """A layer of a run: its scope, whose last node is what it passes on; its weight; whether it adds its input."""

    scope: str
    weight: str
    skip: bool


class RunSpec(NamedTuple):
    """One of several networks that a model trains side by side.

    Attributes
    ----------
    name
        Its parameters' names begin with it and a slash.
    title
        What it is called.
    parameters
        Of one that walks on a map: those along its axes.
    loss
        The label of the node that is its own loss.
    layers
        Of one whose gradients are followed from layer to layer: those, in order.
    """

    name: str
    title: str
    parameters: tuple[str, ...]
    loss: str
    layers: tuple[RunLayer, ...] = ()


class OfRuns(Protocol):
    """What a model of several runs has beside :class:`Model`; its loss is the sum of theirs."""

    @property
    def runs(self) -> Sequence[RunSpec]: ...


class MapArea(NamedTuple):
    """The part of a plane that a map shows, from its lowest corner to its highest."""

    low: tuple[float, float]
    high: tuple[float, float]


class OfMap(OfRuns, Protocol):
    """What a model has beside :class:`Model` whose runs walk on one surface over two parameters."""

    @property
    def area(self) -> MapArea: ...

    def heights(self, places: HostArray) -> tuple[HostArray, HostArray]:
        """The loss at (n, 2) places, (n,), and its gradients, (n, 2), by backpropagation."""
        ...
