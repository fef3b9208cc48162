"""A box that is held in another place, said or true: the loss slides, mAP jumps."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from chainrule.data.augment import Pictures
from chainrule.detection.boxes import Overlap, overlap
from chainrule.detection.precision import Claims, Truth
from chainrule.detection.reading import Read
from chainrule.engine.backend import HostArray, host
from chainrule.errors import Refusal
from chainrule.lessons.lesson import OfScenes
from chainrule.protocol.client import MovedBox, MovedTrue
from chainrule.protocol.detection import Dragged, Pair
from chainrule.session.detection.boxes import claimed, map50
from chainrule.session.detection.scenes import Shown, truth

PLACES = 25
"""Places on the way of a box that is dragged, both ends included."""


def drag(
    model: OfScenes, shown: Shown, found: Read, moved: MovedBox, threshold: float
) -> Generator[None, None, Dragged]:
    """A cell's box held in another place: what it costs there and on the way, and what mAP makes of it."""
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
    held = _within(model, moved.box)
    way = _way(own, held)
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
        pair = _pair(meet, -1)
    others = yield from _others(model, shown, found, threshold)
    alone, together = [], []
    for box in way:
        boxes = found.boxes.copy()
        boxes[row, cell] = box
        others[row] = claimed(Read(boxes, found.objectness, found.kinds), real, row, threshold, kinds)
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


def drag_true(
    model: OfScenes, shown: Shown, z: HostArray, found: Read, target: MovedTrue, threshold: float
) -> Generator[None, None, Dragged]:
    """A true box held in another place: what its scene costs, with what its cells then own, and what mAP makes of it.

    ``shown`` has it where it belongs, ``z`` (numbers, cells, cells) is what the cells say of the scene.
    """
    row, kinds, (boxes, classes) = shown.row, len(model.kinds), shown.truth
    held = _within(model, target.box)
    way = [_with(boxes, target.index, box) for box in _way(boxes[target.index], held)]
    scenes = Pictures(
        host.repeat(shown.alone.images, PLACES, axis=0),
        tuple(place.astype(host.float32) for place in way),
        (classes,) * PLACES,
    )
    cells, _ = model.costs(host.repeat(z[None], PLACES, axis=0), scenes)
    losses = sum(
        term.weight * cells[term.cells].astype(host.float64).sum(axis=(1, 2)) for term in model.terms
    )
    ious: list[float] = []
    pair = None
    for place, which in zip(way, model.assigned(scenes), strict=True):
        owner = host.flatnonzero(which.reshape(-1) == target.index)
        meet = overlap(found.boxes[row, owner], place[None, target.index])
        ious.append(float(meet.iou[0, 0]) if len(owner) else host.nan)
        pair = _pair(meet, 0) if len(owner) else None
    others = yield from _others(model, shown, found, threshold)
    alone, together = [], []
    for place in way:
        others[row] = claimed(found, Truth(place, classes), row, threshold, kinds)
        alone.append(map50([others[row]], kinds))
        together.append(map50(others, kinds))
    return Dragged(
        of="true",
        box=held.tolist(),
        true=target.index,
        pair=pair,
        loss=float(host.asarray(losses)[-1]),
        slopes=[],
        losses=host.asarray(losses).tolist(),
        ious=ious,
        scene=alone,
        batch=together,
    )


def with_target(model: OfScenes, shown: Shown, target: MovedTrue) -> Shown:
    """The scenes with a true box of the one that is looked at where it is held."""
    boxes, scenes = shown.truth.boxes, shown.scenes
    assert scenes.boxes is not None
    held = _with(boxes, target.index, _within(model, target.box)).astype(host.float32)
    moved = (*scenes.boxes[: shown.row], held, *scenes.boxes[shown.row + 1 :])
    return Shown(Pictures(scenes.images, moved, scenes.classes), shown.row)


def _within(model: OfScenes, box: Sequence[float]) -> HostArray:
    """Cut to the image, its low corner first."""
    held = host.clip(host.asarray(box, dtype=host.float64), 0.0, model.side)
    ordered: HostArray = host.concatenate(
        [host.minimum(held[:2], held[2:]), host.maximum(held[:2], held[2:])]
    )
    return ordered


def _way(own: HostArray, held: HostArray) -> HostArray:
    way: HostArray = own + (held - own) * host.linspace(0.0, 1.0, PLACES)[:, None]
    return way


def _with(boxes: HostArray, index: int, box: HostArray) -> HostArray:
    moved = boxes.copy()
    moved[index] = box
    return moved


def _pair(meet: Overlap, place: int) -> Pair:
    return Pair(
        intersection=float(meet.intersection[place, 0]),
        union=float(meet.union[place, 0]),
        iou=float(meet.iou[place, 0]),
    )


def _others(
    model: OfScenes, shown: Shown, found: Read, threshold: float
) -> Generator[None, None, list[list[Claims]]]:
    """What is claimed in each of the scenes."""
    others = []
    for other in range(len(shown.scenes.images)):
        others.append(claimed(found, truth(shown.scenes, other), other, threshold, len(model.kinds)))
        if other % 8 == 7:
            yield
    return others


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
