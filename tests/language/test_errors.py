"""A mistake is refused at its place, with what to write instead."""

from __future__ import annotations

import pytest

from chainrule.errors import Refusal
from chainrule.language import Limits, parse

# Code in which ⟦ ⟧ enclose the place that the refusal must point at; a word of the detail; a word of the hint.
MISTAKES = [
    ("x = 2\nf = x ⟦^⟧ 2", "not a power", "**"),
    ("x = 2\nf = e⟦^⟧x", "not a power", "exp(x)"),
    ("x = 2\nf = ⟦2x⟧ + 1", "multiplication", "2 * x"),
    ("x = 2\nf = ⟦2(⟧x + 1)", "multiplication", "2 * ("),
    ("x = 2\nf = (x + 1⟦)(⟧x - 1)", "multiplication", "*"),
    ("x = 2\ny = 3\nf = ⟦x y⟧", "operator", "x * y"),
    ("x = 2\nf = ⟦x(3)⟧", "number here", "x * "),
    ("x = 2\nf = x⟦²⟧", "raised", "** 2"),
    ("x = 2\nf = x⟦⁻¹⟧", "raised", "** -1"),
    ("x⟦₀⟧ = 2", "lowered", "x0"),
    ("x = 2\nf = ⟦√⟧x", "root", "sqrt"),
    ("x = 2\nf = ⟦(⟧x + 1", "never closed", ")"),
    ("x = 2\nf = exp⟦(⟧x", "never closed", ")"),
    ("x = 2\nf = ⟦(⟧x + 1\ng = f * 2", "never closed", ")"),
    ("x = 2\nf = ⟦(⟧x + 1\ng", "never closed", ")"),
    ("x = 2\nf = (x + 1)⟦)⟧", "never opened", "("),
    ("x = 2\nf = (x + 1⟦]⟧", "closed by )", ")"),
    ("x = 2\nf = ⟦exp x⟧", "parentheses", "exp(x)"),
    ("x = 2\nf = ⟦exp⟧", "is a function", "exp(x)"),
    ("x = 0⟦,⟧5", "comma", "0.5"),
    ("x = 2\nf = max(x⟦;⟧ 3)", "no meaning", "+"),
    ("x = 2\nf = x *⟦ ⟧", "missing after *", "number"),
    ("x = 2\nf = x ⟦* /⟧ 2", "missing after *", "number"),
    ("x = 2\nf = x ⟦* *⟧ 2", "space", "**"),
    ("x = 2\nf = ⟦*⟧ x", "missing before *", "number"),
    ("x = 2\nf =⟦ ⟧", "assigned", "f ="),
    ("⟦=⟧ 2", "name is missing", "x = 2"),
    ("⟦2⟧ = 2", "stands one name", "f ="),
    ("x = 2\n⟦x + 1⟧ = 2", "stands one name", "f ="),
    ("x = 2\n⟦f(x)⟧ = x * x", "stands one name", "f ="),
    ("a = b ⟦=⟧ 2", "one name", "lines of their own"),
    ("x ⟦+=⟧ 2", "not available", "x = x + "),
    ("x = 2\nf = x ⟦==⟧ 2", "Comparisons", "maximum"),
    ("x = 2\nf = x ⟦>⟧ 2", "Comparisons", "maximum"),
    ("x = 2\nf = x ⟦//⟧ 2", "rounds down", "/"),
    ("x = 2\nf = x ⟦%⟧ 2", "remainder", "**"),
    ("x = 2\nf = ⟦|⟧x|", "absolute", "abs(x)"),
    ("x = 2\nf = x⟦!⟧", "factorial", "+"),
    ("x = 2\nf = ⟦'⟧a'", "text", "numbers"),
    ("x = 2\nf = ⟦{⟧x}", "Braces", "( )"),
    ("x = 2\nf = ⟦lambda⟧: x", "defined", "q = x + y"),
    ("x = 2\nf = x ⟦if⟧ x else 1", "conditions", "relu"),
    ("⟦import⟧ torch", "imported", "Leave"),
    ("⟦for⟧ k in x: pass", "loops", "iteration"),
    ("⟦await⟧ x", "word of Python", "another name"),
    ("x = 2\nf = x.⟦__class__⟧", "name", "__"),
    ("x = 2\nf = ⟦x.real⟧", ".real", "x.exp()"),
    ("x = [1, 2]\nf = x⟦[⟧0]", "elements", "sum"),
    ("x = 2\nf = max(x, y⟦=⟧3)", "by name", "values"),
    ("x = 2\nf = ⟦foo⟧(x)", "no function foo", "Available"),
    ("x = 2\nf = ⟦tan⟧(x)", "no function tan", "sin(x) / cos(x)"),
    ("x = 2\nf = ⟦ln⟧(x)", "no function ln", "log"),
    ("x = 2\nf = ⟦sigmod⟧(x)", "no function", "sigmoid"),
    ("x = 2\nf = ⟦exp()⟧", "1 argument and got 0", "exp(x)"),
    ("x = 2\nf = ⟦exp(x, x)⟧", "got 2", "exp(x)"),
    ("x = 2\nf = ⟦max(x)⟧", "two values", "max(a, b)"),
    ("x = 2\nf = ⟦y⟧ * x", "no value", "y = 1"),
    ("speed = 2\nf = ⟦sped⟧ * 2", "no value", "speed"),
    ("x = [1, ⟦y⟧]", "no value", "y = 1"),
    ("y = 1\nx = [1, ⟦y⟧]", "numbers only", "[1, 2, 3]"),
    ("x = [[1, 2], ⟦[3]⟧]", "equal lengths", "[[1, 2]"),
    ("x = [1, ⟦[2]⟧]", "equal lengths", "[[1, 2]"),
    ("x = ⟦[[[1]]]⟧", "nested", "[[1, 2]"),
    ("x = ⟦[]⟧", "nothing between", "number"),
    ("x = ⟦()⟧", "nothing between", "number"),
    ("x = (1⟦,⟧ 2)", "comma", "."),
    ("x = [1, 2]\ny = [1, 2, 3]\nf = sum(⟦x * y⟧)", "(2,) and (3,)", "equal"),
    ("x = 2\nf = ⟦x @ x⟧", "vectors and matrices", "*"),
    ("x = [1, 2]\nW = [[1, 2, 3]]\nf = sum(⟦W @ x⟧)", "(1, 3) and (2,)", "(3)"),
    ("x = [1, 2]\n⟦f = x * 2⟧", "shape (2,)", "sum"),
    ("x = 2\n⟦x * x⟧\nf = x", "not used", "name"),
    ("⟦x = 2⟧", "computes nothing", "f = x * y"),
    ("x = 2\ny = x\n⟦y⟧", "computes nothing", "f = x * y"),
    ("x = 2\n⟦f = sum([1, 2])⟧", "no variable", "x = 2"),
    ("⟦exp⟧ = 2", "is a function", "another name"),
    ("⟦torch⟧ = 2", "PyTorch", "another name"),
    ("x = 1\nf = x ⟦\\⟧", "continued", "parentheses"),
    ("x⟦:⟧ 2", "colon", "x = 2"),
    ("x = 2\nf = x ⟦€⟧ 2", "€", "exp"),
    ("x = ⟦1.2.⟧3", "one decimal point", "0.5"),
    ("x = 2\nf = ⟦1j⟧ * x", "multiplication", "1 * j"),
    ("x = 2\nf = ⟦0x10⟧ * x", "multiplication", "0 * x10"),
]


