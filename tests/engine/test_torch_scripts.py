"""``import chainrule as torch``: scripts print, and refuse, what they do under PyTorch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import chainrule
from support.torch_scripts import SCRIPTS, outcome

REFERENCE = json.loads((Path(__file__).parent / "reference" / "scripts.json").read_text())["prints"]


@pytest.mark.parametrize("name", SCRIPTS)
def test_prints_what_pytorch_prints(name: str) -> None:
    assert name in REFERENCE, "run scripts/make_reference.py: this script has no reference"
    assert outcome(SCRIPTS[name], chainrule).splitlines() == REFERENCE[name]


def test_the_reference_holds_no_scripts_that_are_gone() -> None:
    assert sorted(REFERENCE) == sorted(SCRIPTS)


def test_a_script_that_differs_is_noticed() -> None:
    assert outcome("print(1)\nraise KeyError", chainrule) == "1\nraises KeyError\n"
    assert outcome("torch.ones(1).item(3)", chainrule) == "raises TypeError\n"
