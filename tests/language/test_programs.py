from __future__ import annotations

import math

import numpy as np
import pytest

from chainrule.language import Limits, parse
from chainrule.language.arithmetic import divide, power
from support.lesson_runs import code_record, grad, value


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("x + y * z", 2 - 3 * 0.5),
        ("(x + y) * z", -0.5),
        ("x - y - z", 4.5),
        ("x / y / z", 2 / -3 / 0.5),
        ("x ** 3 ** 2 / 100", 2.0**9 / 100),
        ("-x ** 2", -4.0),
        ("(-x) ** 2", 4.0),
        ("--x", 2.0),
        ("-+-x", 2.0),
        ("+x * 1", 2.0),
        ("x**-1", 0.5),
        ("x * .5 + 1e1 + 2E-1 + 1_0", 21.2),
        ("exp(x)", math.exp(2)),
        ("log(x)", math.log(2)),
        ("sqrt(x)", math.sqrt(2)),
        ("abs(y)", 3.0),
        ("sin(x) + cos(y)", math.sin(2) + math.cos(-3)),
        ("tanh(z)", math.tanh(0.5)),
        ("sigmoid(y)", 1 / (1 + math.exp(3))),
        ("relu(y) + relu(x)", 2.0),
        ("maximum(x, y)", 2.0),
        ("max(y, z, x, 1)", 2.0),
        ("min(x, y)", -3.0),
        ("minimum(x, 1)", 1.0),
        ("pow(x, 3)", 8.0),
        ("x.exp()", math.exp(2)),
        ("x.maximum(5)", 5.0),
        ("(x * y).abs().sqrt()", math.sqrt(6)),
        ("torch.exp(x)", math.exp(2)),
        ("2 * pi * x", 4 * math.pi),
        ("e ** x", math.exp(2)),
        ("π * x", 2 * math.pi),
        ("sum([1, 2, 3] * x)", 12.0),
        ("mean([[1, 2], [3, 4]] * x)", 5.0),
        ("sum([[1, 2], [3, 4]] @ ([1, 1] * x))", 20.0),
        ("matmul([1, 2], [3, 4]) * x", 22.0),
        ("(\n  x +  # a comment\n  y\n)", -1.0),
        ("x − y × z ÷ 2 · 4", 5.0),
        ("x / (1 / 3)", 6.0),
        ("x * (2 - 5) * (2 ** 0.5)", -6 * math.sqrt(2)),
    ],
)
def test_expressions_mean_what_python_means(expression: str, expected: float) -> None:
    record = code_record(f"x = 2\ny = -3\nz = 0.5\n{expression}", dtype="float64")
    assert record.root.value.item() == pytest.approx(expected, rel=1e-12)


def test_a_bare_last_expression_is_the_result() -> None:
    assert parse("x = 2\nx * x").output_name == "f"
    assert parse("f = 2\nf * f").output_name == "f_1"
    assert parse("x = 2\ny = x * x").output_name == "y"
    assert parse("x = 2\ny = x * x\ny").output_name == "y"


def test_assigned_variables_label_their_nodes() -> None:
    record = code_record("x = -2\ny = 5\nz = -4\nq = x + y\nf = q * z")
    assert [(node.name, node.label) for node in record.operations] == [("add#0", "q"), ("mul#0", "f")]
    assert record.find("q") is record.find("add")


def test_constants_are_labelled_as_written() -> None:
    record = code_record("x = 2\nf = 10 * x + 0.50 - 1/3 * x + 2 * pi * x + [1, 2].sum()")
    labels = [node.label for node in record.nodes if node.kind == "constant"]
    assert labels == ["10", "0.50", "1 / 3", "2 * pi", "[1, 2]"]


def test_a_name_may_be_assigned_again() -> None:
    program = parse("x = 1\nx = x * 2\nx = 3\ny = x * x\ny = y + x")
    assert [leaf.name for leaf in program.leaves] == ["x", "x_2"]
    assert [instruction.label for instruction in program.instructions] == ["x_1", "y", "y_1"]
    record = code_record(program.source)
    assert value(record, "y_1") == 12.0
    assert grad(record, "x") is None


