"""Good and bad places to start from, each with a sentence that says what will be seen, and what mends the bad ones.

What the sentences claim is trained in the tests.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from chainrule.lessons.lesson import preset, text
from chainrule.lessons.playground.config import Config
from chainrule.protocol.model import (
    DeadCondition,
    GradCondition,
    MetricCondition,
    StalledCondition,
)

_preset = partial(preset, Config, without=("dtype", "points"))


# With ReLU it would only take longer: after two thousand iterations such a network learns the circle.
_DEEP: dict[str, Any] = {"hidden": [8] * 8, "activation": "sigmoid", "lr": 0.2}

GOOD = (
    _preset(
        "works-well",
        True,
        text("Circle", "Hình tròn"),
        text(
            "A disc inside a ring, four and two hidden units: after a few epochs nearly every point is on its side.",
            "Một hình tròn nằm trong một vành khăn, bốn rồi hai nơ-ron ẩn: chỉ sau vài epoch gần như mọi điểm đã về "
            "đúng phía.",
        ),
    ),
    _preset(
        "two-clouds",
        True,
        text("Two clouds", "Hai đám mây"),
        text(
            "A straight cut parts them: no hidden layer is needed.",
            "Một nhát cắt thẳng là tách được: không cần lớp ẩn nào.",
        ),
        data="gauss",
        noise=0.1,
        hidden=[],
    ),
    _preset(
        "xor-product",
        True,
        text("XOR with the right input", "XOR với đầu vào phù hợp"),
        text(
            "The product xy is positive for one class and negative for the other: as an input it makes hidden layers needless.",
            "Tích xy dương với lớp này và âm với lớp kia: lấy nó làm đầu vào thì không cần lớp ẩn nữa.",
        ),
        data="xor",
        features=["xy"],
        hidden=[],
    ),
    _preset(
        "spiral-solved",
        True,
        text("Spiral, solved", "Hình xoắn ốc, giải được"),
        text(
            "With sin x and sin y as inputs, eight and eight hidden units follow the arms: it takes some fifty epochs.",
            "Có thêm đầu vào sin x và sin y, tám rồi tám nơ-ron ẩn lần theo được hai nhánh xoắn: mất chừng năm mươi epoch.",
        ),
        data="spiral",
        samples=400,
        features=["x", "y", "sin_x", "sin_y"],
        hidden=[8, 8],
    ),
    _preset(
        "regression",
        True,
        text("A plane", "Một mặt phẳng"),
        text(
            "Numbers instead of classes. One weighted sum fits them exactly: the loss goes down to zero.",
            "Các con số thay cho các lớp. Chỉ một tổng có trọng số là khớp hoàn toàn: mất mát giảm về không.",
        ),
        data="plane",
        hidden=[],
        lr=0.03,
    ),
    _preset(
        "deep-batch-norm",
        True,
        text("Deep, with batch norm", "Mạng sâu có chuẩn hoá theo lô"),
        text(
            "Eight layers whose sums are shifted and scaled before each sigmoid: gradients reach the first layer, and it "
            "learns.",
            "Tám lớp, các tổng được dời và co giãn trước mỗi sigmoid: gradient tới được lớp đầu, và mạng học được.",
        ),
        batch_norm=True,
        **_DEEP,
    ),
    _preset(
        "deep-residual",
        True,
        text("Deep, with skip connections", "Mạng sâu có kết nối tắt"),
        text(
            "Eight layers that each add their input: the sum passes every gradient on as it is, and it learns.",
            "Tám lớp, mỗi lớp cộng thêm đầu vào của mình: phép cộng chuyển tiếp nguyên vẹn gradient, và mạng học được.",
        ),
        residual=True,
        **_DEEP,
    ),
)

BAD = (
    _preset(
        "rate-too-high",
        False,
        text("Learning rate too high", "Tốc độ học quá lớn"),
        text(
            "Every step overshoots: the loss leaps about, and the network ends up guessing. Make the rate smaller.",
            "Bước nào cũng vọt qua đích: mất mát nhảy lung tung và rốt cuộc mạng chỉ đoán mò. Hãy giảm tốc độ học.",
        ),
        caught=MetricCondition(kind="metric", metric="loss", relation=">", threshold=2),
        lr=20.0,
    ),
    _preset(
        "all-zero",
        False,
        text("All-zero start", "Khởi tạo toàn số không"),
        text(
            "Every unit is like every other, and every weight gradient is exactly zero: only the last bias can move. "
            "Choose another initialisation.",
            "Nơ-ron nào cũng như nơ-ron nào, và gradient của mọi trọng số đúng bằng không: chỉ độ lệch cuối cùng là "
            "nhúc nhích được. Hãy chọn cách khởi tạo khác.",
        ),
        caught=GradCondition(kind="grad", relation="<", threshold=1e-6),
        initialisation="zeros",
    ),
    _preset(
        "dying-relu",
        False,
        text("Dying ReLU", "ReLU chết"),
        text(
            "Steps that are too long push units below zero for every point; a gradient of zero never brings them back. "
            "Choose leaky ReLU, or a smaller rate.",
            "Bước quá dài đẩy các nơ-ron xuống dưới không với mọi điểm; gradient bằng không chẳng bao giờ kéo chúng "
            "trở lại. Hãy chọn leaky ReLU, hoặc giảm tốc độ học.",
        ),
        caught=DeadCondition(kind="dead"),
        activation="relu",
        lr=3.0,
    ),
    _preset(
        "saturated-sigmoid",
        False,
        text("Saturated sigmoid", "Sigmoid bão hoà"),
        text(
            "Weights that begin too large put most sigmoids where they are flat: no gradient to speak of gets through "
            "those. Switch batch norm on: it brings the sums back to where sigmoids bend.",
            "Trọng số ban đầu quá lớn đẩy phần lớn sigmoid vào chỗ phẳng: hầu như không gradient nào lọt qua những "
            "chỗ ấy. Hãy bật chuẩn hoá theo lô: nó đưa các tổng về lại chỗ sigmoid uốn cong.",
        ),
        caught=GradCondition(kind="grad", name="hidden1.bias", relation="<", threshold=0.02),
        activation="sigmoid",
        initialisation="large",
        hidden=[8, 8, 8],
        lr=0.03,
    ),
    _preset(
        "overfitting",
        False,
        text("Overfitting on noise", "Học vẹt theo nhiễu"),
        text(
            "Few points with wrong labels and a large network: it learns them by heart, and the test loss climbs. Give "
            "it more points.",
            "Ít điểm, nhiều nhãn sai và một mạng lớn: nó học thuộc lòng, còn mất mát kiểm tra thì leo lên. Hãy cho nó "
            "nhiều điểm hơn.",
        ),
        caught=StalledCondition(kind="stalled", metric="test_loss"),
        samples=80,
        noise=0.5,
        hidden=[16, 16],
        optimizer="adam",
        lr=0.01,
    ),
    _preset(
        "spiral",
        False,
        text("A spiral that needs features", "Hình xoắn ốc cần thêm đặc trưng"),
        text(
            "From x and y alone this small network cannot follow the arms. Add sin x and sin y, and more hidden units.",
            "Chỉ với x và y, mạng nhỏ này không lần theo nổi hai nhánh xoắn. Hãy thêm sin x và sin y, cùng nhiều "
            "nơ-ron ẩn hơn.",
        ),
        caught=StalledCondition(kind="stalled", metric="test_loss"),
        data="spiral",
        lr=0.1,
    ),
    _preset(
        "too-deep",
        False,
        text("Too deep", "Quá sâu"),
        text(
            "On the way through eight sigmoid layers the gradient dies away: the first layer gets less than a "
            "hundred-thousandth of what the last one does, and nothing is learned. Switch batch norm or residual on.",
            "Qua tám lớp sigmoid, gradient tắt dần: lớp đầu nhận chưa tới một phần trăm nghìn của lớp cuối, và mạng không "
            "học được gì. Hãy bật chuẩn hoá theo lô hoặc kết nối tắt.",
        ),
        caught=GradCondition(kind="grad", name="hidden1.weight", relation="<", threshold=1e-5),
        **_DEEP,
    ),
)

PRESETS = (*GOOD, *BAD)
