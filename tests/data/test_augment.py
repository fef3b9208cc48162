from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.data import geometry
from chainrule.data.augment import (
    Augmentation,
    Cutout,
    Flip,
    Mosaic,
    Noise,
    Pictures,
    Rotate,
    Scale,
    Shift,
    apply,
    augment,
)
from chainrule.data.streets import streets
from chainrule.engine.random import generator
from support.examples import examples

ALL: list[Augmentation] = [Flip(), Shift(), Scale(), Rotate(), Noise(), Cutout(), Mosaic()]
H, W = 24, 32


def batch(n: int = 6, boxes: bool = True, dtype: str = "float32") -> Pictures:
    """Noise with boxes of different sizes; the first of each picture may reach its edge."""
    rng = generator(1, "test", "augment")
    images = rng.random((n, 2, H, W)).astype(dtype)
    if not boxes:
        return Pictures(images)
    found, classes = [], []
    for i in range(n):
        low = np.floor(rng.random((i % 4, 2)) * [W - 9, H - 9])
        size = 4 + np.floor(rng.random((i % 4, 2)) * 5)
        found.append(np.concatenate([low, low + size], axis=1).astype(np.float32))
        classes.append(np.arange(i % 4, dtype=np.int64))
    return Pictures(images, tuple(found), tuple(classes))


def changed(pictures: Pictures, steps: Sequence[Augmentation], iteration: int = 3, seed: int = 7) -> Pictures:
    return augment(pictures, steps, seed=seed, path="data", iteration=iteration)


def same(a: Pictures, b: Pictures) -> None:
    np.testing.assert_array_equal(a.images, b.images)
    assert (a.boxes is None) == (b.boxes is None)
    for left, right in ((a.boxes, b.boxes), (a.classes, b.classes)):
        for one, other in zip(left or (), right or (), strict=True):
            np.testing.assert_array_equal(one, other)


def filled(boxes: np.ndarray) -> np.ndarray:
    """For each box a picture of (1, H, W) in which it alone is white."""
    masks = np.zeros((len(boxes), 1, H, W), dtype=np.float64)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes.astype(int), strict=True):
        mask[0, y1:y2, x1:x2] = 1
    return masks


def around(mask: np.ndarray, least: float) -> list[int]:
    rows, columns = np.flatnonzero((mask > least).any(axis=1)), np.flatnonzero((mask > least).any(axis=0))
    return [int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1]


@pytest.mark.parametrize("step", ALL, ids=lambda step: type(step).__name__)
def test_the_key_decides_and_nothing_else(step: Augmentation) -> None:
    pictures = batch()
    before = pictures.images.copy()
    forward = [changed(pictures, [step], iteration) for iteration in range(5)]
    for iteration in reversed(range(5)):
        same(forward[iteration], changed(pictures, [step], iteration))
    np.testing.assert_array_equal(pictures.images, before)
    assert len({each.images.tobytes() for each in forward}) > 1
    assert changed(pictures, [step], seed=8).images.tobytes() != forward[3].images.tobytes()


@pytest.mark.parametrize("step", ALL, ids=lambda step: type(step).__name__)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_shapes_and_types_stay(step: Augmentation, dtype: str) -> None:
    after = changed(batch(dtype=dtype), [step])
    assert after.images.shape == (6, 2, H, W) and after.images.dtype == dtype
    assert after.images.min() >= 0 and after.images.max() <= 1
    assert after.boxes is not None and after.classes is not None
    for boxes, classes in zip(after.boxes, after.classes, strict=True):
        assert boxes.dtype == np.float32 and boxes.shape == (len(classes), 4)
        assert classes.dtype == np.int64
        assert (boxes >= 0).all() and (boxes <= [W, H, W, H]).all()
        assert (boxes[:, 2:] - boxes[:, :2] >= geometry.KEPT_SIDE - 1e-5).all()


def test_steps_do_not_disturb_one_another() -> None:
    pictures = batch()
    # Mirroring comes first or not at all: the noise is the same noise.
    alone = changed(pictures, [Noise()]).images - pictures.images
    flipped = changed(pictures, [Flip(1.0)])
    after = changed(pictures, [Flip(1.0), Noise()]).images - flipped.images
    untouched = (
        (pictures.images > 0.3) & (pictures.images < 0.7) & (flipped.images > 0.3) & (flipped.images < 0.7)
    )
    np.testing.assert_allclose(after[untouched], alone[untouched], atol=1e-6)
    # Two of a kind draw different numbers.
    grey = Pictures(np.full((4, 1, H, W), 0.5))
    once, twice = changed(grey, [Noise()]).images, changed(grey, [Noise(), Noise()]).images
    assert abs(np.corrcoef((once - 0.5).ravel(), (twice - once).ravel())[0, 1]) < 0.06


