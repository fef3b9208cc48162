from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data.streets import CLASSES, Street, Streets, plan, render, streets
from chainrule.engine.random import generator
from support.examples import examples


def drawn(n: int, noise: float = 0.0, seed: int = 7, **options: Any) -> Streets:
    return streets(generator(seed, "data", "streets"), n, noise, **options)


def street(seed: int) -> Street:
    return plan(generator(seed, "street", "test"))


@pytest.mark.parametrize("size", [48, 64, 96])
def test_shapes_types_and_range(size: int) -> None:
    images, boxes, classes = drawn(12, 0.05, size=size)
    assert images.shape == (12, 3, size, size) and images.dtype == np.float32
    assert images.min() >= 0 and images.max() <= 1
    assert len(boxes) == len(classes) == 12
    for each, names in zip(boxes, classes, strict=True):
        assert each.shape == (len(names), 4) and each.dtype == np.float32
        assert names.shape == (len(names),) and names.dtype == np.int64
        assert each.min() >= 0 and each.max() <= size
        assert (each[:, 2:] - each[:, :2]).min() >= 2
    assert drawn(1, dtype="float64").images.dtype == np.float64
    assert drawn(0).images.shape == (0, 3, 96, 96)


def test_the_same_key_draws_the_same_and_a_prefix_is_the_smaller_set() -> None:
    many, again, few = drawn(10, 0.1), drawn(10, 0.1), drawn(4, 0.1)
    np.testing.assert_array_equal(many.images, again.images)
    np.testing.assert_array_equal(many.images[:4], few.images)
    for a, b in zip(many.boxes, few.boxes, strict=False):
        np.testing.assert_array_equal(a, b)
    assert len({image.tobytes() for image in many.images}) == 10
    assert not np.array_equal(many.images, drawn(10, 0.1, seed=8).images)


def test_noise_moves_nothing() -> None:
    still, noisy = drawn(6), drawn(6, 0.05)
    for a, b in zip(still.boxes, noisy.boxes, strict=True):
        np.testing.assert_array_equal(a, b)
    free = (still.images > 0.25) & (still.images < 0.75)
    difference = (noisy.images - still.images)[free]
    assert abs(difference.mean()) < 0.002 and difference.std() == pytest.approx(0.05, rel=0.05)
    first, second = (noisy.images - still.images).reshape(len(still.images), -1)[:2]
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1


def test_both_classes_are_there_and_few_streets_are_crowded() -> None:
    classes = drawn(300, size=48).classes
    counts = np.bincount(np.concatenate(classes), minlength=len(CLASSES))
    assert counts.min() > 0.35 * counts.sum()
    sizes = [len(each) for each in classes]
    assert max(sizes) <= 7 and 2 < np.mean(sizes) < 4
    assert sizes.count(0) <= 3


@examples(30)
@given(st.integers(0, 10_000))
def test_boxes_are_tight_around_what_is_seen(seed: int) -> None:
    scene = render(street(seed), 64)
    assert len(scene.boxes) == len(scene.classes) == len(scene.masks)
    assert scene.masks.min(initial=0) >= 0 and scene.masks.max(initial=0) <= 1 + 1e-12
    assert scene.masks.sum(axis=0).max(initial=0) <= 1 + 1e-9  # a pixel shows one thing, or parts of several
    for box, mask in zip(scene.boxes.astype(int), scene.masks, strict=True):
        x1, y1, x2, y2 = box
        inside = mask[y1:y2, x1:x2] >= 0.5
        assert inside.sum() == (mask >= 0.5).sum()
        for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
            assert edge.any()


