"""Guesses: read as people type them, and how good they are."""

from __future__ import annotations

import math
import re
from typing import Literal, NamedTuple

from chainrule.errors import Refusal

Verdict = Literal["exact", "close", "sign", "wrong"]

EXACT = 1e-3
CLOSE = 0.1


class Judgement(NamedTuple):
    """A guess beside the truth."""

    guess: float
    relative_error: float
    verdict: Verdict


_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "－": "-", "×": "*", "·": "*", "⁻": "-"})
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009'’_]")
_NUMBER = r"[+-]?(?:\d[\d.,]*|[.,]\d+)(?:e[+-]?\d+|\*10(?:\^|\*\*)[+-]?\d+)?"
_PLAIN = re.compile(_NUMBER)
_FRACTION = re.compile(rf"({_NUMBER})/({_NUMBER})")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{3})+")


def readings(text: str) -> list[float]:
    """The finite numbers that a person may have meant: '−24', '-24,0', '1/3', '2e-3', '1 000', '1,000'.

    Raises
    ------
    Refusal
        ``invalid_guess``: it is no number, or is infinite or NaN.
    """
    plain = _SPACES.sub("", text.translate(_MINUS)).lower().lstrip("=≈")
    found: list[float] = []
    try:
        if _PLAIN.fullmatch(plain):
            found.extend(_decimal(plain))
        elif (fraction := _FRACTION.fullmatch(plain)) is not None:
            for top in _decimal(fraction[1]):
                found.extend(top / bottom for bottom in _decimal(fraction[2]) if bottom)
    except (ValueError, OverflowError):
        found = []
    # Something that is no finite number is no guess: it would be wrong, and would reveal the answer.
    found = [number for number in found if math.isfinite(number)]
    if not found:
        raise Refusal(
            "invalid_guess",
            422,
            "The guess is not a number",
            f"{text[:64]!r} cannot be read as a number.",
            "Write a number such as −24, 0.5, 1/3 or 2e-3.",
        )
    return found


def _decimal(text: str) -> list[float]:
    mantissa, _, power = text.partition("*10")
    exponent = float(power.lstrip("^*")) if power else 0.0
    head, e, tail = mantissa.partition("e")
    shift = (int(tail) if e else 0) + int(exponent)
    scale = f"e{shift}" if shift else ""
    candidates: dict[str, None] = {}
    if head.count(",") + head.count(".") <= 1:
        candidates[head.replace(",", ".")] = None
    elif "," in head and "." in head:
        last = max(head.rfind(","), head.rfind("."))
        whole = head[:last].replace(",", "").replace(".", "")
        candidates[f"{whole}.{head[last + 1 :]}"] = None
    if _THOUSANDS.fullmatch(head):
        candidates[head.replace(",", "").replace(".", "")] = None
    return [float(candidate + scale) for candidate in candidates]


def judge(text: str, actual: float) -> Judgement:
    """How close a guess is. Of several readings the closest counts.

    ``exact``: within 0.1 %, or equal to the digits typed (two or more). ``close``: within 10 %.
    """
    best: Judgement | None = None
    for guess in readings(text):
        judged = _judge(text, guess, actual)
        if best is None or judged.relative_error < best.relative_error:
            best = judged
    assert best is not None
    return best


def _judge(text: str, guess: float, actual: float) -> Judgement:
    if guess == actual:
        return Judgement(guess, 0.0, "exact")
    if not math.isfinite(actual) or actual == 0:
        sign = math.isinf(actual) and guess * actual > 0
        return Judgement(guess, math.inf, "sign" if sign else "wrong")
    error = abs(guess - actual) / abs(actual)
    if error <= EXACT or _same_digits(text, guess, actual):
        return Judgement(guess, error, "exact")
    if error <= CLOSE:
        return Judgement(guess, error, "close")
    return Judgement(guess, error, "sign" if guess * actual > 0 else "wrong")


def _same_digits(text: str, guess: float, actual: float) -> bool:
    """Whether the truth, rounded to as many digits as were typed, is the guess."""
    if "/" in text:
        return False
    mantissa = re.split(r"[e*×·]", text.lower())[0]
    digits = re.sub(r"\D", "", mantissa).lstrip("0")
    if len(digits) < 2:
        return False
    return float(f"{actual:.{len(digits) - 1}e}") == float(f"{guess:.{len(digits) - 1}e}")
