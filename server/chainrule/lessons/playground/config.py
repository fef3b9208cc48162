"""What can be set in the playground."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from chainrule.data.features import FEATURES
from chainrule.data.points import MAX_NOISE, POINT_SETS
from chainrule.lessons.lesson import KindFloat, invalid_config, names, whole_numbers
from chainrule.lessons.options import LearningRate, NotNegative, TrainingOptimizer
from chainrule.lessons.playground.points import EXAMPLE, Points, classes_of
from chainrule.lessons.training import TrainingConfig

DataSet = Literal["circle", "xor", "gauss", "spiral", "moons", "plane", "multi-gauss", "drawn"]
FeatureName = Literal["x", "y", "x_squared", "y_squared", "xy", "sin_x", "sin_y"]
Activation = Literal["tanh", "relu", "leaky_relu", "sigmoid", "silu", "gelu", "linear"]
Initialisation = Literal["default", "xavier", "he", "normal", "large", "zeros"]
LossName = Literal["bce", "ce", "mse", "huber", "mae"]

MOST_LAYERS = 8
MOST_UNITS = 128
LEAST_TRAINED = 2
"""Points that are trained on, whatever share is held out."""

LOSSES_OF: dict[str, tuple[LossName, ...]] = {
    "numbers": ("mse", "huber", "mae"),
    "two classes": ("bce", "ce", "mse", "huber", "mae"),
    "classes": ("ce",),
}
"""Which losses go with which data, the one that is taken by itself first."""


def _one_or_some(value: object) -> object:
    found = names(value)
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def _distinct(chosen: list[str]) -> list[str]:
    """In the order of the menu: which features there are counts, not who was asked for first."""
    return [name for name in FEATURES if name in chosen]


Width = Annotated[int, Field(ge=1, le=MOST_UNITS, strict=True)]


class Config(TrainingConfig):
    """Data, network, loss and optimizer. The default is a small network that learns the circle.

    Attributes
    ----------
    points
        Of ``drawn`` data: x, y and class of each.
    samples, noise, test_share
        Points in all (of other data); 0 … 0.5; which part of the points is held out.
    hidden
        Units of each hidden layer.
    activation
        One for all hidden layers, or one for each.
    dropout
        With which probability an activation is dropped.
    residual
        Whether a hidden layer adds its input where that comes from a hidden layer of equal width.
    initial
        Which draw of first weights it is; nothing else depends on it.
    l1, l2
        Strength of the penalties: terms of the loss.
    """

    data: DataSet = "circle"
    points: Points = Field(default_factory=lambda: list(EXAMPLE), validate_default=True)
    samples: Annotated[int, Field(ge=20, le=2_000)] = 300
    noise: Annotated[KindFloat, Field(ge=0, le=MAX_NOISE)] = 0.0
    test_share: Annotated[KindFloat, Field(ge=0, le=0.9)] = 0.5
    batch_size: Annotated[int, Field(ge=1, le=1_000)] = 10
    features: Annotated[list[FeatureName], Field(min_length=1, max_length=20), BeforeValidator(names)] = (
        Field(default_factory=lambda: ["x", "y"], validate_default=True)
    )
    hidden: Annotated[list[Width], Field(max_length=MOST_LAYERS), BeforeValidator(whole_numbers)] = Field(
        default_factory=lambda: [4, 2], validate_default=True
    )
    activation: Annotated[
        Activation | Annotated[list[Activation], Field(max_length=MOST_LAYERS)], BeforeValidator(_one_or_some)
    ] = "tanh"
    batch_norm: bool = False
    dropout: Annotated[KindFloat, Field(ge=0, le=0.9)] = 0.0
    residual: bool = False
    initialisation: Initialisation = "default"
    initial: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    loss: LossName = "bce"
    l1: NotNegative = 0.0
    l2: NotNegative = 0.0
    optimizer: TrainingOptimizer = "sgd"
    lr: LearningRate = 0.3

    @model_validator(mode="before")
    @classmethod
    def _fitting(cls, fields: Any) -> Any:
        """Where no loss is named, one that fits the data."""
        if isinstance(fields, Mapping) and "loss" not in fields:
            kind = _kind(fields.get("data", "circle"), fields.get("points"))
            return {**fields, "loss": LOSSES_OF[kind][0]}
        return fields

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        # Frozen: what is replaced is replaced while the configuration is made.
        object.__setattr__(self, "features", _distinct(list(self.features)))
        if isinstance(self.activation, list) and len(self.activation) == len(self.hidden):
            self._name_once()
        return self

    def _name_once(self) -> None:
        """The same activation in all layers is one name."""
        if len(set(self.activation)) == 1:
            object.__setattr__(self, "activation", self.activation[0])

    def merged(self, changes: Mapping[str, Any]) -> Self:
        """Change some fields.

        Data of another kind bring a loss that fits, and layers that are added the activation of the one before, unless
        these are named.

        Raises
        ------
        Refusal
            ``invalid_config``: a field is unknown or its value is not allowed.
        """
        if "loss" not in changes:
            kind = _kind(changes.get("data", self.data), changes.get("points", self.points))
            if kind != self.kind:
                changes = {**changes, "loss": LOSSES_OF[kind][0]}
        merged = super().merged(changes)
        if "activation" not in changes and isinstance(merged.activation, list):
            layers = len(merged.hidden)
            fitted = [*merged.activation, *merged.activation[-1:] * layers][:layers]
            merged = merged.model_copy(update={"activation": fitted or merged.activation[0]})
            merged._name_once()
        return merged

    @property
    def kind(self) -> str:
        """What the data are: a key of :data:`LOSSES_OF`."""
        return _kind(self.data, self.points)

    @property
    def classes(self) -> int:
        """How many classes the data have; 0 where they are numbers."""
        if self.kind == "numbers":
            return 0
        return classes_of(self.points) if self.data == "drawn" else POINT_SETS[self.data].classes

    @property
    def outputs(self) -> int:
        """Units of the last layer: one for each class under ``ce``, else one."""
        return self.classes if self.loss == "ce" else 1

    @property
    def widths(self) -> list[int]:
        """Inputs, units of each hidden layer, outputs."""
        return [len(self.features), *self.hidden, self.outputs]

    @property
    def activations(self) -> list[Activation]:
        """That of each hidden layer."""
        return self.activation if isinstance(self.activation, list) else [self.activation] * len(self.hidden)

    @property
    def skips(self) -> list[bool]:
        """Which hidden layers add their input."""
        widths = self.hidden
        return [self.residual and k > 0 and widths[k - 1] == widths[k] for k in range(len(widths))]

    @property
    def smallest_batch(self) -> int:
        """Points that a batch must have: batch norm needs two for a variance."""
        return 2 if self.batch_norm and self.hidden else 1

    def check(self) -> None:
        """Refuse what each field alone allows, and all together do not."""
        super().check()
        if self.data == "drawn" and len({label for *_, label in self.points}) < 2:
            raise invalid_config(
                "points: they are of fewer than two classes.",
                "Draw points of at least two classes.",
                reason="config_points_few",
                fields=["points"],
                field="points",
            )
        fitting = LOSSES_OF[self.kind]
        if self.loss not in fitting:
            raise invalid_config(
                f"loss: {self.loss} does not go with these data ({self.kind}).",
                f"Choose one of {', '.join(fitting)}.",
                reason="config_loss_not_of_data",
                fields=["loss"],
                field="loss",
                bound=", ".join(fitting),
            )
        if len(self.activations) != len(self.hidden):
            raise invalid_config(
                f"activation: {len(self.activations)} are named for {len(self.hidden)} hidden layers.",
                "Name one for each hidden layer, or one for all.",
                reason="config_not_per_layer",
                fields=["activation"],
                field="activation",
                bound=len(self.hidden),
            )
        if self.batch_size < self.smallest_batch:
            raise invalid_config(
                "batch_size: batch norm needs batches of two points at least.",
                "Make the batch larger, or switch batch norm off.",
                reason="config_batch_norm_batch",
                fields=["batch_size"],
                field="batch_size",
            )


def _kind(data: object, points: object) -> str:
    if data == "drawn":
        return "two classes" if points is None or classes_of(points) == 2 else "classes"
    known = POINT_SETS.get(data) if isinstance(data, str) else None
    return "numbers" if known is not None and known.kind == "regression" else "two classes"
