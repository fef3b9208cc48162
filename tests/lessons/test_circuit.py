from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.lessons.circuit.examples import EXAMPLES
from support.lesson_runs import (
    code_record,
    grad,
    last_step,
    listing_text,
    record_of,
    regime,
    run_listing,
    value,
)


def test_plus_and_times() -> None:
    record = record_of("circuit", preset="add-mul")
    assert [value(record, name) for name in ("q", "f")] == [3.0, -12.0]
    assert [grad(record, name) for name in ("x", "y", "z", "q")] == [-4.0, -4.0, 3.0, -4.0]


def test_the_sigmoid_neuron_gives_the_values_of_cs231n() -> None:
    record = record_of("circuit", preset="sigmoid-neuron")
    assert value(record, "f") == pytest.approx(0.73, abs=0.005)
    expected = {"w0": -0.20, "x0": 0.39, "w1": -0.39, "x1": -0.59, "w2": 0.20}
    for name, gradient in expected.items():
        assert grad(record, name) == pytest.approx(gradient, abs=0.005), name
    slope = value(record, "f") * (1 - value(record, "f"))
    assert grad(record, "s") == pytest.approx(slope, rel=1e-6)


def test_at_a_fan_out_gradients_add_and_the_node_waits_for_both() -> None:
    record = record_of("circuit", preset="fan-out")
    a = record.find("a")
    assert record.expected(a) == 2
    steps = record.arrivals[a.index].steps
    assert [record.arrived(a, step) for step in (steps[0] - 1, steps[0], steps[1])] == [0, 1, 2]
    assert [grad(record, "a", step) for step in (steps[0] - 1, *steps)] == [None, 7.0, 9.0]
    assert grad(record, "x") == 27.0


def test_max_routes_to_the_winner() -> None:
    record = record_of("circuit", preset="max")
    assert value(record, "f") == -20.0
    assert [grad(record, name) for name in ("x", "y", "z", "w")] == [-8.0, 6.0, 2.0, 0.0]


def test_log_sum_exp_is_right_where_the_plain_formula_overflows() -> None:
    record = record_of("circuit", preset="log-sum-exp")
    shares = [math.exp(x) for x in (2, 1, -1)]
    assert value(record, "f") == pytest.approx(math.log(sum(shares)), rel=1e-6)
    for name, share in zip("abc", shares, strict=True):
        assert grad(record, name) == pytest.approx(share / sum(shares), rel=1e-5)
    assert grad(record, "m") == pytest.approx(0.0, abs=1e-6)
    large = record_of("circuit", preset="log-sum-exp", values={"a": 1000})
    assert value(large, "f") == 1000.0
    plain = code_record("a = 1000\nb = 1\nf = log(exp(a) + exp(b))")
    assert value(plain, "f") == math.inf
    assert math.isnan(grad(plain, "a") or 0.0)


def test_variables_are_parameters_that_only_an_optimizer_updates() -> None:
    assert [leaf.kind for leaf in regime("circuit").model.leaves] == ["parameter"] * 3
    assert record_of("circuit").updates == []
    trained = record_of("circuit", optimizer="sgd", lr=0.5)
    assert [update.node.name for update in trained.updates] == ["x", "y", "z"]
    assert value(trained, "x") == -2.0 - 0.5 * -4.0


def test_values_replace_the_numbers_of_the_code() -> None:
    record = record_of("circuit", preset="add-mul", values={"x": 1, "z": "1/2"})
    assert [value(record, name) for name in ("x", "y", "z", "f")] == [1.0, 5.0, 0.5, 3.0]


@pytest.mark.parametrize("values", [{"t": 1}, {"W": 1}, {"q": 1}])
def test_values_for_what_is_no_number_variable_are_refused(values: dict[str, float]) -> None:
    code = "x = 1\nW = [1, 2]\nq = x * 2\nf = sum(W * q)"
    with pytest.raises(Refusal) as refused:
        regime("circuit", preset="custom", code=code, values=values)
    assert (refused.value.code, refused.value.status) == ("invalid_config", 422)
    assert next(iter(values)) in refused.value.detail


def test_a_mistake_in_the_code_is_refused_with_its_place() -> None:
    with pytest.raises(Refusal) as refused:
        regime("circuit", preset="custom", code="x = 1\nf = x ^ 2")
    assert (refused.value.code, refused.value.status) == ("expression_error", 422)
    assert refused.value.place is not None
    assert (refused.value.place.line, refused.value.place.column) == (2, 7)


