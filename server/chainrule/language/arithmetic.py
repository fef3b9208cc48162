"""Arithmetic of plain numbers as the engine does it: no exception, but infinity and NaN."""

from __future__ import annotations

import math
from collections.abc import Callable

Nested = float | list["Nested"]
"""A number, or nested lists of numbers in row-major order."""


def divide(a: float, b: float) -> float:
    """IEEE division: 1/0 is infinite, 0/0 is NaN."""
    if b != 0.0 or math.isnan(b):
        return a / b
    if a == 0.0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    """IEEE power: overflow is infinite, a root of a negative number is NaN."""
    try:
        return math.pow(a, b)
    except OverflowError:
        negative = a < 0.0 and math.fmod(b, 2.0) != 0.0
        return -math.inf if negative else math.inf
    except ValueError:
        if a == 0.0:
            odd = math.fmod(b, 2.0) != 0.0 and b == math.floor(b)
            return math.copysign(math.inf, a) if odd else math.inf
        return math.nan


FOLD: dict[str, Callable[[float, float], float]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": divide,
    "pow": power,
}


def negate(value: Nested) -> Nested:
    """−x, element by element."""
    return [negate(v) for v in value] if isinstance(value, list) else -value


def shape_of(value: Nested) -> tuple[int, ...]:
    """The shape of nested lists that are known to be regular."""
    shape: list[int] = []
    while isinstance(value, list):
        shape.append(len(value))
        value = value[0]
    return tuple(shape)


def literal(value: Nested) -> str:
    """A number or nested lists as Python source with the same value."""
    if isinstance(value, list):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if math.isnan(value):
        return 'float("nan")'
    if math.isinf(value):
        return 'float("inf")' if value > 0 else '-float("inf")'
    return repr(value)


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of an element-wise result, None where the shapes do not go together."""
    length = max(len(a), len(b))
    a = (1,) * (length - len(a)) + a
    b = (1,) * (length - len(b)) + b
    if any(m != n and 1 not in (m, n) for m, n in zip(a, b, strict=True)):
        return None
    return tuple(n if m == 1 else m for m, n in zip(a, b, strict=True))


def matmul(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of a matrix product of vectors and matrices, None where there is none."""
    if not (1 <= len(a) <= 2 and 1 <= len(b) <= 2) or a[-1] != b[0]:
        return None
    return a[:-1] + b[1:]
