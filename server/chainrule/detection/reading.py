"""From what a detector's cells say to what it says of a scene: those that are sure enough, and not suppressed."""

from __future__ import annotations

from typing import NamedTuple

from chainrule.detection.boxes import Suppression, nms
from chainrule.detection.precision import Detections
from chainrule.engine.backend import HostArray, host

LEAST = 0.02
"""What is said with less confidence is not said."""


class Read(NamedTuple):
    """What the cells of n images say, row by row.

    Attributes
    ----------
    boxes
        (n, cells², 4) in pixels, cut to the image.
    objectness
        (n, cells²): how probable it is that something's middle is in the cell.
    kinds
        (n, cells², kinds): how probable each class is, if something is there.
    """

    boxes: HostArray
    objectness: HostArray
    kinds: HostArray

    @property
    def classes(self) -> HostArray:
        """(n, cells²): the most probable class."""
        found: HostArray = self.kinds.argmax(axis=-1)
        return found

    @property
    def confidence(self) -> HostArray:
        """(n, cells²): objectness times the probability of that class."""
        found: HostArray = self.objectness * self.kinds.max(axis=-1)
        return found


class Said(NamedTuple):
    """What is said of one image: the cells that are sure enough, and what suppression leaves of them.

    ``cells`` (k,) are their places row by row, ``boxes`` (k, 4), ``classes`` (k,) and ``scores`` (k,) theirs.
    """

    cells: HostArray
    boxes: HostArray
    classes: HostArray
    scores: HostArray
    suppression: Suppression

    @property
    def detections(self) -> Detections:
        """Those that are kept, from the most confident down."""
        kept = self.suppression.kept
        return Detections(self.boxes[kept], self.classes[kept], self.scores[kept])


def said(found: Read, image: int, threshold: float, least: float = LEAST) -> Said:
    """What is said of one of the images, with suppression above an overlap."""
    scores = found.confidence[image]
    cells = host.flatnonzero(scores >= least)
    boxes, classes = found.boxes[image, cells], found.classes[image, cells]
    return Said(cells, boxes, classes, scores[cells], nms(boxes, scores[cells], classes, threshold))
