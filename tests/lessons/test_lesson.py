from __future__ import annotations

import json
import math
from typing import Any

import pytest

from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.lessons.lesson import configured, find_lesson
from chainrule.lessons.options import OptimizerConfig, optimizer_code
from chainrule.nn.optimizers import OPTIMIZERS, Optimizer
from chainrule.nn.runs import Runs
from support.lesson_runs import NAMES, PRESETS, regime

OPTIMIZED = [slug for slug, lesson in LESSONS.items() if issubclass(lesson.Config, OptimizerConfig)]
"""Lessons with one optimizer that can be chosen."""


def test_lessons_are_found_in_the_order_of_learning() -> None:
    assert list(LESSONS)[:2] == ["one-weight", "circuit"]
    assert [lesson.order for lesson in LESSONS.values()] == sorted(
        lesson.order for lesson in LESSONS.values()
    )
    assert all(slug == lesson.slug for slug, lesson in LESSONS.items())


def test_an_unknown_lesson_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(Refusal) as refused:
        find_lesson("two-weights")
    assert (refused.value.code, refused.value.status) == ("unknown_lesson", 404)
    assert "one-weight" in refused.value.hint


@pytest.mark.parametrize("slug", LESSONS)
def test_info_is_json_and_describes_every_field(slug: str) -> None:
    lesson = LESSONS[slug]
    info = json.loads(lesson.info().model_dump_json())
    assert set(info["defaults"]) == set(info["config_schema"]["properties"])
    assert {field["name"] for field in info["fields"]} == set(info["defaults"])
    assert configured(lesson.Config, info["defaults"]) == lesson.Config()
    for field in info["fields"]:
        for other, choices in field["when"].items():
            assert set(choices) <= set(next(f for f in info["fields"] if f["name"] == other)["choices"])
        assert set(field["only"]) <= set(field["choices"])
        for choice in field["choices"]:
            configured(lesson.Config, {field["name"]: choice})


@pytest.mark.parametrize(("slug", "preset", "config"), PRESETS, ids=NAMES)
def test_presets_can_be_applied_over_any_configuration(
    slug: str, preset: str, config: dict[str, Any]
) -> None:
    lesson = LESSONS[slug]
    other = lesson.Config(
        **({"optimizer": "adam"} if "optimizer" in lesson.Config.model_fields else {}), dtype="float64"
    )
    merged = other.merged(config)
    assert merged.dtype == "float64"
    assert merged.merged({}) == merged
    for name, value in config.items():
        assert getattr(merged, name) == value


@pytest.mark.parametrize(
    ("written", "read"), [("1/18", 1 / 18), ("0,01", 0.01), ("−2", -2.0), (" 1e-3 ", 0.001), (3, 3.0)]
)
def test_numbers_are_read_kindly(written: object, read: float) -> None:
    config: Any = configured(LESSONS["one-weight"].Config, {"w": written})
    assert config.w == read


@pytest.mark.parametrize(
    "fields",
    [
        {"lr": -1},
        {"lr": "fast"},
        {"lr": math.nan},
        {"w": math.inf},
        {"w": True},
        {"w": 10**400},
        {"w": [1, 2]},
        {"optimizer": "none"},
        {"optimizer": "SGD"},
        {"momentum": 1.0},
        {"dtype": "int8"},
        {"weight": 2},
        {"w": None},
    ],
)
def test_what_is_no_configuration_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        LESSONS["one-weight"].Config().merged(fields)
    assert (refused.value.code, refused.value.status) == ("invalid_config", 422)
    assert next(iter(fields)) in refused.value.detail
    assert "Value error" not in refused.value.detail
    assert "lr" in refused.value.hint


def test_nesterov_without_momentum_is_refused_as_pytorch_does() -> None:
    with pytest.raises(Refusal, match="Nesterov") as refused:
        regime("one-weight", optimizer="nesterov", momentum=0)
    assert refused.value.code == "invalid_config"


