"""Boxes that overlap: intersection over union, and the suppression of all but the best. Boxes are (x1, y1, x2, y2)."""

from __future__ import annotations

from typing import NamedTuple

from chainrule.engine.backend import HostArray, host


class Overlap(NamedTuple):
    """Of each of n boxes with each of m: (n, m) areas of intersection and union, and their ratio.

    Two boxes that are both empty have a union of 0 and count as not overlapping.
    """

    intersection: HostArray
    union: HostArray
    iou: HostArray


def overlap(a: HostArray, b: HostArray) -> Overlap:
    """How (n, 4) boxes overlap (m, 4) others, in float64."""
    a, b = host.asarray(a, dtype=host.float64), host.asarray(b, dtype=host.float64)
    low = host.maximum(a[:, None, :2], b[None, :, :2])
    high = host.minimum(a[:, None, 2:], b[None, :, 2:])
    sides = host.maximum(high - low, 0.0)
    both = sides[..., 0] * sides[..., 1]
    union = area(a)[:, None] + area(b)[None, :] - both
    with host.errstate(all="ignore"):
        iou = host.where(union > 0.0, both / union, 0.0)
    return Overlap(both, union, iou)


def area(boxes: HostArray) -> HostArray:
    """(n,) areas; a box whose corners are the wrong way round has none."""
    sides = host.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
    found: HostArray = sides[:, 0] * sides[:, 1]
    return found


class Suppression(NamedTuple):
    """What became of n boxes, by their places.

    Attributes
    ----------
    order
        From the best score down; of equal scores the first comes first.
    by
        Which box suppressed each; −1 for those that are kept.
    iou
        Their overlap with that one; of those kept, the largest with a better box of their class that is kept (0 if none).
    """

    order: HostArray
    by: HostArray
    iou: HostArray

    @property
    def kept(self) -> HostArray:
        """Places of the boxes that are kept, the best first."""
        found: HostArray = self.order[self.by[self.order] < 0]
        return found


def nms(boxes: HostArray, scores: HostArray, classes: HostArray, threshold: float) -> Suppression:
    """Greedy suppression: going down the scores, a box goes if it overlaps a kept one of its class by more.

    ``boxes`` (n, 4), ``scores`` (n,), ``classes`` (n,). As torchvision's ``batched_nms``, the overlap has to be larger
    than ``threshold``.
    """
    n = len(boxes)
    order = host.argsort(-scores, kind="stable")
    same = classes[:, None] == classes[None, :]
    iou = host.where(same, overlap(boxes, boxes).iou, 0.0)
    over = same & (iou > threshold)
    by = host.full(n, -1, dtype=host.int64)
    most = host.zeros(n)
    waiting = host.ones(n, dtype=bool)
    for place in order:
        if not waiting[place]:
            continue
        waiting[place] = False
        gone = waiting & over[place]
        by[gone], most[gone] = place, iou[place, gone]
        waiting &= ~gone
        # Those that stay remember the kept one that came nearest to suppressing them.
        most[waiting] = host.maximum(most[waiting], iou[place, waiting])
    return Suppression(order, by, most)
