"""mAP is COCO's: the same numbers as pycocotools for random boxes, ties and empty classes included."""

from __future__ import annotations

import contextlib
import io
import math
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from chainrule.detection.precision import (
    MOST,
    THRESHOLDS,
    Detections,
    Truth,
    claims,
    curve,
    mean_average_precision,
)

Rng = np.random.Generator


def drawn_boxes(rng: Rng, n: int) -> np.ndarray:
    """Boxes of whole pixels in a small picture, so that many overlap equally."""
    low = rng.integers(0, 12, (n, 2))
    return np.concatenate([low, low + rng.integers(1, 9, (n, 2))], axis=1).astype(np.float64)


def scene(rng: Rng, most: int, classes: list[int]) -> tuple[Detections, Truth]:
    """True boxes, and detections some of which are near them; scores of few levels, so that many are equal."""
    real = drawn_boxes(rng, int(rng.integers(0, most)))
    kinds = rng.choice(classes, len(real))
    near = np.concatenate([real, real, drawn_boxes(rng, int(rng.integers(0, most)))])
    near = near + rng.integers(-1, 2, near.shape)
    near[:, 2:] = np.maximum(near[:, 2:], near[:, :2] + 1)
    said = np.concatenate([kinds, kinds, rng.choice(classes, len(near) - 2 * len(real))])
    scores = rng.integers(1, 9, len(near)) / 8.0
    return Detections(near, said, scores), Truth(real, kinds)


def by_coco(found: list[Detections], truth: list[Truth], classes: int) -> Any:
    """What pycocotools says: the evaluation, after its ``accumulate``."""
    images = [{"id": i + 1} for i in range(len(truth))]
    kinds = [{"id": k + 1, "name": str(k)} for k in range(classes)]
    annotations: list[dict[str, Any]] = []
    results: list[dict[str, Any]] = []
    for i, (said, real) in enumerate(zip(found, truth, strict=True)):
        for box, kind in zip(real.boxes, real.classes, strict=True):
            x1, y1, x2, y2 = map(float, box)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": i + 1,
                    "category_id": int(kind) + 1,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "area": (x2 - x1) * (y2 - y1),
                    "iscrowd": 0,
                }
            )
        for box, kind, score in zip(said.boxes, said.classes, said.scores, strict=True):
            x1, y1, x2, y2 = map(float, box)
            results.append(
                {
                    "image_id": i + 1,
                    "category_id": int(kind) + 1,
                    "bbox": [x1, y1, x2 - x1, y2 - y1],
                    "score": float(score),
                }
            )
    with contextlib.redirect_stdout(io.StringIO()):
        real_set = COCO()
        real_set.dataset = {"info": {}, "images": images, "categories": kinds, "annotations": annotations}
        real_set.createIndex()
        evaluation = COCOeval(real_set, real_set.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    return evaluation


@pytest.mark.parametrize("seed", range(12))
def test_is_what_pycocotools_says(seed: int) -> None:
    rng = np.random.default_rng(seed)
    # Class 2 is never true, class 3 neither true nor said.
    scenes = [scene(rng, 7, [0, 1]) for _ in range(9)]
    found, truth = [one for one, _ in scenes], [one for _, one in scenes]
    found[0] = Detections(
        np.concatenate([found[0].boxes, drawn_boxes(rng, 2)]),
        np.concatenate([found[0].classes, [2, 2]]),
        np.concatenate([found[0].scores, [0.5, 0.9]]),
    )
    theirs = by_coco(found, truth, 4).eval["precision"][:, :, :, 0, -1]
    for kind in range(4):
        own = [claims(said, real, kind) for said, real in zip(found, truth, strict=True)]
        for t in range(len(THRESHOLDS)):
            expected = theirs[t, :, kind]
            got = curve(own, t)
            if got.positives == 0:
                assert (expected == -1).all()
                assert math.isnan(got.average)
            else:
                np.testing.assert_allclose(got.envelope, expected, rtol=0, atol=1e-12)
    ours = mean_average_precision(found, truth, 4)
    assert ours.map50 == pytest.approx(theirs[0][theirs[0] > -1].mean(), abs=1e-12)
    assert ours.map50_95 == pytest.approx(theirs[theirs > -1].mean(), abs=1e-12)
    assert 0.0 < ours.map50_95 < ours.map50 < 1.0


def test_only_so_many_of_an_image_and_class_count() -> None:
    rng = np.random.default_rng(3)
    truth = [Truth(drawn_boxes(rng, 4), np.zeros(4, dtype=int))]
    boxes = np.concatenate([drawn_boxes(rng, 130), truth[0].boxes])
    scores = np.concatenate([rng.random(130), rng.random(4) * 0.4])
    found = [Detections(boxes, np.zeros(134, dtype=int), scores)]
    theirs = by_coco(found, truth, 1).eval["precision"][:, :, 0, 0, -1]
    assert mean_average_precision(found, truth, 1).map50_95 == pytest.approx(theirs.mean(), abs=1e-12)
    assert len(claims(found[0], truth[0], 0).places) == MOST


def test_nothing_said_is_worth_nothing_and_nothing_there_has_no_average() -> None:
    nothing = Detections(np.zeros((0, 4)), np.zeros(0, dtype=int), np.zeros(0))
    one = Truth(np.array([[0.0, 0.0, 2.0, 2.0]]), np.array([0]))
    empty = Truth(np.zeros((0, 4)), np.zeros(0, dtype=int))
    assert mean_average_precision([nothing], [one], 2) == (0.0, 0.0)
    assert all(math.isnan(x) for x in mean_average_precision([nothing], [empty], 2))


def test_a_true_box_is_claimed_once() -> None:
    truth = Truth(np.array([[0.0, 0.0, 4.0, 4.0]]), np.array([0]))
    twice = Detections(np.array([[0.0, 0.0, 4.0, 4.0]] * 2), np.array([0, 0]), np.array([0.9, 0.8]))
    found = claims(twice, truth, 0)
    assert found.true[0].tolist() == [0, -1]
    drawn = curve([found])
    assert drawn.precision.tolist() == [1.0, 0.5]
    assert drawn.recall.tolist() == [1.0, 1.0]
    assert drawn.average == 1.0
