"""Map and hiker: each hiker is by itself, the map's slopes are the engine's, and each preset does what its sentence says."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import chainrule
from chainrule.engine.backend import host
from chainrule.engine.gradcheck import check
from chainrule.engine.tensor import Tensor
from chainrule.lessons import LESSONS
from chainrule.lessons.map_and_hiker.config import HIKERS
from chainrule.lessons.map_and_hiker.model import MapAndHiker
from chainrule.lessons.map_and_hiker.network import TRAINED, train
from chainrule.lessons.map_and_hiker.surfaces import SURFACES
from chainrule.nn.runs import Runs
from chainrule.trace import Record
from support.lesson_runs import grad, last_step, listing_text, record_of, records, regime, run_listing

SLUG = "map-and-hiker"
CONFIG = LESSONS[SLUG].Config


def preset(name: str) -> dict[str, Any]:
    [found] = [one for one in LESSONS[SLUG].presets if one.id == name]
    return found.config


def place(record: Record, hiker: str) -> tuple[float, float]:
    """Where an iteration ends."""
    x, y = (float(record.end.values[f"{hiker}/{axis}"]) for axis in "xy")
    return x, y


def height(record: Record, hiker: str) -> float:
    """The loss with which an iteration ends."""
    model: Any = record.start.regime.model
    losses: dict[str, float] = model.evaluate(record.end.values)
    return losses[f"{hiker}/loss"]


def model(**config: Any) -> MapAndHiker:
    found = regime(SLUG, **config).model
    assert isinstance(found, MapAndHiker)
    return found


@pytest.mark.parametrize("surface", SURFACES)
def test_each_surface_has_the_gradient_that_differences_say(surface: str) -> None:
    compute, given = SURFACES[surface].compute, SURFACES[surface].given
    rng = np.random.default_rng(3)

    def loss(x: Tensor, y: Tensor) -> Tensor:
        named = {name: chainrule.tensor(value, dtype=chainrule.float64) for name, value in given.items()}
        return compute(x, y, named, lambda _, tensor: tensor)

    for x, y in rng.uniform(-1.5, 1.5, (4, 2)):
        assert check(loss, [x, y]).passed


@pytest.mark.parametrize("surface", SURFACES)
def test_the_map_has_the_heights_and_slopes_of_the_hikers(surface: str) -> None:
    record = record_of(SLUG, 3, surface=surface, dtype="float64")
    found: Any = record.start.regime.model
    places = host.asarray(
        [[float(record.start.values[f"{name}/{axis}"]) for axis in "xy"] for name in found.config.hikers]
    )
    heights, slopes = found.heights(places)
    for k, name in enumerate(found.config.hikers):
        loss = record.find(f"{name}/loss")
        assert float(loss.value) == pytest.approx(heights[k], rel=1e-12, abs=1e-15)
        for axis, slope in zip("xy", slopes[k], strict=True):
            assert grad(record, f"{name}/{axis}") == pytest.approx(slope, rel=1e-9, abs=1e-14)


def test_hikers_do_not_disturb_each_other() -> None:
    """Alone a hiker goes the same way, to the last bit."""
    together = [place(record, "adam") for record in records(SLUG, 12, surface="rosenbrock")]
    alone = [place(record, "adam") for record in records(SLUG, 12, surface="rosenbrock", hikers=["adam"])]
    assert together == alone
    assert len(set(together)) == 12


def test_the_sum_hands_the_same_to_each() -> None:
    record = record_of(SLUG, hikers=list(HIKERS))
    for name in HIKERS:
        assert grad(record, f"{name}/loss", last_step(record)) == 1.0
    assert float(record.root.value) == pytest.approx(
        sum(float(record.find(f"{n}/loss").value) for n in HIKERS)
    )


def test_each_hiker_has_an_optimizer_of_its_own() -> None:
    optimizers = regime(SLUG, hikers=list(HIKERS), lr_adam=0.3, momentum=0.8).optimizer
    assert isinstance(optimizers, Runs)
    assert {name: optimizers.of(f"{name}/x").name for name in HIKERS} == {name: name for name in HIKERS}
    assert optimizers.of("adam/y").hyper["lr"] == 0.3
    assert optimizers.of("nesterov/x").hyper["momentum"] == 0.8
    assert optimizers.of("adamw/x").hyper["weight_decay"] == 0.01


def test_the_first_step_of_each_is_what_its_rule_says() -> None:
    record = record_of(SLUG, hikers=list(HIKERS), dtype="float64")
    g = np.array([grad(record, "sgd/x"), grad(record, "sgd/y")], dtype=float)
    start = np.array(SURFACES["ravine"].start)
    rates = SURFACES["ravine"].rates
    step = {name: np.array(place(record, name)) - start for name in HIKERS}
    np.testing.assert_allclose(step["sgd"], -rates["sgd"] * g, rtol=1e-12)
    np.testing.assert_allclose(step["momentum"], -rates["momentum"] * g, rtol=1e-12)
    np.testing.assert_allclose(step["nesterov"], -rates["nesterov"] * 1.9 * g, rtol=1e-12)
    np.testing.assert_allclose(step["rmsprop"], -rates["rmsprop"] * np.sign(g) / np.sqrt(0.01), rtol=1e-6)
    np.testing.assert_allclose(step["adam"], -rates["adam"] * np.sign(g), rtol=1e-6)


def test_another_surface_brings_its_own_start_and_rates() -> None:
    changed = CONFIG(lr_sgd=0.5).merged({"surface": "bowl", "lr_adam": 0.7})
    assert (changed.x, changed.y) == SURFACES["bowl"].start
    assert (changed.lr_sgd, changed.lr_adam) == (SURFACES["bowl"].rates["sgd"], 0.7)
    assert CONFIG(x=1.0).merged({"hikers": "adam, sgd"}).hikers == ["sgd", "adam"]
    assert CONFIG(x=1.0).merged({"hikers": "adam, sgd"}).x == 1.0


# -- what the presets say


@pytest.mark.parametrize("name", ["ravine", "bowl"])
def test_all_arrive(name: str) -> None:
    record = record_of(SLUG, 250, **preset(name))
    for hiker in record.start.regime.model.config.hikers:  # type: ignore[attr-defined]
        assert np.hypot(*place(record, hiker)) < 0.05, hiker


def test_sgd_zigzags_in_the_ravine() -> None:
    ys = [place(record, "sgd")[1] for record in records(SLUG, 6, **preset("ravine"))]
    assert all(a * b < 0 for a, b in pairwise(ys))


def test_in_the_bowl_sgd_goes_straight() -> None:
    for record in records(SLUG, 5, **preset("bowl")):
        x, y = place(record, "sgd")
        assert y / x == pytest.approx(1.8 / -2.4, rel=1e-4)


def test_a_rate_too_high_diverges_and_only_there() -> None:
    found = [height(record, "sgd") for record in records(SLUG, 200, **preset("rate-too-high"))]
    assert found[-1] > found[100] > 100 * found[10]
    assert height(record_of(SLUG, 200, **preset("rate-too-high")), "adam") < 1e-3


def test_a_rate_too_low_crawls() -> None:
    record = record_of(SLUG, 60, **preset("rate-too-low"))
    assert all(place(record, hiker)[0] < -3.5 for hiker in ("sgd", "momentum", "rmsprop", "adam"))


def test_beside_the_ridge_all_get_down_and_on_it_none_does() -> None:
    beside, on = (record_of(SLUG, 300, **preset(name)) for name in ("saddle", "saddle-ridge"))
    for hiker in ("sgd", "momentum", "rmsprop", "adam"):
        assert height(beside, hiker) == pytest.approx(-1.0, abs=1e-3)
        assert place(on, hiker)[1] == 0.0
        assert abs(height(on, hiker)) < 1e-3
    # Who divides by the size of the gradient is down first.
    early = record_of(SLUG, 12, **preset("saddle"))
    assert height(early, "rmsprop") < height(early, "sgd")


def test_rosenbrocks_valley_is_found_at_once_and_its_end_late() -> None:
    record = record_of(SLUG, 300, **preset("rosenbrock"))
    for hiker in ("sgd", "momentum", "rmsprop", "adam"):
        x, y = place(record, hiker)
        assert abs(y - x * x) < 0.05
        assert np.hypot(x - 1, y - 1) > 0.1


def test_the_network_has_been_trained_by_the_engine() -> None:
    np.testing.assert_allclose(train(), TRAINED, atol=1e-3)
    record = record_of(SLUG, 200, **preset("network"))
    assert all(height(record, hiker) < 1e-3 for hiker in ("sgd", "momentum", "rmsprop", "adam"))
    # They end in different valleys.
    assert place(record, "sgd")[0] > 1 > -1 > place(record, "rmsprop")[0]


# -- the listing


@pytest.mark.parametrize("surface", SURFACES)
def test_the_listing_does_the_same(surface: str) -> None:
    variables = run_listing(listing_text(SLUG, surface=surface, hikers=list(HIKERS)), chainrule)
    record = record_of(SLUG, 19, surface=surface, hikers=list(HIKERS))
    for name in HIKERS:
        hiker = variables[name]
        np.testing.assert_allclose(
            [hiker.x.item(), hiker.y.item()], place(record, name), rtol=2e-4, atol=1e-5
        )


@pytest.mark.parametrize("surface", SURFACES)
def test_each_named_step_has_the_line_of_its_variable(surface: str) -> None:
    found, record = model(surface=surface), record_of(SLUG, surface=surface)
    code = {line.number: line.code.strip() for line in found.listing}
    for step in record.steps():
        number = found.line_for(step.kind, step.node)
        label = None if step.node is None else step.node.label
        if step.kind == "forward" and label is not None:
            assert number is not None
            variable = f"hiker.{label.partition('/')[2]}" if "/" in label else label
            assert code[number].startswith(f"{variable} = ")
