"""One layer: both forms have the same gradients, p − y over N; each preset does what its sentence says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.engine.backend import host
from chainrule.lessons import LESSONS
from chainrule.trace import Record, initial_carry, run_iteration
from support.lesson_runs import last_step, listing_text, record_of, regime, run_listing


def array(record: Record, name: str, what: str = "value") -> np.ndarray[Any, Any]:
    node = record.find(name)
    found = (record.value_at if what == "value" else record.grad_at)(node, last_step(record) - 2)
    assert found is not None
    return host.asarray(found)


def losses(count: int, **config: Any) -> list[float]:
    carry = initial_carry(regime("one-layer", **config))
    found = []
    for iteration in range(count):
        record = run_iteration(carry, iteration)
        carry = record.end
        found.append(float(record.root.value))
    return found


def preset(name: str) -> dict[str, Any]:
    [found] = [one for one in LESSONS["one-layer"].presets if one.id == name]
    return found.config


@pytest.mark.parametrize("scale", [1.0, -3.0])
def test_both_forms_have_the_same_numbers(scale: float) -> None:
    steps, fused = (
        record_of("one-layer", form=form, scale=scale, dtype="float64") for form in ("steps", "fused")
    )
    assert float(steps.root.value) == pytest.approx(float(fused.root.value), rel=1e-12)
    for name in ("z", "W", "b"):
        np.testing.assert_allclose(
            array(steps, name, "grad"), array(fused, name, "grad"), rtol=1e-11, atol=1e-15
        )


def test_the_way_back_is_what_the_beats_say() -> None:
    record = record_of("one-layer", dtype="float64")
    p, y = array(record, "p"), array(record, "y")
    np.testing.assert_allclose(p.sum(1), 1.0)
    np.testing.assert_allclose(array(record, "losses", "grad"), 1 / 3)
    np.testing.assert_allclose(array(record, "p", "grad"), -y / (3 * p), atol=1e-15)
    dz = array(record, "z", "grad")
    np.testing.assert_allclose(dz, (p - y) / 3, atol=1e-15)
    np.testing.assert_allclose(array(record, "b", "grad"), dz.sum(0), atol=1e-15)
    np.testing.assert_allclose(array(record, "b", "grad").sum(), 0.0, atol=1e-15)
    np.testing.assert_allclose(array(record, "W", "grad"), array(record, "x").T @ dz, atol=1e-15)


def test_good_presets_learn() -> None:
    for name in ("steps", "fused"):
        found = losses(300, **preset(name))
        assert found[-1] < 0.05 < 0.5 < found[0]
    found = losses(2_000, **preset("sure-and-wrong-fused"))
    assert found[0] > 50
    assert np.isfinite(found).all()
    assert found[-1] < 0.01


def test_sure_and_wrong_step_by_step_is_nan() -> None:
    record = record_of("one-layer", **preset("sure-and-wrong"))
    assert (array(record, "p") == 0).any()
    assert (array(record, "logp") == -np.inf).any()
    assert np.isnan(array(record, "picked")).any()
    assert np.isnan(record.root.value)
    assert np.isnan(array(record, "W", "grad")).any()


def test_a_rate_too_low_crawls() -> None:
    found = losses(300, **preset("rate-too-low"))
    assert found[0] > found[-1] > 0.8 * found[0]


@pytest.mark.parametrize("form", ["steps", "fused"])
def test_the_listing_does_the_same(form: str) -> None:
    variables = run_listing(listing_text("one-layer", form=form), chainrule)
    record = record_of("one-layer", 19, form=form)
    for name in ("W", "b"):
        np.testing.assert_allclose(
            np.array(variables[name].tolist()), host.asarray(record.end.values[name]), rtol=1e-5
        )


@pytest.mark.parametrize("form", ["steps", "fused"])
def test_each_step_has_the_line_of_its_variable(form: str) -> None:
    model, record = regime("one-layer", form=form).model, record_of("one-layer", form=form)
    code = {line.number: line.code.strip() for line in model.listing}
    for step in record.steps():
        number = model.line_for(step.kind, step.node)
        assert number is not None
        if step.kind == "forward":
            assert step.node is not None
            assert code[number].startswith(f"{step.node.label} = ")
