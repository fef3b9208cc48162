"""A session made again from its recipe: nothing lost, nothing done twice."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.protocol.client import CLIENT_MESSAGE
from chainrule.protocol.server import Breakpoints, Done, Moved
from chainrule.session import Session
from support.sessions import fingerprint, make, place, refused, send, the


def again(session: Session) -> Session:
    """What a worker makes of a session whose process has died."""
    recipe = session.recipe()
    return Session(
        recipe.lesson,
        recipe.config,
        recipe.seed,
        journal=recipe.journal,
        cursor=recipe.cursor,
        breakpoints=recipe.breakpoints,
        predict=recipe.predict,
        revealed=recipe.revealed,
        answered=recipe.answered,
        playing=recipe.playing,
    )


def test_a_step_that_was_taken_is_not_taken_again() -> None:
    session = make()
    send(session, "step", id="a")
    send(session, "step", id="b")
    other = again(session)
    repeated = the(Moved, send(other, "step", id="b"))
    assert (repeated.id, repeated.cursor.step) == ("b", 2)
    assert place(other) == (0, 2)
    assert the(Moved, send(other, "step", id="c")).cursor.step == 3
    # The id alone is not what was asked.
    assert the(Moved, send(other, "step", id="a", count=2)).cursor.step == 5


def test_an_edit_that_was_made_is_not_made_again() -> None:
    session = make()
    send(session, "step", unit="phase", count=2)
    send(session, "edit", id="e", name="w", value=3.0)
    other = again(session)
    branches = len(other.branches().branches)
    send(other, "edit", id="e", name="w", value=3.0)
    assert len(other.branches().branches) == branches
    assert fingerprint(other) == fingerprint(session)


def test_what_was_playing_goes_on_playing() -> None:
    session = make()
    before = session.journal_revision
    send(session, "play", unit="iteration", rate=None)
    assert session.journal_revision == before + 1
    session.advance(0.01)
    other = again(session)
    start = place(other)
    assert start == place(session)
    assert other.welcome().playing
    other.advance(0.01)
    assert place(other) > start
    send(other, "pause")
    assert again(other).recipe().playing is None


def test_a_breakpoint_is_set_once() -> None:
    session = make()
    wanted: Any = {"id": "k", "condition": {"kind": "step", "node": "w"}}
    send(session, "breakpoint", **wanted)
    other = again(session)
    told = the(Breakpoints, send(other, "breakpoint", **wanted))
    assert len(told.breakpoints) == 1 == len(other.core.breakpoints)


def test_made_again_twice_it_still_knows() -> None:
    session = make()
    send(session, "step", id="a")
    other = again(session)
    send(other, "step", id="b")
    third = again(other)
    for key in ("a", "b"):
        send(third, "step", id=key)
    assert place(third) == (0, 2)


def test_what_was_changed_can_be_undone() -> None:
    session = make()
    began = fingerprint(session)
    send(session, "edit", name="w", value=3.0)
    send(session, "step", unit="iteration")
    send(session, "configure", config={"lr": 0.1})
    send(session, "step", unit="iteration")
    other = again(session)
    while other.branches().can_undo:
        for each in (session, other):
            send(each, "undo")
        assert fingerprint(other) == fingerprint(session)
    assert not session.branches().can_undo
    assert fingerprint(other) == began
    assert refused(send(other, "undo")).code == "nothing_to_undo"


@pytest.mark.parametrize("busy", [False, True])
def test_a_ping_is_answered_at_once_and_changes_nothing(busy: bool) -> None:
    session = make()
    if busy:
        session.handle(CLIENT_MESSAGE.validate_python({"type": "play", "unit": "iteration", "rate": None}))
    before = session.revision, session.recipe()
    (answer,) = session.handle(CLIENT_MESSAGE.validate_python({"type": "ping", "id": "p"}))
    assert isinstance(answer, Done) and answer.id == "p"
    assert (session.revision, session.recipe()) == before