@pytest.mark.parametrize(("marked", "detail", "hint"), MISTAKES, ids=lambda x: repr(x)[:40])
def test_a_mistake_is_pointed_at(marked: str, detail: str, hint: str) -> None:
    code = marked.replace("⟦", "").replace("⟧", "")
    with pytest.raises(Refusal) as refused:
        parse(code)
    refusal = refused.value
    assert (refusal.code, refusal.status) == ("expression_error", 422)
    assert detail.lower() in refusal.detail.lower(), refusal.detail
    assert hint.lower() in refusal.hint.lower(), refusal.hint
    assert refusal.place is not None
    assert (refusal.place.line, refusal.place.column) == place_of(marked, "⟦"), refusal.place
    assert (refusal.place.end_line, refusal.place.end_column) == place_of(marked.replace("⟦", ""), "⟧")


def place_of(marked: str, mark: str) -> tuple[int, int]:
    before = marked[: marked.index(mark)]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def test_columns_count_characters_and_not_bytes() -> None:
    with pytest.raises(Refusal) as refused:
        parse("é = 2\nf = é * é + điểm")
    assert refused.value.place is not None
    assert (refused.value.place.column, refused.value.place.end_column) == (13, 17)


def test_places_in_an_expression_of_several_lines() -> None:
    with pytest.raises(Refusal) as refused:
        parse("x = 1\nf = (x +\n   x * (\n     foo(x)))")
    assert refused.value.place is not None
    assert (refused.value.place.line, refused.value.place.column, refused.value.place.end_column) == (4, 6, 9)


@pytest.mark.parametrize("code", ["", "  \n\n", "# only a comment", ";;"])
def test_nothing_at_all(code: str) -> None:
    with pytest.raises(Refusal, match="nothing to compute"):
        parse(code)


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("x = 1\nf = " + "x + " * 2600 + "x", "characters"),
        ("x = 1\nf = x" + "+x" * 1000, "too long"),
        ("x = 1\nf = " + "(" * 51 + "x" + ")" * 51, "nested"),
        ("x = 1\nf = " + "[" * 4000, "nested"),
        ("x = 1\nf = " + "exp(" * 2000, "nested"),
        ("x = 1\nf = " + "-" * 60 + "x", "signs"),
        ("x = 1\nf = " + "-" * 9000 + "x", "too long"),
        ("x = 1\nf = " + "- " * 4000 + "x", "too long"),
        ("a" * 41 + " = 1", "name"),
        ("x = " + "[1]" * 300, "elements"),
        ("x = [" + "1," * 4000 + "]", "too long"),
    ],
    ids=lambda x: str(x)[:24],
)
def test_what_is_too_large(code: str, detail: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse(code)
    assert detail in refused.value.detail


def test_broadcasting_cannot_make_a_huge_tensor() -> None:
    row = "[" + ", ".join(["1"] * 200) + "]"
    column = "[" + ", ".join(["[1]"] * 200) + "]"
    with pytest.raises(Refusal, match="40,000 elements"):
        parse(f"x = {row}\ny = {column}\nf = sum(x * y)")
    assert parse(f"x = {row}\ny = {column}\nf = sum(x * y)", Limits(elements=40_000)).leaves[0].shape == (
        200,
    )
