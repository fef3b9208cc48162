"""The whole playground beside PyTorch: its program, run there with the same points, first values and masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from support.playground import PROGRAMS, assert_same, run_program


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("config", PROGRAMS, ids=str)
def test_thirty_updates(config: dict[str, Any], dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = run_program(torch, monkeypatch, 30, **config, dtype=dtype)
    # Optimizers that divide by roots of small numbers carry rounding far in 24 bits.
    assert_same(program, 1e-9 if dtype == "float64" else 2e-3)


@pytest.mark.parametrize("config", [{}, {"hidden": [4, 4], "batch_norm": True, "residual": True}], ids=str)
def test_evaluation_is_that_of_the_network_in_eval_mode(
    config: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    program = run_program(torch, monkeypatch, 30, **config, dtype="float64")
    model: Any = program.records[0].start.regime.model
    said = model.outputs(program.records[-1].end.values, model.data.inputs).numpy()
    layers = program.variables["network"].eval()
    with torch.no_grad():
        x = torch.tensor(model.data.inputs)
        for k, skip in enumerate(model.config.skips, 1):
            z = layers[f"hidden{k}"](x)
            a = torch.tanh(layers[f"norm{k}"](z) if "norm1" in layers else z)
            x = a + x if skip else a
        np.testing.assert_allclose(said, layers["output"](x).numpy(), rtol=1e-9)
