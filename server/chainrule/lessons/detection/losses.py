"""The loss in three terms, each a sum over the cells of an image that is averaged over the batch.

Boxes are in units of cells, from the corner of the cell that says them: a cell's box has its middle in the cell.
"""

from __future__ import annotations

from typing import NamedTuple

from chainrule.engine.functions import elementwise
from chainrule.engine.tensor import Tensor
from chainrule.lessons.detection.config import BoxLoss, Config
from chainrule.lessons.network import called
from chainrule.nn.losses import binary_cross_entropy_with_logits, cross_entropy


class Targets(NamedTuple):
    """What each cell should say.

    ``true`` (n, 4, cells, cells): low x and y, high x and y; the cell itself where it has nothing. ``has`` (n, cells,
    cells): 1 where the middle of a box lies. ``kind`` (n, cells, cells): its class, −100 where there is none.
    """

    true: Tensor
    has: Tensor
    kind: Tensor


def total(z: Tensor, targets: Targets, config: Config) -> Tensor:
    """The loss of (n, 7, cells, cells) scores."""
    middle = called("c", elementwise.sigmoid(z[:, 0:2]))
    size = called("s", elementwise.exp(z[:, 2:4]))
    half = called("h", size / 2.0)
    low, high = called("low", middle - half), called("high", middle + half)
    box = called("box_cells", mismatch(low, high, targets.true, config.box_loss) * targets.has)
    thing = called(
        "objectness_cells",
        binary_cross_entropy_with_logits(called("o", z[:, 4]), targets.has, reduction="none"),
    )
    kind = called("class_cells", cross_entropy(called("k", z[:, 5:]), targets.kind, reduction="none"))
    box_loss = called("box_loss", box.sum((1, 2)).mean())
    objectness_loss = called("objectness_loss", thing.sum((1, 2)).mean())
    class_loss = called("class_loss", kind.sum((1, 2)).mean())
    return called(
        "loss",
        config.box_weight * box_loss
        + config.objectness_weight * objectness_loss
        + config.class_weight * class_loss,
    )


def mismatch(low: Tensor, high: Tensor, true: Tensor, how: BoxLoss) -> Tensor:
    """What each box costs against the true one, (n, …), whether or not there is something.

    ``low`` and ``high`` (n, 2, …) are the corners x and y, ``true`` (n, 4, …) those of the true box. GIoU is that of
    Rezatofighi et al. 2019: IoU less the part of the hull of both boxes that neither fills.
    """
    true_low, true_high = true[:, 0:2], true[:, 2:4]
    if how == "l1":
        return called("d", (abs(low - true_low) + abs(high - true_high)).sum(1))
    sides = elementwise.minimum(high, true_high) - elementwise.maximum(low, true_low)
    meet = called("m", elementwise.relu(sides))
    both = called("both", meet[:, 0] * meet[:, 1])
    size, true_size = called("size", high - low), called("true_size", true_high - true_low)
    union = called("union", size[:, 0] * size[:, 1] + true_size[:, 0] * true_size[:, 1] - both)
    iou = called("iou", both / union)
    if how == "iou":
        return called("d", 1.0 - iou)
    around = called("around", elementwise.maximum(high, true_high) - elementwise.minimum(low, true_low))
    hull = called("hull", around[:, 0] * around[:, 1])
    giou = called("giou", iou - (hull - union) / hull)
    return called("d", 1.0 - giou)
