"""A lesson, and how lessons are found."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from chainrule.engine.backend import Backend
from chainrule.errors import Refusal
from chainrule.lessons.lesson.config import C
from chainrule.lessons.lesson.model import Model
from chainrule.protocol.model import (
    Beat,
    BeatAnchor,
    ConfigField,
    LessonBrief,
    LessonInfo,
    Preset,
    StepKind,
    Text,
    Unit,
)


@dataclass(frozen=True)
class Lesson(Generic[C]):
    """A lesson: data found by :func:`discover`, never a place in a list somewhere else.

    Attributes
    ----------
    order
        Place in the order of learning, from 1.
    outcome
        What one can say afterwards, as one would say it.
    plot
        The parameter over which the loss is drawn as a curve.
    beats
        The narrative under a configuration.
    build
        (configuration, seed, backend, dtype) → model. Raises refusals.
    pace
        Units a second at which the page plays it at first; None trains as fast as possible.
    unit
        By which it is played at first.
    """

    slug: str
    order: int
    title: Text
    summary: Text
    outcome: Text
    Config: type[C]
    fields: tuple[ConfigField, ...]
    presets: tuple[Preset, ...]
    plot: str | None
    beats: Callable[[C], list[Beat]]
    build: Callable[[C, int, Backend, str], Model]
    pace: float | None = 1.0
    unit: Unit = "step"

    def brief(self) -> LessonBrief:
        """What a list of lessons shows of it."""
        return LessonBrief(
            slug=self.slug,
            order=self.order,
            title=self.title,
            summary=self.summary,
            outcome=self.outcome,
        )

    def info(self) -> LessonInfo:
        """The whole lesson; its beats are those of the default configuration."""
        defaults = self.Config()
        return LessonInfo(
            **self.brief().model_dump(),
            config_schema=self.Config.model_json_schema(),
            fields=list(self.fields),
            defaults=defaults.model_dump(mode="json"),
            beats=self.beats(defaults),
            presets=list(self.presets),
            plot=self.plot,
            pace=self.pace,
            unit=self.unit,
        )


def text(en: str, vi: str) -> Text:
    """A sentence in both languages."""
    return Text(en=en, vi=vi)


def beat(
    name: str,
    anchor: tuple[StepKind, str | None] | tuple[StepKind, str | None, int],
    title: Text,
    body: Text,
    *,
    iteration: int = 0,
) -> Beat:
    """A beat at the first step of a kind that touches a node (and an argument)."""
    return Beat(
        id=name,
        title=title,
        body=body,
        anchor=BeatAnchor(
            iteration=iteration,
            kind=anchor[0],
            node=anchor[1],
            argument=anchor[2] if len(anchor) == 3 else None,
        ),
    )


def discover() -> dict[str, Lesson[Any]]:
    """All lessons of this package by slug, in the order of learning."""
    package = importlib.import_module("chainrule.lessons")
    found: list[Lesson[Any]] = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        lesson = getattr(module, "LESSON", None)
        if isinstance(lesson, Lesson):
            found.append(lesson)
    return {lesson.slug: lesson for lesson in sorted(found, key=lambda lesson: (lesson.order, lesson.slug))}


def find_lesson(slug: str) -> Lesson[Any]:
    """The lesson with this slug; a refusal ``unknown_lesson`` if there is none."""
    from chainrule.lessons import LESSONS

    try:
        return LESSONS[slug]
    except KeyError:
        raise Refusal(
            "unknown_lesson",
            404,
            "No such lesson",
            f"There is no lesson {slug[:64]!r}.",
            f"The lessons are {', '.join(LESSONS)}.",
        ) from None
