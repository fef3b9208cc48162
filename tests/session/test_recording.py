"""A recording of a session's timeline is what a socket would have got, and moves nothing."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.errors import Refusal
from chainrule.host import encode, recording
from chainrule.protocol import ServerMessage
from chainrule.protocol.server import Frame, GraphMessage, Metrics, Welcome
from chainrule.session import Limits, Session
from support.sessions import SMALL, make, moved, place, send


def recorded(
    session: Session, first: int | None = None, last: int | None = None, parts: bool = False
) -> list[ServerMessage]:
    found: list[ServerMessage] = []
    work = session.recording(first, last)
    while True:
        for part in work:
            if part is None:
                continue
            messages, left = part
            found.extend(messages)
            if parts and left is not None:
                # Begun anew from what was left, as over REST.
                work = session.recording(None, None, list(left))
                break
        else:
            return found


def frames(messages: list[ServerMessage]) -> list[Frame]:
    return [message for message in messages if isinstance(message, Frame)]


@pytest.mark.parametrize("parts", [False, True])
@pytest.mark.parametrize("limits", [None, SMALL], ids=["roomy", "small"])
def test_it_is_what_the_command_line_writes(limits: Limits | None, parts: bool) -> None:
    session = make(limits=limits, optimizer="adam")
    moved(session, "seek", iteration=2, step=4)
    before = (place(session), session.revision, session.recipe())
    found = recorded(session, parts=parts)
    assert (place(session), session.revision, session.recipe()) == before
    written = list(recording.lines("one-weight", {"optimizer": "adam"}, 7, 3))
    assert [encode.text(message) for message in found[1:]] == written[1:]
    assert isinstance(found[0], Welcome)
    assert found[0].cursor.step == found[0].cursor.iteration == 0


def test_a_stretch_of_an_edited_branch() -> None:
    session = make()
    moved(session, "seek", iteration=3, step=2)
    send(session, "edit", name="w", value=5.0)
    moved(session, "seek", iteration=4, step=0)
    found = recorded(session, 2, 4)
    cursors = [frame.cursor for frame in frames(found)]
    assert [(at.iteration, at.step) for at in cursors] == [(i, s) for i in (2, 3, 4) for s in range(10)]
    assert {at.branch for at in cursors} == {1}
    moved(session, "seek", iteration=3, step=9)
    there, here = frames(found)[19], session.frame()
    assert encode.text(there.model_copy(update={"seq": here.seq})) == encode.text(here)
    metrics = [message for message in found if isinstance(message, Metrics)]
    assert [message.start for message in metrics] == [2, 3, 4]
    assert sum(isinstance(message, GraphMessage) for message in found) == 1


def test_what_is_withheld_is_not_recorded() -> None:
    session = make()
    send(session, "predict", on=True)
    moved(session, "seek", iteration=0, step=9)
    withheld_at = place(session)
    found = recorded(session)
    last = frames(found)[-1]
    assert (last.cursor.iteration, last.cursor.step) == withheld_at
    assert last.withheld
    assert not any(isinstance(message, Metrics) for message in found)
    with pytest.raises(Refusal, match="nothing to record"):
        recorded(session, 0, 1)


def test_without_a_beginning_it_takes_what_fits() -> None:
    session = make(limits=Limits(answer_seconds=60.0, trace_numbers=5_000))
    moved(session, "seek", iteration=50, step=0)
    found = frames(recorded(session))
    assert found[-1].cursor.iteration == 50
    assert 45 < found[0].cursor.iteration < 50
    with pytest.raises(Refusal) as refused:
        recorded(session, 0, 50)
    assert (refused.value.code, refused.value.status) == ("limit_trace", 422)
    assert frames(recorded(session, 10, 11))[0].cursor.iteration == 10


@pytest.mark.parametrize(("first", "last"), [(0, 4), (3, 2), (4, None)])
def test_what_has_not_been_computed_is_refused(first: int, last: int | None) -> None:
    session = make()
    moved(session, "seek", iteration=3, step=0)
    with pytest.raises(Refusal) as refused:
        recorded(session, first, last)
    assert refused.value.code == "seek_out_of_range"


def test_the_session_may_be_used_meanwhile() -> None:
    session = make()
    moved(session, "seek", iteration=3, step=0)
    work = session.recording(None, None)
    found: list[Any] = [next(work)]
    moved(session, "seek", iteration=0, step=5)
    send(session, "edit", name="w", value=7.0)
    found += list(work)
    messages = [message for part in found if part is not None for message in part[0]]
    assert [frame.cursor.branch for frame in frames(messages)] == [0] * 40
