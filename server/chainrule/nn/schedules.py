"""Schedules: the learning rate as a function of how many updates were made before.

Each is pure, so that any iteration can be recomputed alone. They are the closed forms of PyTorch's
``torch.optim.lr_scheduler``, which multiplies on from one step to the next.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

Schedule = Callable[[float, int], float]
"""(learning rate to begin with, updates before) → learning rate."""


def constant() -> Schedule:
    """No change."""
    return lambda lr, t: lr


def step(step_size: int, gamma: float = 0.1) -> Schedule:
    """Times ``gamma`` after every ``step_size`` updates."""
    return lambda lr, t: lr * gamma ** (t // step_size)


def exponential(gamma: float) -> Schedule:
    """Times ``gamma`` after every update."""
    return lambda lr, t: float(lr * gamma**t)


def cosine(T_max: int, eta_min: float = 0.0) -> Schedule:
    """Down to ``eta_min`` along half a cosine wave of ``T_max`` updates (Loshchilov and Hutter 2017), then up again."""
    return lambda lr, t: eta_min + (lr - eta_min) * (1.0 + math.cos(math.pi * t / T_max)) / 2.0


def linear(start_factor: float = 1.0 / 3.0, end_factor: float = 1.0, total_iters: int = 5) -> Schedule:
    """From one factor to another along a line, then constant: a warm-up."""
    return lambda lr, t: (
        lr * (start_factor + (end_factor - start_factor) * (min(t, total_iters) / total_iters))
    )


def sequential(schedules: list[Schedule], milestones: list[int]) -> Schedule:
    """One schedule after another; each begins anew at its milestone."""
    if len(milestones) != len(schedules) - 1:
        raise ValueError(
            f"{len(schedules)} schedules need {len(schedules) - 1} milestones, not {len(milestones)}"
        )

    def rate(lr: float, t: int) -> float:
        k = sum(t >= milestone for milestone in milestones)
        return schedules[k](lr, t - (milestones[k - 1] if k else 0))

    return rate


def warmup_cosine(warmup: int, total: int, eta_min: float = 0.0) -> Schedule:
    """Up along a line for ``warmup`` updates, then down to ``eta_min`` along half a cosine wave until ``total``."""
    first = linear(1.0 / (warmup + 1), 1.0, warmup) if warmup else constant()
    return sequential([first, cosine(total - warmup, eta_min)], [warmup])


def one_cycle(
    max_lr: float,
    total_steps: int,
    pct_start: float = 0.3,
    anneal_strategy: Literal["cos", "linear"] = "cos",
    div_factor: float = 25.0,
    final_div_factor: float = 1e4,
    three_phase: bool = False,
) -> Schedule:
    """Up to ``max_lr`` and down to next to nothing (Smith and Topin 2018). The learning rate given is not used."""
    first = max_lr / div_factor
    return lambda lr, t: cycle(
        t, total_steps, pct_start, (first, max_lr, first / final_div_factor), anneal_strategy, three_phase
    )


def cycle(
    t: int,
    total_steps: int,
    pct_start: float,
    levels: tuple[float, float, float],
    strategy: str,
    three_phase: bool,
) -> float:
    """Where one cycle stands: from the first level to the second and on to the third.

    In three phases it goes by way of the first again.

    Raises
    ------
    ValueError
        ``t`` is past the end.
    """
    if not 0 <= t <= total_steps:
        raise ValueError(f"Tried to step {t} times. The specified number of total steps is {total_steps}")
    first, top, last = levels
    up = float(pct_start * total_steps) - 1
    ends = [(up, first, top), (float(total_steps - 1), top, last)]
    if three_phase:
        ends[1:] = [
            (float(2 * pct_start * total_steps) - 2, top, first),
            (float(total_steps - 1), first, last),
        ]
    begin = 0.0
    for end, low, high in ends:
        if t <= end or end == ends[-1][0]:
            share = (t - begin) / (end - begin)
            if strategy == "cos":
                return high + (low - high) / 2.0 * (1.0 + math.cos(math.pi * share))
            return low + (high - low) * share
        begin = end
    raise AssertionError


SCHEDULES: dict[str, Callable[..., Schedule]] = {
    "constant": constant,
    "step": step,
    "exponential": exponential,
    "cosine": cosine,
    "linear": linear,
    "warmup_cosine": warmup_cosine,
    "one_cycle": one_cycle,
}
"""All by name."""
