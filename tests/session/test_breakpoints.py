"""Breakpoints: each kind stops playing and long moves on the very step where it holds, and says why in numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from chainrule.lessons import LESSONS
from chainrule.protocol.model import Preset
from chainrule.protocol.server import Breakpoints, Moved
from chainrule.session import Limits, Session
from chainrule.session.breakpoints import died, metric
from chainrule.session.pictures import pictures_of
from chainrule.session.units import dead_units
from support.sessions import SMALL, evict, fingerprint, grad, make, moved, place, refused, send, the, value


def add(session: Session, **condition: Any) -> None:
    the(Breakpoints, send(session, "breakpoint", condition=condition))


def played(session: Session, unit: str = "iteration", slices: int = 3_000) -> Moved:
    """Play flat out until it stops by itself; how it was told."""
    send(session, "play", unit=unit, rate=None)
    for _ in range(slices):
        session.advance(0.01)
        if session.playing is None:
            return the(Moved, session.news("stopped"))
    pytest.fail("it did not stop")


def preset(name: str, **changes: Any) -> dict[str, Any]:
    found = next(one for one in LESSONS["playground"].presets if one.id == name)
    return {**found.config, **changes}


def test_a_step_breakpoint_stops_larger_units() -> None:
    session = make()
    found = the(Breakpoints, send(session, "breakpoint", condition={"kind": "step", "node": "mul#0"}))
    assert found.breakpoints[0].id == 1
    answer = moved(session, "step", unit="iteration")
    assert (answer.reached, place(session)) == ("breakpoint", (0, 2))
    assert answer.breakpoint == found.breakpoints[0]
    assert moved(session, "step", unit="iteration").reached == "breakpoint"
    assert place(session) == (0, 7), "its gradient arrives"
    assert moved(session, "step", unit="iteration").reached == "breakpoint"
    assert place(session) == (0, 8), "and passes on"
    assert moved(session, "step", unit="iteration").reached is None
    assert place(session) == (0, 9)
    assert moved(session, "step", unit="iteration", count=50).reached == "breakpoint"
    assert place(session) == (1, 2)
    send(session, "seek", iteration=0)
    assert moved(session, "seek", iteration=3).reached is None, "a seek is a seek"
    send(session, "seek", iteration=0, step=1)
    assert moved(session, "step").reached is None
    send(session, "seek", iteration=0, step=0)
    assert moved(session, "step", count=5).reached == "breakpoint"


def test_breakpoints_of_a_kind_and_of_far_iterations() -> None:
    session = make()
    send(session, "breakpoint", condition={"kind": "step", "step_kind": "update"})
    assert moved(session, "step", unit="iteration", count=5).reached == "breakpoint"
    assert place(session) == (0, 9)
    send(session, "breakpoint", action="remove", breakpoint=1)
    send(session, "breakpoint", condition={"kind": "grad", "name": "w", "relation": "<", "threshold": 10.0})
    plain = make()
    answer = moved(session, "step", unit="iteration", count=100)
    assert answer.reached == "breakpoint"
    assert session.cursor.step == 8
    send(plain, "seek", iteration=session.cursor.iteration, step=8)
    assert fingerprint(plain) == fingerprint(session)
    assert abs(grad(plain, "w")) < 10
    send(plain, "seek", iteration=session.cursor.iteration - 1, step=8)
    assert abs(grad(plain, "w")) > 10


def test_a_breakpoint_on_the_first_number_that_is_not_finite() -> None:
    session = make(lr=1e30)
    send(session, "breakpoint", condition={"kind": "non_finite"})
    send(session, "play", unit="iteration", rate=None)
    while session.busy:
        session.advance(0.01)
    frame = session.frame()
    assert frame.non_finite != []
    send(session, "step", count=-1)
    assert session.frame().non_finite == []


def test_breakpoints_are_kept_in_order() -> None:
    session = make(limits=Limits(max_breakpoints=2, answer_seconds=60))
    condition = {"kind": "step", "step_kind": "seed"}
    for _ in range(2):
        send(session, "breakpoint", condition=condition)
    assert refused(send(session, "breakpoint", condition=condition)).code == "limit_breakpoints"
    assert refused(send(session, "breakpoint", action="remove", breakpoint=9)).code == "unknown_breakpoint"
    assert refused(send(session, "breakpoint")).code == "invalid_message"
    assert the(Breakpoints, send(session, "breakpoint", action="clear")).breakpoints == []
    unknown = {"kind": "step", "node": "nothing"}
    assert refused(send(session, "breakpoint", condition=unknown)).code == "unknown_name"


# -- why


def test_a_step_says_which() -> None:
    session = make()
    add(session, kind="step", node="mul#0", step_kind="backward")
    stopped = played(session)
    assert stopped.because is not None
    assert stopped.because.reason == "step"
    assert stopped.because.params == {"iteration": 0, "kind": "backward", "node": "mul#0"}
    assert stopped.breakpoint == session.core.breakpoints[0]


@pytest.mark.parametrize("name", ["w", None])
def test_a_gradient_says_its_norm(name: str | None) -> None:
    session = make()
    add(session, kind="grad", name=name, relation="<", threshold=10.0)
    stopped = played(session)
    assert stopped.because is not None
    assert stopped.because.reason == "grad_below"
    told = stopped.because.params
    assert (told["node"], told["threshold"], told["iteration"]) == ("w", 10.0, session.cursor.iteration)
    assert told["value"] == abs(grad(session, "w"))
    assert abs(grad(session, "w")) < 10


def test_a_gradient_that_is_not_complete_is_none_yet() -> None:
    """b has two consumers: a matrix product's sum and a penalty."""
    session = make("test-matrix")
    add(session, kind="grad", name="b", relation=">", threshold=0.0)
    assert played(session).reached == "breakpoint"
    node = session.core.record.find("b")
    arrivals = session.core.record.arrivals[node.index]
    assert len(arrivals.steps) > 1
    assert session.cursor.step == arrivals.steps[-1]


