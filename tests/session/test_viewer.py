from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.host import encode
from chainrule.protocol import CLIENT_MESSAGE
from chainrule.protocol.server import (
    Branches,
    Breakpoints,
    Configured,
    Frame,
    GraphMessage,
    Message,
    Metrics,
    Moved,
    Prediction,
    Welcome,
)
from chainrule.session import Limits, Session, Viewer, documents
from chainrule.session.histories import BESIDE, beside, visible_end
from support.examples import examples
from support.sessions import make, send, tensors, the


def kinds(messages: list[Any]) -> list[str]:
    return [message.type for message in messages]


def ack(session: Session, viewer: Viewer, seq: int) -> None:
    assert session.handle(CLIENT_MESSAGE.validate_python({"type": "ack", "seq": seq}), viewer) == []


def test_the_first_pull_tells_all_and_the_next_nothing() -> None:
    session = make()
    viewer = session.viewer()
    found = viewer.pull(session)
    assert kinds(found) == ["welcome", "graph", "metrics", "frame"]
    welcome = the(Welcome, found)
    assert (welcome.lesson, welcome.seed, welcome.predict, welcome.playing) == ("one-weight", 7, False, False)
    assert viewer.pull(session) == []
    assert not viewer.behind(session)


def test_a_slow_viewer_skips_frames_and_ends_on_the_latest() -> None:
    session = make()
    viewer = session.viewer()
    first = the(Frame, viewer.pull(session))
    send(session, "step", viewer)
    second = the(Frame, viewer.pull(session))
    seen = [first.step.index, second.step.index]
    for _ in range(5):
        answers = send(session, "step", viewer)
        assert the(Moved, answers).cursor == session.cursor, "answers are never coalesced"
        assert not [m for m in answers if isinstance(m, Frame)], "the viewer pulls it"
        assert viewer.pull(session) == []
    assert viewer.behind(session)
    ack(session, viewer, second.seq)
    last = the(Frame, viewer.pull(session))
    seen.append(last.step.index)
    assert seen == [0, 1, 6]
    assert last == session.frame()
    assert viewer.pull(session) == []


def test_viewers_do_not_wait_for_each_other() -> None:
    session = make()
    slow, fast = session.viewer(), session.viewer()
    for each in (slow, fast):
        each.pull(session)
    for k in range(6):
        send(session, "step", fast)
        frame = the(Frame, fast.pull(session))
        assert frame.step.index == k + 1
        ack(session, fast, frame.seq)
        slow.pull(session)
    assert len(slow._flying) == 2


def test_what_others_do_is_told_once() -> None:
    session = make()
    me, other = session.viewer(), session.viewer()
    for each in (me, other):
        ack(session, each, the(Frame, each.pull(session)).seq)
    cases: list[tuple[dict[str, Any], type[Message]]] = [
        ({"type": "breakpoint", "condition": {"kind": "non_finite"}}, Breakpoints),
        ({"type": "configure", "config": {"lr": 0.1}}, Configured),
        ({"type": "edit", "name": "w", "value": 1.0}, Branches),
        ({"type": "predict", "on": True}, Prediction),
    ]
    for fields, kind in cases:
        answers = send(session, viewer=me, **fields)
        assert [m for m in answers if isinstance(m, kind)]
        mine, theirs = me.pull(session), other.pull(session)
        assert not [m for m in mine if isinstance(m, kind)]
        the(kind, theirs)
        for each, found in ((me, mine), (other, theirs)):
            for frame in found:
                if isinstance(frame, Frame):
                    ack(session, each, frame.seq)


def test_the_graph_is_sent_once_per_topology() -> None:
    session = make()
    viewer = session.viewer()
    sent = 0
    commands: list[dict[str, Any]] = [
        {"type": "step", "count": 4},
        {"type": "edit", "name": "mul#0", "value": 1.0},
        {"type": "step"},
        {"type": "seek", "iteration": 2},
        {"type": "seek", "iteration": 5},
    ]
    for command in commands:
        send(session, viewer=viewer, **command)
        for message in viewer.pull(session):
            if isinstance(message, GraphMessage):
                sent += 1
                topology = message.graph.topology
            if isinstance(message, Frame):
                assert message.topology == topology
                ack(session, viewer, message.seq)
    assert sent == 3


