"""What can be set in the lesson, and how it is shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from chainrule.lessons.lesson import KindFloat, invalid_config, text
from chainrule.lessons.options import (
    OPTIMIZER,
    LearningRate,
    NotNegative,
    TrainingOptimizer,
    optimizer_fields,
)
from chainrule.lessons.training import LONGEST, ScheduleName, TrainingConfig, training_fields
from chainrule.protocol.model import ConfigField, Text

Change = Literal["flip", "shift", "scale", "noise", "cutout", "mosaic"]
Initialisation = Literal["default", "he", "zeros", "trained"]
BoxLoss = Literal["giou", "iou", "l1"]

CHANGES: tuple[Change, ...] = get_args(Change)
SIDE, CELL = 64, 8
"""Pixels of an image, and of a cell, along each axis."""

CELLS = SIDE // CELL
KINDS = (text("car", "ô tô"), text("pedestrian", "người đi bộ"))
"""What is looked for: :data:`chainrule.data.streets.CLASSES`."""

MOST_SCENES, HELD_OUT, MEASURED = 512, 64, 32
"""Scenes to train on, at most; those held out; and those of the former on which it is measured too."""
MOST_FILTERS = 32
TRAINED_FILTERS = 16
"""Of the network that comes already trained."""


def _names(value: object) -> object:
    """Names also as people write them: "flip, shift"."""
    return value.replace(",", " ").replace("·", " ").split() if isinstance(value, str) else value


class Config(TrainingConfig):
    """Data, network, loss and optimizer. The default finds most cars and pedestrians after two minutes.

    Attributes
    ----------
    scenes
        How many are trained on; 64 others are held out.
    augment
        How the images of a batch are changed, each time anew; their boxes follow.
    filters
        Maps of the first convolution; the next have twice, then four times as many.
    initialisation
        ``trained``: from the default configuration, after 2,000 iterations.
    box_loss
        1 − GIoU, 1 − IoU, or the distances of the four edges in cells.
    box_weight, objectness_weight, class_weight
        What the three terms of the loss are multiplied by.
    nms
        Of two boxes of a class that overlap by more, the less confident is suppressed.
    """

    scenes: Annotated[int, Field(ge=4, le=MOST_SCENES)] = 256
    batch_size: Annotated[int, Field(ge=1, le=64)] = 16
    augment: Annotated[list[Change], Field(max_length=20), BeforeValidator(_names)] = Field(
        default_factory=lambda: ["flip", "shift", "scale"], validate_default=True
    )
    filters: Annotated[int, Field(ge=1, le=MOST_FILTERS, strict=True)] = 16
    initialisation: Initialisation = "default"
    box_loss: BoxLoss = "giou"
    box_weight: NotNegative = 2.0
    objectness_weight: NotNegative = 1.0
    class_weight: NotNegative = 1.0
    nms: Annotated[KindFloat, Field(ge=0, le=1)] = 0.5
    optimizer: TrainingOptimizer = "adam"
    lr: LearningRate = 0.002
    schedule: ScheduleName = "cosine"
    schedule_length: Annotated[int, Field(ge=10, le=LONGEST)] = 2_000

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        # Frozen: what is replaced is replaced while the configuration is made. They are applied in one order.
        object.__setattr__(self, "augment", [name for name in CHANGES if name in self.augment])
        return self

    def check(self) -> None:
        """Refuse weights that do not fit the network."""
        super().check()
        if self.initialisation == "trained" and self.filters != TRAINED_FILTERS:
            raise invalid_config(
                f"filters: the trained network has {TRAINED_FILTERS}, not {self.filters}.",
                f"Choose {TRAINED_FILTERS} filters, or another initialisation.",
                reason="config_trained_filters",
                fields=["filters", "initialisation"],
                field="filters",
                bound=TRAINED_FILTERS,
            )


DATA = text("Scenes", "Cảnh")
NETWORK = text("Network", "Mạng")
LOSS = text("Loss", "Mất mát")


def fields() -> tuple[ConfigField, ...]:
    """In the order of the panel."""
    *optimizer, dtype = optimizer_fields(get_args(TrainingOptimizer), OPTIMIZER)
    return (
        _number("scenes", text("scenes to train on", "cảnh để huấn luyện"), 4, MOST_SCENES, DATA),
        _number("batch_size", text("batch size", "cỡ lô"), 1, 64, DATA),
        ConfigField(
            name="augment",
            title=text("augmentation", "tăng cường dữ liệu"),
            applies="next_iteration",
            control="several",
            group=DATA,
            choices=list(CHANGES),
        ),
        _number("filters", text("filters, first layer", "bộ lọc, lớp đầu"), 1, MOST_FILTERS, NETWORK, "rebuild"),
        _choice("initialisation", text("initialisation", "khởi tạo"), get_args(Initialisation), NETWORK, "rebuild"),
        dtype.model_copy(update={"group": NETWORK, "folded": True}),
        _choice("box_loss", text("box loss", "mất mát khung"), get_args(BoxLoss), LOSS),
        _number("box_weight", text("weight of the box", "trọng số khung"), 0, None, LOSS),
        _number("objectness_weight", text("weight of objectness", "trọng số có-vật"), 0, None, LOSS),
        _number("class_weight", text("weight of the class", "trọng số lớp"), 0, None, LOSS),
        _number("nms", text("suppress above an IoU of", "loại khi IoU trên"), 0, 1, LOSS),
        *optimizer,
        *training_fields(OPTIMIZER),
    )  # fmt: skip


def _number(
    name: str, title: Text, least: float, most: float | None, group: Text, applies: Any = "next_iteration"
) -> ConfigField:
    return ConfigField(
        name=name, title=title, applies=applies, control="number", group=group, minimum=least, maximum=most
    )


def _choice(
    name: str, title: Text, choices: tuple[str, ...], group: Text, applies: Any = "next_iteration"
) -> ConfigField:
    return ConfigField(
        name=name, title=title, applies=applies, control="choice", group=group, choices=list(choices)
    )