def test_the_norm_is_of_all_elements() -> None:
    session = make("test-matrix")
    add(session, kind="grad", name="W", relation=">", threshold=1e-3)
    told = played(session).because
    assert told is not None
    assert told.reason == "grad_above"
    assert told.params["value"] == pytest.approx(float(np.linalg.norm(grad(session, "W"))), rel=1e-6)


def test_what_is_not_finite_says_where_it_began() -> None:
    session = make(lr=1e30)
    add(session, kind="non_finite")
    stopped = played(session)
    assert stopped.because is not None
    assert stopped.because.reason == "non_finite"
    name = stopped.because.params["node"]
    assert stopped.because.params["of"] == "value"
    assert not math.isfinite(value(session, str(name)))
    send(session, "breakpoint", action="clear")
    other = make(lr=1e30)
    told = played(other).because
    assert told is not None
    assert told.params["node"] == "pow#0", "playing stops by itself where the loss is lost"


def test_a_norm_that_is_infinite_is_written() -> None:
    session = make("circuit", preset="custom", code="x = 0\nf = sqrt(x)")
    add(session, kind="grad", name="x", relation=">", threshold=5.0)
    told = moved(session, "step", unit="phase", count=3).because
    assert told is not None
    assert told.params["value"] == "Infinity"


# -- metrics


@pytest.mark.parametrize("unit", ["step", "phase", "iteration", "epoch"])
def test_a_metric_stops_where_it_begins_to_hold(unit: str) -> None:
    session = make("playground")
    add(session, kind="metric", metric="accuracy", relation=">", threshold=0.6)
    add(session, kind="metric", metric="loss", relation="<", threshold=0.3)
    first = played(session, unit)
    assert first.because is not None
    assert first.because.params["metric"] == "accuracy"
    assert session.cursor.iteration % 20 != 0, "between two measurements"
    assert session.cursor.step == 0
    assert session.info().metrics["accuracy"] == first.because.params["value"]
    plain = make("playground")
    for iteration in range(session.cursor.iteration + 1):
        send(plain, "seek", iteration=iteration)
        number = plain.info().metrics["accuracy"]
        assert number is not None
        assert (number > 0.6) == (iteration == session.cursor.iteration)
    second = played(session, unit)
    while second.because is not None and second.because.params["metric"] == "accuracy":
        second = played(session, unit)
    assert second.because is not None
    assert second.because.reason == "metric_below"
    assert session.cursor.step == session.core.record.value_step(session.core.record.root)
    assert session.info().metrics["loss"] == second.because.params["value"]


