"""A session made again from saved keyframes is the session that is made again without them, to the last bit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.host import parse
from chainrule.lessons import LESSONS
from chainrule.session import Limits, Session, keyframes
from chainrule.session.packed import MAGIC
from chainrule.trace import run_in_parts, run_iteration
from session.test_again import CONFIGS, NAMES, ROOMY, everything
from support.commands import shaping
from support.examples import examples
from support.sessions import fingerprint, make, send

PLENTY = 50_000_000


class Counted:
    """How many iterations are run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        monkeypatch.setattr("chainrule.timeline.store.run_iteration", self._run)
        # So are those during which the machine did something else for long.
        monkeypatch.setattr("chainrule.timeline.store.run_in_parts", self._run_in_parts)

    def _run(self, *args: Any, **named: Any) -> Any:
        self.count += 1
        return run_iteration(*args, **named)

    def _run_in_parts(self, *args: Any, **named: Any) -> Any:
        self.count += 1
        return run_in_parts(*args, **named)


def again(session: Session, content: bytes | None) -> Session:
    """What a worker makes of a session that was away, with the keyframes that it finds."""
    told = session.whole().model_dump_json().encode()
    return Session.made(parse.whole(told), limits=session.limits, keyframes=content)


@pytest.mark.parametrize("lesson", NAMES)
@examples(40)
@given(data=st.data())
def test_any_session_is_the_same_with_keyframes(lesson: str, data: st.DataObject) -> None:
    commands = shaping(NAMES[lesson], CONFIGS)
    before = data.draw(st.lists(commands, max_size=20))
    between = data.draw(st.lists(commands, max_size=8))
    after = data.draw(st.lists(commands, max_size=6))
    undos = data.draw(st.integers(0, 8))
    most = data.draw(st.sampled_from([PLENTY, 4_000, 1_000, 0]))

    def give(sessions: list[Session], commands: list[dict[str, Any]]) -> None:
        for fields in commands:
            for each in sessions:
                send(each, **fields)
                send(each, "pause")

    session = make(lesson, ROOMY)
    give([session], before)
    content = session.saved(most)()
    # Some of it is not right any more.
    give([session], between)
    other = again(session, content)
    assert everything(other) == everything(session)
    for fields in [*[{"type": "undo"}] * undos, *after, {"type": "undo"}]:
        give([session, other], [fields])
        assert everything(other) == everything(session)
    assert everything(again(other, other.saved(most)())) == everything(session)


@pytest.mark.parametrize("lesson", LESSONS)
def test_each_lesson_goes_on_from_keyframes_as_if_it_had_never_stopped(
    lesson: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = make(lesson)
    send(session, "step", unit="iteration", count=3)
    content = session.saved(PLENTY)()
    ran = Counted(monkeypatch)
    other = again(session, content)
    # Every session begins with its first iteration, and where it stands is recorded anew.
    assert ran.count <= 2
    assert everything(other) == everything(session) == everything(again(session, None))
    for each in (session, other):
        send(each, "step", unit="iteration", count=1)
        send(each, "step", unit="step", count=-3)
    assert everything(other) == everything(session)


@pytest.mark.parametrize("config", [{"optimizer": "adam"}, {"optimizer": "momentum", "dtype": "float64"}])
def test_optimizers_go_on_with_what_they_had_gathered(config: dict[str, Any]) -> None:
    session = make("playground", **config)
    send(session, "seek", iteration=50, step=9)
    other = again(session, session.saved(PLENTY)())
    for each in (session, other):
        send(each, "seek", iteration=90, step=3)
    assert everything(other) == everything(session)


def test_only_what_came_after_is_computed(monkeypatch: pytest.MonkeyPatch) -> None:
    session = make()
    send(session, "seek", iteration=400)
    content = session.saved(PLENTY)()
    send(session, "seek", iteration=450, step=2)
    ran = Counted(monkeypatch)
    other = again(session, content)
    assert 50 <= ran.count <= 53
    assert everything(other) == everything(session)


def test_a_long_way_back_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    session = make("playground")
    send(session, "seek", iteration=600)
    content = session.saved(400_000)()
    assert len(content) < 600_000
    other = again(session, content)
    ran = Counted(monkeypatch)
    send(other, "seek", iteration=301, step=0)
    assert ran.count < 120
    send(session, "seek", iteration=301, step=0)
    assert fingerprint(other) == fingerprint(session)


def test_what_is_damaged_is_not_used(caplog: pytest.LogCaptureFixture) -> None:
    session = make()
    send(session, "seek", iteration=20)
    content = session.saved(PLENTY)()
    for at in (0, len(MAGIC) + 3, len(content) // 2, len(content) - 1):
        damaged = bytearray(content)
        damaged[at] ^= 4
        assert everything(again(session, bytes(damaged))) == everything(session)
    for length in (0, 10, len(content) // 2):
        assert everything(again(session, content[:length])) == everything(session)
    assert "damaged" in caplog.text


@pytest.mark.parametrize("other", [{"seed": 8}, {"lr": 0.02}, {"lesson": "playground"}])
def test_those_of_another_session_are_not_used(
    other: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    stranger = make(**{"lesson": "one-weight", **other})
    send(stranger, "seek", iteration=20)
    session = make()
    send(session, "seek", iteration=20)
    ran = Counted(monkeypatch)
    assert everything(again(session, stranger.saved(PLENTY)())) == everything(session)
    assert ran.count >= 21


def test_those_of_another_program_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    session = make()
    send(session, "seek", iteration=20)
    content = session.saved(PLENTY)()
    monkeypatch.setattr(keyframes, "program", lambda: "another")
    ran = Counted(monkeypatch)
    again(session, content)
    assert ran.count >= 21


def test_a_session_longer_than_one_request_may_be_comes_back() -> None:
    session = make(limits=Limits(max_iterations_per_command=30, answer_seconds=60))
    for _ in range(3):
        send(session, "step", unit="iteration", count=25)
    for content in (session.saved(PLENTY)(), None):
        assert everything(again(session, content)) == everything(session)
