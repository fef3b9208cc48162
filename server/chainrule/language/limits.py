"""How much a person's program may ask for, and the refusal that says where it goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.errors import Refusal
from chainrule.protocol.model import Place


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


def refuse(place: Place, detail: str, hint: str) -> Refusal:
    """The refusal of a program, pointing at ``place``."""
    return Refusal("expression_error", 422, "The expression cannot be read", detail, hint, place)
