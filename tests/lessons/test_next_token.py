"""Next token: no character knows those after it, its program does the same, and each preset does what its sentence says."""

from __future__ import annotations

import sys
from functools import cache
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.errors import Refusal
from chainrule.lessons import LESSONS
from chainrule.lessons.next_token.model import NextToken
from chainrule.trace import Carry, initial_carry, run_iteration
from support.lesson_runs import last_step, record_of, records, regime, run_listing
from support.sessions import make, send

SMALL: dict[str, Any] = {"batch_size": 2, "context": 4, "width": "8"}
BARE: dict[str, Any] = {"residual": False, "norm": False, "position": False, "causal": False, "blocks": "1"}
BY_ID = {preset.id: preset.config for preset in LESSONS["next-token"].presets}


def trained(iterations: int, **config: Any) -> tuple[NextToken, Carry]:
    made = regime("next-token", **config)
    carry = initial_carry(made)
    for iteration in range(iterations):
        carry = run_iteration(carry, iteration).end
    model: Any = made.model
    return model, carry


@cache
def measured(iterations: int, preset: str) -> dict[str, float]:
    model, carry = trained(iterations, **BY_ID[preset])
    return model.evaluate(carry.values)


def test_goes_from_noise_to_half_of_the_characters_right() -> None:
    noise, found = measured(0, "works-well"), measured(300, "works-well")
    assert noise["test_loss"] > 3.3
    assert noise["test_accuracy"] < 0.1
    assert found["test_loss"] < 1.8
    assert found["test_accuracy"] > 0.48


@pytest.mark.parametrize("config", [{}, BARE, {"heads": "4", "language": "vi"}], ids=str)
@pytest.mark.parametrize("name", ["block1.attention.key.bias", "token.weight", "block1.attention.out.weight"])
def test_gradients_are_those_of_central_differences(name: str, config: dict[str, Any]) -> None:
    session = make("next-token", **SMALL, **config)
    send(session, "step", unit="phase", count=2)
    found: Any = send(session, "gradcheck", name=name)[0]
    assert found.passed or found.kink


def test_nothing_is_known_of_what_comes_later() -> None:
    model, carry = trained(5, **SMALL)
    rng = np.random.default_rng(0)
    tokens = rng.integers(0, len(model.vocabulary), (3, 4))
    other = tokens.copy()
    other[:, 2] = (other[:, 2] + 1) % len(model.vocabulary)
    before, after = model.follow(carry.values, tokens), model.follow(carry.values, other)
    np.testing.assert_array_equal(before[:, :2], after[:, :2])
    assert (before[:, 2:] != after[:, 2:]).any()
    # A shorter window says the same as the beginning of a longer one.
    np.testing.assert_allclose(model.follow(carry.values, tokens[:, :3]), before[:, :3], rtol=1e-5, atol=1e-5)


def test_attention_and_its_gradient_end_at_the_mask() -> None:
    record = record_of("next-token", 1, **SMALL)
    later = np.triu(np.ones((4, 4), dtype=bool), 1)
    model: Any = record.start.regime.model
    for name in model.attention:
        weights = np.asarray(record.find(name).value)
        assert not weights[..., later].any()
        np.testing.assert_allclose(weights.sum(axis=-1), 1.0, rtol=1e-5)
        scores = record.find(name.replace("softmax", "mul"))
        grad = np.asarray(record.grad_at(scores, last_step(record)))
        assert not grad[..., later].any()
        assert grad.any()
    assert np.asarray(record_of("next-token", 1, causal=False, **SMALL).find(name).value)[..., later].all()


def test_batches_are_of_the_text_that_is_trained_on_and_the_same_each_time() -> None:
    model: Any = regime("next-token", **SMALL).model
    one, again, other = model.batch(3), model.batch(3), model.batch(4)
    np.testing.assert_array_equal(one["x"], again["x"])
    assert (one["x"] != other["x"]).any()
    np.testing.assert_array_equal(one["x"][:, 1:], one["y"][:, :-1])
    whole = model.vocabulary.decode(model.text.train)
    assert all(model.vocabulary.decode(row) in whole for row in one["x"])


def test_what_fails_fails_as_its_sentence_says() -> None:
    well = measured(300, "works-well")
    assert measured(300, "one-block")["test_loss"] < well["test_loss"] + 0.15
    assert measured(100, "no-mask")["test_loss"] < 0.5
    assert measured(300, "no-position")["test_accuracy"] < well["test_accuracy"] - 0.05
    assert measured(300, "context-2")["test_loss"] > well["test_loss"] + 0.15
    assert measured(150, "no-residual")["test_loss"] > 2.5
    model, carry = trained(100, **BY_ID["rate-too-high"])
    # No better than to say how often each character occurs.
    often = np.bincount(model.text.test, minlength=len(model.vocabulary)) / len(model.text.test)
    entropy = -(often[often > 0] * np.log(often[often > 0])).sum()
    assert model.evaluate(carry.values)["test_loss"] > entropy - 0.05


def test_vietnamese_is_read_before_it_is_learnt_by_heart() -> None:
    noise, found = measured(0, "vietnamese"), measured(250, "vietnamese")
    assert noise["test_loss"] > 4
    assert found["test_loss"] < 2.25


@pytest.mark.parametrize(
    "config", [{}, {**BARE, "clip": "norm"}, {"norm": False, "dtype": "float64"}], ids=str
)
def test_the_listing_does_the_same(config: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    config = {**SMALL, **config}
    *_, last = records("next-token", 5, **config)
    model: Any = last.start.regime.model
    data: Any = ModuleType("rhymes")
    data.first_values = {
        spec.name: chainrule.tensor(spec.value) for spec in model.leaves if spec.kind == "parameter"
    }
    data.batches = [tuple(chainrule.tensor(model.batch(k)[name]) for name in "xy") for k in range(5)]
    monkeypatch.setitem(sys.modules, "rhymes", data)
    code = "\n".join(line.code for line in model.listing)
    variables = run_listing(code, chainrule)
    for name, tensor in variables["network"].state_dict().items():
        np.testing.assert_allclose(
            np.array(tensor.tolist()), np.asarray(last.end.values[name]), rtol=1e-3, atol=1e-4
        )


@pytest.mark.parametrize("config", [{}, BARE], ids=str)
def test_each_step_has_the_line_of_its_variable(config: dict[str, Any]) -> None:
    record = record_of("next-token", **{**SMALL, **config})
    model = record.start.regime.model
    code = {line.number: line.code.strip() for line in model.listing}
    for step in record.steps():
        number = model.line_for(step.kind, step.node)
        assert number is not None
        if step.kind == "forward":
            assert step.node is not None
            variable = step.node.label
            assert code[number].startswith((f"{variable} = ", "return "))


def test_heads_must_divide_the_width_and_whole_numbers_are_choices() -> None:
    config: Any = LESSONS["next-token"].Config.model_validate({"heads": 4, "width": 16, "blocks": 1})
    assert (config.heads, config.width, config.blocks) == ("4", "16", "1")
    with pytest.raises(Refusal) as refused:
        LESSONS["next-token"].Config().merged({"heads": 3})
    assert refused.value.reason == "config_not_a_choice"


def test_a_number_that_is_not_finite_counts_as_wrong() -> None:
    model, carry = trained(0, **SMALL)
    values = {name: np.full_like(np.asarray(value), np.nan) for name, value in carry.values.items()}
    assert model.evaluate(values)["test_accuracy"] == 0.0
