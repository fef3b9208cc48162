"""Presets do what their sentences say, with any seed; and what is said to mend a bad one does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.trace import initial_carry, run_iteration
from support.lesson_runs import records, regime
from support.playground import BY_ID, PLAYGROUND, measured, trained

SEEDS = (1, 2, 3, 7)

seeds = pytest.mark.parametrize("seed", SEEDS)


def after(epochs: float, seed: int, config: dict[str, Any], **changes: Any) -> dict[str, float]:
    """What is measured after so many epochs."""
    config = {**config, **changes}
    per_epoch = regime("playground", seed=seed, **config).model.iterations_per_epoch
    return measured(int(epochs * per_epoch), seed, **config)


def first_to_last(seed: int, config: dict[str, Any]) -> float:
    """Mean size of the first layer's weight gradients over that of the last layer's, at the start."""
    record = run_iteration(initial_carry(regime("playground", seed=seed, **config)), 0)
    sizes = {str(u.node.name): np.abs(u.grad).mean() for u in record.updates if u.grad is not None}
    return float(sizes["hidden1.weight"] / sizes["output.weight"])


def test_each_says_whether_it_works() -> None:
    assert {preset.works for preset in PLAYGROUND.presets} == {True, False}
    named = {name: getattr(PLAYGROUND.Config(), name) for name in ("l1", "dropout", "schedule")}
    for preset in PLAYGROUND.presets:
        assert named.items() <= preset.config.items(), "over any configuration it is the same"


class TestGood:
    def test_circle(self) -> None:
        found = [after(60, seed, BY_ID["works-well"])["accuracy"] for seed in range(1, 9)]
        assert np.median(found) >= 0.95
        assert min(found) >= 0.8

    @seeds
    @pytest.mark.parametrize("name", ["two-clouds", "xor-product"])
    def test_no_hidden_layer_is_needed(self, seed: int, name: str) -> None:
        assert BY_ID[name]["hidden"] == []
        assert after(7, seed, BY_ID[name])["test_accuracy"] >= 0.97

    @seeds
    def test_spiral_with_the_right_features(self, seed: int) -> None:
        assert after(50, seed, BY_ID["spiral-solved"])["test_accuracy"] >= 0.95

    @seeds
    def test_a_plane_is_fitted_exactly(self, seed: int) -> None:
        assert after(20, seed, BY_ID["regression"])["test_loss"] < 1e-6

    @seeds
    @pytest.mark.parametrize("name", ["deep-batch-norm", "deep-residual"])
    def test_gradients_reach_the_first_of_eight_layers(self, seed: int, name: str) -> None:
        config = BY_ID[name]
        assert len(config["hidden"]) == 8
        assert first_to_last(seed, config) > 500 * first_to_last(seed, BY_ID["too-deep"])

    @seeds
    def test_a_deep_network_with_skip_connections_learns(self, seed: int) -> None:
        assert after(40, seed, BY_ID["deep-residual"])["test_accuracy"] >= 0.9

    def test_a_deep_network_with_batch_norm_learns(self) -> None:
        found = [after(90, seed, BY_ID["deep-batch-norm"])["test_accuracy"] for seed in SEEDS]
        assert np.median(found) >= 0.9


class TestBad:
    @seeds
    def test_a_rate_too_high_ends_up_guessing(self, seed: int) -> None:
        config = BY_ID["rate-too-high"]
        found = after(40, seed, config)
        assert found["test_loss"] > 0.69
        assert found["accuracy"] < 0.75
        assert after(40, seed, config, lr=0.3)["accuracy"] > 0.85

    def test_all_zero_moves_nothing_but_the_last_bias(self) -> None:
        *_, last = records("playground", 30, **BY_ID["all-zero"])
        for update in last.updates:
            assert update.grad is not None
            assert np.any(update.grad) == (update.node.name == "output.bias")

    @seeds
    @pytest.mark.parametrize("initialisation", ["default", "xavier"])
    def test_another_initialisation_learns(self, seed: int, initialisation: str) -> None:
        found = after(40, seed, BY_ID["all-zero"], initialisation=initialisation)
        assert found["accuracy"] > 0.85

    def test_dying_relus_are_zero_for_every_point(self) -> None:
        """Which of them die hangs on the last digits, and these on the machine: not with every seed all do."""
        config = BY_ID["dying-relu"]
        collapsed = 0
        for seed in range(1, 9):
            model, carry = trained(600, seed, **config)
            if np.ptp(np.asarray(model.outputs(carry.values, model.data.inputs).numpy())) > 0:
                continue
            collapsed += 1
            for update in run_iteration(carry, 600).updates:
                assert update.grad is not None
                assert not np.any(update.grad) or update.node.name == "output.bias", (
                    "nothing brings them back"
                )
        assert collapsed >= 6, "the same answer for every point"

    @seeds
    @pytest.mark.parametrize("change", [{"activation": "leaky_relu"}, {"lr": 0.3}], ids=str)
    def test_what_keeps_relus_alive(self, seed: int, change: dict[str, Any]) -> None:
        assert after(40, seed, BY_ID["dying-relu"], **change)["accuracy"] > 0.95

    @seeds
    def test_most_saturated_sigmoids_are_flat(self, seed: int) -> None:
        config = BY_ID["saturated-sigmoid"]
        record = run_iteration(initial_carry(regime("playground", seed=seed, **config)), 0)
        active = [record.by_name[f"hidden{k}.sigmoid#0"].value for k in (1, 2, 3)]
        flat = np.concatenate([(a * (1 - a) < 0.01).ravel() for a in active])
        assert flat.mean() > 0.6
        assert after(53, seed, config)["accuracy"] < 0.75
        assert after(53, seed, config, batch_norm=True)["accuracy"] > 0.95

    @pytest.mark.parametrize("seed", SEEDS[1:])
    def test_overfitting_learns_noise_by_heart(self, seed: int) -> None:
        config = BY_ID["overfitting"]
        early, late = (after(epochs, seed, config) for epochs in (25, 625))
        assert late["accuracy"] >= 0.9
        assert late["test_accuracy"] <= 0.8
        assert late["test_loss"] > 1.5 * early["test_loss"]
        # As many updates with more points: the test loss stays where it was.
        more = [after(epochs, seed, config, samples=2000) for epochs in (4, 25)]
        assert more[1]["test_loss"] < 1.1 * more[0]["test_loss"]

    @seeds
    def test_the_spiral_needs_features_and_units(self, seed: int) -> None:
        config = BY_ID["spiral"]
        assert after(100, seed, config)["accuracy"] < 0.8
        better = after(133, seed, config, features=["x", "y", "sin_x", "sin_y"], hidden=[8, 8])
        assert better["accuracy"] > 0.95

    @seeds
    def test_too_deep(self, seed: int) -> None:
        config = BY_ID["too-deep"]
        assert first_to_last(seed, config) < 1e-5
        assert after(400 if seed == 7 else 27, seed, config)["accuracy"] == 0.5
        for switch, good in (("batch_norm", "deep-batch-norm"), ("residual", "deep-residual")):
            assert {**config, switch: True} == BY_ID[good], "mended, it is the one that works"
