"""What a teacher says with each lesson: one file for each, beside this one, by the lesson's slug."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from chainrule.errors import Refusal
from chainrule.protocol.notes import LessonNotes


@lru_cache(maxsize=64)
def notes_of(slug: str) -> LessonNotes:
    """The notes of a lesson.

    Raises
    ------
    Refusal
        ``unknown_lesson``: there are none by this name.
    """
    for file in files(__name__).iterdir():
        if file.name == f"{slug}.json":
            return LessonNotes.model_validate_json(file.read_text(encoding="utf-8"))
    raise Refusal(
        "unknown_lesson",
        404,
        "No such lesson",
        f"There are no notes for a lesson {slug[:64]!r}.",
        "See GET /api/lessons.",
    )
