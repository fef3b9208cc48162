"""Augmentation: the same pictures, seen a little differently in every iteration.

Each way of changing them is a record; ``augment`` applies several in a row. What a record draws is keyed by (seed,
its name and turn, path, iteration), one row of numbers per picture: so an iteration looks the same however one came
to it, and adding a record changes nothing that the others draw. Nothing is changed in place.

Boxes follow. Flip, Shift, Scale and Rotate that stand side by side become one map, so that pixels are interpolated
once; a box goes through the same map and is cut to the picture. It is dropped, with its class, when less than a
quarter of its area is left or what is left is narrower or lower than two pixels (``geometry.clip``). Cutout leaves a
box as it is and drops it when it hides more than three quarters of it. Noise leaves boxes alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import pi

from chainrule.data import geometry
from chainrule.data.arguments import picture, share
from chainrule.engine.backend import HostArray, host
from chainrule.engine.random import generator


@dataclass(frozen=True)
class Pictures:
    """A batch of images, alone or with boxes.

    Attributes
    ----------
    images
        (n, channels, height, width) floats in 0 … 1.
    boxes
        For each image (k, 4) float32 rows (x1, y1, x2, y2) in pixels; None for images alone.
    classes
        For each image (k,) int64; None for images alone.
    """

    images: HostArray
    boxes: tuple[HostArray, ...] | None = None
    classes: tuple[HostArray, ...] | None = None

    def __post_init__(self) -> None:
        picture(self.images)
        if (self.boxes is None) != (self.classes is None):
            raise ValueError("boxes and classes come together")
        if self.boxes is None or self.classes is None:
            return
        if not len(self.images) == len(self.boxes) == len(self.classes):
            raise ValueError(
                f"{len(self.images)} images need as many arrays of boxes and of classes, "
                f"not {len(self.boxes)} and {len(self.classes)}"
            )
        for boxes, classes in zip(self.boxes, self.classes, strict=True):
            if boxes.ndim != 2 or boxes.shape[1] != 4 or classes.shape != boxes.shape[:1]:
                raise ValueError(
                    f"boxes must have shape (k, 4) and classes (k,), not {boxes.shape} and {classes.shape}"
                )


@dataclass(frozen=True)
class Flip:
    """Mirror left and right with this probability."""

    probability: float = 0.5

    def __post_init__(self) -> None:
        share(self.probability, "probability")

    def maps(self, rng: host.random.Generator, n: int, height: int, width: int) -> HostArray:
        """(n, 3, 3) maps for pictures of that size."""
        return geometry.flips(rng.random(n) < self.probability, width)


@dataclass(frozen=True)
class Shift:
    """Move by whole pixels, each way at most this fraction of the side."""

    fraction: float = 0.1

    def __post_init__(self) -> None:
        share(self.fraction, "fraction")

    def maps(self, rng: host.random.Generator, n: int, height: int, width: int) -> HostArray:
        """(n, 3, 3) maps for pictures of that size."""
        reach = host.floor(self.fraction * host.asarray([width, height]))
        dx, dy = (host.floor(rng.random((n, 2)) * (2.0 * reach + 1.0)) - reach).T
        return geometry.shifts(dx, dy)


@dataclass(frozen=True)
class Scale:
    """Enlarge around the middle by a factor between these, evenly on a log scale."""

    least: float = 0.8
    most: float = 1.25

    def __post_init__(self) -> None:
        if not 0.1 <= self.least <= self.most <= 10.0:
            raise ValueError(
                f"factors must obey 0.1 ≤ least ≤ most ≤ 10, not {self.least!r} and {self.most!r}"
            )

    def maps(self, rng: host.random.Generator, n: int, height: int, width: int) -> HostArray:
        """(n, 3, 3) maps for pictures of that size."""
        return geometry.scalings(self.least * (self.most / self.least) ** rng.random(n), height, width)


@dataclass(frozen=True)
class Rotate:
    """Turn around the middle, each way at most so many degrees."""

    degrees: float = 15.0

    def __post_init__(self) -> None:
        share(self.degrees, "degrees", 180.0)

    def maps(self, rng: host.random.Generator, n: int, height: int, width: int) -> HostArray:
        """(n, 3, 3) maps for pictures of that size."""
        reach = self.degrees * pi / 180.0
        return geometry.rotations((2.0 * rng.random(n) - 1.0) * reach, height, width)


@dataclass(frozen=True)
class Noise:
    """Add normal noise of this standard deviation to every pixel; the result is clipped to 0 … 1."""

    deviation: float = 0.05

    def __post_init__(self) -> None:
        share(self.deviation, "deviation")

    def change(self, rng: host.random.Generator, batch: Pictures, fill: float) -> Pictures:
        """The batch with noise."""
        drawn = rng.standard_normal(batch.images.shape) * self.deviation
        noisy = host.clip(batch.images + drawn, 0.0, 1.0).astype(batch.images.dtype)
        return Pictures(noisy, batch.boxes, batch.classes)


@dataclass(frozen=True)
class Cutout:
    """Hide a square, its side this fraction of the shorter side, its middle anywhere (DeVries and Taylor 2017)."""

    fraction: float = 0.3

    def __post_init__(self) -> None:
        share(self.fraction, "fraction")

    def change(self, rng: host.random.Generator, batch: Pictures, fill: float) -> Pictures:
        """The batch with a square of ``fill`` in each picture; a box that it mostly hides is dropped."""
        images = batch.images.copy()
        n, _, height, width = images.shape
        side = int(self.fraction * min(height, width) + 0.5)
        middle = host.floor(rng.random((n, 2)) * host.asarray([width, height])).astype(host.int64)
        left, top = host.maximum(middle - side // 2, 0).T
        right, bottom = host.minimum(middle - side // 2 + side, [width, height]).T
        for i in range(n):
            images[i, :, top[i] : bottom[i], left[i] : right[i]] = fill
        if batch.boxes is None or batch.classes is None:
            return Pictures(images)
        kept = []
        for i, boxes in enumerate(batch.boxes):
            hole = host.asarray([left[i], top[i], right[i], bottom[i]])
            low, high = host.maximum(boxes[:, :2], hole[:2]), host.minimum(boxes[:, 2:], hole[2:])
            hidden = host.maximum(high - low, 0.0).prod(axis=1)
            kept.append(geometry.area(boxes) - hidden >= geometry.KEPT_SHARE * geometry.area(boxes))
        return Pictures(images, _pick(batch.boxes, kept), _pick(batch.classes, kept))


@dataclass(frozen=True)
class Mosaic:
    """With this probability, make a picture of four: itself and three others of the batch (Bochkovskiy et al. 2020).

    They meet at a random point of the middle. Each is shrunk just so far that it fills its quarter, and what is over
    on one side is cut off outside. A mosaic has no single class, so only images with boxes can be mixed.
    """

    probability: float = 0.5

    def __post_init__(self) -> None:
        share(self.probability, "probability")

    def change(self, rng: host.random.Generator, batch: Pictures, fill: float) -> Pictures:
        """The batch with mosaics. Raises ValueError for images without boxes."""
        if batch.boxes is None or batch.classes is None:
            raise ValueError("a mosaic needs boxes: four pictures together have no single class")
        n, _, height, width = batch.images.shape
        drawn = rng.random((n, 6))
        images = batch.images.copy()
        boxes, classes = list(batch.boxes), list(batch.classes)
        for i in range(n):
            if drawn[i, 0] >= self.probability:
                continue
            x = int(width * (0.35 + 0.3 * drawn[i, 1]) + 0.5)
            y = int(height * (0.35 + 0.3 * drawn[i, 2]) + 0.5)
            members = [i, *(int(other * n) for other in drawn[i, 3:])]
            quarters = ((0, 0, x, y), (x, 0, width, y), (0, y, x, height), (x, y, width, height))
            found, names = [], []
            for member, (x1, y1, x2, y2) in zip(members, quarters, strict=True):
                factor = max((x2 - x1) / width, (y2 - y1) / height)
                # The corner that touches the meeting point stays in sight.
                dx = x1 or x2 - factor * width
                dy = y1 or y2 - factor * height
                map_ = host.asarray([[factor, 0.0, dx], [0.0, factor, dy], [0.0, 0.0, 1.0]])
                small = geometry.warp(batch.images[member : member + 1], map_[None], fill)[0]
                images[i, :, y1:y2, x1:x2] = small[:, y1:y2, x1:x2]
                cut, kept = geometry.clip(geometry.move(batch.boxes[member], map_), x1, y1, x2, y2)
                found.append(cut[kept].astype(host.float32))
                names.append(batch.classes[member][kept])
            boxes[i], classes[i] = host.concatenate(found), host.concatenate(names)
        return Pictures(images, tuple(boxes), tuple(classes))


Geometric = Flip | Shift | Scale | Rotate
Augmentation = Flip | Shift | Scale | Rotate | Noise | Cutout | Mosaic


def augment(
    batch: Pictures,
    steps: Sequence[Augmentation],
    *,
    seed: int,
    path: str,
    iteration: int,
    fill: float = 0.0,
) -> Pictures:
    """The batch after all ``steps``, in order; where a picture shows nothing of itself it shows ``fill``.

    Two steps of one kind draw different numbers; steps of other kinds do not count.
    """
    turns: dict[str, int] = {}
    maps: HostArray | None = None
    n, _, height, width = batch.images.shape
    for step in steps:
        name = type(step).__name__.lower()
        turns[name] = turns.get(name, 0) + 1
        rng = generator(seed, f"augment.{name}.{turns[name]}", path, iteration)
        if isinstance(step, Flip | Shift | Scale | Rotate):
            new = step.maps(rng, n, height, width)
            maps = new if maps is None else new @ maps
            continue
        if maps is not None:
            batch, maps = apply(batch, maps, fill), None
        batch = step.change(rng, batch, fill)
    return batch if maps is None else apply(batch, maps, fill)


def apply(batch: Pictures, maps: HostArray, fill: float = 0.0) -> Pictures:
    """The batch through (n, 3, 3) maps, its boxes with it, clipped and dropped as the module says."""
    images = geometry.warp(batch.images, maps, fill)
    if batch.boxes is None or batch.classes is None:
        return Pictures(images)
    height, width = images.shape[2:]
    cuts, kept = [], []
    for boxes, map_ in zip(batch.boxes, maps, strict=True):
        cut, keep = geometry.clip(geometry.move(boxes, map_), 0.0, 0.0, width, height)
        cuts.append(cut.astype(host.float32))
        kept.append(keep)
    return Pictures(images, _pick(cuts, kept), _pick(batch.classes, kept))


def _pick(arrays: Sequence[HostArray], kept: Sequence[HostArray]) -> tuple[HostArray, ...]:
    return tuple(array[keep] for array, keep in zip(arrays, kept, strict=True))
