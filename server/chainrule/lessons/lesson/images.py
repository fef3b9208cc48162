"""What a model offers that reads images, or finds things in scenes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from chainrule.engine.backend import Array, HostArray
from chainrule.lessons.lesson.plane import Scored
from chainrule.protocol.model import Text

if TYPE_CHECKING:
    from chainrule.data.augment import Pictures
    from chainrule.detection.reading import Read
    from chainrule.engine.tensor import Tensor


class OfImages(Protocol):
    """What a model of images has beside :class:`Model`: what its filters can be asked with.

    Attributes
    ----------
    held_out
        Images that it is not trained on, (n, channels, rows, columns), from 0 to 1; and the class of each.
    """

    @property
    def held_out(self) -> tuple[HostArray, HostArray]: ...

    def read(self, values: Mapping[str, Array], images: Tensor) -> Tensor:
        """Its output for images on the active tape, in evaluation mode, where nodes have the names of training."""
        ...


class OfScenes(Scored, Protocol):
    """What a detector has beside :class:`Model`: scenes with boxes, and what its cells say of them.

    Attributes
    ----------
    kinds
        What is looked for.
    side, cells
        Pixels, and cells, of an image along each axis.
    output
        The label of the node that holds what all cells say: (n, numbers, cells, cells).
    layers
        The labels of the nodes that hold what each layer says, on the way there: (n, channels, places, places).
    terms
        What the loss is the sum of.
    suppress_above
        Of two boxes of a class that overlap by more, the less confident is suppressed.
    """

    @property
    def kinds(self) -> Sequence[Text]: ...
    @property
    def side(self) -> int: ...
    @property
    def cells(self) -> int: ...
    @property
    def output(self) -> str: ...
    @property
    def layers(self) -> Sequence[str]: ...
    @property
    def terms(self) -> Sequence[LossTerm]: ...
    @property
    def suppress_above(self) -> float: ...

    def scenes(self, iteration: int) -> tuple[Pictures, Pictures]:
        """The scenes of an iteration's batch, as they are and as they are trained on."""
        ...

    def part(self, name: Literal["train", "test"]) -> Pictures:
        """The scenes on which it is measured."""
        ...

    def fed(self, scenes: Pictures) -> Mapping[str, HostArray]:
        """The inputs and targets of some scenes."""
        ...

    def assigned(self, scenes: Pictures) -> HostArray:
        """(n, cells, cells): which of its scene's boxes each cell is to say; −1 for none."""
        ...

    def scores_of(self, values: Mapping[str, Array], images: HostArray) -> HostArray:
        """What the cells say of images, with these parameters, in evaluation mode."""
        ...

    def read(self, output: HostArray) -> Read:
        """What the numbers of the cells say."""
        ...

    def costs(self, z: HostArray, scenes: Pictures) -> tuple[Mapping[str, HostArray], HostArray]:
        """What (n, numbers, cells, cells) scores cost, each beside one of n scenes.

        By the label of each term's cells (n, cells, cells), without weights; and the gradients of each scene's own loss by
        its scores.
        """
        ...

    def cost(self, boxes: HostArray, true: HostArray) -> tuple[HostArray, HostArray]:
        """The box loss of (m, 4) boxes in pixels against one true box, (m,), and its gradients by the edges, (m, 4)."""
        ...


class LossTerm(NamedTuple):
    """A term of a detector's loss.

    Attributes
    ----------
    cells, total
        The labels of the nodes of what each cell costs, (n, cells, cells), and of the term itself.
    weight
        What it is multiplied by.
    numbers
        Which of a cell's numbers it reads.
    """

    name: Literal["box", "objectness", "class"]
    cells: str
    total: str
    weight: float
    numbers: slice
