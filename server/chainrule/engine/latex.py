"""Formulas with other symbols, or with numbers, in place of a, b, z, g and n."""

from __future__ import annotations

import re
from collections.abc import Mapping

_TOKEN = re.compile(r"\\(?:operatorname|mathrm|text)\{[^}]*\}|\\[A-Za-z]+|\\.|[A-Za-z]")
_NEAR_NUMBER = re.compile(r"\\,(?=\d|\\left\()")
_NEEDS_PARENTHESES = re.compile(r"^[-−]|[-+−\s]|e[-+]?\d")


def substitute(formula: str, symbols: Mapping[str, str], parenthesize: bool = True) -> str:
    r"""Replace one-letter symbols of a LaTeX formula; commands such as ``\frac`` are left alone.

    Replacements that would bind wrongly in a product (a leading minus, a sum, an exponent) get parentheses, and a
    product whose second factor is a number gets a dot.

    >>> substitute(r"\frac{a}{b^2}", {"a": "-4", "b": "3"})
    '\\frac{\\left(-4\\right)}{3^2}'
    """

    def replacement(match: re.Match[str]) -> str:
        token = match.group()
        if token not in symbols:
            return token
        text = symbols[token]
        if parenthesize and _NEEDS_PARENTHESES.search(text):
            return rf"\left({text}\right)"
        # A command that ends in a letter would swallow a replacement that begins with one.
        before = formula[: match.start()]
        return f"{{{text}}}" if re.search(r"\\[A-Za-z]+$", before) and text[:1].isalpha() else text

    filled = _TOKEN.sub(replacement, formula)
    # Where something was put in: "y 3" reads as two things, "y · 3" as one product.
    return filled if filled == formula else _NEAR_NUMBER.sub(r" \\cdot ", filled)
