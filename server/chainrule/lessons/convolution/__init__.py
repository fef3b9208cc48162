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
    outcome=text(
        "One weight of a kernel is used at every place, so its gradient is the sum over all of them.",
        "Một trọng số của kernel được dùng ở mọi vị trí, nên gradient của nó là tổng qua tất cả các vị trí ấy.",
    ),
    Config=Config,
    fields=fields(),
    presets=PRESETS,
    plot=None,
    beats=beats,
    build=build,
    pace=None,
)
