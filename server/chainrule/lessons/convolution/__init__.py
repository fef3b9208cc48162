"""Convolution: a small network of filters that learns to read handwritten digits."""

from __future__ import annotations

from chainrule.lessons.convolution.beats import beats
from chainrule.lessons.convolution.config import Config, fields
from chainrule.lessons.convolution.model import build
from chainrule.lessons.convolution.presets import PRESETS
from chainrule.lessons.lesson import Lesson, text

LESSON = Lesson(
    slug="convolution",
    order=7,
    title=text("Convolution", "Tích chập"),
    summary=text(
        "A small network of filters learns to read handwritten digits: image, filters, feature maps, pooling, logits, "
        "and what goes back through each of them.",
        "Một mạng nhỏ gồm các bộ lọc học đọc chữ số viết tay: ảnh, bộ lọc, bản đồ đặc trưng, gộp, logit, và những gì "
        "đi ngược qua từng phần.",
    ),
    Config=Config,
    fields=fields(),
    presets=PRESETS,
    plot=None,
    beats=beats,
    build=build,
    pace=None,
)
