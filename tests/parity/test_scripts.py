from __future__ import annotations

import pytest
import torch

import chainrule
from support.torch_scripts import SCRIPTS, outcome


@pytest.mark.parametrize("name", SCRIPTS)
def test_prints_what_pytorch_prints(name: str) -> None:
    assert outcome(SCRIPTS[name], chainrule) == outcome(SCRIPTS[name], torch)