def test_the_batch_is_no_part_of_the_topology() -> None:
    small, large = make("test-matrix", rows=3), make("test-matrix", rows=5)
    assert small.graph().topology == large.graph().topology
    assert make("one-weight").graph().topology != make("circuit").graph().topology
    assert make(lr=0.1).graph().topology != make(w=3.0).graph().topology, "the listing is part of it"


def test_subscribed_tensors_are_full_and_large_ones_are_summaries() -> None:
    session = make("test-matrix", Limits(tensor_elements=5))
    send(session, "step", unit="phase", count=2)
    viewer = session.viewer()
    frame = the(Frame, viewer.pull(session))
    names = {node.name: node.index for node in session.graph().nodes}
    assert tensors(frame, "value")[names["W"]] is None
    assert tensors(frame, "value")[names["b"]] is not None
    summary = next(t.summary for t in frame.tensors if t.index == names["W"])
    assert summary is not None
    assert sum(summary.histogram) == 6
    assert len(summary.thumbnail) == 3
    send(session, "subscribe", viewer, names=["W"])
    frame = the(Frame, viewer.pull(session))
    assert len(tensors(frame, "value")[names["W"]]) == 3
    assert len(tensors(frame, "grad")[names["W"]]) == 3
    assert tensors(frame, "value")[names["X"]] is None
    state = session.state().nodes["W"]
    assert state.value is None
    assert state.value_summary == summary


def test_only_what_is_seen_is_sent_where_that_is_asked_for() -> None:
    session = make("playground")
    send(session, "step", unit="iteration", count=1)
    viewer = session.viewer()
    whole = the(Frame, viewer.pull(session))
    names = {node.name: node.index for node in session.graph().nodes}
    seen = ["hidden1.weight", "output.linear#0"]
    send(session, "subscribe", viewer, names=seen, only=True)
    frame = the(Frame, viewer.pull(session))
    wanted = {names[name] for name in seen}
    assert {tensor.index for tensor in frame.tensors} == wanted
    assert {tensor.what for tensor in frame.tensors} == {"value", "grad", "change"}
    for what in ("value", "grad", "change"):
        every = tensors(whole, what)
        assert tensors(frame, what) == {k: every[k] for k in wanted if k in every}
    viewer.ack(frame.seq)
    # Once more is wanted, all of it comes, though nothing has happened.
    send(session, "subscribe", viewer, names=None)
    again = the(Frame, viewer.pull(session))
    assert [(t.what, t.index) for t in again.tensors] == [(t.what, t.index) for t in whole.tensors]


# -- metrics

MOVES = st.one_of(
    st.tuples(st.just("seek"), st.integers(0, 12)),
    st.tuples(st.just("branch"), st.integers(0, 3)),
    st.tuples(st.just("edit"), st.integers(0, 5)),
    st.tuples(st.just("lr"), st.integers(1, 4)),
    st.tuples(st.just("undo"), st.none()),
    st.tuples(st.just("predict"), st.booleans()),
    st.tuples(st.just("pull"), st.none()),
)


class Histories:
    """What a client makes of metrics: each branch's own iterations, joined at the forks."""

    def __init__(self) -> None:
        self.columns: dict[int, dict[str, list[float | None]]] = {}
        self.starts: dict[int, int] = {}

    def take(self, messages: list[Any]) -> None:
        for message in messages:
            if isinstance(message, Metrics):
                first = self.starts.setdefault(message.branch, message.start)
                columns = self.columns.setdefault(message.branch, {})
                for name, column in message.columns.items():
                    old = columns.get(name, [])
                    assert len(old) >= message.start - first, "nothing is left out"
                    columns[name] = [*old[: message.start - first], *column]

    def of(self, session: Session, branch: int) -> dict[str, list[float | None]]:
        branches = {known.id: known for known in session.branches().branches}
        found: dict[str, list[float | None]] = {}
        end: int | None = None
        at: int | None = branch
        while at is not None:
            fork = branches[at].fork_iteration
            assert self.starts.get(at, fork) == fork
            if end is None or fork < end:
                for name, column in self.columns.get(at, {}).items():
                    found[name] = [*column[: None if end is None else end - fork], *found.get(name, [])]
                end = fork
            at = branches[at].parent
        return found


