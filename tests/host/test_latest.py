from __future__ import annotations

import json
from typing import Any

from chainrule.host import encode
from chainrule.host.feed import LOST, renamed
from chainrule.host.latest import Head, Latest, head_of
from chainrule.protocol.client import ExplainCommand
from chainrule.protocol.server import Done, Metrics, Playback
from chainrule.session.session import Session
from support.sessions import make, send


def told(latest: Latest) -> list[Any]:
    """What a newcomer is told; frames by their kind and number."""
    return [
        json.loads(message) if isinstance(message, str) else head_of(message) for message in latest.messages()
    ]


def take(latest: Latest, message: str | bytes) -> None:
    latest.take(head_of(message), message)


def metrics(branch: int, start: int, **columns: list[float]) -> str:
    return Metrics(seq=1, branch=branch, start=start, columns=columns).model_dump_json()


def test_a_message_says_what_it_is() -> None:
    session = make()
    for message in (session.welcome(), Playback(playing=True), Done(id='a"b')):
        head = head_of(encode.text(message))
        assert (head.type, head.id) == (message.type, json.dumps(message.id)[1:-1] if message.id else None)
    assert head_of(encode.wire(session.frame())) == Head("frame", None, session.revision)
    (explained,) = session.handle(ExplainCommand(type="explain", name="w", what="value", id="room7"))
    answer = encode.text(explained)
    assert head_of(answer) == Head("explanation", "room7")
    for name in ("mine", 'quo"te', None):
        assert json.loads(renamed(answer, name)) == {**json.loads(answer), "id": name}
        assert json.loads(renamed(LOST, name))["id"] == name


def test_metrics_that_came_in_parts_are_told_together() -> None:
    latest = Latest()
    take(latest, metrics(0, 0, loss=[1.0, 2.0, 3.0]))
    take(latest, metrics(0, 3, loss=[4.0], accuracy=[0.5]))
    # What is sent again replaces what was known from there on.
    take(latest, metrics(0, 1, loss=[9.0], accuracy=[0.1]))
    take(latest, metrics(1, 7, loss=[5.0]))
    assert [(one["branch"], one["start"], one["columns"]) for one in told(latest)] == [
        (0, 0, {"loss": [1.0, 9.0], "accuracy": [None, 0.1]}),
        (1, 7, {"loss": [5.0]}),
    ]
    news = [json.loads(message) for message in latest.news()]
    assert [(one["branch"], one["start"]) for one in news] == [(0, 0), (1, 7)]
    assert latest.news() == []
    take(latest, metrics(0, 2, loss=[8.0]))
    (one,) = (json.loads(message) for message in latest.news())
    assert (one["start"], one["columns"]["loss"], one["columns"]["accuracy"]) == (2, [8.0], [None])


def test_a_long_history_is_told_in_parts() -> None:
    latest = Latest()
    take(latest, metrics(0, 0, loss=[float(k) for k in range(12_000)]))
    found = told(latest)
    assert [one["start"] for one in found] == [0, 5000, 10_000]
    assert [loss for one in found for loss in one["columns"]["loss"]] == [float(k) for k in range(12_000)]


def test_a_newcomer_is_told_the_same_as_one_who_connects_to_the_session() -> None:
    session = make("playground")
    viewer, latest = session.viewer(), Latest()
    for _ in range(4):
        for message in viewer.pull(session):
            take(latest, encode.wire(message))
        viewer.ack(session.revision)
        send(session, "step", unit="iteration")
    for message in viewer.pull(session):
        take(latest, encode.wire(message))
    direct = [encode.wire(one) for one in session.viewer().pull(session)]
    assert kinds(latest.messages()) >= kinds(direct)
    for wire in direct:
        head = head_of(wire)
        if isinstance(wire, bytes):
            assert wire in latest.messages()
        if head.type in ("graph", "dataset"):
            (mine,) = (one for one in told(latest) if not isinstance(one, Head) and one["type"] == head.type)
            assert mine == {**json.loads(wire), "seq": mine["seq"]}
        if head.type == "metrics":
            (mine,) = (one for one in told(latest) if not isinstance(one, Head) and one["type"] == "metrics")
            assert mine["columns"] == json.loads(wire)["columns"]


def kinds(messages: list[str | bytes]) -> set[str]:
    return {head_of(message).type for message in messages}


def test_a_graph_is_not_told_with_the_frame_of_another() -> None:
    session, latest = make(), Latest()
    take(latest, encode.wire(session.frame()))
    assert latest.complete
    for message in Session("circuit").viewer().pull(Session("circuit")):
        if not isinstance(encode.wire(message), bytes):
            take(latest, encode.wire(message))
    assert not latest.complete
