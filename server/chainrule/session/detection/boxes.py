"""What the cells say of a scene as boxes: which are counted, suppressed, right; and what mAP makes of them."""

from __future__ import annotations

from chainrule.detection.boxes import overlap
from chainrule.detection.precision import Claims, Truth, average_precision, claims
from chainrule.detection.reading import Read, Said, said
from chainrule.engine.backend import host
from chainrule.lessons.lesson import OfScenes
from chainrule.protocol.detection import CellBox, Pair

HALF = host.asarray([0.5])
"""The overlap of mAP@50."""


def cell_boxes(model: OfScenes, found: Read, row: int, one: Said, true: Truth) -> list[CellBox]:
    """All cells, from the most confident down; of equal ones the first in the image comes first."""
    confidence, classes = found.confidence[row], found.classes[row]
    order = [int(cell) for cell in host.argsort(-confidence, kind="stable")]
    place = {cell: k for k, cell in enumerate(order)}
    among = {int(cell): k for k, cell in enumerate(one.cells)}
    right = _right(one, true, len(model.kinds))
    overlaps = overlap(found.boxes[row], true.boxes)
    kept = {int(k) for k in one.suppression.kept}
    mutual = overlap(one.boxes, one.boxes).iou
    rank = {int(k): at for at, k in enumerate(one.suppression.order)}
    told = []
    for cell in order:
        kind, own = int(classes[cell]), among.get(cell)
        of_kind = host.flatnonzero(true.classes == kind)
        candidates = of_kind if len(of_kind) else host.arange(len(true.classes))
        best = None
        if len(candidates):
            best = int(candidates[overlaps.iou[cell, candidates].argmax()])
        by = rival = None
        shared = 0.0
        if own is not None:
            suppressor = int(one.suppression.by[own])
            if suppressor >= 0:
                by = rival = place[int(one.cells[suppressor])]
                shared = float(one.suppression.iou[own])
            else:
                rivals = [k for k in kept if rank[k] < rank[own] and one.classes[k] == kind]
                rivals = [k for k in rivals if mutual[own, k] > 0.0]
                if rivals:
                    nearest = max(rivals, key=lambda k: (mutual[own, k], -rank[k]))
                    rival, shared = place[int(one.cells[nearest])], float(mutual[own, nearest])
        told.append(
            CellBox(
                row=cell // model.cells,
                column=cell % model.cells,
                box=found.boxes[row, cell].tolist(),
                objectness=float(found.objectness[row, cell]),
                kinds=found.kinds[row, cell].tolist(),
                kind=kind,
                confidence=float(confidence[cell]),
                counted=own is not None,
                by=by,
                rival=rival,
                overlap=shared,
                true=best,
                pair=None
                if best is None
                else Pair(
                    intersection=float(overlaps.intersection[cell, best]),
                    union=float(overlaps.union[cell, best]),
                    iou=float(overlaps.iou[cell, best]),
                ),
                right=cell in right,
            )
        )
    return told


def _right(one: Said, true: Truth, kinds: int) -> set[int]:
    """The cells whose boxes claim a true one at an overlap of 0.5."""
    kept, found = one.suppression.kept, set()
    for kind in range(kinds):
        own = claims(one.detections, true, kind, HALF)
        found |= {
            int(one.cells[kept[k]]) for k, real in zip(own.places, own.true[0], strict=True) if real >= 0
        }
    return found


def claimed(found: Read, true: Truth, row: int, threshold: float, kinds: int) -> list[Claims]:
    """By kind, what the detections in a scene claim of what is in it, at an overlap of 0.5."""
    detections = said(found, row, threshold).detections
    return [claims(detections, true, kind, HALF) for kind in range(kinds)]


def map50(by_scene: list[list[Claims]], kinds: int) -> float:
    """MAP at an overlap of 0.5 of some scenes; NaN where nothing is there."""
    averages = [
        average_precision([one[kind] for one in by_scene])
        for kind in range(kinds)
        if any(one[kind].positives for one in by_scene)
    ]
    return float(host.mean(averages)) if averages else host.nan
