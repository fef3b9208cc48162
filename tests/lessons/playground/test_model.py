"""The playground: what is drawn, what is computed and what is measured."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from chainrule.errors import Refusal
from chainrule.trace import run_iteration
from support.lesson_runs import record_of, regime
from support.playground import PLAYGROUND, measured, trained


def test_the_tape_is_the_network_in_scopes_of_its_layers() -> None:
    record = record_of("playground")
    assert [(str(node.name), node.scope, node.label) for node in record.operations] == [
        ("hidden1.linear#0", "hidden1", "z1"),
        ("hidden1.tanh#0", "hidden1", "a1"),
        ("hidden2.linear#0", "hidden2", "z2"),
        ("hidden2.tanh#0", "hidden2", "a2"),
        ("output.linear#0", "output", "z"),
        ("binary_cross_entropy_with_logits#0", "", "loss"),
    ]
    assert [update.node.name for update in record.updates] == [
        f"{layer}.{what}" for layer in ("hidden1", "hidden2", "output") for what in ("weight", "bias")
    ]
    assert record.layout.total == 26


def test_plain_sgd_is_minus_rate_times_gradient() -> None:
    record = record_of("playground")
    for update in record.updates:
        assert update.grad is not None
        np.testing.assert_array_equal(update.value, update.node.value - np.float32(0.3) * update.grad)


def test_each_epoch_is_every_training_point_once_in_an_order_of_its_own() -> None:
    model = regime("playground", batch_size=16).model
    assert model.iterations_per_epoch == 10
    epochs = []
    for epoch in range(2):
        rows = [model.batch(10 * epoch + k)["x"] for k in range(10)]
        assert [len(part) for part in rows] == [16] * 9 + [6]
        epochs.append(np.concatenate(rows))
    assert (epochs[0] != epochs[1]).any()
    assert sorted(map(tuple, epochs[0])) == sorted(map(tuple, epochs[1]))
    held_out = {tuple(point) for point in model.data.inputs[: model.data.held_out]}  # type: ignore[attr-defined]
    assert len(held_out) == 150
    assert held_out.isdisjoint(map(tuple, epochs[0]))


@pytest.mark.parametrize("data", ["circle", "xor", "gauss", "moons"])
def test_the_default_network_learns(data: str) -> None:
    found = measured(800, data=data)
    assert found["test_accuracy"] >= 0.9
    assert found["test_loss"] < 0.3


@pytest.mark.parametrize("data", ["plane", "multi-gauss"])
def test_numbers_bring_a_loss_that_fits_and_no_accuracy(data: str) -> None:
    config = PLAYGROUND.Config().merged({"data": data})
    assert config.loss == "mse"
    assert config.merged({"data": "xor"}).loss == "bce"
    assert set(measured(50, data=data, lr=0.03)) == {"test_loss"}
    with pytest.raises(Refusal) as wrong:
        regime("playground", data=data, loss="bce")
    assert (wrong.value.code, wrong.value.reason) == ("invalid_config", "config_loss_not_of_data")


class TestLayers:
    def test_batch_norm_activation_dropout_and_skip_stand_in_this_order(self) -> None:
        record = record_of("playground", hidden=[3, 3], batch_norm=True, dropout=0.25, residual=True)
        own = [(str(n.name), n.label) for n in record.operations if n.scope == "hidden2"]
        assert own == [
            ("hidden2.linear#0", "z2"),
            ("hidden2.running_mean#0", None),
            ("hidden2.running_var#0", None),
            ("hidden2.batch_norm#0", "n2"),
            ("hidden2.tanh#0", "a2"),
            ("hidden2.dropout#0", "d2"),
            ("hidden2.add#0", "h2"),
        ]
        assert record.find("hidden2.add#0").inputs[1] is record.find("hidden1.dropout#0")
        parameters = [str(update.node.name) for update in record.updates]
        assert parameters[4:8] == ["hidden2.weight", "hidden2.bias", "norm2.weight", "norm2.bias"]
        for name in ("norm2.weight", "norm2.bias", "norm2.running_mean", "norm2.running_var"):
            assert record.find(name).scope == "hidden2"

    @pytest.mark.parametrize("activation", ["linear", "relu", ["gelu", "linear", "sigmoid"]], ids=str)
    @pytest.mark.parametrize("switches", list(product([False, True], [0.0, 0.5], [False, True])), ids=str)
    def test_the_last_node_in_a_layers_scope_is_what_the_next_one_reads(
        self, activation: Any, switches: tuple[bool, float, bool]
    ) -> None:
        batch_norm, dropout, residual = switches
        config: dict[str, Any] = {
            "hidden": [3, 3, 2],
            "activation": activation,
            "batch_norm": batch_norm,
            "dropout": dropout,
            "residual": residual,
        }
        names = regime("playground", **config).model.layer_names  # type: ignore[attr-defined]
        record = record_of("playground", **config)
        for name, after in pairwise(names):
            last = [node for node in record.operations if node.scope == name][-1]
            assert record.find(f"{after}.linear#0").inputs[0] is last

    @pytest.mark.parametrize(
        ("hidden", "skips"),
        [
            ([4, 4, 4], [False, True, True]),
            ([4, 2, 2, 4], [False, False, True, False]),
            ([2], [False]),
            ([], []),
        ],
    )
    def test_skips_only_between_hidden_layers_of_equal_width(
        self, hidden: list[int], skips: list[bool]
    ) -> None:
        record = record_of("playground", hidden=hidden, residual=True)
        assert [f"hidden{k}.add#0" in record.by_name for k in range(1, len(hidden) + 1)] == skips
        assert "output.add#0" not in record.by_name

    def test_each_layer_may_have_an_activation_of_its_own(self) -> None:
        record = record_of("playground", hidden=[3, 2, 2], activation=["relu", "linear", "silu"])
        assert [str(node.name) for node in record.operations][:5] == [
            "hidden1.linear#0", "hidden1.relu#0", "hidden2.linear#0", "hidden3.linear#0", "hidden3.silu#0",
        ]  # fmt: skip


SWITCHED: dict[str, Any] = {"hidden": [4, 4], "batch_norm": True, "dropout": 0.3, "residual": True}


class TestEvaluation:
    def test_statistics_are_those_kept_and_nothing_is_dropped(self) -> None:
        model, carry = trained(30, **SWITCHED, dtype="float64")
        x = model.data.inputs[:5]
        v = {name: np.asarray(value) for name, value in carry.values.items()}
        before = x
        for k in (1, 2):
            z = before @ v[f"hidden{k}.weight"].T + v[f"hidden{k}.bias"]
            scale = v[f"norm{k}.weight"] / np.sqrt(v[f"norm{k}.running_var"] + 1e-5)
            a = np.tanh((z - v[f"norm{k}.running_mean"]) * scale + v[f"norm{k}.bias"])
            before = a + before if k == 2 else a
        expected = before @ v["output.weight"].T + v["output.bias"]
        np.testing.assert_allclose(model.outputs(carry.values, x).numpy(), expected, rtol=1e-12)
        assert len({len(layer) for layer in model.units(carry.values, x[:, :2])}) == 1

    def test_it_changes_nothing(self) -> None:
        model, carry = trained(10, **SWITCHED)
        before = {name: np.array(value) for name, value in carry.values.items()}
        twice = [model.evaluate(carry.values) for _ in range(2)]
        assert twice[0] == twice[1]
        for name, value in carry.values.items():
            np.testing.assert_array_equal(value, before[name])
        again = run_iteration(carry, 10)
        _, other = trained(10, **SWITCHED)
        np.testing.assert_array_equal(run_iteration(other, 10).loss, again.loss)

    def test_a_lone_point_at_the_end_of_an_epoch_joins_the_batch_before(self) -> None:
        config: dict[str, Any] = {"samples": 42, "batch_size": 5, "hidden": [3]}
        sizes = {}
        for batch_norm in (False, True):
            model = regime("playground", **config, batch_norm=batch_norm).model
            count = model.iterations_per_epoch
            sizes[batch_norm] = [len(model.batch(k)["x"]) for k in range(count)]
            assert sum(sizes[batch_norm]) == 21
        assert sizes == {False: [5, 5, 5, 5, 1], True: [5, 5, 5, 6]}
        assert np.isfinite(measured(12, **config, batch_norm=True)["test_loss"])

    def test_a_batch_may_be_larger_than_the_data(self) -> None:
        model = regime("playground", samples=20, batch_size=1000, batch_norm=True).model
        assert (model.iterations_per_epoch, len(model.batch(3)["x"])) == (1, 10)
        assert measured(200, samples=20, batch_size=1000)["accuracy"] > 0.5


TRIPLE = [
    [x / 4 + 3 * np.cos(a), y / 4 + 3 * np.sin(a), k]
    for k, a in enumerate((0.0, 2.1, 4.2))
    for x in range(-3, 3)
    for y in range(-3, 3)
]


class TestDrawn:
    def test_there_is_something_before_anybody_has_drawn(self) -> None:
        assert measured(400, data="drawn")["accuracy"] > 0.9
        model = regime("playground", data="drawn").model
        assert model.points.classes == 2  # type: ignore[attr-defined]
        assert model.config.loss == "bce"  # type: ignore[attr-defined]

    @pytest.mark.parametrize("seed", [1, 2, 7])
    def test_three_classes_bring_an_output_each(self, seed: int) -> None:
        model, carry = trained(300, seed, data="drawn", points=TRIPLE)
        assert model.config.loss == "ce"
        found = model.scores(carry.values)
        assert found.train.accuracy > 0.95
        assert found.test.accuracy > 0.95
        assert np.sum(found.test.confusion) == found.test.count == 54
        assert np.trace(found.test.confusion) == round(found.test.accuracy * 54)
        output = np.asarray(model.outputs(carry.values, model.data.inputs).numpy())
        assert output.shape == (108, 3)
        said = model.predictions(output)
        np.testing.assert_allclose(said.sum(axis=1), 1.0, rtol=1e-5)
        assert (said.argmax(axis=1) == output.argmax(axis=1)).all()
        logs = np.log(said[: found.test.count])
        right = model.data.labels[: found.test.count]
        assert found.test.loss == pytest.approx(-logs[np.arange(54), right].mean(), rel=1e-4)

    def test_points_are_those_that_were_drawn(self) -> None:
        points = [[-1.5, 2.0, 0], [0.5, -3.25, 1], [2.0, 2.0, 3], [5.0, -6.0, 1]]
        model = regime("playground", data="drawn", points=points, test_share=0.25).model
        shown = model.points  # type: ignore[attr-defined]
        together = [
            [x, y, label] for (x, y), label in zip(shown.inputs.tolist(), shown.targets.tolist(), strict=True)
        ]
        assert sorted(together) == sorted(points)
        assert (shown.classes, shown.held_out) == (4, 1)
        assert model.batch(0)["y"].shape == (3, 4)

    def test_two_points_are_both_trained_on(self) -> None:
        model, carry = trained(1, data="drawn", points=[[0, 0, 0], [1, 1, 1]], test_share=0.9)
        assert (model.points.held_out, len(model.batch(0)["x"])) == (0, 2)
        assert set(model.evaluate(carry.values)) == {"accuracy"}

    def test_two_classes_may_have_an_output_each(self) -> None:
        record = record_of("playground", loss="ce")
        assert record.find("output.weight").shape == (2, 2)
        assert measured(300, loss="ce")["accuracy"] > 0.9


@pytest.mark.parametrize("loss", ["bce", "ce", "mse", "huber", "mae"])
def test_nan_is_of_no_class(loss: str) -> None:
    model, carry = trained(1, loss=loss)
    values = {**carry.values, "output.bias": np.full_like(carry.values["output.bias"], np.nan)}
    found = model.scores(values)
    assert found.train.accuracy == 0.0
    assert np.trace(found.train.confusion) == 0
    assert np.sum(found.train.confusion) == found.train.count


class TestInitial:
    def test_another_draw_has_other_weights_and_the_same_data(self) -> None:
        first, second = (regime("playground", initial=k).model for k in (0, 1))
        for one, other in zip(first.leaves, second.leaves, strict=True):
            assert (np.asarray(one.value) == other.value).all() == (one.kind != "parameter"), one.name
        for k in (0, 20):
            np.testing.assert_array_equal(first.batch(k)["x"], second.batch(k)["x"])

    def test_dropout_draws_the_same_masks(self) -> None:
        first, second = (record_of("playground", 3, initial=k, dropout=0.4) for k in (0, 1))
        for name in ("hidden1.mask#0", "hidden2.mask#0"):
            np.testing.assert_array_equal(first.find(name).value, second.find(name).value)


@pytest.mark.parametrize(
    "config",
    [{"batch_norm": True, "dropout": 0.2, "residual": True, "hidden": [3, 3]}, {"loss": "ce"}],
    ids=str,
)
def test_float64_by_choice(config: dict[str, Any]) -> None:
    record = record_of("playground", 5, dtype="float64", **config)
    assert {str(n.value.dtype) for n in record.nodes if n.value.dtype != bool} == {"float64"}
