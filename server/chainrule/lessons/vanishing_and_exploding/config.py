"""What can be set: how deep the network is and what it is made of, its columns, its data and how it is trained."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from chainrule.lessons.lesson import (
    KindFloat,
    choice,
    field,
    invalid_config,
    names,
    number,
    several,
    text,
    whole_numbers,
)
from chainrule.lessons.options import OPTIMIZER, LearningRate, TrainingOptimizer, optimizer_fields
from chainrule.lessons.training import ClipName, Positive, TrainingConfig, training_fields
from chainrule.protocol.model import ConfigField, Text

ColumnName = Literal["plain", "batchnorm", "residual", "both"]
Activation = Literal["sigmoid", "tanh", "relu", "leaky_relu", "gelu", "linear"]
Initialisation = Literal["default", "xavier", "he", "normal", "identity"]
DataSet = Literal["moons", "circle", "xor", "spiral"]

COLUMNS: tuple[ColumnName, ...] = get_args(ColumnName)
NORMED: tuple[ColumnName, ...] = ("batchnorm", "both")
"""The columns with batch norm."""
SKIPPING: tuple[ColumnName, ...] = ("residual", "both")
"""The columns whose layers add their input."""

TITLES: dict[ColumnName, Text] = {
    "plain": text("plain", "trơn"),
    "batchnorm": text("batch norm", "chuẩn hoá lô"),
    "residual": text("residual", "kết nối tắt"),
    "both": text("both", "cả hai"),
}

DEEPEST = 50
WIDEST = 64


class Config(TrainingConfig):
    """A deep network in several columns, which differ in what helps against vanishing and in nothing else.

    Attributes
    ----------
    columns
        Which of them there are, in the order of the menu.
    depth, width
        Hidden layers, and the units of each.
    scale
        What first weights are multiplied by.
    skips
        Layers of the plain column that add their input all the same: from 2, whose input is as wide as its output.
    """

    columns: Annotated[list[ColumnName], Field(min_length=1, max_length=20), BeforeValidator(names)] = Field(
        default_factory=lambda: list(COLUMNS), validate_default=True
    )
    depth: Annotated[int, Field(ge=1, le=DEEPEST)] = 20
    width: Annotated[int, Field(ge=1, le=WIDEST)] = 8
    activation: Activation = "sigmoid"
    initialisation: Initialisation = "xavier"
    scale: Annotated[KindFloat, Field(ge=0, le=1e6)] = 1.0
    skips: Annotated[
        list[Annotated[int, Field(ge=2, le=DEEPEST, strict=True)]],
        Field(max_length=DEEPEST),
        BeforeValidator(whole_numbers),
    ] = Field(default_factory=list)
    data: DataSet = "moons"
    batch_size: Annotated[int, Field(ge=1, le=256)] = 32
    optimizer: TrainingOptimizer = "adam"
    lr: LearningRate = 0.01
    clip: ClipName = "none"
    clip_norm: Positive = 1.0

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        # Frozen: what is replaced is replaced while the configuration is made.
        object.__setattr__(self, "columns", [name for name in COLUMNS if name in self.columns])
        # Of a network that has become less deep.
        object.__setattr__(self, "skips", sorted({k for k in self.skips if k <= self.depth}))
        return self

    def adds(self, column: ColumnName, layer: int) -> bool:
        """Whether a layer, counted from 1, adds its input. The first has none of its width, and the output none of one."""
        return 1 < layer <= self.depth and (column in SKIPPING or (column == "plain" and layer in self.skips))

    @property
    def smallest_batch(self) -> int:
        """Points that a batch must have: batch norm needs two for a variance."""
        return 2 if any(name in NORMED for name in self.columns) else 1

    def check(self) -> None:
        """Refuse what each field alone allows, and all together do not."""
        super().check()
        if self.batch_size < self.smallest_batch:
            raise invalid_config(
                "batch_size: batch norm needs batches of two points at least.",
                "Make the batch larger, or leave the columns with batch norm out.",
                reason="config_batch_norm_batch",
                fields=["batch_size"],
                field="batch_size",
            )


NETWORK = text("Network", "Mạng")


def fields() -> tuple[ConfigField, ...]:
    """In the order of the panel."""
    *optimizer, dtype = optimizer_fields(get_args(TrainingOptimizer), OPTIMIZER)
    built: dict[str, Any] = {"group": NETWORK, "rebuild": True}
    training = {one.name: one for one in training_fields(OPTIMIZER)}
    clipping = [training.pop(name) for name in ("clip", "clip_value", "clip_norm")]
    return (
        number("depth", text("hidden layers", "số lớp ẩn"), 1, DEEPEST, **built),
        number("width", text("units in each", "nơ-ron mỗi lớp"), 1, WIDEST, **built),
        choice("activation", text("activation", "hàm kích hoạt"), get_args(Activation), group=NETWORK),
        choice("initialisation", text("initialisation", "khởi tạo"), get_args(Initialisation), **built),
        number("scale", text("first weights times", "nhân trọng số đầu với"), 0.0, **built),
        field("skips", text("skip connections in plain", "kết nối tắt ở cột trơn"), "text", **built),
        several("columns", text("columns", "các cột"), COLUMNS, **built),
        choice("data", text("data", "dữ liệu"), get_args(DataSet), **built),
        number("batch_size", text("batch size", "cỡ lô"), 1, 256, group=NETWORK),
        dtype.model_copy(update={"group": NETWORK, "folded": True}),
        *optimizer,
        *(one.model_copy(update={"folded": False}) for one in clipping),
        *training.values(),
    )  # fmt: skip
