"""How much a person's program may ask for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on a program.

    ``depth`` bounds nested brackets and chains of signs, ``tokens`` one statement, ``nodes`` leaves and ops
    together, ``elements`` one tensor.
    """

    source: int = 10_000
    depth: int = 50
    tokens: int = 1_000
    nodes: int = 1_000
    elements: int = 10_000
