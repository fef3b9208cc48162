"""Runs side by side: each is updated, and clipped, as if it were alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from chainrule.nn.clipping import Clipping
from chainrule.nn.optimizers import make_optimizer
from chainrule.nn.runs import Runs, run_of
from chainrule.trace import Regime, initial_carry, run_iteration
from chainrule.trace.planned import Planned
from support.lesson_runs import regime


def test_a_parameter_says_which_run_it_is_of() -> None:
    assert run_of("adam/hidden1.weight") == "adam"
    assert run_of("hidden1.weight") == ""
    runs = Runs({"a": make_optimizer("sgd", 0.1), "b": make_optimizer("adam", 0.2)})
    assert runs.of("b/x").name == "adam"
    with pytest.raises(KeyError):
        runs.of("c/x")


def clipped(*names: str) -> Regime:
    found = regime("map-and-hiker", hikers=list(names), dtype="float64")
    clip = Clipping(norm=1.0)
    return replace(found, optimizer=Runs({name: make_optimizer("sgd", 0.1, clip=clip) for name in names}))


def ends(found: Regime, iterations: int) -> dict[str, float]:
    carry = initial_carry(found)
    for iteration in range(iterations):
        carry = run_iteration(carry, iteration, trace=False).end
    return {name: float(value) for name, value in carry.values.items()}


def test_the_norm_that_clips_is_that_of_the_run_alone() -> None:
    together, alone = ends(clipped("sgd", "adam"), 4), ends(clipped("sgd"), 4)
    assert {name: together[name] for name in alone} == alone
    first = ends(clipped("sgd", "adam"), 1)
    step = np.hypot(first["sgd/x"] + 4.2, first["sgd/y"] - 1.2)
    assert step == pytest.approx(0.1, rel=1e-5)


def test_a_plan_updates_each_run_by_its_own_optimizer() -> None:
    found = regime("map-and-hiker", hikers=["sgd", "adam"])
    carry = initial_carry(found)
    for iteration in range(5):
        carry = run_iteration(carry, iteration, trace=False).end
    assert any(isinstance(plan, Planned) for plan in found.plans.values())
    traced = initial_carry(found)
    for iteration in range(5):
        traced = run_iteration(traced, iteration, trace=True).end
    assert {name: float(value) for name, value in carry.values.items()} == {
        name: float(value) for name, value in traced.values.items()
    }
    assert set(carry.slots["adam/x"].state) == {"exp_avg", "exp_avg_sq"}
    assert carry.slots["sgd/x"].state == {}
