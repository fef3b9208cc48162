"""Boxes: overlap against counted pixels, and suppression against its definition."""

from __future__ import annotations

import numpy as np

from chainrule.detection.boxes import nms, overlap


def test_overlap_is_that_of_counted_pixels() -> None:
    rng = np.random.default_rng(0)
    low = rng.integers(0, 8, (20, 2))
    boxes = np.concatenate([low, low + rng.integers(0, 6, (20, 2))], axis=1)
    masks = np.zeros((20, 16, 16), dtype=bool)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes, strict=True):
        mask[y1:y2, x1:x2] = True
    found = overlap(boxes[:9], boxes[9:])
    both = (masks[:9, None] & masks[None, 9:]).sum(axis=(2, 3))
    union = (masks[:9, None] | masks[None, 9:]).sum(axis=(2, 3))
    np.testing.assert_array_equal(found.intersection, both)
    np.testing.assert_array_equal(found.union, union)
    np.testing.assert_allclose(found.iou, np.where(union > 0, both / np.maximum(union, 1), 0.0))
    assert 0 < found.iou.max() < 1


def test_two_empty_boxes_do_not_overlap() -> None:
    assert overlap(np.zeros((1, 4)), np.zeros((1, 4))).iou[0, 0] == 0.0


def test_suppression_keeps_the_best_of_each_heap() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [0, 0, 10, 9]], dtype=float)
    found = nms(boxes, np.array([0.6, 0.9, 0.5, 0.7]), np.array([0, 0, 0, 1]), 0.5)
    assert found.order.tolist() == [1, 3, 0, 2]
    assert found.by.tolist() == [1, -1, -1, -1]
    assert found.kept.tolist() == [1, 3, 2]
    assert found.iou[0] == overlap(boxes[:1], boxes[1:2]).iou[0, 0]
    assert nms(boxes, np.ones(4), np.zeros(4), 1.0).kept.tolist() == [0, 1, 2, 3]


def test_no_two_kept_overlap_by_more_and_each_suppressed_does_with_a_better_kept() -> None:
    rng = np.random.default_rng(1)
    low = rng.random((60, 2)) * 10
    boxes = np.concatenate([low, low + 1 + rng.random((60, 2)) * 5], axis=1)
    scores, classes = rng.integers(0, 10, 60) / 10, rng.integers(0, 2, 60)
    found = nms(boxes, scores, classes, 0.4)
    iou = overlap(boxes, boxes).iou
    rank = np.argsort(found.order)
    kept = set(found.kept.tolist())
    for a in kept:
        assert all(a == b or classes[a] != classes[b] or iou[a, b] <= 0.4 for b in kept)
    for place, by in enumerate(found.by.tolist()):
        if by >= 0:
            assert place not in kept
            assert by in kept
            assert iou[place, by] > 0.4
            assert rank[by] < rank[place]
    assert 0 < len(kept) < 60
