"""What a forward pass has made and a VJP will want: kept for as long as what it was made of, and handed out once.

A VJP that finds nothing makes it anew, to the same bits: so nothing but time depends on it.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

from chainrule.engine.backend import Array

MOST = 64
"""How many are kept: a forward pass may never be followed by a backward pass."""


class Remembered:
    """By the identity of an array, what was made of it."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[ref[Any], Any, Any]] = {}

    def put(self, of: Array, how: object, made: Any) -> None:
        """Remember what was made of an array. ``how``: the attributes, the very object."""
        found, key = self._made, id(of)
        if len(found) >= MOST:
            found.pop(next(iter(found)), None)
        found[key] = (ref(of, lambda _: found.pop(key, None)), how, made)

    def take(self, of: Array, how: object) -> Any:
        """What was made, which is forgotten now; None where there is nothing."""
        entry = self._made.pop(id(of), None)
        if entry is None or entry[0]() is not of or entry[1] is not how:
            return None
        return entry[2]
