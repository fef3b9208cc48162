"""Places to start from."""

from __future__ import annotations

from typing import Any

from chainrule.lessons.lesson.config import LessonConfig
from chainrule.protocol.model import Condition, Preset, Text


def preset(
    kind: type[LessonConfig],
    name: str,
    works: bool | None,
    title: Text,
    summary: Text,
    caught: Condition | None = None,
    *,
    without: tuple[str, ...] = ("dtype",),
    **changes: Any,
) -> Preset:
    """A preset that changes the defaults of a configuration.

    It sets all fields but those ``without``, so that it is the same over any configuration. ``works``: whether it trains
    well, None where that is not the question; ``caught``: the breakpoint that catches what goes wrong.
    """
    config = kind.model_validate(changes).model_dump(mode="json", exclude=set(without))
    return Preset(id=name, works=works, title=title, summary=summary, config=config, caught=caught)
