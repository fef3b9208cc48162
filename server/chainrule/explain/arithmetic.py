"""The arithmetic of an update: which numbers each of its lines reads, and the line with the numbers in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from chainrule.engine.tape import Node
from chainrule.explain.symbols import element, grouped, number
from chainrule.nn.optimizers import Detail
from chainrule.trace import ParameterUpdate

THETA = r"\theta"

Origin = Literal["parameter", "gradient", "detail", "kept", "constant"]
"""The parameter before, its gradient, a line above, what the update before left, a number of the configuration."""


class Read(NamedTuple):
    """A number that a line reads. ``detail`` is the line above that it is, if it is one."""

    symbol: str
    value: float
    origin: Origin
    detail: Detail | None = None


def place_of(change: ParameterUpdate, symbol: str, below: int | None = None) -> int | None:
    """The line that gives a symbol its number, above ``below``; where several do, the last."""
    details = () if change.update is None else change.update.details[:below]
    return next((k for k in range(len(details) - 1, -1, -1) if details[k].symbol == symbol), None)


def reads(change: ParameterUpdate, k: int, index: tuple[int, ...]) -> list[Read]:
    """The numbers that line ``k`` reads, in the order of its formula. The first line is the gradient itself."""
    update = change.update
    if update is None or k == 0:
        return []
    node, above = change.node, update.details[:k]
    found: dict[str, Read] = {}
    earlier = {detail.symbol: detail for detail in above}
    for symbol in _symbols(update.details[k].formula, (THETA, *earlier, *update.known)):
        detail = earlier.get(symbol)
        if detail is not None:
            origin: Origin = "gradient" if detail is above[0] else "detail"
            found[symbol] = Read(symbol, element(node, detail.value, index), origin, detail)
        elif symbol in update.known:
            known = update.known[symbol]
            if isinstance(known, float):
                found[symbol] = Read(symbol, known, "constant")
            else:
                found[symbol] = Read(symbol, element(node, known, index), "kept")
        else:
            found[symbol] = Read(symbol, element(node, node.value, index), "parameter")
    return list(found.values())


def rule(change: ParameterUpdate, k: int, index: tuple[int, ...]) -> str:
    r"""Line ``k`` with the numbers in it: ``2 - 0.5 \cdot \left(-24\right) = 14``; empty for the first."""
    if change.update is None or k == 0:
        return ""
    detail = change.update.details[k]
    numbers = {
        read.symbol: number(read.value, "float64" if read.origin == "constant" else "float32")
        for read in reads(change, k, index)
    }
    return f"{_plugged(detail.formula, numbers)} = {number(element(change.node, detail.value, index))}"


def scalar_rules(node: Node, change: ParameterUpdate) -> list[str]:
    """The rules of all lines where the parameter is one number; else empty texts: there is one for each element."""
    details = () if change.update is None else change.update.details
    if any(length != 1 for length in node.shape):
        return [""] * len(details)
    index = (0,) * len(node.shape)
    return [rule(change, k, index) for k in range(len(details))]


def _symbols(formula: str, known: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(match.group() for match in _pattern(frozenset(known)).finditer(formula)))


@lru_cache(maxsize=256)
def _pattern(symbols: frozenset[str]) -> re.Pattern[str]:
    r"""Finds whole symbols: ``\hat m`` before ``m``, and no letter within a command or a word."""
    ordered = sorted(symbols, key=lambda symbol: (-len(symbol), symbol))
    return re.compile("|".join(rf"(?<![A-Za-z\\]){re.escape(symbol)}(?![A-Za-z])" for symbol in ordered))


def _plugged(formula: str, numbers: dict[str, str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        text = numbers[match.group()]
        before, after = formula[: match.start()], formula[match.end() :]
        if before.endswith("^"):
            return f"{{{text}}}"
        factor = before.endswith(r"\,") or after.startswith((r"\,", "^"))
        inside = not before or before.endswith(("{", "("))
        negative = text.startswith("-") and not inside
        return grouped(text) if factor or negative else text

    plugged = _pattern(frozenset(numbers)).sub(replaced, formula) if numbers else formula
    return plugged.replace(r"\,", r" \cdot ")
