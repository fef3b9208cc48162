"""What lessons with an optimizer have in common: the fields of their configuration and how PyTorch writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chainrule.lessons.lesson import KindFloat, LessonConfig, invalid_config, text
from chainrule.nn.clipping import Clipping
from chainrule.nn.optimizers import OPTIMIZERS, Optimizer, make_optimizer
from chainrule.nn.schedules import Schedule
from chainrule.protocol.model import ConfigField, Dtype, Text

OptimizerName = Literal["none", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]
TrainingOptimizer = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]

LearningRate = Annotated[KindFloat, Field(ge=0)]
NotNegative = Annotated[KindFloat, Field(ge=0)]
Decay = Annotated[KindFloat, Field(ge=0, lt=1)]

HYPER: dict[str, tuple[str, ...]] = {
    "none": (),
    "sgd": ("weight_decay",),
    "momentum": ("momentum", "dampening", "weight_decay"),
    "nesterov": ("momentum", "weight_decay"),
    "adagrad": ("lr_decay", "eps", "weight_decay"),
    "rmsprop": ("alpha", "momentum", "centered", "eps", "weight_decay"),
    "adam": ("beta1", "beta2", "eps", "weight_decay", "amsgrad"),
    "adamw": ("beta1", "beta2", "eps", "weight_decay", "amsgrad"),
}
"""The further fields that each optimizer has."""

DIFFERING = ("momentum", "eps", "weight_decay")
"""Fields for which PyTorch's default depends on the optimizer."""


class OptimizerConfig(LessonConfig):
    """Optimizer, learning rate and what else some optimizers have; PyTorch's names, and its defaults for each."""

    optimizer: OptimizerName = "sgd"
    lr: LearningRate = 0.01
    momentum: Decay = 0.9
    dampening: Annotated[KindFloat, Field(ge=0, le=1)] = 0.0
    alpha: Decay = 0.99
    centered: bool = False
    beta1: Decay = 0.9
    beta2: Decay = 0.999
    amsgrad: bool = False
    lr_decay: NotNegative = 0.0
    eps: NotNegative = 1e-8
    weight_decay: NotNegative = 0.0
    zero_grad: bool = True
    dtype: Dtype = "float32"

    @model_validator(mode="before")
    @classmethod
    def _standard(cls, fields: Any) -> Any:
        """What is not named is as PyTorch has it for the optimizer."""
        if not isinstance(fields, Mapping):
            return fields
        optimizer = fields.get("optimizer", cls.model_fields["optimizer"].default)
        return {**{name: cls.standard(optimizer, name) for name in DIFFERING}, **fields}

    @classmethod
    def standard(cls, optimizer: object, field: str) -> Any:
        """PyTorch's default of a field; that of the configuration for an optimizer without such a field."""
        if isinstance(optimizer, str) and field in HYPER.get(optimizer, ()):
            return OPTIMIZERS[optimizer].defaults[field]
        return cls.model_fields[field].default

    def merged(self, changes: Mapping[str, Any]) -> Self:
        """Change some fields. Another optimizer brings its own defaults in the place of those before.

        Raises
        ------
        Refusal
            ``invalid_config``: a field is unknown or its value is not allowed.
        """
        if "optimizer" in changes:
            brought = {
                name: self.standard(changes["optimizer"], name)
                for name in DIFFERING
                if getattr(self, name) == self.standard(self.optimizer, name)
            }
            changes = {**brought, **changes}
        return super().merged(changes)


OPTIMIZER = text("Optimizer", "Bộ tối ưu")
"""The heading over the fields of an optimizer."""


