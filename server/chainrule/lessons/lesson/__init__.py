"""What a lesson is: a model, its configuration and a narrative, found by themselves.

To add a lesson, write a module or a folder beside this one that defines ``LESSON``: see ``docs/lessons.md``.
"""

from chainrule.lessons.lesson.base import LessonModel, Lines
from chainrule.lessons.lesson.config import (
    WRONG_FIELDS,
    C,
    KindFloat,
    LessonConfig,
    configured,
    invalid_config,
    names,
    whole_numbers,
)
from chainrule.lessons.lesson.fields import choice, field, number, several, switch
from chainrule.lessons.lesson.images import LossTerm, OfImages, OfScenes
from chainrule.lessons.lesson.lesson import Lesson, beat, discover, find_lesson, text
from chainrule.lessons.lesson.model import Answers, Evaluates, LeafSpec, Model, Prepares, host_array
from chainrule.lessons.lesson.plane import OfPlane, PlanePoints, Scored
from chainrule.lessons.lesson.presets import preset
from chainrule.lessons.lesson.runs import MapArea, OfMap, OfRuns, RunLayer, RunSpec
from chainrule.lessons.lesson.tokens import OfText

__all__ = [
    "WRONG_FIELDS",
    "Answers",
    "C",
    "Evaluates",
    "KindFloat",
    "LeafSpec",
    "Lesson",
    "LessonConfig",
    "LessonModel",
    "Lines",
    "LossTerm",
    "MapArea",
    "Model",
    "OfImages",
    "OfMap",
    "OfPlane",
    "OfRuns",
    "OfScenes",
    "OfText",
    "PlanePoints",
    "Prepares",
    "RunLayer",
    "RunSpec",
    "Scored",
    "beat",
    "choice",
    "configured",
    "discover",
    "field",
    "find_lesson",
    "host_array",
    "invalid_config",
    "names",
    "number",
    "preset",
    "several",
    "switch",
    "text",
    "whole_numbers",
]  # fmt: skip
