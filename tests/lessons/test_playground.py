"""The playground: what is drawn, what is computed, what is measured, and that presets do what they say."""

from __future__ import annotations

import re
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.lessons.lesson import configured
from chainrule.trace import Carry, initial_carry, run_iteration
from support.lesson_runs import last_step, record_of, records, regime, run_listing
from support.sessions import fingerprint, make, refused, send

PLAYGROUND = LESSONS["playground"]
BY_ID = {preset.id: preset.config for preset in PLAYGROUND.presets}


def trained(iterations: int, seed: int = 7, **config: Any) -> tuple[Any, Carry]:
    """The model and what it ends with."""
    made = regime("playground", seed=seed, **config)
    carry = initial_carry(made)
    for iteration in range(iterations):
        carry = run_iteration(carry, iteration).end
    return made.model, carry


def measured(iterations: int, seed: int = 7, **config: Any) -> dict[str, float]:
    model, carry = trained(iterations, seed, **config)
    with carry.regime.backend.quiet():
        found: dict[str, float] = model.evaluate(carry.values)
    return found


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
    assert (wrong.value.code, wrong.value.reason) == ("invalid_config", "config_not_a_choice")


class TestPresets:
    @pytest.mark.parametrize("seed", [1, 2, 3, 7])
    def test_works_well(self, seed: int) -> None:
        assert measured(900, seed, **BY_ID["works-well"])["accuracy"] >= 0.93

    @pytest.mark.parametrize("seed", [1, 2, 3, 7])
    def test_a_rate_too_high_ends_up_guessing(self, seed: int) -> None:
        found = measured(600, seed, **BY_ID["rate-too-high"])
        assert found["test_loss"] > 0.69
        assert found["accuracy"] < 0.75

    def test_all_zero_moves_nothing_but_the_last_bias(self) -> None:
        *_, last = records("playground", 30, **BY_ID["all-zero"])
        for update in last.updates:
            assert update.grad is not None
            assert np.any(update.grad) == (update.node.name == "output.bias")

    @pytest.mark.parametrize("seed", [1, 2, 3, 7])
    def test_a_layer_of_dying_relus_is_zero_for_every_point(self, seed: int) -> None:
        model, carry = trained(600, seed, **BY_ID["dying-relu"])
        outputs = np.asarray(model.outputs(carry.values, model.data.inputs).numpy())
        assert np.ptp(outputs) == 0.0, "the same answer for every point"

    @pytest.mark.parametrize("seed", [1, 2, 3, 7])
    def test_most_saturated_sigmoids_are_flat(self, seed: int) -> None:
        config = BY_ID["saturated-sigmoid"]
        record = run_iteration(initial_carry(regime("playground", seed=seed, **config)), 0)
        active = [record.by_name[f"hidden{k}.sigmoid#0"].value for k in (1, 2, 3)]
        flat = np.concatenate([(a * (1 - a) < 0.01).ravel() for a in active])
        assert flat.mean() > 0.6
        assert measured(800, seed, **config)["accuracy"] < 0.75

    @pytest.mark.parametrize("seed", [1, 2, 3, 7])
    def test_overfitting_learns_noise_by_heart(self, seed: int) -> None:
        early, late = (measured(n, seed, **BY_ID["overfitting"]) for n in (100, 2500))
        assert late["accuracy"] >= 0.9
        assert late["test_accuracy"] <= 0.8
        assert late["test_loss"] > 1.5 * early["test_loss"]

    @pytest.mark.parametrize("seed", [1, 2, 3, 7])
    def test_the_spiral_needs_features_and_units(self, seed: int) -> None:
        assert measured(1500, seed, **BY_ID["spiral"])["accuracy"] < 0.8
        better = {**BY_ID["spiral"], "features": ["x", "y", "sin_x", "sin_y"], "hidden": [8, 8]}
        assert measured(2000, seed, **better)["accuracy"] > 0.95


