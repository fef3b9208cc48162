"""A session made again from its recipe: nothing lost, nothing done twice."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.host import parse
from chainrule.protocol.client import CLIENT_MESSAGE
from chainrule.protocol.server import Breakpoints, Done, Moved
from chainrule.session import Limits, Session, documents
from chainrule.trace import run_iteration
from support.commands import shaping
from support.examples import examples
from support.sessions import fingerprint, make, place, refused, send, the


def again(session: Session) -> Session:
    """What a worker makes of a session whose process has died."""
    told = session.whole().model_dump_json().encode()
    return Session.made(parse.whole(told), limits=session.limits)


def everything(session: Session) -> list[Any]:
    """All that can be seen of a session, wherever one looks, and all that commands may depend on; but for its revision."""
    core = session.core
    lines = core.timeline.lines.values()
    return [
        fingerprint(session),
        session.welcome().model_copy(update={"seq": 0}),
        session.info().model_copy(update={"seq": 0}).model_dump_json(),
        session.state().model_dump_json(),
        session.branches(),
        core.holds_from(),
        # NaN is not equal to itself.
        repr([documents.owned(line, line.fork, line.tip + 1) for line in lines]),
        [line.journal for line in lines],
        [[(at, regime.config) for at, regime in sorted(line.regimes.items())] for line in lines],
        (core.revealed(), core.prediction.on and core.prediction.seen, core.last_edit),
        core.timeline.next_id,
    ]


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


ROOMY = Limits(
    max_iterations=40,
    max_branches=8,
    max_undo=6,
    keyframe_bytes=8_000,
    record_bytes=20_000,
    answer_seconds=60,
)
"""Small enough for branches to be forgotten, and for what was recorded to be computed again."""


NAMES = {
    "one-weight": ["w", "x", "mul#0"],
    "test-matrix": ["W", "b", "matmul#0"],
    "circuit": ["x", "y", "add#0"],
    "playground": ["hidden1.weight", "output.bias"],
}
CONFIGS: list[dict[str, Any]] = [
    {"lr": 0.1},
    {"lr": 0.02},
    {"lr": 0.1, "optimizer": "adam"},
    {"optimizer": "sgd"},
    {"zero_grad": False},
    {"dtype": "float64"},
]


@pytest.mark.parametrize("lesson", NAMES)
@examples(60)
@given(data=st.data())
def test_any_session_survives_whole(lesson: str, data: st.DataObject) -> None:
    commands = shaping(NAMES[lesson], CONFIGS)
    before = data.draw(st.lists(commands, max_size=25))
    after = data.draw(st.lists(commands, max_size=8))
    undos = data.draw(st.integers(0, 8))
    session = make(lesson, ROOMY)
    for fields in before:
        send(session, **fields)
        session.advance(0.0)
    send(session, "pause")
    other = again(session)
    assert everything(other) == everything(session)
    for fields in [*[{"type": "undo"}] * undos, *after, {"type": "undo"}]:
        for each in (session, other):
            send(each, **fields)
            send(each, "pause")
        assert everything(other) == everything(session)
    assert everything(again(other)) == everything(session)


def test_what_takes_too_long_to_make_again_is_made_without_the_other_branches() -> None:
    session = make(limits=Limits(answer_seconds=60))
    send(session, "seek", iteration=30)
    send(session, "seek", iteration=2)
    send(session, "edit", name="w", value=3.0)
    send(session, "step", unit="iteration", count=5)
    told = session.whole()
    assert everything(Session.made(told, limits=Limits(max_iterations_per_command=36))) == everything(session)
    other = Session.made(told, limits=Limits(max_iterations_per_command=35))
    assert fingerprint(other) == fingerprint(session)
    assert [branch.tip for branch in other.branches().branches] == [2, 6]


def test_each_iteration_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    session = make(limits=Limits(answer_seconds=60))
    send(session, "seek", iteration=400)
    for at in (350, 200, 50):
        send(session, "seek", branch=0, iteration=at, step=3)
        send(session, "edit", name="w", value=3.0)
        send(session, "step", unit="iteration", count=20)
    told = session.whole()
    count = 0

    def counted(*args: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        return run_iteration(*args, **named)

    monkeypatch.setattr("chainrule.timeline.store.run_iteration", counted)
    assert everything(Session.made(told)) == everything(session)
    # One branch of 401 iterations and three of 21; the way to each fork, from the keyframe before it.
    assert count <= 401 + 3 * 21 + 3 * 16 + 1


def test_a_session_with_many_branches_is_told_in_few_words() -> None:
    session = make(limits=Limits(answer_seconds=60))
    for k in range(100):
        send(session, "step", unit="iteration")
        send(session, "edit", name="w", value=k / 8)
    assert len(session.whole().model_dump_json()) < 100 * 600
