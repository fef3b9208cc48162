"""How good detections are, as COCO counts it: precision over recall, and its average (mAP).

As pycocotools computes it for boxes without crowds and of any size; the tests compare the two. In an image, detections
of a class are taken from the most confident down, at most 100; each claims the true box of its class that it overlaps
most among those unclaimed, if by the threshold at least, and of equal overlaps the later. What claims one is right.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import NamedTuple, TypeVar

from chainrule.detection.boxes import overlap
from chainrule.engine.backend import HostArray, host

THRESHOLDS: HostArray = host.linspace(0.5, 0.95, 10)
"""COCO's overlaps: 0.50, 0.55, … 0.95."""

RECALLS: HostArray = host.linspace(0.0, 1.0, 101)
"""The recalls at which precision is read."""

MOST = 100
"""Detections of an image and class that count."""


T = TypeVar("T")


class Truth(NamedTuple):
    """What is in an image: boxes (k, 4), classes (k,)."""

    boxes: HostArray
    classes: HostArray


class Detections(NamedTuple):
    """What is said to be in an image: boxes (k, 4), classes (k,), scores (k,)."""

    boxes: HostArray
    classes: HostArray
    scores: HostArray


class Claims(NamedTuple):
    """Detections of one class in one image, the most confident first.

    Attributes
    ----------
    places
        Which of the image's detections each is.
    scores
        (d,)
    true
        (thresholds, d): which of the image's true boxes each claims; −1 for none, which makes it wrong.
    positives
        True boxes of the class.
    """

    places: HostArray
    scores: HostArray
    true: HostArray
    positives: int


def claims(found: Detections, truth: Truth, kind: int, thresholds: HostArray = THRESHOLDS) -> Claims:
    """Which true boxes the detections of a class claim in an image, at each overlap that is asked for."""
    mine = host.flatnonzero(host.asarray(found.classes) == kind)
    places = mine[host.argsort(-found.scores[mine], kind="stable")][:MOST]
    real = host.flatnonzero(host.asarray(truth.classes) == kind)
    iou = overlap(found.boxes[places], truth.boxes[real]).iou
    limits = host.minimum(host.asarray(thresholds, dtype=host.float64), 1.0 - 1e-10)
    claimed = host.full((len(limits), len(places)), -1, dtype=host.int64)
    free = host.ones((len(limits), len(real)), dtype=bool)
    rows = host.arange(len(limits))
    for d in range(len(places) if len(real) else 0):
        fits = free & (iou[d] >= limits[:, None])
        # The last of the largest: argmax finds the first, so it looks from behind.
        best = len(real) - 1 - host.where(fits, iou[d], -1.0)[:, ::-1].argmax(axis=1)
        took = fits[rows, best]
        claimed[took, d] = real[best[took]]
        free[rows[took], best[took]] = False
    return Claims(places, found.scores[places], claimed, len(real))


class Curve(NamedTuple):
    """Precision and recall of a class at one overlap, from the most confident detection down.

    Attributes
    ----------
    scores, right, image, place
        (d,): of each detection; which image it is of, and its place there.
    precision, recall
        (d,): of all down to this one.
    envelope
        (101,): the best precision at a recall of 0, 0.01, … 1 or more.
    positives
        True boxes.
    average
        Of the envelope: the average precision; NaN where there is no true box.
    """

    scores: HostArray
    right: HostArray
    image: HostArray
    place: HostArray
    precision: HostArray
    recall: HostArray
    envelope: HostArray
    positives: int
    average: float


def curve(per_image: Sequence[Claims], threshold: int = 0) -> Curve:
    """The curve of a class from its claims in each image; ``threshold`` is the place of one among those of the claims."""
    scores = _joined([one.scores for one in per_image], host.float64)
    order = host.argsort(-scores, kind="stable")
    right = _joined([one.true[threshold] for one in per_image], host.int64)[order] >= 0
    image = host.repeat(host.arange(len(per_image)), [len(one.scores) for one in per_image])[order]
    place = _joined([one.places for one in per_image], host.int64)[order]
    positives = sum(one.positives for one in per_image)
    hits = host.cumsum(right)
    precision = hits / host.arange(1, len(order) + 1)
    recall = hits / positives if positives else host.full(len(order), host.nan)
    envelope = _envelope(precision, recall) if positives else host.full(len(RECALLS), host.nan)
    average = float(envelope.mean())
    return Curve(scores[order], right, image, place, precision, recall, envelope, positives, average)


def _joined(arrays: Sequence[HostArray], dtype: type) -> HostArray:
    found: HostArray = host.concatenate([host.zeros(0, dtype=dtype), *arrays])
    return found


def _envelope(precision: HostArray, recall: HostArray) -> HostArray:
    best = host.maximum.accumulate(precision[::-1])[::-1]
    at = host.searchsorted(recall, RECALLS, side="left")
    found: HostArray = host.append(best, 0.0)[at]
    return found


def average_precision(per_image: Sequence[Claims], threshold: int = 0) -> float:
    """The average precision of a class; NaN where there is no true box."""
    return curve(per_image, threshold).average


class MeanAverage(NamedTuple):
    """Means over classes that have true boxes; NaN where none has.

    ``map50`` at an overlap of 0.5; ``map50_95`` over COCO's ten overlaps too.
    """

    map50: float
    map50_95: float


def through(work: Generator[None, None, T]) -> T:
    """What comes of some work, done in one go."""
    while True:
        try:
            next(work)
        except StopIteration as stop:
            result: T = stop.value
            return result


def mean_average_precision(found: Sequence[Detections], truth: Sequence[Truth], classes: int) -> MeanAverage:
    """MAP of the detections of some images, in their order, as COCO counts it."""
    return through(mean_in_parts(found, truth, classes))


def mean_in_parts(
    found: Sequence[Detections], truth: Sequence[Truth], classes: int
) -> Generator[None, None, MeanAverage]:
    """:func:`mean_average_precision`; pauses after each class."""
    averages = []
    for kind in range(classes):
        own = [claims(said, real, kind) for said, real in zip(found, truth, strict=True)]
        if any(one.positives for one in own):
            averages.append([average_precision(own, t) for t in range(len(THRESHOLDS))])
        yield
    if not averages:
        return MeanAverage(host.nan, host.nan)
    table = host.asarray(averages)
    return MeanAverage(float(table[:, 0].mean()), float(table.mean()))
