"""Work in slices: progress, cancelling, playing, and what waits."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.protocol import CLIENT_MESSAGE
from chainrule.protocol.server import (
    Done,
    ErrorMessage,
    Frame,
    Moved,
    Playback,
    Progress,
    SweepResult,
)
from chainrule.session import Limits, Session, Viewer
from chainrule.session.queue import MOST_WAITING
from support.sessions import fingerprint, make, moved, place, refused, send, the, value

AT_ONCE = Limits(answer_seconds=0.0)
"""Every command that computes anything is left after its first slice."""


def give(session: Session, type: str, viewer: Viewer | None = None, **fields: Any) -> list[Any]:  # noqa: A002
    """Give a command without waiting for it."""
    return session.handle(CLIENT_MESSAGE.validate_python({"type": type, **fields}), viewer)


def finish(session: Session) -> list[Any]:
    found: list[Any] = []
    while session.busy:
        found.extend(session.advance(0.0))
    return found


def test_a_long_command_reports_progress_and_answers_later() -> None:
    session = make(limits=AT_ONCE)
    progress = the(Progress, give(session, "seek", iteration=30, step=3, id="far"))
    assert (progress.id, progress.total) == ("far", 30)
    assert session.busy
    assert place(session) == (0, 0)
    again = the(Progress, give(session, "seek", iteration=30, step=3, id="far"))
    assert again.done >= progress.done
    found = [m for m in finish(session) if not isinstance(m, Progress)]
    assert {m.id for m in found} == {"far"}
    assert place(session) == (30, 3)
    assert the(Moved, found).reached is None
    assert isinstance(found[-1], Frame)
    plain = make()
    send(plain, "seek", iteration=30, step=3)
    assert fingerprint(session) == fingerprint(plain)
    assert the(Moved, give(session, "seek", iteration=30, step=3, id="far")) == the(Moved, found)


def test_cancelling_stays_at_the_last_place_that_was_computed() -> None:
    session = make(limits=AT_ONCE)
    give(session, "step", unit="iteration", count=500, id="far")
    for _ in range(20):
        session.advance(0.0)
    assert the(Done, give(session, "cancel", id="stop")).id == "stop"
    found = finish(session)
    answer = the(Moved, found)
    assert (answer.id, answer.reached) == ("far", "cancelled")
    tip = session.branches().branches[0].tip
    assert 10 < tip < 100
    assert place(session) == (tip, 9)
    plain = make()
    send(plain, "seek", iteration=tip, step=9)
    assert fingerprint(session) == fingerprint(plain)


def test_cancelling_names_a_command() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=50, id="far")
    give(session, "cancel", command="another")
    assert session.job is not None
    give(session, "cancel", command="far")
    assert session.job is None


def test_cancelling_a_way_back_moves_nothing() -> None:
    session = make(limits=Limits(answer_seconds=0.0, keyframe_bytes=1, record_bytes=1))
    give(session, "seek", iteration=60, step=4)
    finish(session)
    give(session, "seek", iteration=40, step=2, id="back")
    session.advance(0.0)
    give(session, "cancel")
    assert the(Moved, finish(session)).reached == "cancelled"
    assert place(session) == (60, 4)


def test_cancelling_a_rebuild_changes_nothing() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=30)
    finish(session)
    before = session.info(), session.branches()
    assert isinstance(give(session, "configure", config={"w": 3.0})[0], Progress)
    give(session, "cancel")
    assert the(Moved, finish(session)).reached == "cancelled"
    assert (session.info().parameters, session.branches()) == (before[0].parameters, before[1])
    assert session.info().journal == []


def test_playing_begins_where_the_command_under_way_leads() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=50)
    assert the(Progress, give(session, "play", unit="iteration", rate=None, id="on")).id == "on"
    found: list[Any] = []
    while session.playing is None:
        found.extend(session.advance(0.0))
    assert place(session) == (50, 0)
    assert any(isinstance(one, Playback) and one.id == "on" for one in found)


@pytest.mark.parametrize("end", ["pause", "cancel"])
def test_playing_that_waits_is_called_off(end: str) -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=50)
    give(session, "play", unit="iteration", rate=None, id="on")
    give(session, end)
    assert "on" in {message.id for message in finish(session)}
    assert session.playing is None


CHANGES: list[dict[str, Any]] = [
    {"type": "edit", "name": "w", "value": 1.0},
    {"type": "configure", "config": {"lr": 1.0}},
    {"type": "compare", "config": {"optimizer": "adam"}},
    {"type": "undo"},
    {"type": "predict", "on": True},
    {"type": "breakpoint", "condition": {"kind": "non_finite"}},
]


@pytest.mark.parametrize("fields", CHANGES, ids=lambda fields: str(fields["type"]))
def test_what_changes_something_waits_and_holds_from_where_the_move_led(fields: dict[str, Any]) -> None:
    session, plain = make(limits=AT_ONCE), make()
    for one in (session, plain):
        send(one, "edit", name="w", value=2.5)
    give(session, "seek", iteration=50, id="far")
    assert isinstance(give(session, id="change", **fields)[0], Progress)
    found = [m.id for m in finish(session) if not isinstance(m, Progress)]
    assert [*dict.fromkeys(found)] == ["far", "change"]
    send(plain, "seek", iteration=50)
    send(plain, **fields)
    assert fingerprint(session) == fingerprint(plain)
    assert (session.branches(), session.recipe().breakpoints) == (
        plain.branches(),
        plain.recipe().breakpoints,
    )


def test_a_seek_waits_for_a_change_and_takes_the_place_of_the_seek_before() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=50, id="far")
    give(session, "edit", name="w", value=1.0, id="change")
    give(session, "seek", iteration=3, id="first")
    give(session, "seek", iteration=5, id="second")
    found = [m for m in finish(session) if isinstance(m, Moved)]
    assert {m.id: m.reached for m in found} == {
        "far": None,
        "change": None,
        "first": "cancelled",
        "second": None,
    }
    assert place(session) == (5, 0)
    assert [entry.cursor.iteration for entry in session.info().journal] == [50]


def test_more_than_may_wait_is_refused() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=50)
    for _ in range(MOST_WAITING):
        assert isinstance(give(session, "edit", name="w", value=1.0)[0], Progress)
    assert refused(give(session, "edit", name="w", value=1.0)).code == "busy"


def test_steps_are_taken_one_after_the_other_and_before_questions() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=20, id="a")
    assert session.job is not None
    assert isinstance(give(session, "gradcheck", name="w", id="check")[0], Progress)
    for _ in range(2):
        # The second time as after a loss of the connection.
        assert isinstance(give(session, "step", unit="iteration", id="b")[0], Progress)
        assert isinstance(give(session, "step", unit="phase", count=-1, id="c")[0], Progress)
    found = [m for m in finish(session) if not isinstance(m, Progress | Frame)]
    assert [m.id for m in found if isinstance(m, Moved)] == ["a", "b", "c"]
    assert found[-1].id == "check"
    plain = make()
    send(plain, "seek", iteration=20)
    send(plain, "step", unit="iteration")
    send(plain, "step", unit="phase", count=-1)
    assert place(session) == place(plain)


def test_cancelling_gives_up_the_steps_that_wait() -> None:
    session = make(limits=AT_ONCE)
    give(session, "step", unit="iteration", count=500, id="far")
    give(session, "step", unit="phase", id="next")
    give(session, "edit", name="w", value=1.0, id="change")
    session.advance(0.0)
    give(session, "cancel")
    found = [m for m in finish(session) if isinstance(m, Moved | ErrorMessage)]
    assert [(m.id, m.reached) for m in found if isinstance(m, Moved)] == [
        ("far", "cancelled"),
        ("next", "cancelled"),
    ]
    assert [(m.id, m.code, m.status) for m in found if isinstance(m, ErrorMessage)] == [
        ("change", "called_off", 409)
    ]
    assert not session.busy
    assert session.info().journal == []


def test_a_step_that_is_refused_does_not_hold_up_the_next() -> None:
    session = make(limits=Limits(answer_seconds=0.0, max_iterations_per_command=40))
    give(session, "seek", iteration=20, id="a")
    give(session, "step", unit="iteration", count=500, id="b")
    give(session, "step", unit="iteration", id="c")
    found = [m for m in finish(session) if isinstance(m, Moved | ErrorMessage)]
    assert [(m.id, m.type) for m in found] == [("a", "moved"), ("b", "error"), ("c", "moved")]
    assert session.cursor.iteration == 20


def test_a_long_question_makes_way_and_is_answered_where_one_went() -> None:
    session = make(limits=AT_ONCE)
    sweep: dict[str, Any] = {"name": "w", "low": 0.0, "high": 4.0, "count": 101}
    assert isinstance(give(session, "sweep", id="first", **sweep)[0], Progress)
    assert isinstance(give(session, "sweep", id="second", **sweep)[0], Progress)
    give(session, "step", count=5)
    messages = finish(session)
    assert session.info().cursor.step == 5
    answers = [message for message in messages if isinstance(message, SweepResult)]
    assert [answer.id for answer in answers] == ["first", "second"]
    assert all(answer.cursor.step == 5 for answer in answers)


def test_a_waiting_question_can_be_cancelled() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=50)
    assert isinstance(give(session, "gradcheck", name="w", id="later")[0], Progress)
    give(session, "cancel", command="later")
    (answer,) = (message for message in finish(session) if message.id == "later")
    assert answer.reached == "cancelled"


def test_questions_are_answered_meanwhile() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=50)
    assert give(session, "explain", name="w", what="value")[0].value == 2.0
    assert session.info().cursor.iteration == 0
    assert session.job is not None


def test_a_later_seek_takes_the_place_of_an_earlier_one() -> None:
    session = make(limits=AT_ONCE)
    give(session, "seek", iteration=80, id="first")
    give(session, "seek", iteration=5, id="second")
    found = [m for m in finish(session) if isinstance(m, Moved)]
    assert [(m.id, m.reached) for m in found] == [("first", "cancelled"), ("second", None)]
    assert place(session) == (5, 0)


def test_a_refusal_at_the_end_of_long_work_undoes_it() -> None:
    session = make(limits=Limits(answer_seconds=0.0, max_iterations_per_command=40))
    give(session, "step", unit="phase", count=180, id="far")
    error = the(ErrorMessage, [m for m in finish(session) if not isinstance(m, Progress)])
    assert (error.code, error.id) == ("limit_iterations", "far")
    assert session.branches().branches[0].tip == 0
    assert place(session) == (0, 0)


# -- playing


def test_playing_as_fast_as_possible_until_paused() -> None:
    session = make()
    assert the(Playback, send(session, "play", unit="iteration", rate=None)).playing
    assert session.next_due is None
    for _ in range(5):
        session.advance(0.002)
    assert session.cursor.iteration > 3
    assert not the(Playback, send(session, "pause")).playing
    there = place(session)
    assert not session.busy
    assert session.advance(0.01) == []
    assert place(session) == there
    assert session.info().journal == [], "a clock leaves no trace"


@pytest.mark.parametrize("change", [{"type": "configure", "config": {"lr": 0.5}}, {"type": "pause"}])
def test_one_stands_where_one_has_trained_to(change: dict[str, Any]) -> None:
    session = make()
    send(session, "play", unit="iteration", rate=None)
    while session.core.line.tip == session.cursor.iteration:
        session.advance(0.0)
    send(session, **change)
    send(session, "configure", config={"lr": 0.25})
    assert session.cursor.iteration == session.core.line.tip > 0
    assert len(session.branches().branches) == 1, (
        "what is changed where one has trained to needs no other branch"
    )


def test_playing_at_a_rate_waits_until_a_move_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("chainrule.session.jobs.time.monotonic", lambda: now[0])
    session = make()
    send(session, "play", unit="step", rate=4.0)
    assert session.next_due == 100.25
    session.advance(0.01)
    assert place(session) == (0, 0)
    now[0] = 100.26
    session.advance(0.01)
    assert place(session) == (0, 1)
    assert session.next_due == 100.5
    now[0] = 200.0
    session.advance(0.01)
    assert session.cursor.step <= 4, "a sleeping machine does not catch up for minutes"


def test_moving_stops_playing_but_changing_does_not() -> None:
    session = make()
    send(session, "play", unit="iteration", rate=None)
    session.advance(0.002)
    send(session, "configure", config={"lr": 0.02})
    send(session, "edit", name="w", value=1.0)
    assert session.playing is not None
    at = session.cursor.iteration
    session.advance(0.01)
    assert session.cursor.iteration > at
    assert refused(send(session, "seek", iteration=0, step=77)).code == "seek_out_of_range"
    assert session.playing is not None, "a refused command changes nothing"
    send(session, "step", count=-1)
    assert session.playing is None


def test_playing_ends_at_the_end() -> None:
    session = make(limits=Limits(max_iterations=4))
    viewer = Viewer()
    viewer.pull(session)
    send(session, "play", viewer, unit="epoch", rate=None)
    while session.busy:
        session.advance(0.01)
    assert place(session) == (3, 9)
    for seq in list(viewer._flying):
        viewer.ack(seq)
    found = viewer.pull(session)
    assert not the(Playback, found).playing
    assert the(Moved, found).reached == "end"


# -- faults of the program


def test_a_fault_is_answered_and_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    session = make()
    send(session, "step", unit="iteration")
    before = session.info(), session.branches()

    def broken(*args: Any, **kwargs: Any) -> Any:
        raise ZeroDivisionError

    cases: list[tuple[str, dict[str, Any]]] = [
        ("chainrule.timeline.store.run_iteration", {"type": "step", "unit": "iteration", "count": 3}),
        ("chainrule.timeline.store.run_iteration", {"type": "edit", "name": "w", "value": 1.0}),
        ("chainrule.session.edits.build_regime", {"type": "configure", "config": {"lr": 1.0}}),
        ("chainrule.session.session.build_frame", {"type": "step"}),
        ("chainrule.session.session.build_frame", {"type": "configure", "config": {"lr": 1.0}}),
        ("chainrule.session.session.build_frame", {"type": "edit", "name": "w", "value": 1.0}),
        ("chainrule.session.asking.explain", {"type": "explain", "name": "w"}),
    ]
    for target, command in cases:
        with monkeypatch.context() as patch:
            patch.setattr(target, broken)
            error = refused(send(session, **command))
        assert (error.code, error.status) == ("internal_error", 500)
        after = session.info(), session.branches()
        assert after[0].model_copy(update={"seq": 0}) == before[0].model_copy(update={"seq": 0})
        assert after[1] == before[1]
    assert moved(session, "step").reached is None
    assert value(session, "w") == pytest.approx(2.24)
