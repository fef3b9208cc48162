"""Whatever path runs, the bits are the same: an iteration traced beside the same iteration run by its plan."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from chainrule.engine.backend import get_backend, host
from chainrule.engine.functions.elementwise import tanh
from chainrule.engine.random import generator
from chainrule.engine.tape import drawn, state
from chainrule.engine.tensor import Tensor
from chainrule.lessons.lesson import LeafSpec, LessonConfig
from chainrule.nn.functional import linear, mse_loss
from chainrule.nn.optimizers import make_optimizer
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


class Network:
    """A perceptron with what lessons have beside parameters: a buffer that the forward pass writes, and a mask."""

    zero_grad = True
    iterations_per_epoch = 3
    listing = ()
    watch = ()
    loss_label = "loss"

    def __init__(self, dtype: str) -> None:
        rng = host.random.default_rng(3)

        def spec(name: str, kind: Any, shape: tuple[int, ...], requires_grad: bool = False) -> LeafSpec:
            return LeafSpec(name, kind, rng.normal(0, 0.5, shape).astype(dtype), requires_grad)

        self.leaves = (
            spec("a.weight", "parameter", (5, 3), True),
            spec("a.bias", "parameter", (5,), True),
            spec("mean", "buffer", (5,)),
            spec("b.weight", "parameter", (2, 5), True),
            spec("x", "input", (7, 3)),
            spec("y", "target", (7, 2)),
        )
        self.dtype = dtype

    def batch(self, iteration: int) -> Any:
        rng = generator(7, "batch", "", iteration % 3)
        # The last batch of an epoch is smaller: another topology, by its shapes.
        count = 4 if iteration % 3 == 2 else 7
        return {
            "x": rng.normal(size=(count, 3)).astype(self.dtype),
            "y": rng.normal(size=(count, 2)).astype(self.dtype),
        }

    def forward(self, leaves: Any) -> Tensor:
        hidden = tanh(linear(leaves["x"], leaves["a.weight"], leaves["a.bias"]))
        assert state.tape is not None
        running = leaves["mean"] * 0.9 + hidden.detach().mean(dim=0) * 0.1
        state.tape.write("mean", running.node)
        count = hidden.shape[0]
        mask = drawn(
            lambda iteration: (generator(7, "mask", "", iteration).random((count, 5)) < 0.5).astype(
                self.dtype
            )
        )
        kept = (hidden - leaves["mean"]) * Tensor(mask)
        return mse_loss(linear(kept, leaves["b.weight"]), leaves["y"])

    def optimizer(self) -> Any:
        return make_optimizer("adam", 0.01)

    def line_for(self, kind: Any, node: Any) -> None:
        return None


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
    assert kinds[6:] == ["Replayed"] * 6
    assert len({str(mean) for mean in means}) == 12, "the buffer is written in every iteration"
