"""Playing stops once where NaN or infinity begins, at the same place however it got there."""

from __future__ import annotations

import math
from typing import Any

import pytest

from chainrule.protocol.server import Moved
from chainrule.session import Session
from support.sessions import SMALL, evict, grad, make, moved, place, send, the, value


def played(session: Session, unit: str = "step", most: int = 2_000) -> Moved | None:
    """Play as fast as possible until it stops, or for some slices; how it was told that it had stopped."""
    send(session, "play", unit=unit, rate=None)
    for _ in range(most):
        session.advance(0.001)
        if session.playing is None:
            return the(Moved, session.news("stopped"))
    send(session, "pause")
    return None


@pytest.mark.parametrize("unit", ["step", "phase", "iteration", "epoch"])
def test_playing_stops_where_the_loss_is_first_infinite(unit: str) -> None:
    session = make(lr=5.0)
    stopped = played(session, unit)
    assert stopped is not None
    assert (stopped.reached, stopped.breakpoint) == ("non_finite", None)
    assert value(session, "loss") == math.inf
    iteration, step = place(session)
    moved(session, "step", count=-1)
    assert value(session, "loss") is None
    moved(session, "seek", iteration=iteration - 1, step=9)
    assert math.isfinite(value(session, "loss"))
    assert step == session.core.record.value_step(session.core.record.root)


def test_playing_again_goes_on() -> None:
    session = make(lr=5.0)
    assert played(session) is not None
    iteration, _ = place(session)
    assert played(session, "iteration", most=50) is None
    assert place(session)[0] > iteration + 1
    assert math.isnan(grad(session, "w"))


def test_going_back_and_playing_stops_at_the_same_place() -> None:
    session = make(lr=5.0, limits=SMALL)
    first = played(session)
    assert first is not None
    played(session, "iteration", most=50)
    moved(session, "seek", iteration=3, step=1)
    evict(session)
    again = played(session, "iteration")
    assert again is not None
    assert again.cursor == first.cursor


def test_steps_and_seeks_pass_it() -> None:
    session = make(lr=5.0)
    assert moved(session, "step", unit="iteration", count=200).reached is None
    assert moved(session, "seek", iteration=300, step=2).reached is None
    assert played(session, "iteration", most=20) is None


def test_a_gradient_that_is_infinite_stops_it_too() -> None:
    session = make("circuit", preset="custom", code="x = 0\nf = sqrt(x)")
    stopped = played(session)
    assert stopped is not None
    assert stopped.reached == "non_finite"
    assert grad(session, "x") == math.inf
    assert value(session, "f") == 0.0
    assert played(session, "iteration", most=20) is None


def test_an_edit_to_nan_stops_it_at_the_loss() -> None:
    session = make()
    moved(session, "seek", iteration=2, step=1)
    send(session, "edit", name="w", value="NaN")
    stopped = played(session, "iteration")
    assert stopped is not None
    assert (place(session), stopped.reached) == ((2, 4), "non_finite")


def test_an_infinity_that_comes_to_nothing_does_not_stop_it() -> None:
    session = make("circuit", preset="custom", code="x = 1\ny = 1 / 0 + 0 * x\nf = min(y, 2 * x)")
    moved(session, "step", unit="iteration", count=1)
    assert session.frame().non_finite
    assert value(session, "f") == 2.0
    moved(session, "seek", iteration=0, step=0)
    assert played(session, "iteration", most=20) is None


@pytest.mark.parametrize("condition", [{"kind": "non_finite"}, {"kind": "step", "step_kind": "update"}])
def test_a_breakpoint_up_to_there_comes_first(condition: dict[str, Any]) -> None:
    session = make(lr=5.0)
    send(session, "breakpoint", condition=condition)
    stopped = played(session)
    assert stopped is not None
    assert stopped.reached == "breakpoint"
    if condition["kind"] == "step":
        assert place(session) == (0, 9)
    else:
        assert value(session, "loss") == math.inf


def test_the_journal_of_a_session_that_stopped_makes_it_again() -> None:
    session = make(lr=5.0)
    assert played(session) is not None
    recipe = session.recipe()
    again = Session(recipe.lesson, recipe.config, recipe.seed, journal=recipe.journal, cursor=recipe.cursor)
    assert place(again) == place(session)
    assert recipe.journal == []
    assert repr(again.state()) == repr(session.state())