def test_a_metric_that_holds_from_the_start_stops_at_once_and_not_again() -> None:
    session = make("playground")
    add(session, kind="metric", metric="test_loss", relation=">", threshold=0.1)
    assert played(session).reached == "breakpoint"
    assert place(session) == (0, 1)
    assert moved(session, "step", unit="iteration", count=30).reached is None


def test_a_watched_leaf_is_a_metric() -> None:
    session = make()
    add(session, kind="metric", metric="w", relation=">", threshold=3.0)
    stopped = played(session)
    record = session.core.record
    assert stopped.because is not None
    assert float(record.find("w").value) == stopped.because.params["value"]
    assert record.find("w").value > 3
    assert metric(record, "nothing") is None


# -- the loss rises


@pytest.mark.parametrize("count", [1, 2, 4])
def test_the_loss_rises(count: int) -> None:
    session = make("playground")
    add(session, kind="rising", iterations=count)
    losses = make("playground")
    send(losses, "step", unit="iteration", count=150)
    column = [float(loss) for loss in losses.columns(0, 150)["loss"] if loss is not None]
    runs, expected = 0, []
    for k in range(1, len(column)):
        runs = runs + 1 if column[k] > column[k - 1] else 0
        if runs == count:
            expected.append(k)
    assert expected
    for iteration in expected[:4]:
        stopped = played(session)
        assert place(session) == (iteration, session.core.record.value_step(session.core.record.root))
        assert stopped.because is not None
        assert stopped.because.params == {
            "iteration": iteration,
            "iterations": count,
            "first": column[iteration - count],
            "value": column[iteration],
        }


# -- units that die


def test_a_unit_is_dead_where_no_point_of_the_training_set_gets_through() -> None:
    session = make("playground", hidden=[3], activation="relu", samples=40)
    model: Any = session.core.record.start.regime.model
    carry = session.core.record.start
    weight, bias = carry.values["hidden1.weight"], carry.values["hidden1.bias"]
    # Of those that are held out nobody asks, but they are in the same sum.
    summed = model.data.inputs @ weight.T + bias
    largest = summed[model.data.held_out :].max(axis=0)
    regime = carry.regime
    just = {**carry.values, "hidden1.bias": bias - largest}
    assert [unit.place for unit in dead_units(regime, just)] == [0, 1, 2], (
        "a kink counts as flat, as in PyTorch"
    )
    one = bias.copy()
    one[1] -= largest[1] + 1e-3
    assert dead_units(regime, {**carry.values, "hidden1.bias": one}) == [("hidden1.relu#0", 1)]
    one[1] = bias[1] - largest[1] + 1e-3
    assert dead_units(regime, {**carry.values, "hidden1.bias": one}) == []


def test_they_are_those_that_are_marked_in_the_picture() -> None:
    session = make("playground", **preset("dying-relu"))
    send(session, "seek", iteration=600, step=0)
    view = session.core.view()
    pictures = pictures_of(view)
    assert pictures is not None
    marked = [
        (f"{name}.relu#0", unit)
        for name, layer in zip(("hidden1", "hidden2"), pictures.evaluation.health[1:], strict=False)
        for unit in layer.dead
    ]
    assert marked
    assert dead_units(view.record.start.regime, view.record.start.values) == marked


def test_small_is_not_dead() -> None:
    session = make("playground", activation="leaky_relu", hidden=[2])
    values = session.core.record.start.values
    deep = {**values, "hidden1.bias": values["hidden1.bias"] - 1000}
    assert dead_units(session.core.record.start.regime, deep) == []


@pytest.mark.parametrize("unit", ["step", "iteration"])
def test_a_unit_that_dies_stops_at_the_end_of_its_update(unit: str) -> None:
    session = make("playground", **preset("dying-relu"))
    add(session, kind="dead")
    stopped = played(session, unit)
    assert stopped.because is not None
    record = session.core.record
    assert session.cursor.step == record.layout.total - 1
    told = stopped.because.params
    node = record.find(str(told["node"]))
    before = dead_units(record.start.regime, record.start.values)
    assert (node.name, told["unit"]) not in before
    send(session, "step", unit="iteration", count=3)
    dead = session.core.record.find(str(told["node"]))
    assert (dead.value[:, told["unit"]] == 0).all()
    place = session.core.record.grad_at(session.core.record.find("hidden1.weight"), 99)
    assert place is not None
    if told["node"] == "hidden1.relu#0":
        assert (place[told["unit"]] == 0).all()