def test_names_of_shadowed_variables_avoid_those_of_the_program() -> None:
    program = parse("x = 1\nx = x + 1\nx_1 = 5\nf = x * x_1")
    assert [leaf.name for leaf in program.leaves] == ["x", "x_1"]
    assert program.instructions[0].label == "x_2"


def test_an_alias_makes_no_node() -> None:
    record = code_record("x = 2\ny = x\nz = +y\nf = z * y")
    assert [node.name for node in record.nodes] == ["x", "mul#0"]
    assert grad(record, "x") == 4.0


def test_constants_may_be_named_like_variables() -> None:
    assert value(code_record("e = 3\npi = 2\nf = e * pi"), "f") == 6.0


def test_literals_may_be_arithmetic() -> None:
    program = parse("x = 1 / 3\ny = -(2 + 3) * 2\nz = 2 ** 0.5\nw = -[1, 2]\nf = x * y * z * sum(w)")
    assert [leaf.value for leaf in program.leaves] == [1 / 3, -10.0, 2**0.5, [-1.0, -2.0]]


def test_leaves_know_their_line() -> None:
    program = parse("\n# x\nx = 1; y = 2\n\nf = x * y")
    assert [leaf.line for leaf in program.leaves] == [3, 3]
    assert program.instructions[0].place.line == 5


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1\nf = x / 0", math.inf),
        ("x = 0\nf = 1 / x", math.inf),
        ("x = 0\nf = x / x", math.nan),
        ("x = 0\nf = log(x)", -math.inf),
        ("x = -1\nf = sqrt(x)", math.nan),
        ("x = 1000\nf = exp(x)", math.inf),
        ("x = 9 ** 9 ** 9\nf = x * 1", math.inf),
        ("x = 1e999\nf = -x", -math.inf),
        ("x = 1" + "0" * 5000 + "\nf = x * 1", math.inf),
        ("x = 1\nf = x * (0 / 0)", math.nan),
        ("x = 1\nf = x * (0 ** -1)", math.inf),
        ("x = 1\nf = x * (-8) ** (1 / 3)", math.nan),
        ("x = 1e300\nf = x * 1", math.inf),
    ],
)
def test_infinity_and_nan_are_values(code: str, expected: float) -> None:
    record = code_record(code)
    np.testing.assert_equal(float(record.root.value), expected)
    assert record.contributions


@pytest.mark.parametrize(
    "a", [0.0, -0.0, 1.0, -1.0, 2.5, -2.5, 3.0, -3.0, 1e200, -1e200, math.inf, -math.inf, math.nan]
)
@pytest.mark.parametrize(
    "b", [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 3.0, -3.0, 1e200, math.inf, -math.inf, math.nan]
)
def test_arithmetic_of_plain_numbers_is_ieee_754(a: float, b: float) -> None:
    with np.errstate(all="ignore"):
        np.testing.assert_equal(divide(a, b), float(np.float64(a) / np.float64(b)))
        np.testing.assert_equal(power(a, b), float(np.float64(a) ** np.float64(b)))


def test_long_programs_are_bounded_by_nodes() -> None:
    lines = "\n".join(f"x{k} = x{k - 1} + 1" for k in range(1, 400))
    record = code_record(f"x0 = 1\n{lines}")
    assert value(record, "x399") == 400.0
    assert grad(record, "x0") == 1.0
    with pytest.raises(Exception, match="more than 100 nodes"):
        parse(f"x0 = 1\n{lines}", Limits(nodes=100))


def test_long_statements_run() -> None:
    assert value(code_record("x = 1\nf = x" + " + x" * 400), "f") == 401.0
    assert grad(code_record("x = 1\nf = x" + " * x" * 400), "x") == 401.0
    assert value(code_record("x = 1\nf = " + "(" * 50 + "x" + " + 1)" * 50), "f") == 51.0
