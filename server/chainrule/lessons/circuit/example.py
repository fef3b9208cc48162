"""A ready-made circuit: its code and its narrative."""

from __future__ import annotations

from dataclasses import dataclass

from chainrule.protocol.model import Beat, Text


@dataclass(frozen=True)
class Example:
    """One preset of the lesson."""

    id: str
    title: Text
    summary: Text
    code: str
    beats: tuple[Beat, ...]