def test_what_is_dead_from_the_start_is_told_in_the_first_iteration() -> None:
    session = make("playground", activation="relu", initialisation="zeros", hidden=[3])
    add(session, kind="dead")
    stopped = played(session)
    assert session.cursor.iteration == 0
    assert stopped.because is not None
    assert stopped.because.params["count"] == 3
    assert moved(session, "step", unit="iteration", count=30).reached is None
    assert died(session.core.record) == []


# -- what stands still


def test_a_loss_that_does_not_get_better() -> None:
    """Counted by hand: a loss must beat the best so far by a tenth of it."""
    losses = make("playground")
    send(losses, "step", unit="iteration", count=300)
    column = [float(loss) for loss in losses.columns(0, 300)["loss"] if loss is not None]
    best, since, expected = column[0], 0, []
    for k, loss in enumerate(column):
        if loss < best - 0.1 * best:
            best, since = loss, k
        elif k > since and (k - since) % 7 == 0:
            expected.append((k, k - since, best))
    assert [one for one in expected if one[1] == 14], "one stops again after as many more"
    session = make("playground")
    add(session, kind="stalled", iterations=7, margin=0.1)
    for iteration, count, number in expected[:6]:
        stopped = played(session)
        assert place(session) == (iteration, session.core.record.value_step(session.core.record.root))
        assert stopped.because is not None
        assert stopped.because.reason == "stalled"
        assert stopped.because.params == {
            "iteration": iteration,
            "metric": "loss",
            "iterations": count,
            "best": number,
        }


@pytest.mark.parametrize("metric", ["test_loss", "accuracy"])
def test_what_is_measured_now_and_then_is_looked_at_then(metric: str) -> None:
    session = make("playground", **preset("spiral"))
    add(session, kind="stalled", metric=metric, iterations=130)
    stopped = played(session)
    assert session.cursor.iteration % 20 == 0
    assert session.cursor.step == 0
    assert stopped.because is not None
    count, best = int(stopped.because.params["iterations"]), float(stopped.because.params["best"])
    assert 130 <= count < 150
    column = session.columns(0, session.cursor.iteration + 1)[metric]
    numbers = {k: number for k, number in enumerate(column) if number is not None}
    since = session.cursor.iteration - count
    assert numbers[since] == best
    for k, number in numbers.items():
        further = (best - float(number)) if metric == "test_loss" else (float(number) - best)
        assert k <= since or further <= 0.01 * best


def test_nothing_is_no_better() -> None:
    """A loss that is NaN stands still."""
    session = make(lr=1e30)
    add(session, kind="stalled", iterations=5)
    assert moved(session, "step", unit="iteration", count=30).reached == "breakpoint"
    assert session.cursor.iteration == 5


def test_what_has_no_better_and_worse_cannot_stand_still() -> None:
    error = refused(send(make(), "breakpoint", condition={"kind": "stalled", "metric": "w"}))
    assert error.code == "invalid_breakpoint"
    assert error.params["known"] == "loss"


def test_what_undo_takes_away_is_not_compared_with() -> None:
    session, plain = (make("playground", lr=1e-6) for _ in range(2))
    for one in (session, plain):
        add(one, kind="stalled", iterations=60)
    send(session, "configure", config={"lr": 0.3})
    told = played(session).because
    assert told is not None
    best = told.params["best"]
    beyond = session.cursor.iteration + 100
    send(session, "undo")
    for one in (session, plain):
        send(one, "seek", iteration=beyond)
    again = played(session).because
    assert again is not None
    assert again.params["best"] != best
    assert played(plain).because == again
    assert place(plain) == place(session)


# -- what fails is caught


BAD = [one for one in LESSONS["playground"].presets if one.works is False]


