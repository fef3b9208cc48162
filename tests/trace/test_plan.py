"""Whatever path runs, the bits are the same: an iteration traced beside the same iteration run by its plan."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from chainrule.engine.backend import get_backend, host
from chainrule.lessons.lesson import LessonConfig
from chainrule.trace import Regime, initial_carry, run_iteration
from support.lesson_runs import PRESETS, regime
from support.records import Network, agree, both

MATRICES = """
W = [[1, -2, 0.5], [3, 4, -1]]
x = [1, -2, 3]
b = [[0.5], [-0.5]]
y = W @ x
z = relu(y + b) * W.sum()
t = maximum(z, 2) / (1 + abs(b)) + min(x.mean(), 0.25) ** 2
f = sum(t * t) + mean(exp(x / 10)) + log(3 + cos(sum(b))) - sqrt(sum(x * x)) + sum(tanh([[1, 2], [3, 4]] @ t))
"""


LARGE = ("vanishing-and-exploding", "detection", "next-token")
"""Of these the first preset stands for all in the other precision: the same code runs for each."""
FIRST = {slug: preset for slug, preset, _ in reversed(PRESETS)}
CASES = [
    pytest.param(slug, {**config, "dtype": dtype}, id=f"{slug}:{preset}-{dtype}")
    for slug, preset, config in PRESETS
    for dtype in ("float32", "float64")
    if dtype == "float32" or slug not in LARGE or preset == FIRST[slug]
]


@pytest.mark.parametrize(("slug", "config"), CASES)
def test_every_preset(slug: str, config: dict[str, Any]) -> None:
    for planned, traced in both(regime(slug, **config)):
        agree(planned, traced)


@pytest.mark.parametrize("zero_grad", [True, False])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"])
def test_every_optimizer_on_matrices(optimizer: str, zero_grad: bool) -> None:
    made = regime(
        "circuit", preset="custom", code=MATRICES, optimizer=optimizer, lr=0.01, zero_grad=zero_grad
    )
    for planned, traced in both(made):
        agree(planned, traced)


def test_nothing_is_updated_without_an_optimizer() -> None:
    for planned, traced in both(regime("circuit", preset="custom", code=MATRICES, optimizer="none")):
        agree(planned, traced)
        assert planned.updates == []


def test_an_edited_activation_is_traced_and_those_after_are_not() -> None:
    made = regime("one-weight")
    carry = initial_carry(made)
    for iteration in range(3):
        carry = run_iteration(carry, iteration).end
    edited = dataclasses.replace(carry, interventions={"mul#0": host.asarray(1.5, "float32")})
    record = run_iteration(edited, 3)
    assert "mul#0.edit" in record.by_name
    assert "mul#0.edit" not in run_iteration(record.end, 4).by_name


@pytest.mark.parametrize("backend", ["numpy", "array-api-strict"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_buffers_masks_and_batches_of_two_sizes(dtype: str, backend: str) -> None:
    model: Any = Network(dtype)
    made = Regime(LessonConfig(), model, model.optimizer(), get_backend(backend), dtype)
    quick, slow = initial_carry(made), initial_carry(made)
    means, kinds = [], []
    for iteration in range(12):
        planned, traced = run_iteration(quick, iteration), run_iteration(slow, iteration, trace=True)
        if backend == "numpy":
            agree(planned, traced)
        quick, slow = planned.end, traced.end
        kinds.append(type(planned.computed).__name__)
        means.append(made.backend.to_numpy(quick.values["mean"]).tolist())
        assert means[-1] == made.backend.to_numpy(slow.values["mean"]).tolist()
    assert kinds[6:] == ["Replayed"] * 6, "a buffer carries over that is not trained: no sheet"
    assert len({str(mean) for mean in means}) == 12, "the buffer is written in every iteration"


@pytest.mark.parametrize("backend", ["numpy", "array-api-strict"])
@pytest.mark.parametrize("zero_grad", [True, False])
def test_an_iteration_that_nobody_kept_is_run_again(zero_grad: bool, backend: str) -> None:
    model: Any = Network("float32")
    model.zero_grad = zero_grad
    made = Regime(LessonConfig(), model, model.optimizer(), get_backend(backend), "float32")
    kept, passed = initial_carry(made), initial_carry(made)
    kinds = []
    for iteration in range(12):
        record, again = run_iteration(kept, iteration), run_iteration(passed, iteration, keep=False)
        kept, passed = record.end, again.end
        kinds.append(type(again.computed).__name__)
        agree(again, record)
    assert kinds[6:] == ["Passed"] * 6


def test_of_an_iteration_that_nobody_keeps_little_is_left_in_memory() -> None:
    model: Any = Network("float32")
    made = Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32")
    carry = initial_carry(made)
    for iteration in range(6):
        carry = run_iteration(carry, iteration).end
    plan = run_iteration(carry, 6).computed.plan  # type: ignore[attr-defined]
    planned = next(planned for planned in made.plans.values() if planned is not None and planned.plan is plan)
    leaves = [leaf.value for leaf in plan.leaves]
    most = 0

    def counting(call: Any) -> Any:
        def counted(w: list[Any]) -> Any:
            nonlocal most
            most = max(most, sum(array is not None for array in w[len(leaves) :]))
            return call(w)

        return counted

    left = plan.run_through([(counting(call), dead) for call, dead in planned._passing], leaves)
    count = len(plan.run(leaves)) - len(leaves)
    kept = [array for array in left[len(leaves) :] if array is not None]
    assert len(kept) == 5, "the loss, three gradients and the buffer that is written"
    assert len(kept) <= most < count, "some were freed before others were made"
