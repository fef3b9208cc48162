"""A lesson's model from a module: its leaves, and iterations that traced or run by a plan have the same bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import chainrule as torch
from chainrule.engine.backend import get_backend
from chainrule.engine.random import generator
from chainrule.engine.tensor import Tensor
from chainrule.lessons.lesson import LeafSpec, LessonConfig
from chainrule.lessons.network import call, leaves_of
from chainrule.nn import init, penalties
from chainrule.nn.functional import cross_entropy
from chainrule.nn.optimizers import Clipping, make_optimizer
from chainrule.nn.schedules import warmup_cosine
from chainrule.trace import Regime, initial_carry, run_iteration

nn = torch.nn
SEED = 7


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block1 = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.BatchNorm2d(3), nn.ReLU())
        self.drop = nn.Dropout(0.4)
        self.body = nn.Residual(nn.Sequential(nn.Linear(12, 12), nn.BatchNorm1d(12), nn.Tanh()))
        self.head = nn.Linear(12, 3)

    def forward(self, x: Any) -> Any:
        x = nn.functional.max_pool2d(self.block1(x), 2)
        return self.head(self.body(self.drop(x.reshape(x.shape[0], -1))))


class Model:
    """What a lesson's file would hold."""

    zero_grad = True
    iterations_per_epoch = 2
    listing = ()
    watch = ()
    loss_label = "loss"

    def __init__(self, dtype: str, *, more: bool = False) -> None:
        self.net = Net()
        if more:
            self.net.more = nn.Dropout(0.5)
        init.initialise(self.net, SEED)
        self.dtype = dtype
        x, y = np.zeros((5, 1, 4, 4), dtype), np.zeros((5, 3), dtype)
        self.leaves = (*leaves_of(self.net), LeafSpec("x", "input", x), LeafSpec("y", "target", y))

    def batch(self, iteration: int) -> Mapping[str, Any]:
        rng = generator(SEED, "batch", "", iteration % 2)
        return {
            "x": rng.normal(size=(5, 1, 4, 4)).astype(self.dtype),
            "y": np.eye(3)[rng.integers(0, 3, 5)].astype(self.dtype),
        }

    def forward(self, leaves: Mapping[str, Tensor]) -> Tensor:
        scores = call(self.net, leaves, leaves["x"], seed=SEED)
        weights = [leaves[name] for name in ("head.weight", "block1.0.weight")]
        return cross_entropy(scores, leaves["y"]) + penalties.l2(weights, 0.01) + penalties.l1(weights, 0.001)

    def optimizer(self) -> Any:
        return make_optimizer("adamw", 0.05, clip=Clipping(0.5, 0.8), schedule=warmup_cosine(2, 10))

    def line_for(self, kind: Any, node: Any) -> None:
        return None


def made(dtype: str = "float32", backend: str = "numpy") -> Regime:
    model: Any = Model(dtype)
    return Regime(LessonConfig(), model, model.optimizer(), get_backend(backend), dtype)


def test_leaves_are_named_by_path_in_order_of_registration() -> None:
    leaves = leaves_of(Net())
    assert [(spec.name, spec.kind) for spec in leaves][:6] == [
        ("block1.0.weight", "parameter"), ("block1.0.bias", "parameter"), ("block1.1.weight", "parameter"),
        ("block1.1.bias", "parameter"), ("block1.1.running_mean", "buffer"), ("block1.1.running_var", "buffer"),
    ]  # fmt: skip
    assert all(spec.requires_grad == (spec.kind == "parameter") for spec in leaves)
    frozen = Net()
    frozen.head.requires_grad_(False)
    assert [spec.name for spec in leaves_of(frozen) if spec.kind == "parameter" and not spec.requires_grad] == [
        "head.weight", "head.bias",
    ]  # fmt: skip


