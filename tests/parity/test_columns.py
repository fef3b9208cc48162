"""Vanishing and exploding under PyTorch itself: its program, from the same points and first values."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from support.columns import PROGRAMS, assert_same_program


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("config", PROGRAMS, ids=str)
def test_ten_updates(config: dict[str, Any], dtype: str) -> None:
    assert_same_program(torch, 1e-8 if dtype == "float64" else 2e-3, **config, dtype=dtype)
