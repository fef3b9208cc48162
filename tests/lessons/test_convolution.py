"""Convolution: it reads digits it has never seen, its program does the same, and each preset does what its sentence says."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.lessons import LESSONS
from chainrule.lessons.convolution.model import Convolution, shifted
from chainrule.trace import Carry, initial_carry, run_iteration
from support.lesson_runs import last_step, record_of, records, regime, run_listing
from support.sessions import make, send

SMALL: dict[str, Any] = {"filters1": 2, "filters2": 3, "batch_size": 4}
BY_ID = {preset.id: preset.config for preset in LESSONS["convolution"].presets}


def trained(iterations: int, **config: Any) -> tuple[Convolution, Carry]:
    made = regime("convolution", **config)
    carry = initial_carry(made)
    for iteration in range(iterations):
        carry = run_iteration(carry, iteration).end
    model: Any = made.model
    return model, carry


def measured(iterations: int, **config: Any) -> dict[str, float]:
    model, carry = trained(iterations, **config)
    with carry.regime.backend.quiet():
        return model.evaluate(carry.values)


def test_reads_digits_of_hands_it_has_not_seen() -> None:
    # A quarter of the whole run, whose rate is a quarter as long in coming down; the benchmark does all of it.
    found = measured(1_000, schedule_length=1_000)
    assert found["test_accuracy"] > 0.92
    assert found["accuracy"] > 0.97


@pytest.mark.parametrize(
    "config", [{}, {"pooling": "average"}, {"activation": "tanh", "kernel": "5x5"}], ids=str
)
@pytest.mark.parametrize("name", ["conv1.weight", "conv2.bias", "output.weight"])
def test_gradients_are_those_of_central_differences(name: str, config: dict[str, Any]) -> None:
    session = make("convolution", **SMALL, **config)
    send(session, "step", unit="phase", count=2)
    found: Any = send(session, "gradcheck", name=name)[0]
    assert found.passed or found.kink


def test_a_filter_is_used_at_every_place() -> None:
    record = record_of("convolution", dtype="float64", **SMALL)
    grad = record.grad_at(record.find("conv1.weight"), last_step(record) - 6)
    upstream = record.grad_at(record.find("conv1.conv2d#0"), last_step(record) - 6)
    assert grad is not None
    assert upstream is not None
    x = np.pad(np.asarray(record.find("x").value), ((0, 0), (0, 0), (1, 1), (1, 1)))
    for row, column in np.ndindex(3, 3):
        met = x[:, 0, row : row + 8, column : column + 8]
        expected = (np.asarray(upstream) * met[:, None]).sum(axis=(0, 2, 3))
        np.testing.assert_allclose(np.asarray(grad)[:, 0, row, column], expected, rtol=1e-9, atol=1e-12)


def test_images_are_shifted_by_one_pixel_at_most_and_the_same_each_time() -> None:
    model: Any = regime("convolution").model
    first, again = model.batch(3)["x"], model.batch(3)["x"]
    np.testing.assert_array_equal(first, again)
    images = np.zeros((200, 1, 8, 8))
    images[:, 0, 3, 4] = 1.0
    moved = shifted(images, np.random.default_rng(0), 0.5)
    places = np.argwhere(moved[:, 0])
    assert len(places) == 200
    assert {tuple(place) for place in places[:, 1:] - (3, 4)} == {
        (y, x) for y in (-1, 0, 1) for x in (-1, 0, 1)
    }
    still = (places[:, 1:] == (3, 4)).all(axis=1).mean()
    assert 0.25 < still < 0.65
    np.testing.assert_array_equal(shifted(images, np.random.default_rng(0), 0.0), images)


def test_what_fails_fails_as_its_sentence_says() -> None:
    zeros = record_of("convolution", 3, **BY_ID["all-zero"])
    for name in ("conv1.weight", "conv2.weight", "output.weight", "conv1.bias"):
        assert not np.asarray(zeros.grad_at(zeros.find(name), last_step(zeros))).any(), name
    assert np.asarray(zeros.grad_at(zeros.find("output.bias"), last_step(zeros))).any()
    few = measured(400, **BY_ID["two-filters"])["test_accuracy"]
    assert few < 0.75 < measured(400, **BY_ID["large-filters"])["test_accuracy"]
    assert measured(200, **BY_ID["rate-too-high"])["test_accuracy"] < 0.2
    assert measured(450, **BY_ID["rate-too-low"])["test_accuracy"] < 0.3


@pytest.mark.parametrize(
    "config", [{}, {"pooling": "average", "activation": "linear", "clip": "norm"}], ids=str
)
def test_the_listing_does_the_same(config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    config = {**SMALL, **config}
    *_, last = records("convolution", 10, **config)
    model: Any = last.start.regime.model
    data: Any = ModuleType("digits")
    data.first_values = {
        spec.name: chainrule.tensor(spec.value) for spec in model.leaves if spec.kind == "parameter"
    }
    data.batches = [tuple(chainrule.tensor(model.batch(k)[name]) for name in "xy") for k in range(10)]
    monkeypatch.setitem(sys.modules, "digits", data)
    code = "\n".join(line.code for line in model.listing)
    variables = run_listing(code, chainrule)
    for name, tensor in variables["network"].state_dict().items():
        np.testing.assert_allclose(
            np.array(tensor.tolist()), np.asarray(last.end.values[name]), rtol=1e-3, atol=1e-5
        )


@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_each_step_has_the_line_of_its_variable(activation: str) -> None:
    record = record_of("convolution", activation=activation, **SMALL)
    model = record.start.regime.model
    code = {line.number: line.code.strip() for line in model.listing}
    for step in record.steps():
        number = model.line_for(step.kind, step.node)
        assert number is not None
        if step.kind == "forward":
            assert step.node is not None
            assert code[number].startswith(f"{step.node.label} = ")


def test_a_number_that_is_not_finite_counts_as_wrong() -> None:
    model, carry = trained(0)
    values = {name: np.full_like(np.asarray(value), np.nan) for name, value in carry.values.items()}
    found = model.scores(values)
    assert found.test is not None
    assert found.test.accuracy == 0.0
    assert sum(map(sum, found.test.confusion)) == found.test.count == 360