@pytest.mark.parametrize("wanted", BAD, ids=lambda one: one.id)
def test_each_bad_preset_is_caught_by_the_breakpoint_that_it_names(wanted: Preset) -> None:
    assert wanted.caught is not None
    name, condition = wanted.id, wanted.caught.model_dump()
    session = make("playground", **preset(name))
    add(session, **condition)
    stopped = played(session)
    assert stopped.reached == "breakpoint"
    assert stopped.because is not None
    assert stopped.because.params["iteration"] == session.cursor.iteration < 1000
    again = make("playground", **preset(name))
    add(again, **condition)
    answer = moved(again, "step", unit="iteration", count=1000)
    assert (answer.cursor, answer.because) == (stopped.cursor, stopped.because), "however one gets there"
    assert fingerprint(again) == fingerprint(session)


@pytest.mark.parametrize(
    "condition",
    [
        {"kind": "metric", "metric": "test_loss", "relation": "<", "threshold": 0.69},
        {"kind": "rising", "iterations": 2},
        {"kind": "stalled", "iterations": 10},
        {"kind": "grad", "relation": ">", "threshold": 0.4},
    ],
    ids=str,
)
def test_they_stop_at_the_same_place_with_hardly_any_memory(condition: dict[str, Any]) -> None:
    places = []
    for limits in (None, SMALL):
        session = make("playground", limits)
        add(session, **condition)
        moved(session, "step", unit="iteration", count=200)
        send(session, "seek", iteration=max(0, session.cursor.iteration - 5))
        evict(session)
        assert moved(session, "step", unit="iteration", count=200).reached == "breakpoint"
        places.append((place(session), fingerprint(session)))
    assert places[0] == places[1]


def test_no_breakpoint_means_that_nothing_more_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    session = make("playground")
    add(session, kind="dead")
    add(session, kind="metric", metric="accuracy", relation=">", threshold=0.99)
    for one in (1, 2):
        send(session, "breakpoint", action="off", breakpoint=one)

    def asked(*_: Any) -> Any:
        pytest.fail("asked")

    monkeypatch.setattr("chainrule.session.breakpoints.dead_units", asked)
    monkeypatch.setattr("chainrule.session.breakpoints.metric", asked)
    assert moved(session, "step", unit="iteration", count=30).reached is None


# -- the list


def test_they_are_switched_off_and_on() -> None:
    session = make()
    add(session, kind="step", step_kind="update")
    told = the(Breakpoints, send(session, "breakpoint", action="off", breakpoint=1))
    assert [(one.id, one.on) for one in told.breakpoints] == [(1, False)]
    assert moved(session, "step", unit="iteration", count=2).reached is None
    assert session.recipe().breakpoints == told.breakpoints
    told = the(Breakpoints, send(session, "breakpoint", action="on", breakpoint=1))
    assert told.breakpoints[0].on
    assert moved(session, "step", unit="iteration").reached == "breakpoint"
    for action in ("on", "off"):
        assert refused(send(session, "breakpoint", action=action, breakpoint=5)).code == "unknown_breakpoint"


def test_the_same_session_again_has_them() -> None:
    session = make("playground")
    add(session, kind="dead")
    add(session, kind="rising", iterations=2)
    send(session, "breakpoint", action="off", breakpoint=2)
    recipe = session.recipe()
    again = Session(recipe.lesson, recipe.config, recipe.seed, breakpoints=recipe.breakpoints)
    assert again.recipe().breakpoints == session.core.breakpoints


@pytest.mark.parametrize(
    ("lesson", "condition", "reason"),
    [
        (
            "one-weight",
            {"kind": "metric", "metric": "accuracy", "relation": ">", "threshold": 1},
            "breakpoint_metric",
        ),
        ("one-weight", {"kind": "dead"}, "breakpoint_units"),
        ("playground", {"kind": "grad", "name": "v", "relation": ">", "threshold": 1}, "node_unknown"),
    ],
    ids=str,
)
def test_what_could_never_stop_is_refused(lesson: str, condition: dict[str, Any], reason: str) -> None:
    session = make(lesson)
    assert refused(send(session, "breakpoint", condition=condition)).reason == reason
    assert session.core.breakpoints == []


def test_where_answers_are_withheld_nothing_is_told_early() -> None:
    session = make()
    send(session, "predict", on=True)
    add(session, kind="grad", name="w", relation=">", threshold=23)
    add(session, kind="metric", metric="w", relation=">", threshold=2.1)
    stopped = moved(session, "step", unit="iteration", count=3)
    assert (stopped.reached, stopped.because, stopped.breakpoint) == ("withheld", None, None)
