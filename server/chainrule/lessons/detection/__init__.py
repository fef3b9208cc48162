"""Detection: a one-stage grid detector that learns to find cars and pedestrians in streets."""

from __future__ import annotations

from chainrule.lessons.detection.beats import beats
from chainrule.lessons.detection.config import Config, fields
from chainrule.lessons.detection.model import build
from chainrule.lessons.detection.presets import PRESETS
from chainrule.lessons.lesson import Lesson, text

LESSON = Lesson(
    slug="detection",
    order=8,
    title=text("Detection", "Phát hiện vật thể"),
    summary=text(
        "A grid of cells learns to find cars and pedestrians: box, objectness and class loss, each traced to its cells; "
        "overlap, suppression, precision and recall.",
        "Một lưới ô học tìm ô tô và người đi bộ: mất mát khung, có-vật và lớp, mỗi thứ truy về từng ô; độ chồng, loại "
        "trùng, precision và recall.",
    ),
    outcome=text(
        "The loss slides with a box and has a gradient; mAP jumps and has none, so we train on the one and measure the other.",
        "Mất mát trượt theo khung và có gradient; mAP thì nhảy và không có, nên ta huấn luyện bằng cái này và đo bằng cái kia.",
    ),
    Config=Config,
    fields=fields(),
    presets=PRESETS,
    plot=None,
    beats=beats,
    build=build,
    pace=None,
)
