"""What lessons with an optimizer have in common: the fields of their configuration and how PyTorch writes them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from chainrule.lessons.lesson import KindFloat, LessonConfig, invalid_config, text
from chainrule.nn.optimizers import Optimizer, make_optimizer
from chainrule.protocol.model import ConfigField, Dtype

OptimizerName = Literal["none", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]
TrainingOptimizer = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]

LearningRate = Annotated[KindFloat, Field(ge=0)]
Decay = Annotated[KindFloat, Field(ge=0, lt=1)]

HYPER: dict[str, tuple[str, ...]] = {
    "none": (),
    "sgd": (),
    "momentum": ("momentum",),
    "nesterov": ("momentum",),
    "adagrad": (),
    "rmsprop": ("alpha",),
    "adam": ("beta1", "beta2"),
    "adamw": ("beta1", "beta2", "weight_decay"),
}
"""The further fields that each optimizer has."""


class OptimizerConfig(LessonConfig):
    """Optimizer, learning rate and what else some optimizers have; PyTorch's names and defaults."""

    optimizer: OptimizerName = "sgd"
    lr: LearningRate = 0.01
    momentum: Decay = 0.9
    alpha: Decay = 0.99
    beta1: Decay = 0.9
    beta2: Decay = 0.999
    weight_decay: Annotated[KindFloat, Field(ge=0)] = 0.01
    zero_grad: bool = True
    dtype: Dtype = "float32"


def optimizer_fields(choices: tuple[str, ...]) -> tuple[ConfigField, ...]:
    """How the fields of :class:`OptimizerConfig` are shown."""
    any_optimizer = [name for name in choices if name != "none"]

    def having(field: str) -> dict[str, list[str]]:
        return {"optimizer": [name for name in choices if field in HYPER[name]]}

    def decay(name: str, en: str, vi: str) -> ConfigField:
        return ConfigField(
            name=name,
            title=text(en, vi),
            applies="next_iteration",
            control="number",
            minimum=0.0,
            maximum=1.0,
            when=having(name),
        )

    return (
        ConfigField(
            name="optimizer",
            title=text("optimizer", "bộ tối ưu"),
            applies="next_iteration",
            control="choice",
            choices=list(choices),
        ),
        ConfigField(
            name="lr",
            title=text("learning rate", "tốc độ học"),
            applies="next_iteration",
            control="number",
            minimum=0.0,
            when={"optimizer": any_optimizer} if "none" in choices else {},
        ),
        decay("momentum", "momentum", "động lượng"),
        decay("alpha", "smoothing α", "hệ số làm mượt α"),
        decay("beta1", "decay of the mean β₁", "hệ số suy giảm trung bình β₁"),
        decay("beta2", "decay of the squares β₂", "hệ số suy giảm bình phương β₂"),
        decay("weight_decay", "weight decay", "suy giảm trọng số"),
        ConfigField(
            name="zero_grad",
            title=text("clear gradients each iteration", "xoá gradient ở mỗi lượt lặp"),
            applies="next_iteration",
            control="switch",
        ),
        ConfigField(
            name="dtype",
            title=text("number format", "kiểu số"),
            applies="rebuild",
            control="choice",
            choices=["float32", "float64"],
        ),
    )


def build_optimizer(config: OptimizerConfig) -> Optimizer | None:
    """The optimizer of a configuration, None for "none"."""
    if config.optimizer == "none":
        return None
    hyper: dict[str, Any] = {name: getattr(config, name) for name in HYPER[config.optimizer]}
    if "beta1" in hyper:
        hyper["betas"] = (hyper.pop("beta1"), hyper.pop("beta2"))
    try:
        return make_optimizer(config.optimizer, config.lr, **hyper)
    except ValueError as error:
        raise invalid_config(
            f"{error}.", "Choose other numbers, or another optimizer.", reason="config_optimizer"
        ) from error


def optimizer_code(config: OptimizerConfig) -> str | None:
    """PyTorch's call that makes the optimizer, with ``{}`` for the parameters; None for "none"."""
    lr = f"lr={number_code(config.lr)}"
    momentum = f"momentum={number_code(config.momentum)}"
    betas = f"betas=({number_code(config.beta1)}, {number_code(config.beta2)})"
    calls = {
        "sgd": f"SGD({{}}, {lr})",
        "momentum": f"SGD({{}}, {lr}, {momentum})",
        "nesterov": f"SGD({{}}, {lr}, {momentum}, nesterov=True)",
        "adagrad": f"Adagrad({{}}, {lr})",
        "rmsprop": f"RMSprop({{}}, {lr}, alpha={number_code(config.alpha)})",
        "adam": f"Adam({{}}, {lr}, {betas})",
        "adamw": f"AdamW({{}}, {lr}, {betas}, weight_decay={number_code(config.weight_decay)})",
    }
    return calls.get(config.optimizer)


def number_code(value: float) -> str:
    """A finite number as Python source: the shortest that gives it, ``1 / 18`` where that is the same number."""
    code = repr(value)
    if len(code) > 10 and value != 0.0:
        whole = round(1.0 / value) if abs(value) > 1e-6 else 0
        if whole and 1.0 / whole == value:
            return f"1 / {whole}"
    return code
