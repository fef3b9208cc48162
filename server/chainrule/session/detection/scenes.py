"""Which scene is looked at, and what is in it."""

from __future__ import annotations

from base64 import b64encode
from typing import NamedTuple

from chainrule.data.augment import Pictures
from chainrule.detection.precision import Truth
from chainrule.engine.backend import HostArray, host
from chainrule.errors import Refusal
from chainrule.lessons.lesson import OfScenes
from chainrule.protocol.client import DetectCommand, SceneCommand
from chainrule.protocol.detection import TrueBox
from chainrule.protocol.server import SceneResult
from chainrule.session.core import Core

THUMBNAIL = 16
"""Pixels of a thumbnail along each axis."""

HELD_OUT = 16
"""How many of the scenes held out can be looked at."""


def detector(core: Core) -> OfScenes:
    """The model at the cursor; a refusal ``no_detector`` where it is none."""
    model = core.record.start.regime.of_scenes
    if model is None:
        raise Refusal(
            "no_detector",
            422,
            "There is no detector here",
            "The model of this lesson looks for nothing in scenes.",
            "Open the lesson detection.",
        )
    return model


class Shown(NamedTuple):
    """One of several scenes."""

    scenes: Pictures
    row: int

    @property
    def truth(self) -> Truth:
        """What is in it."""
        return truth(self.scenes, self.row)

    @property
    def alone(self) -> Pictures:
        """The scene by itself."""
        boxes, classes = self.truth
        return Pictures(self.scenes.images[self.row : self.row + 1], (boxes,), (classes,))


def truth(scenes: Pictures, row: int) -> Truth:
    """What is in one of the scenes."""
    assert scenes.boxes is not None
    assert scenes.classes is not None
    return Truth(scenes.boxes[row].astype(host.float64), scenes.classes[row])


def shown_scene(core: Core, command: SceneCommand | DetectCommand) -> Shown:
    """The scene that is asked for, with those beside it. A batch is known from its ``load`` on."""
    model = detector(core)
    if command.picture == "held_out":
        whole = model.part("test")
        assert whole.boxes is not None
        assert whole.classes is not None
        scenes = Pictures(whole.images[:HELD_OUT], whole.boxes[:HELD_OUT], whole.classes[:HELD_OUT])
    else:
        if core.view().shown < 1:
            raise Refusal(
                "not_computed",
                409,
                "This has not been computed yet",
                "The batch of this iteration has not been loaded.",
                "Step on, and ask again.",
            )
        plain, trained = model.scenes(core.record.iteration)
        if command.picture == "original":
            scenes = plain
        else:
            # Pixels may have been edited.
            pixels = core.backend.to_numpy(core.record.find("x").value)
            scenes = Pictures(pixels, trained.boxes, trained.classes)
    return Shown(scenes, min(command.row, len(scenes.images) - 1))


def true_boxes(model: OfScenes, shown: Shown) -> list[TrueBox]:
    boxes, classes = shown.truth
    which = model.assigned(shown.alone)[0]
    cell = model.side / model.cells
    found = []
    for k, (box, kind) in enumerate(zip(boxes, classes, strict=True)):
        column, row = (
            int(place) for place in host.clip((box[:2] + box[2:]) / 2.0 / cell, 0, model.cells - 1)
        )
        found.append(
            TrueBox(
                box=box.tolist(),
                kind=int(kind),
                row=row,
                column=column,
                assigned=bool(which[row, column] == k),
            )
        )
    return found


def scene(core: Core, command: SceneCommand) -> SceneResult:
    """The pixels of a scene and what is in it.

    Raises
    ------
    Refusal
        ``no_detector``; ``not_computed``: the batch has not been loaded.
    """
    model, shown = detector(core), shown_scene(core, command)
    images = shown.scenes.images
    block = model.side // THUMBNAIL
    small = images.reshape(len(images), 3, THUMBNAIL, block, THUMBNAIL, block).mean(axis=(3, 5))
    return SceneResult(
        cursor=core.cursor(),
        picture=command.picture,
        row=shown.row,
        count=len(images),
        side=model.side,
        pixels=_in_8_bits(images[shown.row]),
        true=true_boxes(model, shown),
        thumbnail=THUMBNAIL,
        thumbnails=[_in_8_bits(one) for one in small],
    )


def _in_8_bits(image: HostArray) -> str:
    """Levels 0 to 255 in base64; what is no number is black."""
    with host.errstate(all="ignore"):
        levels = host.rint(host.clip(host.nan_to_num(image), 0.0, 1.0) * 255.0).astype(host.uint8)
    return b64encode(levels.tobytes()).decode("ascii")
