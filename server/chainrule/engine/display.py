"""How a tensor prints: close to PyTorch's ``tensor([2.], requires_grad=True)``."""

from __future__ import annotations

import math
from typing import Any

from chainrule.engine.backend import HostArray

EDGE_ITEMS = 3
SUMMARIZE_ABOVE = 1000


def _formatter(array: HostArray) -> Any:
    """A function from an element to text, chosen for the whole array: integers with a dot, else 4 decimals."""
    if array.dtype.kind == "b":
        return lambda x: str(bool(x))
    if array.dtype.kind != "f":
        return lambda x: str(int(x))
    finite = [abs(x) for x in array.ravel().tolist() if math.isfinite(x) and x]
    largest, smallest = max(finite, default=0.0), min(finite, default=0.0)

    def scientific(x: Any) -> str:
        return f"{float(x):.4e}"

    def whole(x: Any) -> str:
        return f"{float(x):.0f}." if math.isfinite(x) else str(float(x))

    def decimal(x: Any) -> str:
        return f"{float(x):.4f}"

    if all(x == math.floor(x) for x in finite):
        return scientific if largest > 1e8 or (finite and largest / smallest > 1000) else whole
    return scientific if largest > 1e8 or smallest < 1e-4 or largest / smallest > 1000 else decimal


def array_text(array: HostArray, indent: int) -> str:
    """Nested brackets, columns aligned, the middle of a long axis left out."""
    form = _formatter(array)
    if array.ndim == 0:
        return str(form(array[()]))
    summarize = array.size > SUMMARIZE_ABOVE
    # PyTorch aligns to what is finite and not zero; "nan" and "0." may be wider.
    counted = [x for x in array.ravel().tolist() if array.dtype.kind != "f" or (math.isfinite(x) and x)]
    width = max((len(form(x)) for x in counted), default=0) if array.size <= 10_000 else 0

    def lines(part: HostArray, depth: int) -> str:
        count = len(part)
        long = summarize and count > 2 * EDGE_ITEMS
        kept = [*range(EDGE_ITEMS), *range(count - EDGE_ITEMS, count)] if long else range(count)
        texts = [f"{form(part[i]):>{width}}" if part.ndim == 1 else lines(part[i], depth + 1) for i in kept]
        if long:
            texts.insert(EDGE_ITEMS, "...")
        separator = ", " if part.ndim == 1 else "," + "\n" * (part.ndim - 1) + " " * (depth + 1)
        return "[" + separator.join(texts) + "]"

    return lines(array, indent)


def tensor_text(array: HostArray, notes: list[str]) -> str:
    """``tensor(…)`` with what else there is to say about it."""
    return ", ".join([f"tensor({array_text(array, len('tensor('))}", *notes]) + ")"
