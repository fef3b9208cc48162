"""Vanishing and exploding: the size of gradients through a deep network, and what keeps it."""

from __future__ import annotations

from chainrule.lessons.lesson import Lesson, text
from chainrule.lessons.vanishing_and_exploding.beats import beats
from chainrule.lessons.vanishing_and_exploding.config import Config, fields
from chainrule.lessons.vanishing_and_exploding.model import build
from chainrule.lessons.vanishing_and_exploding.presets import PRESETS

LESSON = Lesson(
    slug="vanishing-and-exploding",
    order=6,
    title=text("Vanishing and exploding", "Tiêu biến và bùng nổ"),
    summary=text(
        "One deep network, plain, with batch norm, with residual connections and with both: how large the gradient is "
        "when it gets to each layer, on one axis.",
        "Cùng một mạng sâu: để trơn, có chuẩn hoá theo lô, có kết nối tắt, có cả hai. Gradient còn lớn bao nhiêu khi tới "
        "từng lớp, trên một trục chung.",
    ),
    outcome=text(
        "Each layer multiplies a gradient by its gain, and what vanishes or explodes is the product of all gains.",
        "Mỗi lớp nhân gradient với hệ số của nó, và thứ tiêu biến hay bùng nổ là tích của mọi hệ số.",
    ),
    Config=Config,
    fields=fields(),
    presets=PRESETS,
    plot=None,
    beats=beats,
    build=build,
    pace=None,
)