def test_preset_and_code_agree() -> None:
    lesson = LESSONS["circuit"]
    start: Any = lesson.Config()
    assert (start.preset, start.code) == ("add-mul", EXAMPLES["add-mul"].code)
    typed: Any = start.merged({"code": "x = 1\nf = x * x"})
    assert (typed.preset, typed.code) == ("custom", "x = 1\nf = x * x")
    assert typed.merged({"lr": 1}).code == typed.code
    chosen: Any = typed.merged({"preset": "max"})
    assert (chosen.preset, chosen.code) == ("max", EXAMPLES["max"].code)
    assert lesson.Config(code="x = 1\nf = x * x").preset == "custom"
    assert lesson.Config(preset="max", code="x = 1\nf = x * x").preset == "custom"
    for preset in lesson.presets:
        applied: Any = typed.merged(preset.config)
        assert (applied.preset, applied.code) == (preset.id, EXAMPLES[preset.id].code)
    with pytest.raises(Refusal, match="preset"):
        start.merged({"preset": "none", "code": "x = 1"})


def test_another_program_begins_with_its_own_numbers() -> None:
    edited: Any = LESSONS["circuit"].Config(values={"x": 7})
    assert edited.merged({"lr": 1}).values == {"x": 7}
    assert edited.merged({"code": "y = 1\nf = y * y"}).values == {}
    assert edited.merged({"preset": "max"}).values == {}
    assert edited.merged({"preset": "max", "values": {"w": 3}}).values == {"w": 3}


CONFIGS: list[dict[str, Any]] = [
    *({"preset": preset} for preset in EXAMPLES),
    *({"preset": preset, "optimizer": "adam", "lr": 0.1} for preset in EXAMPLES),
    {"preset": "sigmoid-neuron", "dtype": "float64", "values": {"w0": 0.1}},
    {"preset": "add-mul", "optimizer": "sgd", "zero_grad": False, "lr": 0.001},
    {
        "code": "W = [[1, 2], [3, 4]]\nx = [1, -2]\ny = W @ x + 0.5\nf = mean(relu(y) ** 2) + sum(x * [1, 2]) - pi * e"
    },
    {
        "code": "x = 3\ny = -x ** 2\nz = (x + 1) * -(y - 2) / (x / y)\nf = (-x) ** 2 - ((x - 1) - z) ** 2 ** 0.5"
    },
    {"code": "x = 1/3\nx = x * 2\nx = 5\ny = max(x, 0, 2 * x) - min(x, 1e-3)\nabs(y).sqrt() * 1_000 + .5"},
    {"code": "x = 2; y = x; y = y * y; f = torch.exp(-y) + x.log()"},
    {"code": "x = 1/0\nf = x * 2 ** -3"},
    {"code": "x = 9 ** 9 ** 9\ny = 2\nf = y / x + sigmoid(y) - tanh(y) * cos(y)"},
]


@pytest.mark.parametrize("config", CONFIGS, ids=str)
def test_the_listing_does_the_same(config: dict[str, Any]) -> None:
    trains = config.get("optimizer", "none") != "none"
    record = record_of("circuit", 19 if trains else 0, **config)
    variables = run_listing(listing_text("circuit", **config), chainrule)
    model = regime("circuit", **config).model
    assert variables[model.loss_label].item() == pytest.approx(value(record, model.loss_label), nan_ok=True)
    for leaf in model.leaves:
        node = record.find(leaf.name)
        for mine, theirs in (
            (record.value_at(node, last_step(record)), variables[leaf.name]),
            (record.grad_at(node, last_step(record)), variables[leaf.name].grad),
        ):
            assert (mine is None) == (theirs is None)
            if mine is not None:
                np.testing.assert_allclose(mine, theirs.tolist(), rtol=1e-6)


def test_the_line_that_is_running() -> None:
    model = regime("circuit", preset="sigmoid-neuron", optimizer="sgd").model
    record = record_of("circuit", preset="sigmoid-neuron", optimizer="sgd")
    code = {line.number: line.code.strip() for line in model.listing}
    running = [(step.kind, code.get(model.line_for(step.kind, step.node) or 0)) for step in record.steps()]
    assert running[0] == ("zero_grad", "optimizer.zero_grad()")
    assert running[1] == ("load", None)
    forward = [line for kind, line in running if kind == "forward"]
    assert forward == ["s = w0 * x0 + w1 * x1 + w2"] * 4 + ["f = 1 / (1 + torch.exp(-s))"] * 4
    assert {line for kind, line in running if kind in ("seed", "backward")} == {"f.backward()"}
    assert {line for kind, line in running if kind == "update"} == {"optimizer.step()"}


def test_several_statements_on_a_line_have_lines_of_their_own() -> None:
    model = regime("circuit", code="x = 2; y = x * x; f = y + 1").model
    record = code_record("x = 2; y = x * x; f = y + 1")
    code = {line.number: line.code for line in model.listing}
    assert [code[node.line or 0] for node in record.operations] == ["y = x * x", "f = y + 1"]
