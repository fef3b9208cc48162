from __future__ import annotations

import pytest

from chainrule.engine.latex import substitute
from chainrule.engine.op import OPS


@pytest.mark.parametrize(
    ("formula", "symbols", "expected"),
    [
        (r"\frac{a}{b}", {"a": "6", "b": "3"}, r"\frac{6}{3}"),
        (r"z = a\,b", {"a": "-2", "b": "3", "z": "-6"}, r"\left(-6\right) = \left(-2\right) \cdot 3"),
        (r"z = a\,b", {"a": "y", "b": "3", "z": "f"}, r"f = y \cdot 3"),
        (r"z = a\,b", {"a": "y", "b": "-3", "z": "f"}, r"f = y \cdot \left(-3\right)"),
        (r"z = a\,b", {"a": "3", "b": "y", "z": "f"}, r"f = 3\,y"),
        (r"\cos a", {"a": "0.5"}, r"\cos 0.5"),
        (r"\cos a", {"a": "w"}, r"\cos w"),
        (r"\operatorname{sign} a", {"a": "2", "s": "9"}, r"\operatorname{sign} 2"),
        ("b\\,a^{b-1}", {"a": "x", "b": "2"}, "2\\,x^{2-1}"),
        ("e^{a}", {"a": "1e-5"}, r"e^{\left(1e-5\right)}"),
        ("a + b", {}, "a + b"),
    ],
)
def test_substitution(formula: str, symbols: dict[str, str], expected: str) -> None:
    assert substitute(formula, symbols) == expected


@pytest.mark.parametrize("op", OPS.values(), ids=list(OPS))
def test_every_formula_can_be_filled_in(op: object) -> None:
    symbols = {"a": "1", "b": "2", "z": "3", "g": "4", "n": "5"}
    for vjp in op.vjps:  # type: ignore[attr-defined]
        filled = substitute(vjp.formula, symbols)
        assert filled.count("{") == filled.count("}")
