"""JSON numbers that may be NaN or infinite: written as strings, because JSON has no literal for them."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from chainrule.engine.backend import host

NON_FINITE = ("NaN", "Infinity", "-Infinity")

NUMBER_SCHEMA: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string", "enum": list(NON_FINITE)}]}
DATA_SCHEMA: dict[str, Any] = {
    "description": "A number, or nested lists of numbers in row-major order.",
    "anyOf": [*NUMBER_SCHEMA["anyOf"], {"type": "array", "items": {}}],
}


def to_json(value: Any) -> Any:
    """A float, or floats in an array or nested lists, with NaN and infinities written as in ``NON_FINITE``."""
    if isinstance(value, (host.ndarray, host.generic)):
        numbers = value.tolist()
        return numbers if host.isfinite(value).all() else to_json(numbers)
    if isinstance(value, (list, tuple)):
        # Mostly a row of finite floats, of which there are very many in a frame: looked at in one go.
        if set(map(type, value)) == {float} and all(map(math.isfinite, value)):
            return list(value)
        return [to_json(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


def from_json(value: Any) -> Any:
    """The inverse of :func:`to_json`; raises ``ValueError`` on any other string, boolean or null."""
    if isinstance(value, list):
        return [from_json(v) for v in value]
    if isinstance(value, str):
        if value not in NON_FINITE:
            raise ValueError(f"expected a number or one of {', '.join(NON_FINITE)}, not {value!r}")
        return float(value.replace("Infinity", "inf"))
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError("expected a number or nested lists of numbers")
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError("the number is too large for a float") from error


Number = Annotated[
    float,
    BeforeValidator(from_json),
    PlainSerializer(to_json, when_used="json"),
    WithJsonSchema(NUMBER_SCHEMA),
]
"""A float; ``"NaN"``, ``"Infinity"`` and ``"-Infinity"`` in JSON where it is not finite."""

Data = Annotated[
    Any, BeforeValidator(from_json), PlainSerializer(to_json, when_used="json"), WithJsonSchema(DATA_SCHEMA)
]
"""A number or nested lists of numbers."""