def test_steps_are_taken_in_order() -> None:
    pictures = batch()
    pairs: list[tuple[Augmentation, Augmentation]] = [
        (Flip(1.0), Shift(0.4)),
        (Noise(), Flip(1.0)),
        (Shift(0.2), Noise()),
    ]
    for first, second in pairs:
        same(changed(pictures, [first, second]), changed(changed(pictures, [first]), [second]))


def test_images_alone_are_changed_as_with_boxes() -> None:
    steps = ALL[:-1]
    np.testing.assert_array_equal(changed(batch(), steps).images, changed(batch(boxes=False), steps).images)
    assert changed(batch(boxes=False), steps).boxes is None


def test_a_batch_without_steps_or_pictures() -> None:
    pictures = batch()
    same(changed(pictures, []), pictures)
    assert changed(Pictures(np.zeros((0, 1, 8, 8), dtype=np.float32), (), ()), ALL).images.shape == (
        0,
        1,
        8,
        8,
    )


def test_flipping_twice_is_nothing() -> None:
    pictures = batch()
    once = changed(pictures, [Flip(1.0)])
    np.testing.assert_array_equal(once.images, pictures.images[..., ::-1])
    same(changed(once, [Flip(1.0)]), pictures)
    same(changed(pictures, [Flip(1.0), Flip(1.0)]), pictures)
    same(changed(pictures, [Flip(0.0)]), pictures)
    many = Pictures(np.arange(8.0).reshape(1, 1, 1, 8).repeat(400, axis=0))
    assert 160 < (changed(many, [Flip()]).images[:, 0, 0, 0] == 7).sum() < 240


@given(st.integers(-W, W), st.integers(-H, H))
def test_a_shift_moves_pixels_and_boxes_exactly(dx: int, dy: int) -> None:
    pictures = batch(3)
    maps = geometry.shifts(np.full(3, float(dx)), np.full(3, float(dy)))
    after = apply(pictures, maps, fill=0.5)
    expected = np.full_like(pictures.images, 0.5)
    into = expected[:, :, max(dy, 0) : H + min(dy, 0), max(dx, 0) : W + min(dx, 0)]
    into[:] = pictures.images[:, :, max(-dy, 0) : H - max(dy, 0), max(-dx, 0) : W - max(dx, 0)]
    np.testing.assert_array_equal(after.images, expected)


@examples(60)
@given(
    st.sampled_from(
        [[Flip(1.0)], [Shift(0.4)], [Flip(), Shift(0.3)], [Scale(0.5, 2.0)], [Flip(), Scale(), Shift()]]
    ),
    st.integers(0, 1000),
)
def test_boxes_follow_the_pixels(steps: list[Augmentation], iteration: int) -> None:
    pictures = batch(4)
    assert pictures.boxes is not None and pictures.classes is not None
    exact = not any(isinstance(step, Scale) for step in steps)
    boxes = np.concatenate(pictures.boxes)
    owners = np.repeat(np.arange(4), [len(each) for each in pictures.boxes])
    after = changed(pictures, steps, iteration)
    assert after.boxes is not None and after.classes is not None
    for picture in range(4):
        # Each box of the picture alone, in a batch where it goes through the same map.
        for place, mask in enumerate(filled(boxes[owners == picture])):
            images = np.zeros((4, 1, H, W))
            images[picture] = mask
            moved = changed(Pictures(images), steps, iteration).images[picture, 0]
            if place in after.classes[picture]:
                box = after.boxes[picture][after.classes[picture].tolist().index(place)]
                if exact:
                    assert box.tolist() == around(moved, 0.5)
                    assert moved.sum() == (box[2] - box[0]) * (box[3] - box[1])
                else:
                    np.testing.assert_allclose(box, around(moved, 0.5), atol=0.51)
            elif exact:
                whole = mask.sum()
                left = around(moved, 0.5) if moved.any() else [0, 0, 0, 0]
                sides = (left[2] - left[0], left[3] - left[1])
                assert moved.sum() < geometry.KEPT_SHARE * whole or min(sides) < geometry.KEPT_SIDE


