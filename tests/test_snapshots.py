from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from chainrule import snapshots
from chainrule.errors import Refusal
from chainrule.snapshots import DAY, SHORTEST, Snapshots, digest


def shelf(folder: Path, **limits: Any) -> Snapshots:
    return Snapshots(folder, **{"largest": 1000, "most": 100, "most_bytes": 10_000, "days": 30.0, **limits})


def refused(code: str) -> Any:
    return pytest.raises(Refusal, check=lambda refusal: refusal.code == code)


def age(folder: Path, name: str, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(folder / f"{name}.json", (then, then))


def test_the_same_content_has_the_same_short_id(tmp_path: Path) -> None:
    first, second = shelf(tmp_path / "a"), shelf(tmp_path / "b")
    name = first.keep(b"one")
    assert len(name) == SHORTEST
    assert second.keep(b"one") == first.keep(b"one") == name
    assert first.keep(b"two") != name
    assert first.find(name) == b"one"


def test_it_outlives_the_process(tmp_path: Path) -> None:
    name = shelf(tmp_path / "deeper" / "down").keep(b"one")
    assert shelf(tmp_path / "deeper" / "down").find(name) == b"one"


def test_contents_that_begin_alike_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = digest
    monkeypatch.setattr(snapshots, "digest", lambda content: "a" * 14 + real(content)[14:])
    kept = shelf(tmp_path)
    names = [kept.keep(content) for content in (b"one", b"two")]
    assert names[0] == "a" * 12
    assert len(names[1]) == 13
    third = kept.keep(b"three")
    assert len(third) == 14
    assert [kept.find(name) for name in [*names, third]] == [b"one", b"two", b"three"]
    assert kept.keep(b"two") == names[1]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "a" * 53,
        "A" * 12,
        "../../secret",
        "..%2f..%2fsec",
        "secretsecret",
        "/etc/passwdd",
        "a" * 11 + "\0",
    ],
)
def test_what_is_no_id_is_unknown(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.json").write_text("secret")
    folder = tmp_path / "x" / "y"
    folder.mkdir(parents=True)
    with refused("unknown_snapshot"):
        shelf(folder).find(name)


def test_a_damaged_file_is_said_and_healed(tmp_path: Path) -> None:
    kept = shelf(tmp_path)
    name = kept.keep(b"one")
    (tmp_path / f"{name}.json").write_bytes(b"on")
    with refused("snapshot_damaged"):
        kept.find(name)
    assert kept.keep(b"one") == name
    assert kept.find(name) == b"one"


def test_one_may_be_so_large(tmp_path: Path) -> None:
    kept = shelf(tmp_path, largest=10)
    kept.keep(b"x" * 10)
    with refused("snapshot_too_large"):
        kept.keep(b"x" * 11)


@pytest.mark.parametrize("limits", [{"most": 3}, {"most_bytes": 35}])
def test_without_room_it_is_refused_and_nothing_is_lost(tmp_path: Path, limits: dict[str, Any]) -> None:
    kept = shelf(tmp_path, **limits)
    names = [kept.keep(f"content {k}".encode()) for k in range(3)]
    for old in (0, 29):
        age(tmp_path, names[0], old)
        with refused("limit_snapshots"):
            kept.keep(b"one too many")
    assert [kept.find(name) for name in names] == [b"content 0", b"content 1", b"content 2"]
    assert kept.keep(b"content 1") == names[1]


@pytest.mark.parametrize("limits", [{"most": 3}, {"most_bytes": 35}])
def test_those_not_opened_for_longest_make_room(tmp_path: Path, limits: dict[str, Any]) -> None:
    names = [shelf(tmp_path, **limits).keep(f"content {k}".encode()) for k in range(3)]
    for name, days in zip(names, (50, 60, 40), strict=True):
        age(tmp_path, name, days)
    kept = shelf(tmp_path, **limits)
    kept.find(names[1])
    new = kept.keep(b"content 3")
    with refused("unknown_snapshot"):
        kept.find(names[0])
    assert [kept.find(name) for name in (names[1], new)] == [b"content 1", b"content 3"]


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = shelf(tmp_path / "file" / "snapshots")
    with refused("snapshots_unavailable"):
        kept.keep(b"one")


def test_what_could_not_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    kept = shelf(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with refused("snapshots_unavailable"):
            kept.keep(b"one")
    assert list(tmp_path.iterdir()) == []
    assert kept.find(kept.keep(b"one")) == b"one"
