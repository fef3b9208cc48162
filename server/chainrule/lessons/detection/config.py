"""What can be set in the lesson, and how it is shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from chainrule.lessons.lesson import KindFloat, choice, invalid_config, names, number, several, text
from chainrule.lessons.options import (
    OPTIMIZER,
    LearningRate,
    NotNegative,
    TrainingOptimizer,
    optimizer_fields,
)
from chainrule.lessons.training import LONGEST, ScheduleName, TrainingConfig, training_fields
from chainrule.protocol.model import ConfigField

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
    augment: Annotated[list[Change], Field(max_length=20), BeforeValidator(names)] = Field(
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
    built: dict[str, Any] = {"group": NETWORK, "rebuild": True}
    return (
        number("scenes", text("scenes to train on", "cảnh để huấn luyện"), 4, MOST_SCENES, group=DATA),
        number("batch_size", text("batch size", "cỡ lô"), 1, 64, group=DATA),
        several("augment", text("augmentation", "tăng cường dữ liệu"), CHANGES, group=DATA),
        number("filters", text("filters, first layer", "bộ lọc, lớp đầu"), 1, MOST_FILTERS, **built),
        choice("initialisation", text("initialisation", "khởi tạo"), get_args(Initialisation), **built),
        dtype.model_copy(update={"group": NETWORK, "folded": True}),
        choice("box_loss", text("box loss", "mất mát khung"), get_args(BoxLoss), group=LOSS),
        number("box_weight", text("weight of the box", "trọng số khung"), 0, group=LOSS),
        number("objectness_weight", text("weight of objectness", "trọng số có-vật"), 0, group=LOSS),
        number("class_weight", text("weight of the class", "trọng số lớp"), 0, group=LOSS),
        number("nms", text("suppress above an IoU of", "loại khi IoU trên"), 0, 1, group=LOSS),
        *optimizer,
        *training_fields(OPTIMIZER),
    )  # fmt: skip