@examples(15)
@given(st.integers(0, 10_000))
def test_taking_a_thing_away_changes_its_box_and_little_beside_it(seed: int) -> None:
    whole = street(seed)
    scene = render(whole, 96)
    kept = [thing for thing in whole.things if thing.kind in CLASSES]
    if len(kept) != len(scene.boxes):  # something is hidden, and was left out already
        return
    # From far to near, boxes stand in the order of the things.
    for thing, box, name in zip(kept, scene.boxes, scene.classes, strict=True):
        assert thing.kind == CLASSES[name]
        without = render(replace(whole, things=tuple(each for each in whole.things if each is not thing)), 96)
        changed = np.abs(scene.image - without.image).max(axis=0) > 1e-9
        x1, y1, x2, y2 = box.astype(int)
        # What is smoothed at the edges reaches a pixel or two beyond, a shadow somewhat farther below and beside,
        # and a sliver may be seen on the other side of something nearer.
        shadow = int(np.ceil(0.2 * thing.metre * 96)) + 1
        beside = changed.copy()
        beside[max(y1 - 2, 0) : y2 + shadow, max(x1 - 4, 0) : x2 + 4] = False
        assert beside.mean() < 0.005
        assert changed[y1:y2, x1:x2].mean() > 0.3


def test_things_have_plausible_sizes() -> None:
    tall, wide = [], []
    for seed in range(150):
        whole = street(seed)
        scene = render(whole, 96)
        for box, name in zip(scene.boxes, scene.classes, strict=True):
            x1, y1, x2, y2 = box
            inside = x1 > 0 and x2 < 96
            metre = whole.metre(y2 / 96) * 96
            if inside and name == CLASSES.index("pedestrian"):
                tall.append((y2 - y1) / metre)
            if inside and name == CLASSES.index("car"):
                wide.append((x2 - x1) / metre)
    assert 1.3 < np.median(tall) < 1.9
    assert 2.8 < np.median(wide) < 3.6


def test_some_things_are_partly_hidden_and_none_mostly() -> None:
    shares, planned, left_out = [], 0, 0
    for seed in range(120):
        whole = street(seed)
        scene = render(whole, 64)
        kept = [thing for thing in whole.things if thing.kind in CLASSES]
        planned += len(kept)
        left_out += len(kept) - len(scene.masks)
        if len(kept) != len(scene.masks):
            continue
        for thing, mask in zip(kept, scene.masks, strict=True):
            [alone] = render(replace(whole, things=(thing,)), 64).masks
            shares.append(mask.sum() / alone.sum())
    assert min(shares) >= 0.3
    assert left_out < 0.01 * planned  # the plan leaves room
    assert 0.1 < np.mean(np.array(shares) < 0.95) < 0.6


def test_what_is_mostly_hidden_is_not_there() -> None:
    whole = street(0)
    car = next(thing for seed in range(9) for thing in street(seed).things if thing.kind == "car")
    car = replace(car, style=np.zeros(16))
    near = replace(car, x=0.5, base=0.85, metre=0.14)
    alone = render(replace(whole, things=(near,)), 192)
    # All of a child, about a fifth, about a half, and one beside the car.
    for x, base, seen in ((0.5, 0.80, 1), (0.5, 0.735, 1), (0.5, 0.70, 2), (0.1, 0.80, 2)):
        far = replace(car, kind="pedestrian", x=x, base=base, metre=0.08)
        scene = render(replace(whole, things=(far, near)), 192)
        assert len(scene.boxes) == len(scene.masks) == seen
        assert np.array_equal(scene.image, alone.image) == (seen == 1)


def test_the_same_street_at_another_size_is_the_same_street() -> None:
    for seed in range(5):
        small, large = render(street(seed), 48), render(street(seed), 192)
        blocks = large.image.reshape(3, 48, 4, 48, 4).mean(axis=(2, 4))
        assert np.abs(blocks - small.image).mean() < 0.03
        if len(small.boxes) == len(large.boxes):
            np.testing.assert_allclose(small.boxes * 4, large.boxes, atol=8)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"n": -1}, "n must be a whole number"),
        ({"size": 300}, "size must be a whole number from 8 to 256"),
        ({"noise": -0.1}, "noise must lie"),
        ({"n": 5000}, "n must be at most 1213 for images of 3×96×96"),
        ({"dtype": "float16"}, "dtype must be"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        drawn(**{"n": 2, **options})