def optimizer_fields(choices: tuple[str, ...], group: Text | None = None) -> tuple[ConfigField, ...]:
    """How the fields of :class:`OptimizerConfig` are shown; all but the number format under ``group``."""
    any_optimizer = [name for name in choices if name != "none"]

    def having(field: str) -> dict[str, list[str]]:
        return {"optimizer": [name for name in choices if field in HYPER[name]]}

    def number(name: str, en: str, vi: str, most: float | None = 1.0, *, folded: bool = False) -> ConfigField:
        return ConfigField(
            name=name,
            title=text(en, vi),
            applies="next_iteration",
            control="number",
            group=group,
            folded=folded,
            minimum=0.0,
            maximum=most,
            when=having(name),
        )

    def switch(name: str, en: str, vi: str, when: dict[str, list[str]], folded: bool = True) -> ConfigField:
        return ConfigField(
            name=name,
            title=text(en, vi),
            applies="next_iteration",
            control="switch",
            group=group,
            folded=folded,
            when=when,
        )

    return (
        ConfigField(
            name="optimizer",
            title=text("optimizer", "bộ tối ưu") if group is None else text("method", "phương pháp"),
            applies="next_iteration",
            control="choice",
            group=group,
            choices=list(choices),
        ),
        ConfigField(
            name="lr",
            title=text("learning rate", "tốc độ học"),
            applies="next_iteration",
            control="number",
            group=group,
            minimum=0.0,
            when={"optimizer": any_optimizer} if "none" in choices else {},
        ),
        number("momentum", "momentum", "động lượng"),
        number("dampening", "dampening", "hệ số giảm chấn", folded=True),
        number("alpha", "smoothing α", "hệ số làm mượt α"),
        switch("centered", "centred", "trừ trung bình", having("centered")),
        number("beta1", "decay of the mean β₁", "hệ số suy giảm trung bình β₁"),
        number("beta2", "decay of the squares β₂", "hệ số suy giảm bình phương β₂"),
        switch("amsgrad", "AMSGrad", "AMSGrad", having("amsgrad")),
        number("lr_decay", "decay of the rate", "suy giảm tốc độ học", None, folded=True),
        number("eps", "epsilon ε", "epsilon ε", None, folded=True),
        number("weight_decay", "weight decay", "suy giảm trọng số", None, folded=True),
        switch(
            "zero_grad",
            "clear gradients each iteration",
            "xoá gradient ở mỗi lượt lặp",
            {},
            group is not None,
        ),
        ConfigField(
            name="dtype",
            title=text("number format", "kiểu số"),
            applies="rebuild",
            control="choice",
            choices=["float32", "float64"],
        ),
    )


def build_optimizer(
    config: OptimizerConfig, clip: Clipping | None = None, schedule: Schedule | None = None
) -> Optimizer | None:
    """The optimizer of a configuration, None for "none"."""
    if config.optimizer == "none":
        return None
    try:
        return make_optimizer(config.optimizer, config.lr, clip=clip, schedule=schedule, **_hyper(config))
    except ValueError as error:
        raise invalid_config(
            f"{error}.", "Choose other numbers, or another optimizer.", reason="config_optimizer"
        ) from error


def _hyper(config: OptimizerConfig) -> dict[str, Any]:
    """The hyperparameters as PyTorch has them, but for the learning rate."""
    hyper: dict[str, Any] = {name: getattr(config, name) for name in HYPER[config.optimizer]}
    if "beta1" in hyper:
        hyper = {"betas": (hyper.pop("beta1"), hyper.pop("beta2")), **hyper}
    return hyper


def optimizer_code(config: OptimizerConfig) -> str | None:
    """PyTorch's call that makes the optimizer, with ``{}`` for the parameters; None for "none".

    What a lesson shows by itself is written even where it is PyTorch's default.
    """
    if config.optimizer == "none":
        return None
    recipe = OPTIMIZERS[config.optimizer]
    assert recipe.torch is not None
    plain = OPTIMIZERS[recipe.torch.lower()].defaults
    given = {**recipe.defaults, **_hyper(config)}
    told = {"alpha", "betas"} | ({"weight_decay"} if config.optimizer == "adamw" else set())
    named = [
        f"{name}={_code(value)}"
        for name, value in given.items()
        if name != "lr" and (value != plain[name] or name in told)
    ]
    return f"{recipe.torch}({', '.join(['{}', f'lr={number_code(config.lr)}', *named])})"


def _code(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(number_code(one) for one in value)})"
    return repr(value) if isinstance(value, bool) else number_code(value)


def number_code(value: float) -> str:
    """A finite number as Python source: the shortest that gives it, ``1 / 18`` where that is the same number."""
    code = repr(value)
    if len(code) > 10 and value != 0.0:
        whole = round(1.0 / value) if abs(value) > 1e-6 else 0
        if whole and 1.0 / whole == value:
            return f"1 / {whole}"
    return code
