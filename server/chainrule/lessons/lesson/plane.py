"""What a model offers that reads points of the plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from chainrule.engine.backend import Array, HostArray, host
from chainrule.protocol.model import Evaluation

if TYPE_CHECKING:
    from chainrule.engine.tensor import Tensor


@dataclass(frozen=True, eq=False)
class PlanePoints:
    """The points that a model of the plane learns from.

    Attributes
    ----------
    inputs, targets
        (n, 2) x and y, those held out first; (n,) the class of each from 0, or its number.
    classes
        How many classes there are; 0 where targets are numbers.
    held_out
        How many are not trained on.
    low, high
        The square that pictures show.
    """

    inputs: HostArray
    targets: HostArray
    classes: int
    held_out: int
    low: float = -6.0
    high: float = 6.0

    def same(self, other: PlanePoints | None) -> bool:
        """Whether these are the same points with the same roles."""
        return other is self or (
            other is not None
            and (self.classes, self.held_out) == (other.classes, other.held_out)
            and host.array_equal(self.inputs, other.inputs)
            and host.array_equal(self.targets, other.targets)
        )


class OfPlane(Protocol):
    """What a model of points of the plane has beside :class:`Model`: what the layers' view shows.

    Attributes
    ----------
    points
        What it learns from.
    layer_names
        The scope of each layer, in order; the last node in a scope is what the layer passes on.
    input_labels, output_labels
        What the columns of the input, and those of the output, are called.
    says
        What :meth:`predictions` are.
    """

    @property
    def points(self) -> PlanePoints: ...
    @property
    def layer_names(self) -> Sequence[str]: ...
    @property
    def input_labels(self) -> Sequence[str]: ...
    @property
    def output_labels(self) -> Sequence[str]: ...
    @property
    def says(self) -> Literal["probability", "number", "probabilities"]: ...

    def rows(self, iteration: int) -> HostArray:
        """Which points an iteration's batch has, in the order of its rows."""
        ...

    def units(self, values: Mapping[str, Array], points: HostArray) -> list[HostArray]:
        """What each layer passes on at (n, 2) places, (n, units), the input first; in evaluation mode.

        ``values`` are the parameters and buffers: nothing else is looked at, nothing drawn, nothing written.
        """
        ...

    def predictions(self, output: HostArray) -> HostArray:
        """What the last layer passes on, (n, outputs) → what the network says, (n, outputs)."""
        ...

    def answers(self, values: Mapping[str, Array]) -> Tensor:
        """Its output for all points, (n, outputs), those held out first; in evaluation mode, on a tape of its own."""
        ...

    def judged(self, answers: Tensor) -> Evaluation:
        """How it does on all points, given what :meth:`answers` gave."""
        ...


class Scored(Protocol):
    """What a model may have beside :class:`Model`: how it does on all its data."""

    def scores(self, values: Mapping[str, Array]) -> Evaluation:
        """How it does on what it is trained on and on what is held out, in evaluation mode."""
        ...
