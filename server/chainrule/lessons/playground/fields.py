"""How the playground's configuration is shown: under three headings, what is rarely changed folded away."""

from __future__ import annotations

from typing import Any, get_args

from chainrule.data.features import FEATURES
from chainrule.data.points import MAX_NOISE, POINT_SETS
from chainrule.lessons.lesson import choice, field, number, several, switch, text
from chainrule.lessons.options import OPTIMIZER, TrainingOptimizer, optimizer_fields
from chainrule.lessons.playground.config import LOSSES_OF, Activation, DataSet, Initialisation, LossName
from chainrule.lessons.playground.pictures import pictures
from chainrule.lessons.training import training_fields
from chainrule.protocol.model import ConfigField

DATA = text("Data", "Dữ liệu")
MODEL = text("Model", "Mô hình")

_GENERATED = {"data": list(POINT_SETS)}
_CLASSES = {"data": [name for name, one in POINT_SETS.items() if one.classes] + ["drawn"]}


def fields() -> tuple[ConfigField, ...]:
    """In the order of the panel."""
    *optimizer, dtype = optimizer_fields(get_args(TrainingOptimizer), OPTIMIZER)
    data: dict[str, Any] = {"group": DATA}
    model: dict[str, Any] = {"group": MODEL}
    built: dict[str, Any] = {**model, "rebuild": True}
    return (
        choice("data", text("data", "dữ liệu"), get_args(DataSet), pictures=pictures(), **data),
        field("points", text("your points", "điểm của bạn"), "points", when={"data": ["drawn"]}, **data),
        number("noise", text("noise", "nhiễu"), 0.0, MAX_NOISE, when=_GENERATED, **data),
        number("batch_size", text("batch size", "cỡ lô"), 1, 1_000, **data),
        number("test_share", text("test share", "phần kiểm tra"), 0.0, 0.9, folded=True, **data),
        number("samples", text("points", "số điểm"), 20, 2_000, folded=True, when=_GENERATED, **data),
        several("features", text("inputs", "đầu vào"), tuple(FEATURES), **built),
        field("hidden", text("hidden layers", "các lớp ẩn"), "layers", **built),
        choice("activation", text("activation", "hàm kích hoạt"), get_args(Activation), **model),
        choice("initialisation", text("initialisation", "khởi tạo"), get_args(Initialisation), **built),
        field("initial", text("draw of first weights", "lần bốc trọng số đầu"), "none", **built),
        switch(
            "batch_norm",
            text("batch norm", "chuẩn hoá theo lô"),
            note=text(
                "Between a layer's sum and its activation. Test results and pictures use the running statistics.",
                "Giữa tổng của một lớp và hàm kích hoạt. Kết quả kiểm tra và hình vẽ dùng thống kê tích luỹ.",
            ),
            **built,
        ),
        switch(
            "residual",
            text("residual", "kết nối tắt"),
            note=text(
                "A hidden layer adds its input where the hidden layer before it is as wide; elsewhere nothing is added.",
                "Lớp ẩn cộng thêm đầu vào của nó nếu lớp ẩn đứng trước rộng bằng nó; nếu không thì không cộng gì.",
            ),
            **model,
        ),
        number(
            "dropout",
            text("dropout", "dropout"),
            0.0,
            0.9,
            note=text(
                "In training only; test results and pictures use every unit.",
                "Chỉ khi huấn luyện; kết quả kiểm tra và hình vẽ dùng mọi nơ-ron.",
            ),
            **model,
        ),
        choice(
            "loss",
            text("loss", "hàm mất mát"),
            get_args(LossName),
            only={name: _CLASSES for name in get_args(LossName) if name not in LOSSES_OF["numbers"]},
            **model,
        ),
        dtype.model_copy(update={"group": MODEL, "folded": True}),
        *optimizer,
        *training_fields(OPTIMIZER),
        number("l2", text("L2 penalty", "phạt L2"), 0.0, group=OPTIMIZER),
        number("l1", text("L1 penalty", "phạt L1"), 0.0, folded=True, group=OPTIMIZER),
    )