class TestConfiguration:
    @pytest.mark.parametrize(
        ("written", "read"), [("4, 2", [4, 2]), ("6 · 6 · 4", [6, 6, 4]), ("", []), ([3], [3]), ("8", [8])]
    )
    def test_layers_are_read_as_people_write_them(self, written: object, read: list[int]) -> None:
        config: Any = configured(PLAYGROUND.Config, {"hidden": written})
        assert config.hidden == read
        names = [
            name for name, spec in regime("playground", hidden=written).leaves.items() if "weight" in name
        ]
        assert len(names) == len(read) + 1

    def test_features_are_a_set_in_the_order_of_the_menu(self) -> None:
        config: Any = configured(PLAYGROUND.Config, {"features": ["xy", "x", "xy"]})
        assert config.features == ["x", "xy"]
        assert regime("playground", features="y sin_x").leaves["hidden1.weight"].value.shape == (4, 2)

    @pytest.mark.parametrize(
        ("fields", "reason"),
        [
            ({"hidden": "4, many"}, "config_not_layers"),
            ({"hidden": [4, 0]}, "config_too_small"),
            ({"hidden": [129]}, "config_too_large"),
            ({"hidden": [2.5]}, "config_not_whole"),
            ({"hidden": [1] * 9}, "config_wrong_type"),
            ({"features": []}, "config_too_short"),
            ({"features": ["z"]}, "config_not_a_choice"),
            ({"noise": 0.6}, "config_too_large"),
            ({"batch_size": 0}, "config_too_small"),
            ({"batch_size": "some"}, "config_not_whole"),
            ({"data": "torus"}, "config_not_a_choice"),
            ({"data": ["circle"]}, "config_not_a_choice"),
        ],
        ids=str,
    )
    def test_what_is_none_is_refused_with_a_reason(self, fields: dict[str, Any], reason: str) -> None:
        with pytest.raises(Refusal) as wrong:
            PLAYGROUND.Config().merged(fields)
        assert wrong.value.reason == reason

    @pytest.mark.parametrize("loss", ["bce", "mse", "huber"])
    def test_penalties_are_terms_of_their_own(self, loss: str) -> None:
        record = record_of("playground", loss=loss, l1=0.01, l2=0.1, dtype="float64")
        weights = [node.value for node in record.nodes if str(node.name).endswith(".weight")]
        expected = 0.01 * sum(np.abs(w).sum() for w in weights) + 0.05 * sum((w * w).sum() for w in weights)
        found = float(record.find("loss").value) - float(record.find("data_loss").value)
        assert found == pytest.approx(float(expected), rel=1e-12)


