from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.trace import initial_carry, run_iteration
from support.lesson_runs import grad, listing_text, record_of, records, regime, run_listing, value


def test_the_first_iteration() -> None:
    record = record_of("one-weight")
    labels = [(step.kind, step.node.name if step.node else None) for step in record.steps()]
    assert labels == [
        ("zero_grad", None),
        ("load", None),
        ("forward", "mul#0"),
        ("forward", "sub#0"),
        ("forward", "pow#0"),
        ("seed", "pow#0"),
        ("backward", "pow#0"),
        ("backward", "sub#0"),
        ("backward", "mul#0"),
        ("update", "w"),
    ]
    assert [value(record, name, 8) for name in ("w", "mul", "sub", "loss")] == [2.0, 6.0, -4.0, 16.0]
    assert [grad(record, name) for name in ("loss", "sub", "mul", "w")] == [1.0, -8.0, -8.0, -24.0]
    assert grad(record, "x") is None
    assert grad(record, "target") is None
    assert value(record, "w") == np.float32(2) - np.float32(0.01) * np.float32(-24)


def test_a_rate_of_a_hundredth_crawls_to_the_bottom() -> None:
    carry = initial_carry(regime("one-weight", lr=0.01))
    distances = []
    for iteration in range(10_000):
        carry = run_iteration(carry, iteration).end
        distances.append(abs(float(carry.values["w"]) - 10 / 3))
    assert distances[3] > 0.5
    assert distances[3] == pytest.approx((4 / 3) * 0.82**4, rel=1e-4)
    assert distances[-1] < 1e-6


def test_an_eighteenth_lands_at_once() -> None:
    record = record_of("one-weight", lr="1/18")
    landed = np.float32(value(record, "w"))
    assert abs(landed - np.float32(10 / 3)) <= 2 * np.spacing(landed)
    assert value(record_of("one-weight", 1, lr="1/18"), "loss") < 1e-11
    exact = value(record_of("one-weight", lr="1/18", dtype="float64"), "w")
    assert exact == pytest.approx(10 / 3, rel=1e-15)


def test_twelve_hundredths_diverge_and_overflow_without_a_crash() -> None:
    carry = initial_carry(regime("one-weight", lr=0.12))
    losses = []
    for iteration in range(1_000):
        record = run_iteration(carry, iteration)
        losses.append(float(record.root.value))
        carry = record.end
    assert all(after > before for before, after in pairwise(losses[:101]))
    assert losses[1] == pytest.approx(16 * 1.16**2, rel=1e-4)
    assert np.isinf(losses).any()
    assert np.isnan(losses[-1])


def test_stale_gradients_pile_up_without_zero_grad() -> None:
    first, second = records("one-weight", 2, zero_grad=False, lr=0)
    assert grad(first, "w") == -24.0
    assert grad(second, "w", 0) == -24.0
    assert grad(second, "w") == -48.0
    assert grad(record_of("one-weight", 1, lr=0), "w") == -24.0


CONFIGS: list[dict[str, Any]] = [
    {},
    {"lr": "1/18"},
    {"lr": 0.12},
    {"w": -1.5, "x": 0.25, "target": 1e-3},
    {"dtype": "float64", "lr": "1/18"},
    {"zero_grad": False},
    {"optimizer": "momentum"},
    {"optimizer": "nesterov", "momentum": 0.5},
    {"optimizer": "adagrad", "lr": 0.1},
    {"optimizer": "rmsprop", "alpha": 0.9},
    {"optimizer": "adam", "beta1": 0.8, "beta2": 0.99, "lr": 0.1},
    {"optimizer": "adamw", "weight_decay": 0.1, "lr": 0.1},
]


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_the_listing_does_the_same(config: dict[str, Any]) -> None:
    variables = run_listing(listing_text("one-weight", **config), chainrule)
    *_, last = records("one-weight", 20, **config)
    assert variables["iteration"] == 19
    assert variables["w"].item() == value(last, "w")
    assert variables["w"].grad.item() == grad(last, "w")
    assert variables["loss"].item() == value(last, "loss")


def test_the_line_that_is_running() -> None:
    model = regime("one-weight").model
    record = record_of("one-weight")
    code = {line.number: line.code.strip() for line in model.listing}
    assert list(code) == list(range(1, len(code) + 1))
    running = {step.kind: code[model.line_for(step.kind, step.node) or 0] for step in record.steps()}
    assert running == {
        "zero_grad": "optimizer.zero_grad()",
        "load": "x = torch.tensor(3.0)",
        "forward": "loss = (w * x - target) ** 2",
        "seed": "loss.backward()",
        "backward": "loss.backward()",
        "update": "optimizer.step()",
    }
    without = {line.number: line.code.strip() for line in regime("one-weight", zero_grad=False).model.listing}
    assert without[model.line_for("zero_grad", None) or 0] == "# optimizer.zero_grad()"


def test_the_batch_is_the_same_in_every_iteration() -> None:
    model = regime("one-weight", x=4, target=5).model
    assert {name: float(array) for name, array in model.batch(3).items()} == {"x": 4.0, "target": 5.0}


def test_numbers_beyond_float32_are_infinite_and_no_error() -> None:
    record = record_of("one-weight", w=1e300)
    assert value(record, "w", 0) == np.inf
    assert value(record, "loss") == np.inf
