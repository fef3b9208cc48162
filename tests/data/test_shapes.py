from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.data.shapes import CLASSES, Shapes, outline, shapes
from chainrule.engine.random import generator


def drawn(n: int, noise: float = 0.0, seed: int = 7, **options: Any) -> Shapes:
    return shapes(generator(seed, "data", "shapes"), n, noise, **options)


@pytest.mark.parametrize(("size", "channels"), [(8, 1), (16, 3), (33, 1)])
def test_shapes_types_and_range(size: int, channels: int) -> None:
    images, labels = drawn(13, 0.2, size=size, channels=channels)
    assert images.shape == (13, channels, size, size) and images.dtype == np.float32
    assert labels.tolist() == [i % len(CLASSES) for i in range(13)] and labels.dtype == np.int64
    assert images.min() >= 0 and images.max() <= 1
    assert drawn(2, dtype="float64").images.dtype == np.float64
    assert drawn(0).images.shape == (0, 1, 16, 16)


def test_the_same_key_draws_the_same_and_a_prefix_is_the_smaller_set() -> None:
    many = drawn(20, 0.1).images
    np.testing.assert_array_equal(many, drawn(20, 0.1).images)
    np.testing.assert_array_equal(many[:6], drawn(6, 0.1).images)
    assert not np.array_equal(many, drawn(20, 0.1, seed=8).images)
    assert len({image.tobytes() for image in many}) == 20


def test_noise_has_its_deviation_and_moves_nothing() -> None:
    still, noisy = drawn(60, size=32), drawn(60, 0.05, size=32)
    free = (still.images > 0.25) & (still.images < 0.75)  # far from where values are clipped
    difference = (noisy.images - still.images)[free]
    assert abs(difference.mean()) < 0.002 and difference.std() == pytest.approx(0.05, rel=0.05)
    first, second = (noisy.images - still.images).reshape(len(still.images), -1)[:2]
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1


@pytest.mark.parametrize("channels", [1, 3])
def test_every_shape_stands_out_and_lies_whole_in_the_picture(channels: int) -> None:
    images = drawn(300, size=24, channels=channels).images
    ground = images[:, :, :1, :1]
    contrast = np.abs(images - ground).max(axis=1)
    assert contrast.max(axis=(1, 2)).min() > 0.25
    covered = (contrast > 0.2).mean(axis=(1, 2))
    assert covered.min() > 0.03 and covered.max() < 0.6
    border = np.concatenate([contrast[:, 0], contrast[:, -1], contrast[:, :, 0], contrast[:, :, -1]], axis=1)
    assert (border > 0.5 * contrast.max(axis=(1, 2))[:, None]).mean() < 0.02


@pytest.mark.parametrize("name", CLASSES)
def test_a_shape_stays_within_its_circle(name: str) -> None:
    mask = np.zeros((64, 64))
    for coverage, filled in outline(name, 64, 30.0, 34.0, 20.0, 0.4):
        mask[coverage.window()] = np.where(filled, coverage.alpha, -coverage.alpha) + mask[coverage.window()]
    y, x = np.mgrid[:64, :64] + 0.5
    distance = np.hypot(x - 30, y - 34)
    assert mask[distance > 21].max() == 0
    assert mask[distance > 15].max() > 0.9


def test_classes_may_be_chosen() -> None:
    images, labels = drawn(6, classes=["ring", "star"])
    assert labels.tolist() == [0, 1, 0, 1, 0, 1]
    assert images.shape == (6, 1, 16, 16)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"classes": ["hexagon"]}, "classes must be different ones of circle"),
        ({"classes": []}, "classes must be"),
        ({"classes": ["star", "star"]}, "classes must be"),
        ({"size": 4}, "size must be a whole number from 8 to 256"),
        ({"channels": 2}, "channels must be 1 or 3"),
        ({"noise": 2.0}, "noise must lie between 0 and 1"),
        ({"n": 600, "size": 256}, "n must be at most 512 for images of 1×256×256"),
        ({"dtype": "int64"}, "dtype must be"),
    ],
)
def test_what_makes_no_sense_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        drawn(**{"n": 2, **options})
