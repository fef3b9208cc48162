"""What lessons that train have beside an optimizer: a schedule of the learning rate, and gradients kept within bounds."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from chainrule.lessons.lesson import KindFloat, invalid_config, text
from chainrule.lessons.options import (
    LearningRate,
    NotNegative,
    OptimizerConfig,
    TrainingOptimizer,
    build_optimizer,
    number_code,
)
from chainrule.nn import schedules
from chainrule.nn.clipping import Clipping
from chainrule.nn.optimizers import Optimizer
from chainrule.nn.schedules import Schedule
from chainrule.protocol.model import ConfigField, Text

ScheduleName = Literal["constant", "step", "cosine", "warmup", "warmup_cosine", "one_cycle"]
ClipName = Literal["none", "value", "norm"]

LONGEST = 1_000_000
Updates = Annotated[int, Field(ge=1, le=LONGEST)]
Positive = Annotated[KindFloat, Field(gt=0)]


class TrainingConfig(OptimizerConfig):
    """An optimizer with a schedule and bounds for gradients. Schedules count updates from the beginning.

    Attributes
    ----------
    step_size, gamma
        Of ``step``: after so many updates the learning rate is multiplied by gamma.
    warmup
        Updates in which the learning rate rises.
    schedule_length
        Updates of half a cosine wave, the warm-up included, and of one cycle.
    lr_min
        Where a cosine wave goes down to.
    clip_value, clip_norm
        The largest size of an element of a gradient; the largest norm of all gradients together.
    """

    optimizer: TrainingOptimizer = "sgd"
    schedule: ScheduleName = "constant"
    step_size: Updates = 500
    gamma: NotNegative = 0.1
    warmup: Updates = 100
    # A cycle needs some updates to go up and down in.
    schedule_length: Annotated[int, Field(ge=10, le=LONGEST)] = 2_000
    lr_min: LearningRate = 0.0
    clip: ClipName = "none"
    clip_value: Positive = 1.0
    clip_norm: Positive = 1.0

    def check(self) -> None:
        """Refuse a warm-up that leaves nothing of the schedule."""
        if self.schedule == "warmup_cosine" and self.warmup >= self.schedule_length:
            raise invalid_config(
                f"warmup: {self.warmup} updates leave none of {self.schedule_length} for the cosine.",
                "Choose a shorter warm-up.",
                reason="config_not_below",
                fields=["warmup"],
                field="warmup",
                bound=self.schedule_length,
            )

    def build_optimizer(self) -> Optimizer:
        """The optimizer, new. Refuses numbers that go with none."""
        optimizer = build_optimizer(self, _clipping(self), _schedule(self))
        assert optimizer is not None
        return optimizer


def _clipping(config: TrainingConfig) -> Clipping | None:
    if config.clip == "none":
        return None
    return Clipping(value=config.clip_value) if config.clip == "value" else Clipping(norm=config.clip_norm)


def _schedule(config: TrainingConfig) -> Schedule | None:
    if config.schedule == "constant":
        return None
    if config.schedule == "step":
        return schedules.step(config.step_size, config.gamma)
    if config.schedule == "cosine":
        return schedules.cosine(config.schedule_length, config.lr_min)
    if config.schedule == "warmup":
        return schedules.linear(1.0 / (config.warmup + 1), 1.0, config.warmup)
    if config.schedule == "warmup_cosine":
        return schedules.warmup_cosine(config.warmup, config.schedule_length, config.lr_min)
    cycle, last = schedules.one_cycle(config.lr, config.schedule_length), config.schedule_length - 1
    # Where the cycle has ended, its last rate holds.
    return lambda lr, t: cycle(lr, min(t, last))


def scheduler_code(config: TrainingConfig) -> list[str]:
    """The lines that make PyTorch's scheduler; none for one rate throughout."""
    made = "scheduler = torch.optim.lr_scheduler."
    warm = f"LinearLR(optimizer, start_factor=1 / {config.warmup + 1}, total_iters={config.warmup})"
    low = f", eta_min={number_code(config.lr_min)}" if config.lr_min else ""
    if config.schedule == "step":
        return [f"{made}StepLR(optimizer, step_size={config.step_size}, gamma={number_code(config.gamma)})"]
    if config.schedule == "cosine":
        return [f"{made}CosineAnnealingLR(optimizer, T_max={config.schedule_length}{low})"]
    if config.schedule == "warmup":
        return [made + warm]
    if config.schedule == "warmup_cosine":
        rest = config.schedule_length - config.warmup
        return [
            f"warmup = torch.optim.lr_scheduler.{warm}",
            f"cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={rest}{low})",
            f"{made}SequentialLR(optimizer, [warmup, cosine], milestones=[{config.warmup}])",
        ]
    if config.schedule == "one_cycle":
        return [
            f"{made}OneCycleLR(optimizer, max_lr={number_code(config.lr)}, "
            f"total_steps={config.schedule_length}, cycle_momentum=False)"
        ]
    return []


def schedule_step_code(config: TrainingConfig) -> list[str]:
    """The lines after an update that go on to the next learning rate."""
    if config.schedule == "constant":
        return []
    if config.schedule == "one_cycle":
        return [f"if scheduler.last_epoch < {config.schedule_length - 1}:", "    scheduler.step()"]
    return ["scheduler.step()"]


def clip_code(config: TrainingConfig, parameters: str) -> list[str]:
    """The line before an update that keeps gradients within bounds."""
    if config.clip == "none":
        return []
    if config.clip == "value":
        return [f"nn.utils.clip_grad_value_({parameters}, {number_code(config.clip_value)})"]
    return [f"nn.utils.clip_grad_norm_({parameters}, {number_code(config.clip_norm)})"]


def training_fields(group: Text | None = None) -> tuple[ConfigField, ...]:
    """How the fields that :class:`TrainingConfig` adds are shown."""

    def number(name: str, title: Text, least: float, when: dict[str, list[str]]) -> ConfigField:
        return ConfigField(
            name=name,
            title=title,
            applies="next_iteration",
            control="number",
            group=group,
            minimum=least,
            when=when,
        )

    def choice(name: str, title: Text, choices: tuple[str, ...], *, folded: bool = False) -> ConfigField:
        return ConfigField(
            name=name,
            title=title,
            applies="next_iteration",
            control="choice",
            group=group,
            folded=folded,
            choices=list(choices),
        )

    def scheduled(*names: ScheduleName) -> dict[str, list[str]]:
        return {"schedule": list(names)}

    return (
        choice("schedule", text("schedule", "lịch tốc độ học"), get_args(ScheduleName), folded=True),
        number("warmup", text("warm-up, iterations", "khởi động, số lượt lặp"), 1, scheduled("warmup", "warmup_cosine")),
        number(
            "schedule_length",
            text("length, iterations", "độ dài, số lượt lặp"),
            10,
            scheduled("cosine", "warmup_cosine", "one_cycle"),
        ),
        number("lr_min", text("lowest rate", "tốc độ thấp nhất"), 0.0, scheduled("cosine", "warmup_cosine")),
        number("step_size", text("every … iterations", "sau mỗi … lượt lặp"), 1, scheduled("step")),
        number("gamma", text("times γ", "nhân với γ"), 0.0, scheduled("step")),
        choice("clip", text("gradient clipping", "cắt gradient"), get_args(ClipName), folded=True),
        number("clip_value", text("largest element", "phần tử lớn nhất"), 0.0, {"clip": ["value"]}),
        number("clip_norm", text("largest norm", "chuẩn lớn nhất"), 0.0, {"clip": ["norm"]}),
    )  # fmt: skip