@given(st.floats(-180, 180))
def test_a_turned_box_holds_all_of_what_it_held(degrees: float) -> None:
    box = np.array([[9.0, 7.0, 21.0, 15.0]])
    maps = geometry.rotations(np.array([np.deg2rad(degrees)]), H, W)
    turned = geometry.warp(filled(box), maps)[0, 0]
    [hull], [keep] = geometry.clip(geometry.move(box, maps[0]), 0, 0, W, H)
    assert keep
    # Interpolation spreads half a pixel; for a filled rectangle the box around it is tight.
    x1, y1, x2, y2 = around(turned, 0.02)
    assert hull[0] - 1 <= x1 and hull[1] - 1 <= y1 and x2 <= hull[2] + 1 and y2 <= hull[3] + 1
    assert abs(x1 - hull[0]) < 1.8 and abs(y2 - hull[3]) < 1.8
    assert turned.sum() == pytest.approx(12 * 8, rel=0.06)


def test_rotation_goes_clockwise_and_scaling_keeps_the_middle() -> None:
    image = np.zeros((1, 1, 9, 9))
    image[0, 0, 4, 7] = 1  # right of the middle
    turned = geometry.warp(image, geometry.rotations(np.array([np.pi / 2]), 9, 9))[0, 0]
    assert np.unravel_index(turned.argmax(), (9, 9)) == (7, 4) and turned.max() > 0.999  # below it
    image = np.zeros((1, 1, 9, 9))
    image[0, 0, 4, 4] = 1
    larger = geometry.warp(image, geometry.scalings(np.array([3.0]), 9, 9))[0, 0]
    assert larger[4, 4] == 1 and larger.sum() == pytest.approx(9) and (larger > 0).sum() > 9


@given(st.floats(0.2, 4), st.floats(-3.2, 3.2), st.floats(-9, 9), st.floats(-9, 9), st.booleans())
def test_a_map_is_undone_by_its_inverse(
    factor: float, angle: float, dx: float, dy: float, flip: bool
) -> None:
    maps = geometry.flips(np.array([flip]), W) @ geometry.rotations(np.array([angle]), H, W)
    maps = (
        geometry.shifts(np.array([dx]), np.array([dy])) @ maps @ geometry.scalings(np.array([factor]), H, W)
    )
    np.testing.assert_allclose(geometry.inverse(maps) @ maps, np.eye(3)[None], atol=1e-9)


def test_maps_side_by_side_interpolate_once() -> None:
    # There and back leaves every pixel as sharp as it was.
    maps = geometry.rotations(np.full(6, 0.4), H, W)
    pictures = batch(boxes=False, dtype="float64")
    np.testing.assert_allclose(
        apply(pictures, geometry.inverse(maps) @ maps).images, pictures.images, atol=1e-9
    )


def test_the_rule_for_dropping_boxes() -> None:
    boxes = np.array(
        [
            [-6.0, 2.0, 2.0, 10.0],  # a quarter is left
            [-6.1, 2.0, 1.9, 10.0],  # less
            [-1.0, 3.0, 1.0, 9.0],  # half of it, but one pixel wide
            [5.0, 5.0, 6.0, 20.0],  # all of it, but too thin
            [28.0, 20.0, 36.0, 26.0],
            [40.0, 2.0, 50.0, 12.0],  # outside
        ]
    )
    cut, kept = geometry.clip(boxes, 0, 0, W, H)
    assert kept.tolist() == [True, False, False, False, True, False]
    assert cut[[0, 4]].tolist() == [[0, 2, 2, 10], [28, 20, 32, 24]]
    assert [len(each) for each in geometry.clip(np.zeros((0, 4)), 0, 0, W, H)] == [0, 0]


def test_noise_has_its_deviation_and_leaves_boxes() -> None:
    grey = Pictures(np.full((8, 3, 32, 32), 0.5, dtype=np.float32))
    noisy = changed(grey, [Noise(0.1)]).images - 0.5
    assert noisy.std() == pytest.approx(0.1, rel=0.03) and abs(noisy.mean()) < 0.003
    assert abs(np.corrcoef(noisy[0].ravel(), noisy[1].ravel())[0, 1]) < 0.06
    pictures = batch()
    assert changed(pictures, [Noise(0.1)]).boxes is pictures.boxes


@given(st.integers(0, 300))
def test_cutout_hides_one_square_and_what_it_hides_is_not_asked_for(iteration: int) -> None:
    pictures = batch()
    assert pictures.boxes is not None and pictures.classes is not None
    shifted = Pictures(pictures.images + 1, pictures.boxes, pictures.classes)  # so that 0 is the hole
    after = augment(shifted, [Cutout(0.5)], seed=1, path="data", iteration=iteration)
    assert after.boxes is not None and after.classes is not None
    for i in range(6):
        hole = after.images[i, 0] == 0
        x1, y1, x2, y2 = around(hole, 0.5)
        assert hole.sum() == (x2 - x1) * (y2 - y1) and max(x2 - x1, y2 - y1) <= 12
        assert min(x2 - x1, y2 - y1) >= 6
        np.testing.assert_array_equal(after.images[i, 0][~hole], shifted.images[i, 0][~hole])
        seen = [1 - hole[b[1] : b[3], b[0] : b[2]].mean() for b in pictures.boxes[i].astype(int)]
        assert after.classes[i].tolist() == [k for k, part in enumerate(seen) if part >= 0.25]
        np.testing.assert_array_equal(after.boxes[i], pictures.boxes[i][after.classes[i]])


