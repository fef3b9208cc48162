"""Next token: a small language model that learns to write like the rhymes that it reads."""

from __future__ import annotations

from chainrule.lessons.lesson import Lesson, text
from chainrule.lessons.next_token.beats import beats
from chainrule.lessons.next_token.config import Config, fields
from chainrule.lessons.next_token.model import build
from chainrule.lessons.next_token.presets import PRESETS

LESSON = Lesson(
    slug="next-token",
    order=9,
    title=text("Next token", "Token tiếp theo"),
    summary=text(
        "A small language model reads rhymes and learns to say which character comes next: embeddings, attention, "
        "and the loss of one character traced back to those before it.",
        "Một mô hình ngôn ngữ nhỏ đọc đồng dao và học đoán ký tự kế tiếp: vector nhúng, chú ý, và mất mát của một ký "
        "tự được lần ngược về các ký tự đứng trước nó.",
    ),
    outcome=text(
        "Attention says what was read, the gradient says what the loss depends on, and the two often point to different characters.",
        "Chú ý cho biết đã đọc gì, gradient cho biết mất mát phụ thuộc vào đâu, và hai bên thường chỉ vào những ký tự khác nhau.",
    ),
    Config=Config,
    fields=fields(),
    presets=PRESETS,
    plot=None,
    beats=beats,
    build=build,
    pace=None,
)