@pytest.mark.parametrize("backend", ["numpy", "array-api-strict"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_plans_replay_masks_buffers_clipping_and_schedules_bit_for_bit(dtype: str, backend: str) -> None:
    regime = made(dtype, backend)
    to_numpy = regime.backend.to_numpy
    quick, slow = initial_carry(regime), initial_carry(regime)
    kinds, means, losses = [], [], []
    for iteration in range(8):
        planned, traced = run_iteration(quick, iteration), run_iteration(slow, iteration, trace=True)
        quick, slow = planned.end, traced.end
        kinds.append(type(planned.computed).__name__)
        assert quick.values.keys() == slow.values.keys()
        for name in quick.values:
            np.testing.assert_array_equal(
                to_numpy(quick.values[name]), to_numpy(slow.values[name]), err_msg=name
            )
        for u, v in zip(planned.updates, traced.updates, strict=True):
            assert u.update is not None
            assert v.update is not None
            assert u.update.known.keys() == v.update.known.keys()
            np.testing.assert_array_equal(to_numpy(u.update.value), to_numpy(quick.values[str(u.node.name)]))
            for a, b in zip(u.update.details, v.update.details, strict=True):
                np.testing.assert_array_equal(to_numpy(a.value), to_numpy(b.value))
        means.append(to_numpy(quick.values["body.body.1.running_mean"]).tolist())
        losses.append(float(to_numpy(planned.loss)))
    assert kinds[-4:] == ["Replayed"] * 4
    assert len({str(mean) for mean in means}) == 8, "statistics move in every iteration"
    assert len(set(losses)) == 8


def test_the_norm_is_that_of_all_gradients_together() -> None:
    record = run_iteration(initial_carry(made("float64")), 0)
    clipped = [np.clip(update.grad, -0.5, 0.5) for update in record.updates if update.grad is not None]
    norm = np.sqrt(sum((grad**2).sum() for grad in clipped))
    for update in record.updates:
        assert update.update is not None
        assert update.update.known["N"] == pytest.approx(norm, rel=1e-12)


def test_scopes_of_leaves_nodes_and_penalties() -> None:
    record = run_iteration(initial_carry(made()), 0)
    scopes = {str(node.name): node.scope for node in record.nodes}
    assert scopes["block1.1.batch_norm#0"] == "block1.1"
    assert scopes["block1.1.running_var"] == "block1.1"
    assert scopes["body.body.0.weight"] == "body.body.0"
    assert scopes["head.linear#0"] == "head"
    assert scopes["body.add#0"] == "body"
    assert scopes["drop.mask#0"] == "drop"
    assert scopes["l2#0.mul#0"] == "l2#0"


def test_masks_depend_on_the_iteration_and_on_no_other_layer() -> None:
    def mask(model: Any, iteration: int) -> Any:
        regime = Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32")
        record = run_iteration(initial_carry(regime), iteration)
        return record.by_name["drop.mask#0"].value

    first = mask(Model("float32"), 0)
    assert (mask(Model("float32"), 0) == first).all()
    assert (mask(Model("float32", more=True), 0) == first).all()
    assert (mask(Model("float32"), 1) != first).any()


def test_the_module_itself_is_not_changed() -> None:
    regime = made()
    before = {spec.name: spec.value.copy() for spec in leaves_of(regime.model.net)}  # type: ignore[attr-defined]
    carry = initial_carry(regime)
    for iteration in range(3):
        carry = run_iteration(carry, iteration).end
    for spec in leaves_of(regime.model.net):  # type: ignore[attr-defined]
        np.testing.assert_array_equal(spec.value, before[spec.name])
        assert (carry.values[spec.name] != before[spec.name]).any()


def test_in_evaluation_statistics_are_read_and_nothing_is_drawn() -> None:
    model: Any = Model("float32")
    model.net.eval()
    regime = Regime(LessonConfig(), model, model.optimizer(), get_backend(), "float32")
    record = run_iteration(initial_carry(regime), 0)
    assert "block1.1.batch_norm_eval#0" in record.by_name
    assert not [node for node in record.nodes if node.draw is not None]
    for name in ("block1.1.running_mean", "body.body.1.running_var"):
        np.testing.assert_array_equal(record.end.values[name], record.start.values[name])
