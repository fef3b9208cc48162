"""The playground trained without a session, and the program that does the same."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

from chainrule.lessons import LESSONS
from chainrule.trace import Carry, Record, initial_carry, run_iteration
from support.lesson_runs import records, regime, run_listing

PLAYGROUND = LESSONS["playground"]
BY_ID = {preset.id: preset.config for preset in PLAYGROUND.presets}
"""The configuration of each preset."""


def trained(iterations: int, seed: int = 7, **config: Any) -> tuple[Any, Carry]:
    """The model and what it ends with."""
    made = regime("playground", seed=seed, **config)
    carry = initial_carry(made)
    for iteration in range(iterations):
        carry = run_iteration(carry, iteration).end
    return made.model, carry


def measured(iterations: int, seed: int = 7, **config: Any) -> dict[str, float]:
    """What is measured in evaluation mode after so many iterations."""
    model, carry = trained(iterations, seed, **config)
    with carry.regime.backend.quiet():
        found: dict[str, float] = model.evaluate(carry.values)
    return found


class Program(NamedTuple):
    """The program beside the playground, run; and what the playground itself did."""

    variables: dict[str, Any]
    records: list[Record]


def run_program(torch: Any, patch: pytest.MonkeyPatch, iterations: int, **config: Any) -> Program:
    """Run the listing with the playground's points, first values and masks, under ``torch`` or what takes its place."""
    done = list(records("playground", iterations, **config))
    model: Any = done[0].start.regime.model
    data: Any = ModuleType("playground")
    data.first_values = {
        spec.name: torch.tensor(spec.value) for spec in model.leaves if spec.kind in ("parameter", "buffer")
    }
    data.batches = [tuple(torch.tensor(model.batch(k)[name]) for name in "xy") for k in range(iterations)]
    masks = (node.value for record in done for node in record.nodes if "mask#" in str(node.name))

    def dropout(input: Any, p: float) -> Any:  # noqa: A002
        return input * torch.tensor(next(masks) / (1.0 - p))

    for name, module in {
        "playground": data,
        "torch.nn": torch.nn,
        "torch.nn.functional": torch.nn.functional,
    }.items():
        patch.setitem(sys.modules, name, module)
    patch.setattr(torch.nn.functional, "dropout", dropout)
    code = "\n".join(line.code for line in model.listing)
    return Program(run_listing(code, torch), done)


def assert_same(program: Program, rel: float) -> None:
    """Loss, parameters and running statistics after the last iteration."""
    last = program.records[-1]
    assert program.variables["loss"].item() == pytest.approx(float(last.root.value), rel=rel)
    network = program.variables["network"]
    found = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    ours = last.end.values
    assert set(ours) == {name for name in found if "num_batches" not in name}
    for name, value in ours.items():
        np.testing.assert_allclose(
            found[name].detach().numpy(), value, rtol=rel, atol=rel * 1e-2, err_msg=name
        )


DEEP: dict[str, Any] = {"hidden": [3, 3, 3], "batch_size": 7}
PROGRAMS: list[dict[str, Any]] = [
    {},
    {"hidden": [], "optimizer": "adam"},
    {"activation": "gelu", "loss": "mse", "l1": 0.01, "l2": 0.02},
    {"data": "plane", "loss": "huber", "activation": "leaky_relu", "optimizer": "momentum", "lr": 0.01},
    {"activation": "linear", "zero_grad": False, "lr": 0.01},
    {"activation": ["relu", "linear"], "loss": "mae", "lr": 0.01},
    {"loss": "ce", "optimizer": "adamw", "amsgrad": True, "eps": 1e-6, "lr": 0.05},
    {"data": "drawn", "points": [[-1, 2, 0], [3, 3, 1], [0, -4, 2], [1, 1, 0], [2, -2, 2], [-5, 0, 1]]},
    {**DEEP, "batch_norm": True},
    {**DEEP, "residual": True, "activation": ["tanh", "linear", "silu"]},
    {**DEEP, "dropout": 0.3, "optimizer": "rmsprop", "lr": 0.01},
    {**DEEP, "batch_norm": True, "dropout": 0.3, "residual": True, "l2": 0.01, "optimizer": "nesterov", "lr": 0.01},
    {"clip": "norm", "clip_norm": 0.05, "optimizer": "nesterov", "weight_decay": 0.1},
    {"clip": "value", "clip_value": 0.01, "schedule": "step", "step_size": 6, "gamma": 0.5},
    {"schedule": "cosine", "schedule_length": 15, "lr_min": 0.01, "optimizer": "adagrad", "lr_decay": 0.1},
    {"schedule": "warmup", "warmup": 10},
    {"schedule": "warmup_cosine", "warmup": 5, "schedule_length": 15, "optimizer": "momentum", "dampening": 0.2},
    {"schedule": "one_cycle", "schedule_length": 12, "lr": 1.0},
]  # fmt: skip
"""One of each thing that changes the program, and all of a layer together.

A bias before batch norm has no gradient but rounding, which optimizers that scale it would blow up: none of them there.
"""