@examples(100)
@given(st.lists(MOVES, max_size=25))
def test_metrics_add_up_to_the_history_of_every_branch(moves: list[Any]) -> None:
    session = make()
    viewer = session.viewer()
    client = Histories()

    def pull() -> None:
        found = viewer.pull(session)
        client.take(found)
        for message in found:
            if isinstance(message, Frame):
                ack(session, viewer, message.seq)

    for kind, a in moves:
        if kind == "seek":
            send(session, "seek", viewer, iteration=a)
        elif kind == "branch":
            send(session, "seek", viewer, iteration=0, branch=a)
        elif kind == "edit":
            send(session, "edit", viewer, name="w", value=a)
        elif kind == "lr":
            send(session, "configure", viewer, config={"lr": a / 100})
        elif kind == "undo":
            send(session, "undo", viewer)
        elif kind == "predict":
            send(session, "predict", viewer, on=a)
        else:
            pull()
    pull()
    core = session.core
    end = core.visible_end(core.line)
    columns = client.of(session, core.line.id)
    assert columns == session.columns(0, end)
    for line in beside(core):
        own = client.columns.get(line.id, {}).get("loss", [])
        assert own == documents.owned(line, line.fork, visible_end(core, line)).get("loss", [])
    walker = Session(
        "one-weight", session.recipe().config, 7, journal=session.recipe().journal, cursor=session.cursor
    )
    for iteration in range(end):
        send(walker, "seek", iteration=iteration, step=4)
        assert columns["loss"][iteration] == walker.frame().loss
        assert columns["w"][iteration] == walker.state().nodes["w"].value


def test_the_branch_that_one_left_is_sent_on_and_only_a_few_others() -> None:
    session = make()
    viewer = session.viewer()
    send(session, "seek", iteration=20)
    send(session, "seek", iteration=3)
    for k in range(2 * BESIDE):
        send(session, "edit", name="w", value=float(k))
    told = [m for m in viewer.pull(session) if isinstance(m, Metrics)]
    current = session.core.line
    assert told[0].branch == current.id
    assert len(told) == BESIDE + 2, "the current one, its root, the newest others"
    others = {m.branch: (m.start, len(m.columns["loss"])) for m in told}
    assert others[0] == (0, 3), "of a distant ancestor, what the history needs"
    assert all(others[line.id] == (3, 1) for line in beside(session.core))


def test_what_is_seen_again_is_not_sent_again() -> None:
    session = make()
    viewer = session.viewer()
    send(session, "seek", iteration=9)
    send(session, "edit", viewer, name="w", value=1.0)
    ack(session, viewer, the(Frame, viewer.pull(session)).seq)
    send(session, "undo", viewer)
    found = viewer.pull(session)
    assert kinds(found) == ["configured", "frame"] or kinds(found) == ["frame"]


def test_a_long_history_comes_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.session.histories.CHUNK", 10)
    monkeypatch.setattr("chainrule.session.histories.AT_ONCE", 40)
    session = make()
    send(session, "seek", iteration=69)
    viewer = session.viewer()
    found = [m for m in viewer.pull(session) if isinstance(m, Metrics)]
    assert [m.start for m in found] == [0, 10, 20, 30]
    assert viewer.behind(session)
    found = [m for m in viewer.pull(session) if isinstance(m, Metrics)]
    assert [(m.start, len(m.columns["loss"])) for m in found] == [(40, 10), (50, 10), (60, 10)]
    assert not viewer.behind(session)


def test_a_long_history_arrives_at_the_pace_of_acknowledgements(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chainrule.session.histories.CHUNK", 10)
    monkeypatch.setattr("chainrule.session.histories.AT_ONCE", 40)
    session = make()
    send(session, "seek", iteration=499)
    viewer = session.viewer()
    known, waiting = 0, True
    # Nothing but an acknowledgement makes the server look again.
    while waiting:
        waiting = False
        for message in viewer.pull(session):
            if isinstance(message, Metrics):
                assert message.start == known
                known += len(message.columns["loss"])
            elif isinstance(message, Frame):
                ack(session, viewer, message.seq)
                waiting = True
    assert known == 500
    assert viewer.pull(session) == []


@given(st.dictionaries(st.text(max_size=5), st.lists(st.none() | st.floats(), max_size=9), max_size=3))
def test_metrics_are_written_as_their_model_says(columns: dict[str, list[float | None]]) -> None:
    told = Metrics.model_construct(type="metrics", seq=3, id=None, branch=0, start=5, columns=columns)
    written = Metrics(seq=3, branch=0, start=5, columns=columns).model_dump_json()
    assert encode.text(told) == encode.wire(told) == written
