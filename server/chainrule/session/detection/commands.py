"""The questions that are asked of a detector."""

from __future__ import annotations

from collections.abc import Generator

from chainrule.detection.precision import claims, curve
from chainrule.detection.reading import said
from chainrule.engine.backend import host
from chainrule.protocol.client import DetectCommand, PrecisionCommand
from chainrule.protocol.detection import CellBox, PrecisionCurve, PrecisionPoint, Pull, Traced
from chainrule.protocol.server import DetectResult, PrecisionResult
from chainrule.session.core import Core
from chainrule.session.detection.boxes import cell_boxes, claimed, map50
from chainrule.session.detection.dragging import drag, drag_true, with_target
from chainrule.session.detection.looks import against, alone, as_far_as, at_cursor, measured_by, pulls, terms
from chainrule.session.detection.maps import layer_maps
from chainrule.session.detection.scenes import detector, shown_scene, true_boxes, truth
from chainrule.session.pictures import carried_at

POINTS = 300
"""Detections of a curve that are told one by one."""


def detect(core: Core, command: DetectCommand) -> Generator[None, None, DetectResult]:
    """What each cell says of one scene, and what it costs.

    Raises
    ------
    Refusal
        ``no_detector``; ``not_computed``: the batch has not been loaded; ``invalid_index``: there is no such cell.
    """
    model, shown = detector(core), shown_scene(core, command)
    threshold = model.suppress_above if command.threshold is None else command.threshold
    in_batch = command.picture == "batch"
    # An original is held against what it became: as if it were in the batch.
    share = 1.0 if command.picture == "held_out" else 1.0 / len(shown.scenes.images)
    look = alone(core, model, shown.alone, share) if command.picture == "held_out" else at_cursor(core, model)
    if command.picture == "original":
        look = as_far_as(alone(core, model, shown.alone, share), look)
    row = shown.row if in_batch else 0
    waiting = core.prediction.first_waiting(core.line, core.record) is not None
    boxes: list[CellBox] = []
    mean: float | None = None
    dragged = None
    target = command.target if command.target and command.target.index < len(shown.truth.classes) else None
    held = shown if target is None else with_target(model, shown, target)
    told = terms(model, look, row)
    if look.output is not None:
        found, kinds = model.read(look.output), len(model.kinds)
        boxes = cell_boxes(model, found, row, said(found, row, threshold), held.truth)
        mean = map50([claimed(found, held.truth, row, threshold, kinds)], kinds)
        if target is not None:
            told = terms(model, measured_by(model, look, row, held, share), 0)
        if command.moved is not None or target is not None:
            if not in_batch:
                # The scenes beside it count too.
                found = model.read(model.scores_of(core.record.start.values, shown.scenes.images))
            if command.moved is not None:
                dragged = yield from drag(model, held, found, command.moved, threshold)
            elif target is not None:
                dragged = yield from drag_true(model, shown, look.output[row], found, target, threshold)
            if dragged is not None and waiting:
                dragged = dragged.model_copy(update={"slopes": []})
    pulled: list[Pull] = []
    traced: Traced | None = None
    if command.pulls:
        # Where a true box is held elsewhere, what it costs pulls from there.
        own = (
            look
            if target is None or not look.nodes
            else alone(core, model, held.scenes if in_batch else held.alone)
        )
        pulled, traced = yield from pulls(core, model, own, command.layer)
    return DetectResult(
        cursor=core.cursor(),
        picture=command.picture,
        row=shown.row,
        count=len(shown.scenes.images),
        threshold=threshold,
        true=true_boxes(model, held),
        found=boxes,
        terms=told,
        map50=None if mean is None or host.isnan(mean) else mean,
        layers=layer_maps(look, row, weights=not in_batch) if command.maps else [],
        dragged=dragged,
        against=against(core, model, held, in_batch=in_batch)
        if command.compare and command.picture != "held_out" and look.nodes and not waiting
        else None,
        pulls=pulled,
        traced=traced,
    )


def precision(core: Core, command: PrecisionCommand) -> Generator[None, None, PrecisionResult]:
    """Precision over recall with the parameters at the cursor.

    Raises
    ------
    Refusal
        ``no_detector``.
    """
    model = detector(core)
    scenes = model.part(command.part)
    with core.backend.quiet():
        found = model.read(model.scores_of(carried_at(core.view()), scenes.images))
    detections = []
    for row in range(len(scenes.images)):
        detections.append(said(found, row, model.suppress_above).detections)
        if row % 8 == 7:
            yield
    limit = host.asarray([command.iou])
    curves = []
    for kind in range(len(model.kinds)):
        own = [claims(one, truth(scenes, row), kind, limit) for row, one in enumerate(detections)]
        drawn = curve(own)
        there = drawn.positives > 0
        points = [
            PrecisionPoint(
                confidence=float(score),
                right=bool(right),
                scene=int(image),
                precision=float(p),
                recall=float(r),
            )
            for score, right, image, p, r in zip(
                *(
                    one[:POINTS]
                    for one in (drawn.scores, drawn.right, drawn.image, drawn.precision, drawn.recall)
                ),
                strict=True,
            )
        ]
        curves.append(
            PrecisionCurve(
                kind=kind,
                count=drawn.positives,
                average=drawn.average if there else None,
                points=points if there else [],
                envelope=drawn.envelope.tolist() if there else [],
            )
        )
    averages = [one.average for one in curves if one.average is not None]
    return PrecisionResult(
        cursor=core.cursor(),
        part=command.part,
        iou=command.iou,
        scenes=len(scenes.images),
        curves=curves,
        mean=float(host.mean(averages)) if averages else None,
    )
