"""The functions and constants that a program may use, by the names that people type."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language: the op behind it and how many arguments it takes."""

    op: str
    arity: int
    chained: bool = False
    """Whether more arguments than ``arity`` are folded from the left: max(a, b, c) = max(max(a, b), c)."""


FUNCTIONS: dict[str, Function] = {
    **{
        name: Function(name, 1)
        for name in ("exp", "log", "sqrt", "abs", "sin", "cos", "tanh", "sigmoid", "relu", "sum", "mean")
    },
    "maximum": Function("maximum", 2, chained=True),
    "minimum": Function("minimum", 2, chained=True),
    "max": Function("maximum", 2, chained=True),
    "min": Function("minimum", 2, chained=True),
    "matmul": Function("matmul", 2),
    "pow": Function("pow", 2),
}

ALIASES = {"ln": "log", "square": "x ** 2", "tan": "sin(x) / cos(x)", "log10": "log(x) / log(10)"}
"""What people type for something that has another name here."""

CONSTANTS: dict[str, tuple[float, str]] = {
    "pi": (math.pi, "math.pi"),
    "π": (math.pi, "math.pi"),
    "e": (math.e, "math.e"),
}
"""Name → value, and how it is written in Python. A program may assign other values to these names."""

NAMESPACES = frozenset({"torch"})
"""What may stand before a function's name: ``torch.exp(x)``."""

PREFIXES = NAMESPACES | {"math", "cmath", "np", "numpy", "scipy", "jnp", "jax", "tf", "nn", "F"}
"""Where people are used to find functions: refused with the name alone."""

RESERVED = frozenset({"torch", "math", "optimizer", "iteration", "range", "float"})
"""Names that the PyTorch listing uses for itself."""
