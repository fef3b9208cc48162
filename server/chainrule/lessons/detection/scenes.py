"""The lesson's scenes: drawn when first asked for, the same in every session; and what a grid is to say of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from chainrule.data.augment import Augmentation, Cutout, Flip, Mosaic, Noise, Pictures, Scale, Shift, augment
from chainrule.data.streets import plan, render
from chainrule.engine.backend import HostArray, host
from chainrule.engine.ops.classification import IGNORED
from chainrule.engine.random import generator
from chainrule.lessons.detection.config import CELL, CELLS, HELD_OUT, MOST_SCENES, SIDE, Change

Part = Literal["train", "test"]

AUGMENTATIONS: dict[Change, Augmentation] = {
    "flip": Flip(),
    "shift": Shift(0.15),
    "scale": Scale(0.7, 1.4),
    "noise": Noise(0.04),
    "cutout": Cutout(0.3),
    "mosaic": Mosaic(0.5),
}

NOWHERE = 0.5
"""The brightness of what lies outside a picture that was moved."""


@lru_cache(maxsize=MOST_SCENES + HELD_OUT)
def _scene(part: Part, number: int) -> tuple[HostArray, HostArray, HostArray]:
    """One street: its image (3, side, side) in 8 bits, boxes (k, 4) float32 in pixels, classes (k,)."""
    drawn = render(plan(generator(0, "street", part, number)), SIDE)
    image = host.rint(host.clip(drawn.image, 0.0, 1.0) * 255.0).astype(host.uint8)
    return image, drawn.boxes.astype(host.float32), drawn.classes


def pictures(part: Part, numbers: Iterable[int], dtype: str) -> Pictures:
    """Some scenes of a part, with their boxes. They take 7 ms each to draw, once."""
    found = [_scene(part, int(number)) for number in numbers]
    images = host.stack([image for image, _, _ in found]).astype(dtype) / host.asarray(255.0, dtype=dtype)
    return Pictures(images, tuple(boxes for _, boxes, _ in found), tuple(kinds for _, _, kinds in found))


def changed(batch: Pictures, names: Iterable[Change], seed: int, iteration: int) -> Pictures:
    """The batch of an iteration, augmented."""
    steps = [AUGMENTATIONS[name] for name in names]
    return augment(batch, steps, seed=seed, path="scenes", iteration=iteration, fill=NOWHERE)


@lru_cache(maxsize=4)
def both(
    rows: tuple[int, ...], names: tuple[Change, ...], seed: int, iteration: int, dtype: str
) -> tuple[Pictures, Pictures]:
    """Some scenes that are trained on, as they are and augmented: at each step of an iteration one looks at the same."""
    plain = pictures("train", rows, dtype)
    return plain, changed(plain, names, seed, iteration)


class Assigned(NamedTuple):
    """What each cell of n grids is to say; see :class:`chainrule.lessons.detection.losses.Targets`.

    ``which`` (n, cells, cells): the place of the box among its image's, −1 for none.
    """

    true: HostArray
    has: HostArray
    kind: HostArray
    which: HostArray


def assign(batch: Pictures, dtype: str) -> Assigned:
    """Give each box to the cell that its middle lies in; of several in one cell the smallest has it."""
    assert batch.boxes is not None
    assert batch.classes is not None
    n = len(batch.images)
    true = host.zeros((n, 4, CELLS, CELLS), dtype=dtype)
    true[:, 2:] = 1.0
    has = host.zeros((n, CELLS, CELLS), dtype=dtype)
    kind = host.full((n, CELLS, CELLS), IGNORED, dtype=host.int64)
    which = host.full((n, CELLS, CELLS), -1, dtype=host.int64)
    for i, (boxes, classes) in enumerate(zip(batch.boxes, batch.classes, strict=True)):
        sides = boxes[:, 2:] - boxes[:, :2]
        # The largest first: what comes later takes its place.
        for k in host.argsort(-sides[:, 0] * sides[:, 1], kind="stable"):
            box = boxes[k].astype(host.float64) / CELL
            column, row = (int(part) for part in host.clip((box[:2] + box[2:]) / 2.0, 0, CELLS - 1))
            true[i, :, row, column] = box - [column, row, column, row]
            has[i, row, column] = 1.0
            kind[i, row, column] = classes[k]
            which[i, row, column] = k
    return Assigned(true, has, kind, which)
