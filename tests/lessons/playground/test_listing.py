"""The PyTorch program beside the playground does the same, and each step has its line in it."""

from __future__ import annotations

from typing import Any

import pytest

import chainrule
from support.lesson_runs import record_of, regime
from support.playground import PROGRAMS, assert_same, run_program
from support.sessions import make, send


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("config", PROGRAMS, ids=str)
def test_does_the_same(config: dict[str, Any], dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = run_program(chainrule, monkeypatch, 20, **config, dtype=dtype)
    assert_same(program, 1e-12 if dtype == "float64" else 1e-4)


def lines(**config: Any) -> dict[str, str]:
    """The line of each step, by what it is about."""
    model, record = regime("playground", **config).model, record_of("playground", **config)
    code = {line.number: line.code.strip() for line in model.listing}
    found = {}
    for step in record.steps():
        name = "" if step.node is None else f" {step.node.name}"
        number = model.line_for(step.kind, step.node)
        assert number is not None, f"{step.kind}{name}"
        found[f"{step.kind}{name}"] = code[number]
    return found


@pytest.mark.parametrize("config", PROGRAMS, ids=str)
def test_each_step_has_a_line(config: dict[str, Any]) -> None:
    found = lines(**config)
    assert all(found.values())
    code = regime("playground", **config).model.listing
    computing = [line.code.strip() for line in code if " = " in line.code and line.code.startswith("    ")]
    told = set(found.values())
    assert [line for line in computing if line not in told and not line.startswith("weights = ")] == []


def test_the_lines_are_those_of_the_steps() -> None:
    config = {"hidden": [3, 3], "batch_norm": True, "dropout": 0.25, "residual": True, "l2": 0.1}
    found = lines(**config)
    assert found["forward hidden2.linear#0"] == "z2 = hidden2(d1)"
    for node in ("batch_norm", "running_mean", "running_var"):
        assert found[f"forward hidden2.{node}#0"] == "n2 = norm2(z2)"
    assert found["forward hidden2.tanh#0"] == "a2 = torch.tanh(n2)"
    assert found["forward hidden2.dropout#0"] == "d2 = F.dropout(a2, 0.25)"
    assert found["forward hidden2.add#0"] == "h2 = d2 + d1"
    assert found["forward output.linear#0"] == "z = output(h2)"
    assert found["forward binary_cross_entropy_with_logits#0"].startswith("data_loss = F.")
    assert found["forward l2#0.mul#0"] == found["forward add#0"] != ""
    assert found["zero_grad"] == "optimizer.zero_grad()"
    assert found["update norm2.weight"] == "optimizer.step()"


def test_every_op_of_cross_entropy_is_its_line() -> None:
    found = lines(loss="ce")
    own = {line for name, line in found.items() if name.startswith("forward") and "." not in name}
    assert own == {"loss = F.cross_entropy(z, y)"}


def test_an_edited_activation_is_on_the_line_of_its_layer() -> None:
    session = make("playground")
    send(session, "edit", name="hidden1.tanh#0", index=[0, 0], value=0.5)
    steps = [step for step in session.graph().steps if step.kind == "forward"]
    assert all(step.line is not None for step in steps)
