"""Playground: a multilayer perceptron on points of the plane."""

from __future__ import annotations

from chainrule.lessons.lesson import Lesson, text
from chainrule.lessons.playground.beats import beats
from chainrule.lessons.playground.config import Config
from chainrule.lessons.playground.fields import fields
from chainrule.lessons.playground.model import build
from chainrule.lessons.playground.presets import PRESETS

LESSON = Lesson(
    slug="playground",
    order=5,
    title=text("Playground", "Sân chơi"),
    summary=text(
        "A network learns to tell points of the plane apart, batch by batch. Every number of its forward pass, "
        "its backward pass and its updates can be looked at.",
        "Một mạng học cách phân biệt các điểm trên mặt phẳng, từng lô một. Có thể xem mọi con số của lượt truyền "
        "xuôi, lượt lan truyền ngược và các lần cập nhật.",
    ),
    outcome=text(
        "Ten samples pull ten ways; the gradient is their mean, and each update bends the boundary a little.",
        "Mười mẫu kéo về mười phía; gradient là trung bình của chúng, và mỗi lần cập nhật uốn đường biên đi một chút.",
    ),
    Config=Config,
    fields=fields(),
    presets=PRESETS,
    plot=None,
    beats=beats,
    build=build,
    pace=None,
)
