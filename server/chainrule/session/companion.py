"""A run beside the current one: a branch that goes with the cursor, at the same iteration and end of phase."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from chainrule.trace import Layout

if TYPE_CHECKING:
    from chainrule.lessons.lesson import LessonConfig
    from chainrule.timeline import Line

LONGEST = 40
"""Characters of a run's name."""


class Companion(NamedTuple):
    """The branch that is held beside the current one, what it is called, and what the current one is called."""

    line: Line
    name: str
    beside: str

    def swapped(self, line: Line) -> Companion:
        """The same two runs, seen from the other one; ``line`` was the current branch until now."""
        return Companion(line, self.beside, self.name)


def aligned(step: int, layout: Layout, other: Layout) -> int:
    """The step of another run's iteration that goes with a step of the current one's.

    The same step where both have the same steps, else the last end of a phase that has been reached; 0 before that.
    """
    if layout == other:
        return step
    done = -1
    end = -1
    for phase, count in enumerate(layout):
        end += count
        if count and step >= end:
            done = phase
    return max(0, sum(other[: done + 1]) - 1)


def names(here: LessonConfig, there: LessonConfig, differs: list[str]) -> tuple[str, str]:
    """What two runs are called by what tells them apart: (current, companion); empty where nothing does."""
    if not differs:
        return "", ""
    field = "optimizer" if "optimizer" in differs else differs[0]
    a, b = (_called(field, getattr(config, field)) for config in (here, there))
    return (a, b) if a != b else (a, f"{b[: LONGEST - 2]}-2")


def _called(field: str, value: Any) -> str:
    if isinstance(value, bool) or value is None:
        text = field if value else f"no_{field}"
    elif isinstance(value, str):
        text = value
    elif isinstance(value, int | float):
        text = f"{field}={value:g}"
    elif isinstance(value, list | tuple):
        text = f"{field}={'-'.join(map(str, value))}"
    else:
        text = field
    # A name stands before a slash in addresses.
    return re.sub(r"[^A-Za-z0-9_.=+-]+", "-", text)[:LONGEST].strip("-") or field[:LONGEST]
