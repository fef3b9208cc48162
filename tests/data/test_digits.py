from __future__ import annotations

import gzip
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

import make_digits
from chainrule.data.digits import CLASSES, TRAINED, digits


def test_shapes_types_and_range() -> None:
    for part, n in (("train", TRAINED), ("test", 360)):
        images, labels = digits(part)
        assert images.shape == (n, 1, 8, 8) and images.dtype == np.float32
        assert labels.shape == (n,) and labels.dtype == np.int64
        assert images.min() == 0 and images.max() == 1
        np.testing.assert_array_equal(images * 16, np.rint(images * 16))
        np.testing.assert_array_equal(digits(part, "float64").images, images)


def test_both_parts_are_balanced() -> None:
    for part in ("train", "test"):
        counts = np.bincount(digits(part).labels, minlength=len(CLASSES))
        assert counts.min() > 0.9 * counts.mean()


def test_no_image_is_in_both_parts_or_twice_in_one() -> None:
    train, test = ({image.tobytes() for image in digits(part).images} for part in ("train", "test"))
    assert len(train) == TRAINED and len(test) == 360
    assert not train & test


def test_the_arrays_are_the_callers_own() -> None:
    digits().images[:] = 5
    digits().labels[:] = 5
    assert digits().images.max() == 1 and digits().labels.max() == 9


def test_what_is_held_out_can_be_learned_from_the_rest() -> None:
    train, test = digits("train", "float64"), digits("test", "float64")
    a, b = train.images.reshape(TRAINED, 64), test.images.reshape(-1, 64)
    nearest = ((b[:, None] - a[None]) ** 2).sum(axis=2).argmin(axis=1)
    assert (train.labels[nearest] == test.labels).mean() == pytest.approx(0.956, abs=0.001)


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(ValueError, match="part must be 'train' or 'test'"):
        digits("validation")


def test_the_licence_lies_beside_the_data() -> None:
    shipped = files("chainrule.data").joinpath("shipped")
    licence = shipped.joinpath("digits.LICENSE.md").read_text(encoding="utf-8")
    for needed in ("Alpaydin", "Kaynak", "10.24432/C50P49", "creativecommons.org/licenses/by/4.0", "Changed"):
        assert needed in licence
    names = {each.name for each in shipped.iterdir()}
    assert all(f"{name.partition('.')[0]}.LICENSE.md" in names for name in names)


def test_the_script_makes_the_shipped_file_from_the_source(tmp_path: Path) -> None:
    images = np.concatenate([digits("train").images, digits("test").images]).reshape(-1, 64) * 16
    labels = np.concatenate([digits("train").labels, digits("test").labels])
    source, target = tmp_path / "digits.csv.gz", tmp_path / "digits.npz"
    with gzip.open(source, "wt") as file:
        np.savetxt(file, np.column_stack([images, labels]), fmt="%d", delimiter=",")
    make_digits.convert(source, target)
    with np.load(target) as made, np.load(make_digits.TARGET) as shipped:
        assert made.files == shipped.files == ["images", "labels"]
        for name in made.files:
            assert made[name].dtype == np.uint8
            np.testing.assert_array_equal(made[name], shipped[name])
    assert make_digits.TARGET.stat().st_size < 64_000


def test_the_script_refuses_another_file(tmp_path: Path) -> None:
    source = tmp_path / "digits.csv"
    np.savetxt(source, np.zeros((3, 65)), delimiter=",")
    with pytest.raises(ValueError, match="not the test part"):
        make_digits.convert(source, tmp_path / "out.npz")
    np.savetxt(source, np.full((1797, 65), 17), delimiter=",")
    with pytest.raises(ValueError, match="out of range"):
        make_digits.convert(source, tmp_path / "out.npz")
    assert not (tmp_path / "out.npz").exists()
