"""One layer: three samples through a linear layer, softmax and cross-entropy, as matrices whose every cell can be seen."""

from __future__ import annotations

from typing import Any, get_args

from chainrule.lessons.lesson import Lesson, text
from chainrule.lessons.one_layer.beats import beats
from chainrule.lessons.one_layer.model import Config, Form, build
from chainrule.lessons.options import TrainingOptimizer, optimizer_fields
from chainrule.protocol.model import ConfigField, Preset, Text


def _preset(name: str, works: bool | None, title: Text, summary: Text, **changes: Any) -> Preset:
    config = Config.model_validate(changes).model_dump(mode="json", exclude={"dtype"})
    return Preset(id=name, works=works, title=title, summary=summary, config=config)


LESSON = Lesson(
    slug="one-layer",
    order=3,
    title=text("One layer", "Một lớp"),
    summary=text(
        "Three samples, six weights, three classes: every cell of every matrix, and what sums to it on the way back.",
        "Ba mẫu, sáu trọng số, ba nhãn: từng ô của từng ma trận, và những gì cộng lại thành nó trên đường về.",
    ),
    outcome=text(
        "Each cell of dW is a row times a column, summed over the samples; softmax and cross-entropy together leave p − y.",
        "Mỗi ô của dW là một hàng nhân một cột, cộng qua các mẫu; softmax cùng cross-entropy chỉ còn lại p − y.",
    ),
    Config=Config,
    fields=(
        ConfigField(
            name="form",
            title=text("cross-entropy", "cross-entropy"),
            applies="rebuild",
            control="choice",
            choices=list(get_args(Form)),
        ),
        ConfigField(
            name="scale",
            title=text("first weights, times", "trọng số ban đầu, nhân với"),
            applies="rebuild",
            control="number",
        ),
        *optimizer_fields(get_args(TrainingOptimizer)),
    ),
    presets=(
        _preset(
            "steps",
            True,
            text("Step by step", "Từng bước một"),
            text(
                "Softmax, logarithm, the right class picked, a mean: each its own node.",
                "Softmax, logarit, chọn nhãn đúng, lấy trung bình: mỗi việc là một nút riêng.",
            ),
        ),
        _preset(
            "fused",
            True,
            text("In one op", "Gộp thành một phép"),
            text(
                "The same loss as one op: its slope is p − y over N at once, with the same numbers.",
                "Cùng mất mát ấy trong một phép duy nhất: độ dốc là p − y chia cho N ngay lập tức, các con số vẫn thế.",
            ),
            form="fused",
        ),
        _preset(
            "sure-and-wrong",
            False,
            text("Sure and wrong", "Tự tin mà sai"),
            text(
                "Huge weights: probabilities become zero, their logarithms minus infinity, and zero times infinity is NaN.",
                "Trọng số khổng lồ: xác suất thành không, logarit của chúng là âm vô cực, và không nhân vô cực là NaN.",
            ),
            scale=-200.0,
        ),
        _preset(
            "sure-and-wrong-fused",
            True,
            text("Sure and wrong, in one op", "Tự tin mà sai, gộp một phép"),
            text(
                "The same weights: the one op never takes the logarithm of zero. Its loss is large, its gradient finite, and it learns.",
                "Cũng những trọng số ấy: phép gộp không bao giờ lấy logarit của không. Mất mát lớn, gradient hữu hạn, và nó học được.",
            ),
            form="fused",
            scale=-200.0,
        ),
        _preset(
            "rate-too-low",
            False,
            text("Learning rate too low", "Tốc độ học quá nhỏ"),
            text(
                "The gradients are right and the steps tiny: after hundreds of iterations the loss has hardly moved.",
                "Gradient thì đúng mà bước thì bé tí: sau hàng trăm lượt lặp, mất mát hầu như chưa nhúc nhích.",
            ),
            lr=0.001,
        ),
    ),
    plot=None,
    beats=beats,
    build=build,
)
