"""Whatever is typed: a program that runs, or a refusal with a place in the text. Nothing else, and nothing executed."""

from __future__ import annotations

import builtins
import contextlib
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chainrule.errors import Refusal
from chainrule.language import Program, parse
from chainrule.trace import initial_carry, run_iteration
from support.examples import examples
from support.lesson_runs import regime

WORDS = [
    *(
        "x",
        "y",
        "z",
        "f",
        "e",
        "pi",
        "exp",
        "log",
        "max",
        "sum",
        "mean",
        "matmul",
        "torch",
        "relu",
        "é",
        "_",
        "x_1",
    ),
    *(
        "lambda",
        "import",
        "if",
        "else",
        "None",
        "__import__",
        "eval",
        "exec",
        "open",
        "print",
        "await",
        "not",
    ),
    *("1", "2", "0.5", ".5", "1e9", "9**9**9", "0x1f", "1_0", "007", "1e400", "٣", "²", "½"),
    *(
        "+",
        "-",
        "*",
        "/",
        "**",
        "@",
        "(",
        ")",
        "[",
        "]",
        ",",
        "=",
        ".",
        ";",
        "\n",
        " ",
        "#",
        "\t",
        "\\\n",
        "\r",
    ),
    *(
        "^",
        "%",
        "//",
        "==",
        "<",
        ":=",
        "|",
        "&",
        "!",
        "'",
        '"',
        "'''",
        "{",
        "}",
        "$",
        "`",
        "−",
        "×",
        "·",
        "÷",
        "\0",
    ),
    *(
        "x = 2\n",
        "y = -1.5\n",
        "W = [[1, 2], [3, 4]]\n",
        "f = x * y",
        "exp(x)",
        "x.exp()",
        "max(x, y)",
        "[1, 2]",
        "W @ x",
    ),
]
sources = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(WORDS), max_size=40).map("".join),
    st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join),
    st.lists(st.sampled_from(WORDS), max_size=20).map(lambda words: "x = 2\ny = 3\nf = " + " ".join(words)),
)


@contextlib.contextmanager
def nothing_executed() -> Iterator[None]:
    """Fail if anything compiles code to run it, or runs it, or opens a file or a module."""

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event in ("exec", "import", "open", "os.system", "subprocess.Popen"):
            raised.append(f"{event} {arguments[:1]}")

    watching, raised = True, list[str]()
    sys.addaudithook(guard)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("eval", "exec", "__import__"):
            patch.setattr(builtins, name, lambda *_, name=name: raised.append(name))
        try:
            yield
        finally:
            watching = False
    assert not raised


@examples(500)
@given(source=sources)
@example(source="__import__('os').system('true')")
@example(source="x = 2\nf = (lambda: x)()")
@example(source="x = 2\nf = x.__class__.__mro__[1].__subclasses__()")
@example(source="x = 2\nf = [y for y in x]")
@example(source="x = 2\nf = x" + "**x" * 400)
@example(source="x = 2\nf = " + "(" * 10_000)
@example(source="x=" + "9" * 9_990)
@example(source="x = 1\n" * 1500)
@example(source="x = 2\nf = \ud800")
@example(source="𝐱 = 2\nf = 𝐱 * x")
@example(source="x = 2\nf = 𝐥𝐚𝐦𝐛𝐝𝐚")
@example(source="ª = 2\nf = ª * a")
def test_any_text_is_a_program_or_a_refusal(source: str) -> None:
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    result = read(source)
    if isinstance(result, Program):
        assert_runs(result)
        return
    place = result.place
    assert result.code == "expression_error"
    assert result.detail
    assert result.hint
    assert place is not None
    assert 1 <= place.line <= place.end_line <= len(lines)
    assert 1 <= place.column <= len(lines[place.line - 1]) + 1
    assert (place.line, place.column) < (place.end_line, place.end_column)
    assert place.end_column <= len(lines[place.end_line - 1]) + 2


def read(source: str) -> Program | Refusal:
    try:
        return parse(source)
    except Refusal as refusal:
        return refusal


def assert_runs(program: Program) -> None:
    built = regime("circuit", preset="custom", code=program.source)
    record = run_iteration(initial_carry(built), 0)
    assert record.root.label == program.output_name
    assert [tuple(node.shape) for node in record.operations] == [i.shape for i in program.instructions]
    assert record.contributions


def test_nothing_is_executed() -> None:
    sources = [
        "x = 2\nf = x * x",
        "x = 2\nf = exp(x) + max(x, 1)",
        "x = 2\nf = __import__('os')",
        "x = 2\nf = eval('1')",
        "x = 2\nf = open(x)",
        "x = 2\nf = print(x)",
    ]
    for source in sources:
        with contextlib.suppress(Refusal):
            parse(source)
    for source in sources:
        with nothing_executed(), contextlib.suppress(Refusal):
            parse(source)


numbers = st.floats(-3, 3, allow_nan=False).map(lambda x: f"{x:.3f}")
names = st.sampled_from(["x", "y", "z"])
expressions = st.recursive(
    st.one_of(names, numbers),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**"]), inner).map(
            lambda p: f"({p[0]} {p[1]} {p[2]})"
        ),
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(lambda p: f"{p[0]} {p[1]} {p[2]}"),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"sin({text})"),
        inner.map(lambda text: f"tanh({text})"),
        st.tuples(inner, inner).map(lambda p: f"max({p[0]}, {p[1]})"),
    ),
    max_leaves=12,
)


@examples(300)
@given(expression=expressions)
def test_expressions_and_their_listings_have_pythons_value(expression: str) -> None:
    import numpy as np

    source = f"x = 1.25\ny = -0.5\nz = 2\nf = {expression} + x"
    record = run_iteration(initial_carry(built := regime("circuit", code=source, dtype="float64")), 0)
    given_values = {name: np.float64(v) for name, v in (("x", 1.25), ("y", -0.5), ("z", 2.0))}
    given_names = {"sin": np.sin, "tanh": np.tanh, "max": np.maximum, **given_values}
    with np.errstate(all="ignore"):
        try:
            expected = eval(f"{expression} + x", {"__builtins__": {}}, given_names)
        except (ZeroDivisionError, OverflowError):
            return  # Python refuses what PyTorch, and we, call infinite.
        if isinstance(expected, complex):
            return
        np.testing.assert_allclose(float(record.root.value), float(expected), rtol=1e-9)
    assert built.model.listing[-1].code == "f.backward()"
