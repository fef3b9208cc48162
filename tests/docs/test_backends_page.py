"""The page about backends: what it tells to install and to expect is what the program does."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from chainrule.cli import BACKENDS
from chainrule.session.summary import BINS, THUMBNAIL
from chainrule.timeline.branch import HELD

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "backends.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_every_backend_is_on_it() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `", PAGE, re.MULTILINE)
    assert tuple(dict.fromkeys(rows)) == BACKENDS


def test_what_it_tells_to_install_there_is() -> None:
    named = set(re.findall(r"chainrule\[(\w+)\]", PAGE))
    assert named == {"torch", "cuda"} <= set(PROJECT["optional-dependencies"])
    assert "cupy-cuda12x" in PROJECT["optional-dependencies"]["cuda"][0]


def test_neither_library_is_needed_to_run_or_to_test() -> None:
    needed = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for library in ("torch", "cupy", "nvidia"):
        assert not any(library in each for each in needed)
        assert library not in pinned


def test_its_numbers_are_the_programs() -> None:
    assert f"for {HELD} iterations at once" in PAGE
    assert round(6 + BINS + THUMBNAIL**2, -1) == 280
    assert "some 280 numbers" in PAGE
