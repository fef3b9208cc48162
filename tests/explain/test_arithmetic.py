"""Every line of an update, read as arithmetic, gives the number beside it."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from chainrule.explain import arithmetic, explain
from chainrule.nn.optimizers import NEW
from chainrule.protocol.client import ExplainCommand
from chainrule.protocol.model import Cursor
from chainrule.trace import Record
from support.lesson_runs import record_of

OPTIMIZERS = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]


def evaluated(text: str) -> float:
    """The value of LaTeX that holds only numbers."""
    text = re.sub(r"\\left|\\right|\s", "", text).replace(r"\cdot", "*").replace(r"\times", "*")
    number = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
    for _ in range(4):
        text = re.sub(rf"\\frac{number}{number}", r"((\1)/(\2))", text)
        text = re.sub(rf"\\sqrt{number}", r"math.sqrt(\1)", text)
    text = re.sub(r"\^\{([^{}]*)\}", r"**(\1)", text).replace("^", "**")
    assert not re.search(r"[\\{}]", text), text
    return float(eval(text, {"math": math}))


def rules(record: Record) -> list[tuple[str, str, float]]:
    (change,) = record.updates
    assert change.update is not None
    texts = arithmetic.scalar_rules(change.node, change)
    return [
        (detail.symbol, text, float(detail.value))
        for detail, text in zip(change.update.details, texts, strict=True)
    ]


@pytest.mark.parametrize("iteration", [0, 1, 11])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_each_line_gives_its_number(optimizer: str, iteration: int) -> None:
    lines = rules(record_of("one-weight", iteration, optimizer=optimizer, dtype="float64", weight_decay=0.25))
    assert lines[0][:2] == ("g", "")
    assert lines[-1][0] == NEW
    for symbol, text, value in lines[1:]:
        left, _, right = text.rpartition(" = ")
        # Numbers are printed with five digits, and differences of such numbers lose some.
        assert evaluated(left) == pytest.approx(value, rel=5e-3, abs=1e-3), (symbol, text)
        assert evaluated(right) == pytest.approx(value, rel=1e-4), (symbol, text)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_numbers_read_are_those_computed_with(optimizer: str) -> None:
    before, after = (record_of("one-weight", k, optimizer=optimizer).updates[0] for k in (1, 2))
    assert before.update is not None
    assert after.update is not None
    kept = 0
    for k in range(1, len(after.update.details)):
        for read in arithmetic.reads(after, k, ()):
            if read.origin == "kept":
                line = arithmetic.place_of(before, read.symbol)
                assert line is not None
                assert read.value == float(before.update.details[line].value)
                kept += 1
            elif read.origin == "parameter":
                assert read.value == float(before.update.value)
            elif read.origin == "gradient":
                assert read.value == float(after.grad)  # type: ignore[arg-type]
    assert kept == len(after.update.state)
    assert set(after.update.kept.values()) == set(after.update.state)


def test_one_line_reads_as_in_a_textbook() -> None:
    (_, (_, text, _)) = rules(record_of("one-weight", lr="1/18"))
    assert text == r"2 - 0.055556 \cdot \left(-24\right) = 3.3333"
    adam = {symbol: text for symbol, text, _ in rules(record_of("one-weight", optimizer="adam", lr=0.1))}
    assert adam["m"] == r"0.9 \cdot 0 + (1 - 0.9) \cdot \left(-24\right) = -2.4"
    assert adam[r"\hat m"] == r"\frac{-2.4}{1 - 0.9^{1}} = -24"
    assert adam["v"].endswith(r"\left(-24\right)^2 = 0.57600")


def test_tensors_have_a_rule_for_each_element() -> None:
    record = record_of(
        "circuit", preset="custom", code="W = [[1, 2], [3, 4]]\nf = sum(W * W)", optimizer="sgd", lr=0.5
    )
    (change,) = record.updates
    assert arithmetic.scalar_rules(change.node, change) == ["", ""]
    for index in np.ndindex(2, 2):
        left, _, right = arithmetic.rule(change, 1, index).rpartition(" = ")
        assert evaluated(left) == evaluated(right) == float(change.value[index])


def test_what_is_kept_is_pytorchs_state() -> None:
    record = record_of("one-weight", optimizer="adam")
    cursor = Cursor(branch=0, iteration=0, step=9)

    def python(symbol: str) -> str:
        command = ExplainCommand(type="explain", name="w", what="detail", symbol=symbol)
        return explain(record, cursor, command).python

    assert python("m") == "optimizer.state[w]['exp_avg']"
    assert python("u") == ""
