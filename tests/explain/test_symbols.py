from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.explain.symbols import grouped, number, symbol, variable
from support.lesson_runs import code_record


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (2.0, "2"),
        (-24.0, "-24"),
        (0.5, "0.5"),
        (float(np.float32(0.01)), "0.01"),
        (float(np.float32(0.1966119259595871)), "0.19661"),
        (1 / 3, "0.33333"),
        (123456.0, "123456"),
        (1234567.0, r"1234600"),
        (1e6, "1000000"),
        (1e10, r"1 \times 10^{10}"),
        (-1.5e-7, r"-1.5 \times 10^{-7}"),
        (1.23456789e-12, r"1.2346 \times 10^{-12}"),
        (3e300, r"3 \times 10^{300}"),
        (math.inf, r"\infty"),
        (-math.inf, r"-\infty"),
        (math.nan, r"\mathrm{NaN}"),
    ],
)
def test_numbers_look_exact_where_they_are(value: float, text: str) -> None:
    assert number(value) == text


def test_float64_is_read_as_float64() -> None:
    assert number(0.1, "float64") == "0.1"
    assert number(0.1 + 0.2, "float64") == "0.30000"
    assert number(3e300, "float64") == r"3 \times 10^{300}"


def test_numbers_that_would_bind_wrongly_are_grouped() -> None:
    assert grouped("-2") == r"\left(-2\right)"
    assert grouped(r"1 \times 10^{10}") == r"\left(1 \times 10^{10}\right)"
    assert grouped("2") == "2"


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("w", "w"),
        ("w0", "w_{0}"),
        ("x_1", "x_{1}"),
        ("theta", r"\theta"),
        ("beta2", r"\beta_{2}"),
        ("loss", r"\mathrm{loss}"),
        ("hidden1.weight", r"W_{\mathrm{hidden1}}"),
        ("block_1.0.bias", r"b_{\mathrm{block\_1.0}}"),
        ("my_name", r"\text{my\_name}"),
        ("điểm", r"\text{điểm}"),
    ],
)
def test_names_are_valid_latex(name: str, latex: str) -> None:
    assert variable(name) == latex


def test_nodes_are_called_by_variable_number_or_op() -> None:
    record = code_record("x = 2\ny = x * 3 * pi + x * 0.25\nf = y + sin(x) * e")
    found = {str(node.name): symbol(record, node) for node in record.nodes}
    assert found["x"] == "x"
    assert found["mul#0"] == r"\mathrm{mul}_{0}"
    assert found["mul#2"] == r"\mathrm{mul}_{2}"
    assert found["sin#0"] == r"\mathrm{sin}"
    assert [found[str(n.name)] for n in record.nodes if n.kind == "constant"] == ["3", r"\pi", "0.25", "e"]
    assert found[str(record.root.name)] == "f"
