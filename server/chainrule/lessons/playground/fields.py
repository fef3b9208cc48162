"""How the playground's configuration is shown: under three headings, what is rarely changed folded away."""

from __future__ import annotations

from typing import Any, get_args

from chainrule.data.features import FEATURES
from chainrule.data.points import MAX_NOISE, POINT_SETS
from chainrule.lessons.lesson import text
from chainrule.lessons.options import OPTIMIZER, TrainingOptimizer, optimizer_fields
from chainrule.lessons.playground.config import LOSSES_OF, Activation, DataSet, Initialisation, LossName
from chainrule.lessons.playground.pictures import pictures
from chainrule.lessons.training import training_fields
from chainrule.protocol.model import ConfigField, Text

DATA = text("Data", "Dữ liệu")
MODEL = text("Model", "Mô hình")

_GENERATED = {"data": list(POINT_SETS)}
_CLASSES = {"data": [name for name, one in POINT_SETS.items() if one.classes] + ["drawn"]}


def _field(name: str, group: Text | None, title: Text, control: Any, *, rebuild: bool = False, **more: Any) -> ConfigField:  # fmt: skip
    applies: Any = "rebuild" if rebuild else "next_iteration"
    return ConfigField(name=name, title=title, applies=applies, control=control, group=group, **more)


def _choice(name: str, group: Text | None, title: Text, choices: tuple[str, ...], **more: Any) -> ConfigField:
    return _field(name, group, title, "choice", choices=list(choices), **more)


def _number(
    name: str, group: Text | None, title: Text, least: float, most: float | None = None, **more: Any
) -> ConfigField:
    return _field(name, group, title, "number", minimum=least, maximum=most, **more)


def fields() -> tuple[ConfigField, ...]:
    """In the order of the panel."""
    *optimizer, dtype = optimizer_fields(get_args(TrainingOptimizer), OPTIMIZER)
    return (
        _choice("data", DATA, text("data", "dữ liệu"), get_args(DataSet), pictures=pictures()),
        _field("points", DATA, text("your points", "điểm của bạn"), "points", when={"data": ["drawn"]}),
        _number("noise", DATA, text("noise", "nhiễu"), 0.0, MAX_NOISE, when=_GENERATED),
        _number("batch_size", DATA, text("batch size", "cỡ lô"), 1, 1_000),
        _number("test_share", DATA, text("test share", "phần kiểm tra"), 0.0, 0.9, folded=True),
        _number("samples", DATA, text("points", "số điểm"), 20, 2_000, folded=True, when=_GENERATED),
        _field(
            "features",
            MODEL,
            text("inputs", "đầu vào"),
            "several",
            rebuild=True,
            choices=list(FEATURES),
        ),
        _field("hidden", MODEL, text("hidden layers", "các lớp ẩn"), "layers", rebuild=True),
        _choice("activation", MODEL, text("activation", "hàm kích hoạt"), get_args(Activation)),
        _choice(
            "initialisation",
            MODEL,
            text("initialisation", "khởi tạo"),
            get_args(Initialisation),
            rebuild=True,
        ),
        _field("initial", MODEL, text("draw of first weights", "lần bốc trọng số đầu"), "none", rebuild=True),
        _field(
            "batch_norm",
            MODEL,
            text("batch norm", "chuẩn hoá theo lô"),
            "switch",
            rebuild=True,
            note=text(
                "Between a layer's sum and its activation. Test results and pictures use the running statistics.",
                "Giữa tổng của một lớp và hàm kích hoạt. Kết quả kiểm tra và hình vẽ dùng thống kê tích luỹ.",
            ),
        ),
        _field(
            "residual",
            MODEL,
            text("residual", "kết nối tắt"),
            "switch",
            note=text(
                "A hidden layer adds its input where the hidden layer before it is as wide; elsewhere nothing is added.",
                "Lớp ẩn cộng thêm đầu vào của nó nếu lớp ẩn đứng trước rộng bằng nó; nếu không thì không cộng gì.",
            ),
        ),
        _number(
            "dropout",
            MODEL,
            text("dropout", "dropout"),
            0.0,
            0.9,
            note=text(
                "In training only; test results and pictures use every unit.",
                "Chỉ khi huấn luyện; kết quả kiểm tra và hình vẽ dùng mọi nơ-ron.",
            ),
        ),
        _choice(
            "loss",
            MODEL,
            text("loss", "hàm mất mát"),
            get_args(LossName),
            only={name: _CLASSES for name in get_args(LossName) if name not in LOSSES_OF["numbers"]},
        ),
        dtype.model_copy(update={"group": MODEL, "folded": True}),
        *optimizer,
        *training_fields(OPTIMIZER),
        _number("l2", OPTIMIZER, text("L2 penalty", "phạt L2"), 0.0),
        _number("l1", OPTIMIZER, text("L1 penalty", "phạt L1"), 0.0, folded=True),
    )
