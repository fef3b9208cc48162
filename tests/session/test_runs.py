"""Several runs in one session: their map, their arithmetic, how they fare, and gradients by finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.lessons import LESSONS
from chainrule.protocol.model import RunState
from chainrule.protocol.server import DifferencesResult, Frame, MapResult
from chainrule.session import Session
from chainrule.session.runs import run_states
from support.sessions import grad, make, refused, send, the, value


def states(session: Session) -> dict[str, RunState]:
    return {state.name: state for state in run_states(session.core.view())}


def test_the_graph_names_the_runs_and_the_part_of_the_map() -> None:
    session = make("map-and-hiker", hikers="sgd adam")
    graph = session.graph()
    assert [run.title for run in graph.runs] == ["SGD", "Adam"]
    assert [[graph.nodes[k].name for k in run.parameters] for run in graph.runs] == [
        ["sgd/x", "sgd/y"],
        ["adam/x", "adam/y"],
    ]
    assert graph.area is not None
    assert (graph.area.low, graph.area.high) == ([-5.0, -2.5], [5.0, 2.5])
    assert make().graph().runs == []
    assert make().graph().area is None


def test_the_map_has_rows_from_below_and_gradients_in_the_middle_of_cells() -> None:
    session = make("map-and-hiker", surface="bowl")
    found = the(MapResult, send(session, "map", low=[0, 0], high=[2, 4], count=3, arrows=2))
    assert found.heights == [0, 1, 4, 4, 5, 8, 16, 17, 20]
    assert found.field == [[1, 2], [3, 2], [1, 6], [3, 6]]


def test_a_map_needs_a_surface_and_a_part_of_it() -> None:
    assert refused(send(make(), "map")).code == "no_map"
    assert refused(send(make("map-and-hiker"), "map", low=[1, 0], high=[1, 1])).code == "invalid_range"


def test_slopes_that_would_tell_what_is_to_be_guessed_are_not_told() -> None:
    session = make("map-and-hiker")
    send(session, "predict", on=True)
    found = the(MapResult, send(session, "map"))
    assert (found.arrows, found.field, found.heights) == (0, [], [])
    assert refused(send(session, "differences")).code == "withheld"
    # With the last guess the ground is there again.
    guesses = 0
    while session.core.prediction.first_waiting(session.core.line, session.core.record) is not None:
        assert the(MapResult, send(session, "map")).heights == []
        send(session, "step", unit="phase")
        if session.core.withheld():
            send(session, "guess", value="1")
            guesses += 1
    assert guesses > 4
    found = the(MapResult, send(session, "map"))
    assert (len(found.heights), found.arrows) == (found.count**2, 15)


@pytest.mark.parametrize("surface", ["ravine", "network"])
def test_finite_differences_are_the_same_arrow_for_one_forward_pass_more_than_numbers(surface: str) -> None:
    session = make("map-and-hiker", surface=surface)
    send(session, "seek", iteration=3, step=0)
    found = the(DifferencesResult, send(session, "differences"))
    assert found.backward_passes == 1
    assert [run.name for run in found.runs] == ["sgd", "momentum", "rmsprop", "adam"]
    send(session, "step", unit="phase", count=2)
    for run in found.runs:
        assert run.passes == len(run.parameters) + 1 == 3
        own = [grad(session, name) for name in run.parameters]
        np.testing.assert_allclose(run.gradients, own, rtol=1e-4, atol=1e-6)
        np.testing.assert_allclose(run.slopes, run.gradients, rtol=1e-4, atol=3e-5)
        assert run.slopes != run.gradients
        assert run.loss == pytest.approx(value(session, f"{run.name}/loss"), rel=1e-5)
    assert 0 < found.largest < 1e-4


def test_finite_differences_of_one_network() -> None:
    session = make("one-layer")
    found = the(DifferencesResult, send(session, "differences"))
    [run] = found.runs
    assert (run.name, run.parameters, run.passes) == ("", ["W", "b"], 10)
    np.testing.assert_allclose(run.slopes, run.gradients, atol=1e-5)


def test_the_arithmetic_of_a_run_is_told_once_its_updates_have_been() -> None:
    session = make("map-and-hiker")
    send(session, "step", unit="phase", count=2)
    assert all(state.numbers == [] for state in states(session).values())
    send(session, "step", count=2)
    told = states(session)
    assert told["sgd"].numbers != []
    assert told["adam"].numbers == []
    send(session, "step", unit="phase")
    adam = {line.symbol: line.values for line in states(session)["adam"].numbers}
    g = [grad(session, "adam/x"), grad(session, "adam/y")]
    assert adam["g"] == pytest.approx(g)
    assert adam["m"] == pytest.approx([0.1 * x for x in g], rel=1e-6)
    assert adam[r"\hat m"] == pytest.approx(g, rel=1e-6)
    assert adam[r"\theta'"] == pytest.approx([value(session, "adam/x"), value(session, "adam/y")])


def verdicts(session: Session, iteration: int) -> dict[str, RunState]:
    send(session, "seek", iteration=iteration, step=session.core.record.layout.total - 1)
    return states(session)


def test_a_verdict_waits_for_the_step_and_comes_with_its_reasons() -> None:
    session = make("map-and-hiker", lr_sgd=0.102)
    send(session, "step", unit="phase", count=2)
    assert all(state.verdict is None for state in states(session).values())
    told = verdicts(session, 40)["sgd"]
    assert told.verdict == "diverges"
    assert told.because["product"] == pytest.approx(0.102 * 20, rel=1e-3)
    assert told.because["limit"] == 2.0


def test_a_step_ends_where_the_next_forward_pass_begins() -> None:
    session = make("map-and-hiker")
    told = {name: state.because["height"] for name, state in verdicts(session, 2).items()}
    send(session, "seek", iteration=3, step=session.core.record.layout.forward - 1)
    assert told == pytest.approx({name: value(session, f"{name}/loss") for name in told}, rel=1e-6)
    assert all(state.because == {} for state in states(session).values())


def test_each_verdict_comes_about() -> None:
    assert verdicts(make("map-and-hiker"), 0)["sgd"].verdict == "zigzags"
    assert verdicts(make("map-and-hiker"), 250)["sgd"].verdict == "arrived"
    assert verdicts(make("map-and-hiker", lr_adam=0.002), 5)["adam"].verdict == "crawls"
    low = next(one for one in LESSONS["map-and-hiker"].presets if one.id == "rate-too-low")
    crawling = verdicts(make("map-and-hiker", **low.config), 5)
    assert {state.verdict for state in crawling.values()} == {"crawls"}
    # Rosenbrock's valley is 2,500 times as curved across as along, and its end is a minimum all the same.
    at_the_end = verdicts(make("map-and-hiker", surface="rosenbrock", x=1.001, y=1.002), 2)["sgd"]
    assert at_the_end.verdict == "arrived"
    assert at_the_end.because["steep"] > 2000 * at_the_end.because["flat"] > 0
    on_the_ridge = verdicts(make("map-and-hiker", surface="saddle", y=0), 200)["sgd"]
    assert on_the_ridge.verdict == "saddle"
    assert on_the_ridge.because["flat"] == pytest.approx(-2, abs=0.01)
    far = verdicts(make("map-and-hiker", surface="rosenbrock", x=1000, lr_sgd=1.0), 3)["sgd"]
    assert far.verdict == "diverges"


def test_only_who_subscribes_is_told_of_runs() -> None:
    session = make("map-and-hiker")
    viewer = session.viewer()
    send(session, "subscribe", viewer)
    assert the(Frame, viewer.pull(session)).runs == []
    viewer = session.viewer()
    send(session, "subscribe", viewer, pictures=["runs"])
    frame = the(Frame, viewer.pull(session))
    assert [state.name for state in frame.runs] == ["sgd", "momentum", "rmsprop", "adam"]


def test_another_rate_keeps_what_the_others_have_gathered() -> None:
    session = make("map-and-hiker")
    send(session, "step", unit="iteration", count=5)
    send(session, "configure", config={"lr_sgd": 0.01})
    send(session, "step", unit="iteration", count=5)
    other = make("map-and-hiker")
    send(other, "step", unit="iteration", count=10)
    assert value(session, "adam/x") == value(other, "adam/x")
    assert value(session, "sgd/x") != value(other, "sgd/x")
