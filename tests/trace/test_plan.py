"""Whatever path runs, the bits are the same: an iteration traced beside the same iteration run by its plan."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from chainrule.engine.backend import host
from chainrule.trace import Record, Regime, initial_carry, run_iteration
from support.lesson_runs import NAMES, PRESETS, regime

ITERATIONS = 6
MATRICES = """
W = [[1, -2, 0.5], [3, 4, -1]]
x = [1, -2, 3]
b = [[0.5], [-0.5]]
y = W @ x
z = relu(y + b) * W.sum()
t = maximum(z, 2) / (1 + abs(b)) + min(x.mean(), 0.25) ** 2
f = sum(t * t) + mean(exp(x / 10)) + log(3 + cos(sum(b))) - sqrt(sum(x * x)) + sum(tanh([[1, 2], [3, 4]] @ t))
"""


def both(regime: Regime) -> list[tuple[Record, Record]]:
    """Iterations run by a plan as soon as there is one, and the same traced."""
    pairs = []
    quick, slow = initial_carry(regime), initial_carry(regime)
    for iteration in range(ITERATIONS):
        planned = run_iteration(quick, iteration)
        traced = run_iteration(slow, iteration, trace=True)
        quick, slow = planned.end, traced.end
        pairs.append((planned, traced))
    assert type(pairs[-1][0].computed).__name__ == "Replayed", "no plan was made"
    assert type(pairs[-1][1].computed).__name__ == "Traced"
    return pairs


def same(a: Any, b: Any) -> None:
    assert (a is None) == (b is None)
    if a is not None:
        assert type(a) is type(b)
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert a.tobytes() == b.tobytes()


def agree(planned: Record, traced: Record) -> None:
    assert planned.layout == traced.layout
    same(planned.loss, traced.loss)
    assert [n.name for n in planned.nodes] == [n.name for n in traced.nodes]
    for a, b in zip(planned.nodes, traced.nodes, strict=True):
        same(a.value, b.value)
        assert [n.name for n in a.inputs] == [n.name for n in b.inputs]
        assert (a.index, a.kind, a.label, a.line, a.scope, a.attrs, a.requires_grad) == (
            b.index,
            b.kind,
            b.label,
            b.line,
            b.scope,
            b.attrs,
            b.requires_grad,
        )
    for c, d in zip(planned.contributions, traced.contributions, strict=True):
        assert (c.node.name, c.argument, c.target.name) == (d.node.name, d.argument, d.target.name)
        for field in ("upstream", "value", "before", "total"):
            same(getattr(c, field), getattr(d, field))
    for u, v in zip(planned.updates, traced.updates, strict=True):
        assert u.node.name == v.node.name
        same(u.grad, v.grad)
        same(u.value, v.value)
        assert u.slot.updates == v.slot.updates
        for way in (u, v):
            if way.update is not None:
                same(way.update.value, way.value)
                assert dict(way.update.state).keys() == dict(way.slot.state).keys()
                for key, array in way.update.state.items():
                    same(array, way.slot.state[key])
        for key, array in u.slot.state.items():
            same(array, v.slot.state[key])
    for part in ("values", "grads"):
        a, b = getattr(planned.end, part), getattr(traced.end, part)
        assert a.keys() == b.keys()
        for name in a:
            same(a[name], b[name])
    assert planned.nbytes > 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(("slug", "preset", "config"), PRESETS, ids=NAMES)
def test_every_preset(slug: str, preset: str, config: dict[str, Any], dtype: str) -> None:
    for planned, traced in both(regime(slug, **{**config, "dtype": dtype})):
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


def test_a_record_takes_hardly_more_than_its_arrays() -> None:
    *_, (planned, _) = both(regime("circuit", preset="custom", code=MATRICES, optimizer="sgd", lr=0.01))
    computed: Any = planned.computed
    made = {id(array): array for array in computed.workspace[len(computed.plan.leaves) :]}
    arrays = sum(array.nbytes + 112 for array in made.values())
    assert computed.plan.nbytes <= 1.1 * arrays