@examples(25)
@given(st.integers(0, 500))
def test_a_mosaic_shows_four_pictures_and_their_boxes(iteration: int) -> None:
    # Each picture is white where its one thing is; so what is white in the mosaic is what boxes must hold.
    boxes = np.array(
        [[4.0, 5.0, 20.0, 19.0], [10.0, 2.0, 30.0, 14.0], [1.0, 8.0, 13.0, 22.0]], dtype=np.float32
    )
    pictures = Pictures(
        filled(boxes), tuple(box[None] for box in boxes), tuple(np.array([i]) for i in range(3))
    )
    after = changed(pictures, [Mosaic(1.0)], iteration)
    assert after.boxes is not None and after.classes is not None
    for image, found, classes in zip(after.images[:, 0], after.boxes, after.classes, strict=True):
        assert 1 <= len(found) <= 4 and classes.max() <= 2
        inside = np.zeros((H, W), dtype=bool)
        for x1, y1, x2, y2 in found:
            inside[round(float(y1)) : round(float(y2)), round(float(x1)) : round(float(x2))] = True
            assert image[int(y1 + 1) : int(y2), int(x1 + 1) : int(x2)].min() > 0.45
        # Nothing much is white outside: what was dropped is a strip, or a small part of its box.
        assert (image[~inside] > 0.75).sum() <= 2 * W


def test_the_pictures_of_a_mosaic_meet_at_their_corners() -> None:
    x, y = np.meshgrid((np.arange(W) + 0.5) / W, (np.arange(H) + 0.5) / H)
    slopes = Pictures(
        np.stack([x, y])[None], (np.zeros((0, 4), dtype=np.float32),), (np.zeros(0, dtype=np.int64),)
    )
    for iteration in range(20):
        [(across, down)] = changed(slopes, [Mosaic(1.0)], iteration).images
        column = int(np.diff(across[0]).argmin()) + 1
        row = int(np.diff(down[:, 0]).argmin()) + 1
        assert 0.3 * W < column < 0.7 * W and 0.3 * H < row < 0.7 * H
        corners = np.stack([across, down])[:, row - 1 : row + 1, column - 1 : column + 1]
        np.testing.assert_allclose(corners, [[[1, 0], [1, 0]], [[1, 1], [0, 0]]], atol=0.06)


def test_a_mosaic_is_made_as_often_as_asked_for() -> None:
    pictures = streets(generator(2, "data", "streets"), 4, size=48)
    many = Pictures(np.tile(pictures.images, (50, 1, 1, 1)), pictures.boxes * 50, pictures.classes * 50)
    after = changed(many, [Mosaic(0.3)])
    mixed = [not np.array_equal(a, b) for a, b in zip(after.images, many.images, strict=True)]
    assert 40 < sum(mixed) < 80
    assert after.boxes is not None and many.boxes is not None
    for i in np.flatnonzero(~np.array(mixed)):
        np.testing.assert_array_equal(after.boxes[i], many.boxes[i])


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="a mosaic needs boxes"):
        changed(batch(boxes=False), [Mosaic(1.0)])
    with pytest.raises(ValueError, match=r"images must be floats of shape \(n, channels, height, width\)"):
        Pictures(np.zeros((3, 8, 8)))
    with pytest.raises(ValueError, match="not int64"):
        Pictures(np.zeros((3, 1, 8, 8), dtype=np.int64))
    image = np.zeros((1, 1, 8, 8))
    with pytest.raises(ValueError, match="come together"):
        Pictures(image, (np.zeros((0, 4)),))
    with pytest.raises(ValueError, match="1 images need as many"):
        Pictures(image, (), ())
    with pytest.raises(ValueError, match=r"boxes must have shape \(k, 4\)"):
        Pictures(image, (np.zeros((2, 3)),), (np.zeros(2, dtype=np.int64),))
    for make in (
        lambda: Flip(1.5),
        lambda: Shift(-0.1),
        lambda: Rotate(200),
        lambda: Noise(float("nan")),
        lambda: Cutout(2),
        lambda: Mosaic(-1),
        lambda: Scale(2.0, 1.0),
        lambda: Scale(0.0, 1.0),
    ):
        with pytest.raises(ValueError, match=r"must (lie|obey)"):
            make()