class TestListing:
    @pytest.mark.parametrize(
        "config",
        [
            {},
            {"hidden": [], "optimizer": "adam"},
            {"activation": "gelu", "loss": "mse", "l1": 0.01, "l2": 0.02, "dtype": "float64"},
            {
                "data": "plane",
                "loss": "huber",
                "activation": "leaky_relu",
                "optimizer": "momentum",
                "lr": 0.01,
            },
            {"activation": "linear", "zero_grad": False, "lr": 0.01},
        ],
        ids=str,
    )
    def test_does_the_same(self, config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
        steps = 20
        made = regime("playground", **config)
        *_, last = records("playground", steps, **config)
        data: Any = ModuleType("playground")
        data.first_values = {
            spec.name: chainrule.tensor(spec.value) for spec in made.model.leaves if spec.kind == "parameter"
        }
        data.batches = [
            tuple(chainrule.tensor(made.model.batch(k)[name]) for name in "xy") for k in range(steps)
        ]
        for name, module in {
            "playground": data,
            "torch.nn": chainrule.nn,
            "torch.nn.functional": chainrule.nn.functional,
        }.items():
            monkeypatch.setitem(sys.modules, name, module)
        variables = run_listing("\n".join(line.code for line in made.model.listing), chainrule)
        rel = 1e-12 if made.dtype == "float64" else 1e-4
        assert variables["loss"].item() == pytest.approx(float(last.root.value), rel=rel)
        for name, tensor in variables["network"].named_parameters():
            expected: Any = last.value_at(last.find(name), last_step(last))
            np.testing.assert_allclose(tensor.detach().numpy(), expected, rtol=rel, atol=rel * 1e-2)

    def test_each_step_has_its_line(self) -> None:
        made = regime("playground", l2=0.1).model
        record = record_of("playground", l2=0.1)
        code = {line.number: line.code.strip() for line in made.listing}

        def line(kind: Any, name: str | None = None) -> str:
            number = made.line_for(kind, None if name is None else record.find(name))
            assert number is not None
            return code[number]

        assert line("forward", "hidden2.tanh#0") == "a2 = torch.tanh(z2)"
        assert line("forward", "hidden2.linear#0") == "z2 = hidden2(a1)"
        assert line("forward", "data_loss").startswith("data_loss = F.")
        assert line("forward", "loss") == line("forward", "l2#0.mul#0")
        assert line("update") == "optimizer.step()"
        assert all(re.match(r"\S", line("forward", str(node.name))) for node in record.operations)


class TestInASession:
    @pytest.fixture
    def session(self) -> Any:
        return make("playground")

    def test_metrics_come_at_their_turn_and_are_the_same_on_every_visit(self, session: Any) -> None:
        send(session, "step", unit="iteration", count=45)
        columns = session.columns(0, 46)
        assert {name for name in columns if name != "loss"} == {"test_loss", "accuracy", "test_accuracy"}
        for name in ("test_loss", "accuracy", "test_accuracy"):
            assert [k for k, number in enumerate(columns[name]) if number is not None] == [0, 20, 40]
        at_40 = columns["test_loss"][40]
        send(session, "seek", iteration=40, step=3)
        assert session.info().metrics["test_loss"] == at_40
        send(session, "edit", name="output.bias", value=[3.0])
        assert session.columns(0, 41)["test_loss"][40] != at_40
        assert session.columns(0, 41)["test_loss"][:40] == columns["test_loss"][:40]
        send(session, "undo")
        assert session.columns(0, 46) == columns

    def test_back_through_an_update_and_forward_again(self, session: Any) -> None:
        send(session, "step", unit="iteration", count=20)
        here = fingerprint(session)
        send(session, "step", unit="step", count=-8)
        assert session.core.record.step(session.cursor.step).kind == "backward"
        send(session, "step", unit="step", count=8)
        assert fingerprint(session) == here

    @pytest.mark.parametrize(
        "change",
        [
            {"data": "plane"},
            {"batch_size": 7},
            {"activation": "relu"},
            {"l2": 0.01},
            {"noise": 0.3, "test_share": 0.0},
        ],
        ids=str,
    )
    def test_what_need_not_reset_goes_on_with_its_weights(self, session: Any, change: dict[str, Any]) -> None:
        send(session, "step", unit="iteration", count=25)
        weights = session.core.record.end.values
        send(session, "configure", config=change)
        send(session, "step", unit="iteration", count=1)
        assert session.cursor.iteration == 25
        start = session.core.record.start.values
        assert all((start[name] == weights[name]).all() for name in weights)
        send(session, "step", unit="iteration", count=20)
        assert session.columns(0, session.cursor.iteration + 1)["loss"][-1] is not None

    def test_an_edited_batch_gives_way_to_one_of_another_shape(self, session: Any) -> None:
        send(session, "edit", name="x", index=[0, 0], value=2.5)
        send(session, "step", unit="iteration", count=3)
        assert float(session.core.record.find("x").value[0, 0]) == 2.5
        send(session, "configure", config={"batch_size": 7})
        send(session, "step", unit="iteration", count=2)
        assert session.core.record.find("x").value.shape == (7, 2)

    def test_wrong_losses_are_refused_and_nothing_changes(self, session: Any) -> None:
        send(session, "configure", config={"data": "plane"})
        before = fingerprint(session)
        assert refused(send(session, "configure", config={"loss": "bce"})).code == "invalid_config"
        assert fingerprint(session) == before
