"""What can be set in the playground, how it is read, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.errors import Refusal
from chainrule.lessons.lesson import configured
from support.lesson_runs import record_of, regime
from support.playground import PLAYGROUND


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
            ({"hidden": [1] * 9}, "config_too_many"),
            ({"features": []}, "config_too_short"),
            ({"features": ["z"]}, "config_not_a_choice"),
            ({"noise": 0.6}, "config_too_large"),
            ({"batch_size": 0}, "config_too_small"),
            ({"batch_size": "some"}, "config_not_whole"),
            ({"data": "torus"}, "config_not_a_choice"),
            ({"data": ["circle"]}, "config_not_a_choice"),
            ({"activation": "bend"}, "config_not_a_choice"),
            ({"activation": ["tanh", "bend"]}, "config_not_a_choice"),
            ({"activation": "tanh, bend"}, "config_not_a_choice"),
            ({"activation": 3}, "config_not_a_choice"),
            ({"dropout": 1.0}, "config_too_large"),
            ({"batch_norm": "perhaps"}, "config_wrong_type"),
            ({"initial": -1}, "config_too_small"),
            ({"initial": 1.5}, "config_not_whole"),
            ({"clip_norm": 0}, "config_not_above"),
            ({"schedule": "sometimes"}, "config_not_a_choice"),
            ({"schedule_length": 1}, "config_too_small"),
            ({"points": "many"}, "config_points"),
            ({"points": [[0, 0, 0]] * 1001}, "config_points_many"),
            ({"points": [[0, 0, 0], [1, 2]]}, "config_point"),
            ({"points": [[0, 0, 0], 5]}, "config_point"),
            ({"points": [[0, 6.5, 0]]}, "config_point_place"),
            ({"points": [[float("nan"), 0, 0]]}, "config_point_place"),
            ({"points": [["NaN", 0, 0]]}, "config_point_place"),
            ({"points": [[True, 0, 0]]}, "config_point_place"),
            ({"points": [[0, 0, 6]]}, "config_point_class"),
            ({"points": [[0, 0, -1]]}, "config_point_class"),
            ({"points": [[0, 0, 0.5]]}, "config_point_class"),
            ({"points": [[0, 0, None]]}, "config_point_class"),
        ],
        ids=str,
    )
    def test_what_is_none_is_refused_with_a_reason(self, fields: dict[str, Any], reason: str) -> None:
        with pytest.raises(Refusal) as wrong:
            PLAYGROUND.Config().merged(fields)
        assert wrong.value.reason == reason

    def test_a_wrong_point_is_named(self) -> None:
        with pytest.raises(Refusal) as wrong:
            PLAYGROUND.Config().merged({"points": [[0, 0, 0], [1, 1, 1], [0, 7, 0]]})
        assert (wrong.value.params["field"], wrong.value.params["bound"]) == ("points", 3)
        assert "point 3" in wrong.value.detail

    def test_a_wrong_activation_names_its_field_alone(self) -> None:
        with pytest.raises(Refusal) as wrong:
            PLAYGROUND.Config().merged({"activation": "bend"})
        assert (wrong.value.params["fields"], wrong.value.params["field"]) == (["activation"], "activation")

    @pytest.mark.parametrize(
        ("fields", "reason", "field"),
        [
            ({"data": "drawn", "points": []}, "config_points_few", "points"),
            ({"data": "drawn", "points": [[0, 0, 1], [1, 1, 1]]}, "config_points_few", "points"),
            ({"data": "plane", "loss": "ce"}, "config_loss_not_of_data", "loss"),
            (
                {"data": "drawn", "points": [[0, 0, 0], [1, 1, 2]], "loss": "bce"},
                "config_loss_not_of_data",
                "loss",
            ),
            ({"activation": ["relu", "tanh", "relu"]}, "config_not_per_layer", "activation"),
            ({"batch_norm": True, "batch_size": 1}, "config_batch_norm_batch", "batch_size"),
            ({"schedule": "warmup_cosine", "warmup": 2000}, "config_not_below", "warmup"),
            ({"optimizer": "nesterov", "momentum": 0}, "config_optimizer", None),
        ],
        ids=str,
    )
    def test_what_does_not_go_together_is_refused(
        self, fields: dict[str, Any], reason: str, field: str | None
    ) -> None:
        with pytest.raises(Refusal) as wrong:
            regime("playground", **fields)
        assert (wrong.value.code, wrong.value.reason) == ("invalid_config", reason)
        assert wrong.value.params.get("field") == field

    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("relu", "relu"),
            (["relu"], "relu"),
            (["relu", "relu"], "relu"),
            (["relu", "tanh"], ["relu", "tanh"]),
            ("relu, tanh", ["relu", "tanh"]),
            ("relu · tanh", ["relu", "tanh"]),
        ],
    )
    def test_activations_are_one_name_or_one_for_each_layer(self, written: object, read: object) -> None:
        config: Any = configured(PLAYGROUND.Config, {"activation": written})
        assert config.activation == read
        assert configured(PLAYGROUND.Config, config.model_dump(mode="json")) == config

    def test_layers_that_come_and_go_keep_the_activations_of_the_others(self) -> None:
        config: Any = configured(PLAYGROUND.Config, {"activation": ["relu", "tanh"]})
        assert config.merged({"hidden": "4, 2, 2, 2"}).activations == ["relu", "tanh", "tanh", "tanh"]
        assert config.merged({"hidden": [4]}).activation == "relu"
        assert config.merged({"hidden": []}).activations == []
        assert config.merged({"hidden": [3, 3], "activation": "silu"}).activation == "silu"

    def test_data_of_another_kind_bring_a_loss_that_fits(self) -> None:
        config: Any = PLAYGROUND.Config()
        three = config.merged({"data": "drawn", "points": [[0, 0, 0], [1, 1, 1], [2, 2, 2]]})
        assert (three.loss, three.outputs) == ("ce", 3)
        two = three.merged({"points": [[0, 0, 0], [1, 1, 1]]})
        assert (two.loss, two.outputs) == ("bce", 1)
        assert three.merged({"data": "plane"}).loss == "mse"
        assert config.merged({"loss": "huber"}).merged({"data": "xor"}).loss == "huber", "it still fits"

    @given(
        st.lists(
            st.tuples(st.floats(-6, 6), st.floats(-6, 6), st.integers(0, 5)).map(list),
            min_size=2,
            max_size=30,
        )
    )
    def test_points_come_through_a_configuration_as_they_are(self, points: list[Any]) -> None:
        config: Any = configured(PLAYGROUND.Config, {"data": "drawn", "points": points})
        again: Any = configured(PLAYGROUND.Config, json.loads(config.model_dump_json()))
        assert again == config
        assert [list(point) for point in again.points] == points
        if len({label for *_, label in points}) > 1:
            model: Any = regime("playground", **config.model_dump(exclude={"dtype"})).model
            assert len(model.data.inputs) == len(points)
            assert model.trained_on >= 2
            assert config.outputs == (1 if config.classes == 2 else 1 + max(label for *_, label in points))

    @pytest.mark.parametrize("loss", ["bce", "ce", "mse", "huber", "mae"])
    def test_penalties_are_terms_of_their_own(self, loss: str) -> None:
        record = record_of("playground", loss=loss, l1=0.01, l2=0.1, dtype="float64")
        weights = [node.value for node in record.nodes if str(node.name).endswith(".weight")]
        expected = 0.01 * sum(np.abs(w).sum() for w in weights) + 0.05 * sum((w * w).sum() for w in weights)
        found = float(record.find("loss").value) - float(record.find("data_loss").value)
        assert found == pytest.approx(float(expected), rel=1e-12)


class TestFields:
    FIELDS = PLAYGROUND.fields

    def test_all_stand_under_a_heading(self) -> None:
        headings = list(dict.fromkeys(field.group.en for field in self.FIELDS if field.group))
        assert headings == ["Data", "Model", "Optimizer"]
        groups = [field.group.en if field.group else "" for field in self.FIELDS]
        assert groups == sorted(groups, key=headings.index), "those of a heading follow one another"

    def test_what_is_folded_away_is_never_needed_to_see_the_default(self) -> None:
        shown = {field.name for field in self.FIELDS if not field.folded and not field.when}
        assert shown == {
            "data", "batch_size", "features", "hidden", "activation", "initialisation", "initial", "batch_norm",
            "residual", "dropout", "loss", "optimizer", "lr", "l2",
        }  # fmt: skip

    def test_only_losses_that_go_with_the_data_are_offered(self) -> None:
        loss = next(field for field in self.FIELDS if field.name == "loss")
        for data in next(field for field in self.FIELDS if field.name == "data").choices:
            for choice in loss.choices:
                offered = all(data in values for values in loss.only.get(choice, {}).values())
                if offered:
                    regime("playground", data=data, loss=choice)
                else:
                    with pytest.raises(Refusal):
                        regime("playground", data=data, loss=choice)

    def test_what_changes_parameters_is_built_anew(self) -> None:
        before = regime("playground")
        for field in self.FIELDS:
            change = {
                "features": ["x"], "hidden": [3], "batch_norm": True, "dtype": "float64", "residual": True,
                "activation": ["relu", "tanh"], "dropout": 0.5, "data": "plane", "zero_grad": False,
            }.get(field.name)  # fmt: skip
            if change is None:
                continue
            config: dict[str, Any] = {field.name: change}
            after = regime("playground", **config)
            if field.applies == "next_iteration":
                assert before.carries_to(after), field.name
            elif field.name != "dtype":
                assert not before.carries_to(after), field.name
