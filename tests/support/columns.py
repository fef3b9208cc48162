"""The program of Vanishing and exploding, run beside the engine's own iterations."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from support.lesson_runs import records, run_listing

SLUG = "vanishing-and-exploding"
SMALL: dict[str, Any] = {"depth": 4, "width": 3, "batch_size": 4}
ITERATIONS = 10

PROGRAMS: list[dict[str, Any]] = [
    # A bias before batch norm has no gradient but rounding, which Adam would make large.
    {"skips": [3], "optimizer": "momentum", "lr": 0.1},
    {"columns": ["plain", "residual"]},
    {"clip": "norm", "clip_norm": 0.01, "optimizer": "sgd", "activation": "relu", "initialisation": "he"},
    {
        "schedule": "cosine",
        "schedule_length": 10,
        "optimizer": "sgd",
        "activation": "linear",
        "columns": "plain both",
    },
]


def assert_same_program(torch: Any, tolerance: float, **config: Any) -> None:
    """Run the listing with a module in the place of PyTorch: after ten updates it has the engine's parameters."""
    *_, last = records(SLUG, ITERATIONS, **SMALL, **config)
    model: Any = last.start.regime.model
    data: Any = ModuleType("columns")
    data.first_values = {}
    for spec in model.leaves:
        if spec.kind == "parameter":
            column, _, name = spec.name.partition("/")
            data.first_values.setdefault(column, {})[name] = torch.tensor(spec.value)
    batches = map(model.batch, range(ITERATIONS))
    data.batches = [tuple(torch.tensor(batch[name]) for name in "xy") for batch in batches]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "columns", data)
        variables = run_listing("\n".join(line.code for line in model.listing), torch)
    for column, network in variables["columns"].items():
        for name, tensor in network.state_dict().items():
            ours = np.asarray(last.end.values[f"{column}/{name}"])
            np.testing.assert_allclose(np.array(tensor.tolist()), ours, rtol=tolerance, atol=tolerance / 100)
