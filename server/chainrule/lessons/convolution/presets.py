"""Good and bad places to start from, each with a sentence that says what will be seen. What they claim is trained in the tests."""

from __future__ import annotations

from functools import partial

from chainrule.lessons.convolution.config import Config
from chainrule.lessons.lesson import preset, text

_preset = partial(preset, Config)


PRESETS = (
    _preset(
        "works-well",
        True,
        text("Eight filters, then sixteen", "Tám bộ lọc, rồi mười sáu"),
        text(
            "Two small convolutions with pooling: after a few epochs it reads nearly all digits of hands it has never seen.",
            "Hai lớp tích chập nhỏ có gộp: sau vài epoch nó đọc được gần hết chữ số của những nét chữ chưa từng thấy.",
        ),
    ),
    _preset(
        "large-filters",
        True,
        text("Filters of 5×5", "Bộ lọc 5×5"),
        text(
            "The first filters see more than half of the image's width: whole strokes instead of edges.",
            "Các bộ lọc đầu nhìn hơn nửa bề ngang của ảnh: cả nét bút thay vì chỉ các cạnh.",
        ),
        kernel="5x5",
    ),
    _preset(
        "two-filters",
        False,
        text("One filter, then two", "Một bộ lọc, rồi hai"),
        text(
            "All that is known of a digit goes through two small maps: many digits come out alike. Add filters.",
            "Mọi điều biết về một chữ số phải đi qua hai bản đồ nhỏ: nhiều chữ số ra giống nhau. Hãy thêm bộ lọc.",
        ),
        filters1=1,
        filters2=2,
    ),
    _preset(
        "all-zero",
        False,
        text("All weights zero", "Mọi trọng số bằng không"),
        text(
            "Zero times anything is zero, forward and backward: only the last biases get a gradient, and every image looks the same.",
            "Không nhân gì cũng bằng không, cả xuôi lẫn ngược: chỉ các độ lệch cuối nhận gradient, và ảnh nào cũng như nhau.",
        ),
        initialisation="zeros",
    ),
    _preset(
        "rate-too-high",
        False,
        text("Learning rate too high", "Tốc độ học quá lớn"),
        text(
            "The first updates throw the filters far away, most maps die, and the loss stays where guessing would have it.",
            "Những lần cập nhật đầu ném các bộ lọc đi rất xa, hầu hết bản đồ chết, và mất mát nằm yên ở mức đoán mò.",
        ),
        lr=0.3,
    ),
    _preset(
        "rate-too-low",
        False,
        text("SGD with a tiny rate", "SGD với tốc độ tí hon"),
        text(
            "The gradients are right and the steps tiny: after ten epochs it still guesses.",
            "Gradient thì đúng mà bước thì bé tí: sau mười epoch nó vẫn đoán mò.",
        ),
        optimizer="sgd",
        lr=0.001,
    ),
)
