"""What can be set in the lesson, and how it is shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from chainrule.lessons.lesson import KindFloat, choice, number, text
from chainrule.lessons.options import OPTIMIZER, LearningRate, TrainingOptimizer, optimizer_fields
from chainrule.lessons.training import LONGEST, ScheduleName, TrainingConfig, training_fields
from chainrule.protocol.model import ConfigField

Kernel = Literal["3x3", "5x5"]
Activation = Literal["relu", "leaky_relu", "tanh", "linear"]
Pooling = Literal["max", "average"]
Initialisation = Literal["default", "he", "zeros"]

MOST_FILTERS = 16
SIDE, CLASSES = 8, 10
"""Pixels of an image along each axis; digits."""

Filters = Annotated[int, Field(ge=1, le=MOST_FILTERS, strict=True)]


class Config(TrainingConfig):
    """Network and optimizer. The default learns to read 95 % of the held-out digits in a few seconds.

    Attributes
    ----------
    shift
        Which share of the images is moved by one pixel, along each axis: no two epochs are the same.
    filters1, filters2
        How many maps each convolution makes.
    kernel
        Rows and columns of the first filters; those of the second layer are 3×3. Images keep their size.
    pooling
        What is taken of 2×2 neighbours after each activation.
    """

    batch_size: Annotated[int, Field(ge=1, le=128)] = 32
    shift: Annotated[KindFloat, Field(ge=0, le=1)] = 0.4
    filters1: Filters = 8
    filters2: Filters = 16
    kernel: Kernel = "3x3"
    activation: Activation = "relu"
    pooling: Pooling = "max"
    initialisation: Initialisation = "default"
    optimizer: TrainingOptimizer = "adam"
    lr: LearningRate = 0.01
    schedule: ScheduleName = "cosine"
    schedule_length: Annotated[int, Field(ge=10, le=LONGEST)] = 4_000

    @property
    def reach(self) -> int:
        """Rows, and columns, of the first filters."""
        return int(self.kernel[0])


NETWORK = text("Network", "Mạng")


def fields() -> tuple[ConfigField, ...]:
    """In the order of the panel."""
    *optimizer, dtype = optimizer_fields(get_args(TrainingOptimizer), OPTIMIZER)
    network: dict[str, Any] = {"group": NETWORK}
    built: dict[str, Any] = {**network, "rebuild": True}
    return (
        number("batch_size", text("batch size", "cỡ lô"), 1, 128, **network),
        number("shift", text("share of shifted images", "phần ảnh bị dịch"), 0, 1, folded=True, **network),
        number("filters1", text("filters, first layer", "bộ lọc, lớp đầu"), 1, MOST_FILTERS, **built),
        number("filters2", text("filters, second layer", "bộ lọc, lớp hai"), 1, MOST_FILTERS, **built),
        choice("kernel", text("size of the first filters", "cỡ bộ lọc lớp đầu"), get_args(Kernel), **built),
        choice("activation", text("activation", "hàm kích hoạt"), get_args(Activation), **network),
        choice("pooling", text("pooling", "gộp"), get_args(Pooling), **network),
        choice("initialisation", text("initialisation", "khởi tạo"), get_args(Initialisation), **built),
        dtype.model_copy(update={"group": NETWORK, "folded": True}),
        *optimizer,
        *training_fields(OPTIMIZER),
    )  # fmt: skip