@pytest.mark.parametrize("slug", OPTIMIZED)
def test_every_optimizer_can_be_chosen(slug: str) -> None:
    field = next(field for field in LESSONS[slug].fields if field.name == "optimizer")
    # Beside each stand the PyTorch lines that do the same: PyTorch must have it.
    known = [name for name, recipe in OPTIMIZERS.items() if recipe.torch is not None]
    assert [choice for choice in field.choices if choice != "none"] == known
    for choice in field.choices:
        built = regime(slug, optimizer=choice).optimizer
        assert not isinstance(built, Runs)
        assert (built is None) == (choice == "none")
        assert built is None or built.name == choice


def test_fields_of_an_optimizer_are_shown_only_with_it() -> None:
    fields = {field.name: field for field in LESSONS["circuit"].fields}
    assert fields["momentum"].when == {"optimizer": ["momentum", "nesterov", "rmsprop"]}
    assert "none" not in fields["lr"].when["optimizer"]
    assert fields["beta1"].when == {"optimizer": ["adam", "adamw"]}
    for name, field in fields.items():
        if name in ("momentum", "alpha", "beta1", "beta2", "lr", "optimizer", "zero_grad"):
            assert field.applies == "next_iteration"


@pytest.mark.parametrize("slug", OPTIMIZED)
@pytest.mark.parametrize("name", [name for name, recipe in OPTIMIZERS.items() if recipe.torch is not None])
def test_an_optimizer_brings_pytorchs_defaults_and_leaves_what_was_chosen(slug: str, name: str) -> None:
    lesson = LESSONS[slug]
    config = lesson.Config.model_validate({"optimizer": name})
    built = regime(slug, optimizer=name, lr=config.lr).optimizer
    assert isinstance(built, Optimizer)
    assert built.hyper == {**OPTIMIZERS[name].defaults, "lr": config.lr}
    for before in ("sgd", "rmsprop", "adamw"):
        assert lesson.Config(optimizer=before).merged({"optimizer": name, "lr": config.lr}) == config
    kept = lesson.Config(optimizer="adamw", weight_decay=0.25).merged({"optimizer": name})
    assert kept.weight_decay == 0.25
    assert lesson.Config(optimizer="adamw").merged({"optimizer": name, "eps": 0.5}).eps == 0.5


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ({}, "SGD({}, lr=0.1)"),
        ({"optimizer": "nesterov"}, "SGD({}, lr=0.1, momentum=0.9, nesterov=True)"),
        (
            {"optimizer": "momentum", "dampening": 0.5, "weight_decay": 0.25},
            "SGD({}, lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.25)",
        ),
        ({"optimizer": "rmsprop", "centered": True}, "RMSprop({}, lr=0.1, alpha=0.99, centered=True)"),
        ({"optimizer": "adagrad", "lr_decay": 0.5}, "Adagrad({}, lr=0.1, lr_decay=0.5)"),
        (
            {"optimizer": "adam", "eps": 0.5, "amsgrad": True},
            "Adam({}, lr=0.1, betas=(0.9, 0.999), eps=0.5, amsgrad=True)",
        ),
        ({"optimizer": "adamw"}, "AdamW({}, lr=0.1, betas=(0.9, 0.999), weight_decay=0.01)"),
    ],
    ids=str,
)
def test_the_call_that_makes_the_optimizer(config: dict[str, Any], code: str) -> None:
    assert optimizer_code(OptimizerConfig.model_validate({"lr": 0.1, **config})) == code


def test_leaves_that_a_field_sets_say_so() -> None:
    model = regime("one-weight").model
    assert [(leaf.name, leaf.kind, leaf.config_field) for leaf in model.leaves] == [
        ("w", "parameter", "w"),
        ("x", "input", "x"),
        ("target", "target", "target"),
    ]
    assert {field.name for field in LESSONS["one-weight"].fields if field.leaf == field.name} == {
        "w",
        "x",
        "target",
    }
