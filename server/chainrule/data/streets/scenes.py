"""Streets drawn: pictures, and the boxes and classes of the cars and pedestrians in them."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from chainrule.data.arguments import floats, images, share
from chainrule.data.streets import scenery, things
from chainrule.data.streets.street import Street, plan
from chainrule.engine.backend import HostArray, host
from chainrule.engine.random import generator

CLASSES = ("car", "pedestrian")
"""What is looked for; a class is an index here."""

LEAST_SIDE = 2
"""Pixels: a box is at least so wide and high …"""

LEAST_SHARE = 0.3
"""… and at least this part of what is drawn of a thing is not hidden by something nearer."""


class Scene(NamedTuple):
    """One street, drawn.

    Attributes
    ----------
    image
        (3, size, size) float64 in 0 … 1.
    boxes
        (k, 4) float64 (x1, y1, x2, y2) in pixels, the edges of pixels: the smallest box of whole pixels around those
        of which at least half shows the thing, what hides it counted out. From far to near.
    classes
        (k,) int64 indices into ``CLASSES``.
    masks
        (k, size, size): which part of each pixel shows the thing.
    """

    image: HostArray
    boxes: HostArray
    classes: HostArray
    masks: HostArray


class Streets(NamedTuple):
    """``images`` (n, 3, size, size) floats in 0 … 1; per image boxes (k, 4) float32 and classes (k,) int64."""

    images: HostArray
    boxes: tuple[HostArray, ...]
    classes: tuple[HostArray, ...]


def streets(
    rng: host.random.Generator, n: int, noise: float = 0.0, *, size: int = 96, dtype: str = "float32"
) -> Streets:
    """``n`` scenes; ``noise`` is the standard deviation, 0 … 1, of what is added to every pixel before clipping.

    Every scene has a key of its own: the first k of a larger n are the same, and noise moves nothing. Sizes from 48
    to 256 are legible.

    Raises ValueError for arguments out of range.
    """
    images(n, 3, size)
    share(noise, "noise")
    kind = floats(dtype)
    out = host.empty((n, 3, size, size), dtype=kind)
    boxes, classes = [], []
    keys = rng.integers(2**63, size=n)
    for i in range(n):
        key = int(keys[i])
        scene = render(plan(generator(key, "street", "data")), size)
        image = scene.image
        if noise:
            image = image + noise * generator(key, "noise", "data").standard_normal(image.shape)
        out[i] = host.clip(image, 0.0, 1.0)
        boxes.append(scene.boxes.astype(host.float32))
        classes.append(scene.classes)
    return Streets(out, tuple(boxes), tuple(classes))


def render(street: Street, size: int = 96) -> Scene:
    """Draw a street.

    A car or pedestrian of which too little would be seen is left out, so that all that is there has a box.
    """
    while True:
        canvas = scenery.draw(street, size)
        masks: list[tuple[int, HostArray, float]] = []
        for place, thing in enumerate(street.things):
            mask = things.draw(canvas, thing, street.light)
            masks = [(at, seen * (1.0 - mask), whole) for at, seen, whole in masks]
            if thing.kind in CLASSES:
                masks.append((place, mask, float(mask.sum())))
        found = [(place, seen, whole, _box(seen)) for place, seen, whole in masks]
        lost = [
            place
            for place, seen, whole, box in found
            if box is None
            or min(box[2] - box[0], box[3] - box[1]) < LEAST_SIDE
            or seen.sum() < LEAST_SHARE * whole
        ]
        if not lost:
            break
        street = replace(street, things=tuple(t for i, t in enumerate(street.things) if i not in lost))
    image = canvas.pixels
    if street.light:
        dusk = host.asarray([0.72, 0.68, 0.88])[:, None, None]
        image = image * (1.0 + street.light * (dusk - 1.0))
    boxes = host.asarray([box for *_, box in found], dtype=host.float64).reshape(-1, 4)
    classes = host.asarray(
        [CLASSES.index(street.things[place].kind) for place, *_ in found], dtype=host.int64
    )
    seen = host.asarray([mask for _, mask, *_ in found]).reshape(-1, size, size)
    return Scene(image, boxes, classes, seen)


def _box(mask: HostArray) -> tuple[int, int, int, int] | None:
    """The smallest (x1, y1, x2, y2) around the pixels of which at least half is covered, or None."""
    covered = mask >= 0.5
    columns, rows = host.flatnonzero(covered.any(axis=0)), host.flatnonzero(covered.any(axis=1))
    if not len(rows):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
