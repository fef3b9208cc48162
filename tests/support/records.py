"""Records held against each other to the last bit, and a network to make them with."""

from __future__ import annotations

from typing import Any

from chainrule.engine.backend import host, on_host
from chainrule.engine.functions.elementwise import tanh
from chainrule.engine.random import generator
from chainrule.engine.tape import drawn, state
from chainrule.engine.tensor import Tensor
from chainrule.lessons.lesson import LeafSpec
from chainrule.nn.functional import linear, mse_loss
from chainrule.nn.optimizers import make_optimizer
from chainrule.trace import Record, Regime, initial_carry, run_iteration

ITERATIONS = 6


def both(regime: Regime) -> list[tuple[Record, Record]]:
    """Iterations run by a plan as soon as there is one, and the same traced."""
    pairs = []
    quick, slow = initial_carry(regime), initial_carry(regime)
    for iteration in range(ITERATIONS):
        planned = run_iteration(quick, iteration)
        traced = run_iteration(slow, iteration, trace=True)
        quick, slow = planned.end, traced.end
        pairs.append((planned, traced))
    assert type(pairs[-1][0].computed).__name__ in ("Replayed", "Written"), "no plan was made"
    assert type(pairs[-1][1].computed).__name__ == "Traced"
    return pairs


def same(a: Any, b: Any) -> None:
    """The same array of any backend, to the last bit."""
    assert (a is None) == (b is None)
    if a is not None:
        assert type(a) is type(b)
        assert a.dtype == b.dtype
        assert a.shape == b.shape
        assert on_host(a).tobytes() == on_host(b).tobytes()


def agree(planned: Record, traced: Record) -> None:
    """All that two records hold is the same, to the last bit."""
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
    forward, backward, updates = planned.layout
    for step in {
        1,
        forward,
        forward + backward - 2,
        forward + backward - 1,
        forward + backward + updates - 1,
    }:
        assert planned.all_arrived(step) == [traced.arrived(node, step) for node in traced.nodes]
        for a, b in zip(planned.nodes, traced.nodes, strict=True):
            same(planned.grad_at(a, step), traced.grad_at(b, step))
            same(planned.value_at(a, step), traced.value_at(b, step))
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
