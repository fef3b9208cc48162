"""Good and bad places to start from, each with a sentence that says what will be seen."""

from __future__ import annotations

from typing import Any

from chainrule.lessons.lesson import text
from chainrule.lessons.playground.config import Config
from chainrule.protocol.model import Preset, Text


def _preset(name: str, title: Text, summary: Text, **changes: Any) -> Preset:
    """All fields but the number format, so that a preset is the same over any configuration."""
    config = Config.model_validate(changes).model_dump(mode="json", exclude={"dtype"})
    return Preset(id=name, title=title, summary=summary, config=config)


PRESETS = (
    _preset(
        "works-well",
        text("Works well", "Học tốt"),
        text(
            "A circle inside a ring, four and two hidden units: after a few epochs nearly every point is on its side.",
            "Một hình tròn nằm trong một vành khăn, bốn rồi hai nơ-ron ẩn: chỉ sau vài epoch gần như mọi điểm đã về "
            "đúng phía.",
        ),
    ),
    _preset(
        "rate-too-high",
        text("Learning rate too high", "Tốc độ học quá lớn"),
        text(
            "Every step overshoots: the loss leaps about, and the network ends up guessing.",
            "Bước nào cũng vọt qua đích: mất mát nhảy lung tung và rốt cuộc mạng chỉ đoán mò.",
        ),
        lr=20.0,
    ),
    _preset(
        "all-zero",
        text("All-zero start", "Khởi tạo toàn số không"),
        text(
            "Every unit is like every other, and every weight gradient is exactly zero: only the last bias can move.",
            "Nơ-ron nào cũng như nơ-ron nào, và gradient của mọi trọng số đúng bằng không: chỉ độ lệch cuối cùng là "
            "nhúc nhích được.",
        ),
        initialisation="zeros",
    ),
    _preset(
        "dying-relu",
        text("Dying ReLU", "ReLU chết"),
        text(
            "Steps that are too long push units below zero for every point; a gradient of zero never brings them back.",
            "Bước quá dài đẩy các nơ-ron xuống dưới không với mọi điểm; gradient bằng không chẳng bao giờ kéo chúng "
            "trở lại.",
        ),
        activation="relu",
        lr=3.0,
    ),
    _preset(
        "saturated-sigmoid",
        text("Saturated sigmoid", "Sigmoid bão hoà"),
        text(
            "Weights that begin too large put most sigmoids where they are flat: no gradient to speak of gets through those.",
            "Trọng số ban đầu quá lớn đẩy phần lớn sigmoid vào chỗ phẳng: hầu như không gradient nào lọt qua những chỗ ấy.",
        ),
        activation="sigmoid",
        initialisation="large",
        hidden=[8, 8, 8],
        lr=0.03,
    ),
    _preset(
        "overfitting",
        text("Overfitting on noise", "Học vẹt theo nhiễu"),
        text(
            "Few points with wrong labels and a large network: it learns them by heart, and the test loss climbs.",
            "Ít điểm, nhiều nhãn sai và một mạng lớn: nó học thuộc lòng, còn mất mát kiểm tra thì leo lên.",
        ),
        samples=80,
        noise=0.5,
        hidden=[16, 16],
        optimizer="adam",
        lr=0.01,
    ),
    _preset(
        "spiral",
        text("A spiral that needs features", "Hình xoắn ốc cần thêm đặc trưng"),
        text(
            "From x and y alone this small network cannot follow the arms. Add sin x and sin y, and more hidden units.",
            "Chỉ với x và y, mạng nhỏ này không lần theo nổi hai nhánh xoắn. Hãy thêm sin x và sin y, cùng nhiều "
            "nơ-ron ẩn hơn.",
        ),
        data="spiral",
        lr=0.1,
    ),
)
