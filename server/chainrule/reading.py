"""Numbers as people type them."""

from __future__ import annotations

import math
import re

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_FRACTION = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?", re.ASCII)
_MINUS = dict.fromkeys(map(ord, "−–—‐‑－"), "-")
_SPACES = re.compile(r"\s+")
MAX_LENGTH = 64


def read_number(text: str) -> float:
    """Read ``−24``, ``-24,0``, ``1/18``, ``0,01``, ``1e-3``, ``NaN`` or ``∞``.

    Raises
    ------
    ValueError
        It is not a number.
    """
    plain = _SPACES.sub("", text[: MAX_LENGTH + 1].translate(_MINUS))
    if len(plain) > MAX_LENGTH:
        raise ValueError("this is too long for a number")
    word = plain.lower().lstrip("+-")
    if word in ("nan", "inf", "infinity", "∞"):
        if word == "nan":
            return math.nan
        return -math.inf if plain.startswith("-") else math.inf
    if "." not in plain:
        plain = plain.replace(",", ".")
    match = _FRACTION.fullmatch(plain)
    if match is None:
        raise ValueError("this is not a number; write it as -24, 0.01 or 1/18")
    numerator = float(match[1])
    denominator = 1.0 if match[2] is None else float(match[2])
    if denominator == 0.0:
        raise ValueError("this divides by zero")
    value = numerator / denominator
    if not (math.isfinite(numerator) and math.isfinite(denominator) and math.isfinite(value)):
        raise ValueError("this is too large for a number")
    return value
