"""The lessons, each in one file, found by discovery."""

from typing import Any

from chainrule.lessons.lesson import Lesson, discover

LESSONS: dict[str, Lesson[Any]] = discover()

__all__ = ["LESSONS"]
