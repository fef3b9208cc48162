"""Places to start from, good and bad, each with a sentence that says what will be seen. The tests train what they claim."""

from __future__ import annotations

from functools import partial
from typing import Any

from chainrule.lessons.lesson import preset, text
from chainrule.lessons.vanishing_and_exploding.config import Config

_preset = partial(preset, Config)


_HOT: dict[str, Any] = {
    "activation": "relu",
    "initialisation": "he",
    "scale": 1.3,
    "width": 16,
    "optimizer": "sgd",
    "lr": 0.1,
}

PRESETS = (
    _preset(
        "vanishing",
        False,
        text("Vanishing: twenty sigmoids", "Tiêu biến: hai mươi lớp sigmoid"),
        text(
            "Every sigmoid passes on a quarter of the gradient at most: the plain column goes on guessing, the others learn.",
            "Mỗi sigmoid chuyển tiếp nhiều nhất một phần tư gradient: cột trơn cứ đoán mò, các cột kia học được.",
        ),
    ),
    _preset(
        "holds",
        True,
        text("Holding: He and ReLU", "Giữ được: He và ReLU"),
        text(
            "Weights drawn so that ReLU keeps sizes on average: even the plain column gets its gradient, and learns.",
            "Trọng số được rút sao cho ReLU giữ nguyên độ lớn về trung bình: cả cột trơn cũng nhận được gradient và học được.",
        ),
        activation="relu",
        initialisation="he",
        width=32,
        lr=0.003,
    ),
    _preset(
        "exploding",
        False,
        text("Exploding: weights a little too large", "Bùng nổ: trọng số hơi quá lớn"),
        text(
            "A little too much per layer, twenty times over: after a few steps plain and residual have nothing but NaN.",
            "Mỗi lớp dư một chút, nhân lên hai mươi lần: chỉ vài bước là cột trơn và cột kết nối tắt toàn NaN.",
        ),
        **_HOT,
    ),
    _preset(
        "clipped",
        True,
        text("Exploding, but clipped", "Bùng nổ, nhưng bị cắt"),
        text(
            "The same weights, and each column's gradient scaled to a norm of one half: the map is as steep, the steps are short, "
            "and the plain column learns.",
            "Vẫn những trọng số ấy, nhưng gradient của mỗi cột được co về chuẩn một phần hai: bản đồ vẫn dốc như thế, bước đi "
            "ngắn lại, và cột trơn học được.",
        ),
        clip="norm",
        clip_norm=0.5,
        **_HOT,
    ),
    _preset(
        "infinity",
        False,
        text("To infinity", "Tới vô cực"),
        text(
            "Fifty layers, weights seven times too large: on the way forward numbers outgrow the format, infinity first, then NaN. "
            "Batch norm divides it all away.",
            "Năm mươi lớp, trọng số lớn gấp bảy: ngay lượt xuôi các số đã vượt khỏi kiểu số, thành vô cực rồi NaN. Chuẩn hoá "
            "theo lô thì chia bỏ được hết.",
        ),
        activation="relu",
        initialisation="he",
        scale=7.0,
        depth=50,
    ),
    _preset(
        "fifty",
        True,
        text("Fifty sigmoids", "Năm mươi lớp sigmoid"),
        text(
            "What reaches the first plain layer has dozens of zeros before its first digit; with both remedies the network learns.",
            "Cái tới được lớp trơn đầu tiên có hàng chục số không trước chữ số đầu; có cả hai phương thuốc thì mạng học được.",
        ),
        depth=50,
    ),
    _preset(
        "single",
        None,
        text("One unit wide, one sample", "Rộng một nơ-ron, một mẫu"),
        text(
            "A single path: each gain is exactly the size of one local derivative, and the gradient is their product.",
            "Chỉ một đường đi: mỗi hệ số đúng bằng độ lớn của một đạo hàm cục bộ, và gradient là tích của chúng.",
        ),
        columns=["plain", "residual"],
        depth=10,
        width=1,
        batch_size=1,
        activation="tanh",
        optimizer="sgd",
        lr=0.05,
    ),
)
