"""The configuration: a surface, where the hikers begin, who they are and how large their steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BeforeValidator, Field, model_validator

from chainrule.lessons.lesson import KindFloat, LessonConfig, choice, names, number, several, switch, text
from chainrule.lessons.map_and_hiker.surfaces import SURFACES, SurfaceName
from chainrule.lessons.options import Decay, LearningRate, OptimizerConfig, TrainingOptimizer
from chainrule.protocol.model import Dtype

HikerName = Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]
HIKERS: tuple[HikerName, ...] = get_args(HikerName)

RACERS: list[HikerName] = ["sgd", "momentum", "rmsprop", "adam"]
"""Who walks by default."""

Coordinate = Annotated[KindFloat, Field(ge=-1000, le=1000)]


class Config(LessonConfig):
    """What is not named is as it goes well on the surface.

    Attributes
    ----------
    x, y
        Where all hikers begin.
    hikers
        Who walks, in the order of the menu.
    lr_sgd, lr_momentum, lr_nesterov, lr_rmsprop, lr_adam, lr_adamw
        The learning rate of each.
    momentum, alpha, beta1, beta2, weight_decay
        Of those that have them; weight decay is AdamW's.
    """

    surface: SurfaceName = "ravine"
    x: Coordinate = SURFACES["ravine"].start[0]
    y: Coordinate = SURFACES["ravine"].start[1]
    hikers: Annotated[list[HikerName], Field(min_length=1, max_length=20), BeforeValidator(names)] = RACERS
    lr_sgd: LearningRate = SURFACES["ravine"].rates["sgd"]
    lr_momentum: LearningRate = SURFACES["ravine"].rates["momentum"]
    lr_nesterov: LearningRate = SURFACES["ravine"].rates["nesterov"]
    lr_rmsprop: LearningRate = SURFACES["ravine"].rates["rmsprop"]
    lr_adam: LearningRate = SURFACES["ravine"].rates["adam"]
    lr_adamw: LearningRate = SURFACES["ravine"].rates["adamw"]
    momentum: Annotated[KindFloat, Field(gt=0, lt=1)] = 0.9
    alpha: Decay = 0.99
    beta1: Decay = 0.9
    beta2: Decay = 0.999
    weight_decay: LearningRate = 0.01
    zero_grad: bool = True
    dtype: Dtype = "float32"

    @model_validator(mode="before")
    @classmethod
    def _standard(cls, fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            return fields
        return {**standard(fields.get("surface", "ravine")), **fields}

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        # Frozen: what is replaced is replaced while the configuration is made.
        object.__setattr__(self, "hikers", [name for name in HIKERS if name in self.hikers])
        return self

    def merged(self, changes: Mapping[str, Any]) -> Self:
        """Change some fields. Another surface brings its own start and learning rates in the place of those before.

        Raises
        ------
        Refusal
            ``invalid_config``: a field is unknown or its value is not allowed.
        """
        if changes.get("surface", self.surface) != self.surface:
            changes = {**standard(changes["surface"]), **changes}
        return super().merged(changes)

    def rate(self, hiker: str) -> float:
        """The learning rate of a hiker."""
        rate: float = getattr(self, f"lr_{hiker}")
        return rate

    def of(self, hiker: HikerName) -> OptimizerConfig:
        """The optimizer of a hiker."""
        optimizer: TrainingOptimizer = hiker
        fields: dict[str, Any] = {"optimizer": optimizer, "lr": self.rate(hiker)}
        if hiker in ("momentum", "nesterov"):
            fields["momentum"] = self.momentum
        elif hiker == "rmsprop":
            fields["alpha"] = self.alpha
        elif hiker in ("adam", "adamw"):
            fields |= {"beta1": self.beta1, "beta2": self.beta2}
        if hiker == "adamw":
            fields["weight_decay"] = self.weight_decay
        return OptimizerConfig.model_validate(fields)


def standard(surface: object) -> dict[str, float]:
    """Where one begins on a surface, and the learning rates that go well there; nothing for none."""
    found = SURFACES.get(surface) if isinstance(surface, str) else None
    if found is None:
        return {}
    rates = {f"lr_{name}": rate for name, rate in found.rates.items()}
    return {"x": found.start[0], "y": found.start[1], **rates}


NAMES: dict[HikerName, str] = {
    "sgd": "SGD",
    "momentum": "Momentum",
    "nesterov": "Nesterov",
    "rmsprop": "RMSprop",
    "adam": "Adam",
    "adamw": "AdamW",
}

_START = text("Start", "Điểm xuất phát")
_RATES = text("Learning rates", "Tốc độ học")
_FOLDED: dict[str, Any] = {"group": text("Further settings", "Thiết lập khác"), "folded": True}


FIELDS = (
    choice("surface", text("surface", "bề mặt"), tuple(SURFACES), rebuild=True),
    several("hikers", text("hikers", "người đi"), HIKERS, rebuild=True),
    number("x", text("x", "x"), rebuild=True, group=_START),
    number("y", text("y", "y"), rebuild=True, group=_START),
    *(number(f"lr_{name}", text(NAMES[name], NAMES[name]), 0.0, group=_RATES) for name in HIKERS),
    number("momentum", text("momentum μ", "động lượng μ"), 0.0, 1.0, **_FOLDED),
    number("alpha", text("RMSprop: smoothing α", "RMSprop: hệ số làm mượt α"), 0.0, 1.0, **_FOLDED),
    number("beta1", text("Adam: decay of the mean β₁", "Adam: hệ số suy giảm trung bình β₁"), 0.0, 1.0, **_FOLDED),
    number("beta2", text("Adam: decay of the squares β₂", "Adam: hệ số suy giảm bình phương β₂"), 0.0, 1.0, **_FOLDED),
    number("weight_decay", text("AdamW: weight decay λ", "AdamW: suy giảm trọng số λ"), 0.0, **_FOLDED),
    switch("zero_grad", text("clear gradients each iteration", "xoá gradient ở mỗi lượt lặp"), **_FOLDED),
    choice("dtype", text("number format", "kiểu số"), get_args(Dtype), rebuild=True, **_FOLDED),
)  # fmt: skip
"""How the fields are shown."""
