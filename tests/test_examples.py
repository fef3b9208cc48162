"""Properties are tried on the same examples each time: what a process has loaded before changes none."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.examples import DEPTH, examples


def tried() -> list[int | str]:
    found: list[int | str] = []

    @examples(300)
    @given(st.integers() | st.text())
    def look(one: int | str) -> None:
        found.append(one)

    look()
    return found


@pytest.mark.skipif(DEPTH > 0, reason="new examples are asked for")
def test_examples_are_the_same_each_time(tmp_path: Path) -> None:
    before = tried()
    path = tmp_path / "numbers.py"
    path.write_text("\n".join(f"x{k} = {1000003 * k}" for k in range(1, 200)))
    spec = importlib.util.spec_from_file_location("numbers_of_a_program", path)
    assert spec and spec.loader
    with pytest.MonkeyPatch.context() as patch:
        module = importlib.util.module_from_spec(spec)
        patch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        assert tried() == before
    assert len(before) == 300
