"""What can be set in the playground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from chainrule.data.features import FEATURES
from chainrule.data.points import MAX_NOISE, POINT_SETS
from chainrule.lessons.lesson import KindFloat, invalid_config, text
from chainrule.lessons.options import LearningRate, OptimizerConfig, TrainingOptimizer, optimizer_fields
from chainrule.protocol.model import ConfigField, Text

DataSet = Literal["circle", "xor", "gauss", "spiral", "moons", "plane", "multi-gauss"]
FeatureName = Literal["x", "y", "x_squared", "y_squared", "xy", "sin_x", "sin_y"]
Activation = Literal["tanh", "relu", "leaky_relu", "sigmoid", "silu", "gelu", "linear"]
Initialisation = Literal["default", "xavier", "he", "normal", "large", "zeros"]
LossName = Literal["bce", "mse", "huber"]

MOST_LAYERS = 8
MOST_UNITS = 128


def _layers(value: object) -> object:
    """Sizes of layers also as people write them: "4, 2"; nothing for none."""
    if not isinstance(value, str):
        return value
    parts = value.replace(",", " ").replace("·", " ").replace(";", " ").split()
    if not all(part.isascii() and part.isdigit() and len(part) <= 9 for part in parts):
        raise PydanticCustomError("layers", "not a list of sizes such as 4, 2")
    return [int(part) for part in parts]


def _names(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _distinct(names: list[str]) -> list[str]:
    """In the order of the menu: which features there are counts, not who was asked for first."""
    return [name for name in FEATURES if name in names]


Width = Annotated[int, Field(ge=1, le=MOST_UNITS, strict=True)]
Penalty = Annotated[KindFloat, Field(ge=0)]


class Config(OptimizerConfig):
    """Data, network, loss and optimizer. The default is a small network that learns the circle.

    Attributes
    ----------
    samples, noise, test_share
        Points in all; 0 … 0.5; which part of the points is held out.
    hidden
        Units of each hidden layer.
    l1, l2
        Strength of the penalties: terms of the loss.
    """

    data: DataSet = "circle"
    samples: Annotated[int, Field(ge=20, le=2_000)] = 300
    noise: Annotated[KindFloat, Field(ge=0, le=MAX_NOISE)] = 0.0
    test_share: Annotated[KindFloat, Field(ge=0, le=0.9)] = 0.5
    batch_size: Annotated[int, Field(ge=1, le=1_000)] = 10
    features: Annotated[list[FeatureName], Field(min_length=1, max_length=20), BeforeValidator(_names)] = (
        Field(default_factory=lambda: ["x", "y"], validate_default=True)
    )
    hidden: Annotated[list[Width], Field(max_length=MOST_LAYERS), BeforeValidator(_layers)] = Field(
        default_factory=lambda: [4, 2], validate_default=True
    )
    activation: Activation = "tanh"
    initialisation: Initialisation = "default"
    loss: LossName = "bce"
    l1: Penalty = 0.0
    l2: Penalty = 0.0
    optimizer: TrainingOptimizer = "sgd"
    lr: LearningRate = 0.3

    @model_validator(mode="before")
    @classmethod
    def _fitting(cls, fields: Any) -> Any:
        """Where no loss is named, one that fits the data."""
        if isinstance(fields, Mapping) and "loss" not in fields:
            return {**fields, "loss": _loss_for(fields.get("data", "circle"))}
        return fields

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        # Frozen: what is replaced is replaced while the configuration is made.
        object.__setattr__(self, "features", _distinct(list(self.features)))
        return self

    def merged(self, changes: Mapping[str, Any]) -> Self:
        """Change some fields. Data of another kind bring a loss that fits, unless one is named.

        Raises
        ------
        Refusal
            ``invalid_config``: a field is unknown or its value is not allowed.
        """
        if "data" in changes and "loss" not in changes:
            loss = _loss_for(changes["data"])
            if (loss == "bce") != self.classifies:
                changes = {**changes, "loss": loss}
        return super().merged(changes)

    @property
    def classifies(self) -> bool:
        """Whether the data are classes, not numbers."""
        return POINT_SETS[self.data].kind == "classification"

    def check(self) -> None:
        """Refuse a loss that cannot be of these data."""
        if self.loss == "bce" and not self.classifies:
            raise invalid_config(
                f"loss: bce needs classes, and {self.data} has numbers.",
                "Choose mse or huber.",
                reason="config_not_a_choice",
                fields=["loss"],
                field="loss",
                bound="mse, huber",
            )


def _loss_for(data: object) -> str:
    known = POINT_SETS.get(data) if isinstance(data, str) else None
    return "mse" if known is not None and known.kind == "regression" else "bce"


def _choice(name: str, title: Text, choices: tuple[str, ...], *, rebuild: bool = False) -> ConfigField:
    return ConfigField(
        name=name,
        title=title,
        applies="rebuild" if rebuild else "next_iteration",
        control="choice",
        choices=list(choices),
    )


def _number(
    name: str, title: Text, least: float, most: float | None = None, *, rebuild: bool = False
) -> ConfigField:
    return ConfigField(
        name=name,
        title=title,
        applies="rebuild" if rebuild else "next_iteration",
        control="number",
        minimum=least,
        maximum=most,
    )


def fields() -> tuple[ConfigField, ...]:
    """How the configuration is shown."""
    return (
        _choice("data", text("data", "dữ liệu"), get_args(DataSet)),
        _number("samples", text("points", "số điểm"), 20, 2_000),
        _number("noise", text("noise", "nhiễu"), 0.0, MAX_NOISE),
        _number("test_share", text("test share", "phần kiểm tra"), 0.0, 0.9),
        _number("batch_size", text("batch size", "cỡ lô"), 1, 1_000),
        ConfigField(
            name="features",
            title=text("inputs", "đầu vào"),
            applies="rebuild",
            control="several",
            choices=list(FEATURES),
        ),
        ConfigField(
            name="hidden", title=text("hidden layers", "các lớp ẩn"), applies="rebuild", control="text"
        ),
        _choice("activation", text("activation", "hàm kích hoạt"), get_args(Activation)),
        _choice("initialisation", text("initialisation", "khởi tạo"), get_args(Initialisation), rebuild=True),
        _choice("loss", text("loss", "hàm mất mát"), get_args(LossName)),
        _number("l1", text("L1 penalty", "phạt L1"), 0.0),
        _number("l2", text("L2 penalty", "phạt L2"), 0.0),
        *optimizer_fields(get_args(TrainingOptimizer)),
    )
