"""``torch.optim.lr_scheduler``: learning rates that change from step to step.

Rates are computed from the number of steps by :mod:`chainrule.nn.schedules`, where PyTorch multiplies on; the two
differ by rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from chainrule.nn import schedules
from chainrule.nn.schedules import Schedule
from chainrule.optim.optimizer import Optimizer

__all__ = [
    "CosineAnnealingLR", "ExponentialLR", "LRScheduler", "LambdaLR", "LinearLR", "OneCycleLR", "SequentialLR",
    "StepLR",
]  # fmt: skip


class LRScheduler:
    """Sets ``lr`` in every group of an optimizer; call ``step()`` after the optimizer's.

    Attributes
    ----------
    base_lrs
        The rate that each group began with.
    last_epoch
        How many steps were made.
    """

    def __init__(self, optimizer: Optimizer, rates: Schedule | list[Schedule]) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(f"{type(optimizer).__name__} is not an Optimizer")
        self.optimizer = optimizer
        groups = optimizer.param_groups
        self.schedules = rates if isinstance(rates, list) else [rates] * len(groups)
        if len(self.schedules) != len(groups):
            raise ValueError(f"Expected {len(groups)} lr_lambdas, but got {len(self.schedules)}")
        for group in groups:
            group.setdefault("initial_lr", group["lr"])
        self.base_lrs: list[float] = [group["initial_lr"] for group in groups]
        self.last_epoch = 0
        self._set()

    def _set(self) -> None:
        for group, base, schedule in zip(
            self.optimizer.param_groups, self.base_lrs, self.schedules, strict=True
        ):
            group["lr"] = schedule(base, self.last_epoch)

    def step(self) -> None:
        """The rates of the next step."""
        self.last_epoch += 1
        self._set()

    def get_last_lr(self) -> list[float]:
        """The rates in force."""
        return [group["lr"] for group in self.optimizer.param_groups]

    def state_dict(self) -> dict[str, Any]:
        return {"last_epoch": self.last_epoch, "base_lrs": list(self.base_lrs)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go on where another one stood."""
        self.last_epoch, self.base_lrs = state_dict["last_epoch"], list(state_dict["base_lrs"])
        self._set()


class LambdaLR(LRScheduler):
    """The first rate times a function of the step; or a list of functions, one for each group."""

    def __init__(
        self, optimizer: Optimizer, lr_lambda: Callable[[int], float] | list[Callable[[int], float]]
    ) -> None:
        def rate(factor: Callable[[int], float]) -> Schedule:
            return lambda lr, t: lr * factor(t)

        given = isinstance(lr_lambda, (list, tuple))
        super().__init__(optimizer, [rate(one) for one in lr_lambda] if given else rate(lr_lambda))  # type: ignore[union-attr, arg-type]


class StepLR(LRScheduler):
    """Times ``gamma`` after every ``step_size`` steps."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer, schedules.step(step_size, gamma))


class ExponentialLR(LRScheduler):
    """Times ``gamma`` after every step."""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer, schedules.exponential(gamma))


class CosineAnnealingLR(LRScheduler):
    """Half a cosine wave of ``T_max`` steps down to ``eta_min``."""

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        super().__init__(optimizer, schedules.cosine(T_max, eta_min))


class LinearLR(LRScheduler):
    """From one factor to another along a line, then constant."""

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3.0,
        end_factor: float = 1.0,
        total_iters: int = 5,
    ) -> None:
        if not 0.0 < start_factor <= 1.0:
            raise ValueError(
                "Starting multiplicative factor expected to be greater than 0 and less or equal to 1."
            )
        if not 0.0 <= end_factor <= 1.0:
            raise ValueError("Ending multiplicative factor expected to be between 0 and 1.")
        super().__init__(optimizer, schedules.linear(start_factor, end_factor, total_iters))


class SequentialLR(LRScheduler):
    """One scheduler after another: each begins at its milestone."""

    def __init__(self, optimizer: Optimizer, schedulers: list[LRScheduler], milestones: list[int]) -> None:
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "Sequential Schedulers expects number of schedulers provided to be one more than the number of "
                f"milestone points, but got number of schedulers {len(schedulers)} and the number of milestones to "
                f"be equal to {len(milestones)}"
            )
        groups = range(len(optimizer.param_groups))
        super().__init__(
            optimizer,
            [schedules.sequential([one.schedules[k] for one in schedulers], milestones) for k in groups],
        )


class OneCycleLR(LRScheduler):
    """Up to ``max_lr`` and down to next to nothing, while the momentum (or β₁) goes the other way."""

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float,
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
    ) -> None:
        if total_steps is None:
            if epochs is None or steps_per_epoch is None:
                raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
            total_steps = epochs * steps_per_epoch
        if total_steps <= 0:
            raise ValueError(f"Expected positive integer total_steps, but got {total_steps}")
        if not 0.0 <= pct_start <= 1.0:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(
                f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}"
            )
        defaults = optimizer.defaults
        if cycle_momentum and "momentum" not in defaults and "betas" not in defaults:
            raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        self.total_steps, self._cycle_momentum = total_steps, cycle_momentum
        self._momenta = (max_momentum, base_momentum, max_momentum)
        self._shape = (pct_start, anneal_strategy, three_phase)
        for group in optimizer.param_groups:
            group["initial_lr"] = max_lr / div_factor
        super().__init__(
            optimizer,
            schedules.one_cycle(
                max_lr, total_steps, pct_start, anneal_strategy, div_factor, final_div_factor, three_phase
            ),
        )

    def _set(self) -> None:
        super()._set()
        if not self._cycle_momentum:
            return
        pct_start, strategy, three_phase = self._shape
        momentum = schedules.cycle(
            self.last_epoch, self.total_steps, pct_start, self._momenta, strategy, three_phase
        )
        for group in self.optimizer.param_groups:
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum
