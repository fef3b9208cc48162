"""A box that is held in another place: the loss slides, mAP jumps."""

from __future__ import annotations

from collections.abc import Generator

from chainrule.detection.boxes import overlap
from chainrule.detection.reading import Read
from chainrule.engine.backend import HostArray, host
from chainrule.errors import Refusal
from chainrule.lessons.lesson import OfScenes
from chainrule.protocol.client import MovedBox
from chainrule.protocol.detection import Dragged, Pair
from chainrule.session.detection.boxes import claimed, map50
from chainrule.session.detection.scenes import Shown

PLACES = 25
"""Places on the way of a box that is dragged, both ends included."""


def drag(
    model: OfScenes, shown: Shown, found: Read, moved: MovedBox, threshold: float
) -> Generator[None, None, Dragged]:
    """A box held in another place: what it costs there and on the way, and what mAP makes of it."""
    if moved.row >= model.cells or moved.column >= model.cells:
        raise Refusal(
            "invalid_index",
            422,
            "No such element",
            f"The grid has {model.cells} rows and columns of cells.",
            "Choose one of them.",
            reason="detector_cell",
            params={"cells": model.cells},
        )
    row, cell, kinds = shown.row, moved.row * model.cells + moved.column, len(model.kinds)
    own, real = found.boxes[row, cell], shown.truth
    held = host.clip(host.asarray(moved.box, dtype=host.float64), 0.0, model.side)
    held = host.concatenate([host.minimum(held[:2], held[2:]), host.maximum(held[:2], held[2:])])
    way = own + (held - own) * host.linspace(0.0, 1.0, PLACES)[:, None]
    target = _target(model, shown, cell, int(found.classes[row, cell]), own)
    losses: list[float] = []
    slopes: list[float] = []
    ious: list[float] = []
    pair = None
    if target is not None:
        goal = real.boxes[target]
        costs, edges = model.cost(way, goal)
        losses, slopes = costs.tolist(), edges[-1].tolist()
        meet = overlap(way, goal[None])
        ious = meet.iou[:, 0].tolist()
        pair = Pair(
            intersection=float(meet.intersection[-1, 0]),
            union=float(meet.union[-1, 0]),
            iou=float(meet.iou[-1, 0]),
        )
    others = []
    for other in range(len(shown.scenes.images)):
        others.append(claimed(found, shown.scenes, other, threshold, kinds))
        if other % 8 == 7:
            yield
    alone, together = [], []
    for box in way:
        boxes = found.boxes.copy()
        boxes[row, cell] = box
        others[row] = claimed(Read(boxes, found.objectness, found.kinds), shown.scenes, row, threshold, kinds)
        alone.append(map50([others[row]], kinds))
        together.append(map50(others, kinds))
    return Dragged(
        box=held.tolist(),
        true=target,
        pair=pair,
        loss=losses[-1] if losses else None,
        slopes=slopes,
        losses=losses,
        ious=ious,
        scene=alone,
        batch=together,
    )


def _target(model: OfScenes, shown: Shown, cell: int, kind: int, box: HostArray) -> int | None:
    """The true box that a cell's box is measured against: its own, else of its kind the one that it is nearest to."""
    which = int(model.assigned(shown.alone)[0].reshape(-1)[cell])
    if which >= 0:
        return which
    boxes, classes = shown.truth
    candidates = host.flatnonzero(classes == kind)
    if not len(candidates):
        candidates = host.arange(len(classes))
    if not len(candidates):
        return None
    middles = (boxes[candidates, :2] + boxes[candidates, 2:]) / 2.0
    away = ((middles - (box[:2] + box[2:]) / 2.0) ** 2).sum(axis=1)
    return int(candidates[away.argmin()])
