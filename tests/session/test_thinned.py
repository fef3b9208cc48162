from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from chainrule.lessons import LESSONS
from chainrule.protocol import CLIENT_MESSAGE
from chainrule.protocol.frames import encode_frame
from chainrule.protocol.server import Companion, Frame, NumbersResult
from chainrule.session import Session, Viewer
from support.sessions import make, send, the

ROOM = 20_000
PICTURES = ["surface", "units", "evaluation", "runs", "sample"]
LARGE: list[tuple[str, dict[str, Any]]] = [
    ("playground", {"hidden": [8] * 6}),
    ("playground", {"hidden": [16] * 8, "batch_size": 30}),
    ("vanishing-and-exploding", {"depth": 25}),
    ("vanishing-and-exploding", {"depth": 50, "width": 32}),
]
CASES = [(slug, dict[str, Any]()) for slug in LESSONS] + LARGE


def subscribed(session: Session, most: int | None = ROOM, **fields: Any) -> Viewer:
    viewer = session.viewer()
    send(session, "subscribe", viewer, pictures=PICTURES, most=most, **fields)
    viewer.pull(session)
    return viewer


def pulled(session: Session, viewer: Viewer, step: int) -> Frame:
    """The frame of a step of the first iteration, once all before it have been painted."""
    viewer.ack(session.revision)
    send(session, "seek", viewer, iteration=0, step=step)
    while session.busy:
        session.advance(1.0)
    return the(Frame, viewer.pull(session))


def asked(session: Session, viewer: Viewer | None, frame: Frame) -> NumbersResult:
    of = [one.model_dump() for one in frame.left]
    command = CLIENT_MESSAGE.validate_python({"type": "numbers", "of": of, "id": "n"})
    return the(NumbersResult, session.handle(command, viewer))


def spread(frame: Frame) -> set[tuple[str, int]]:
    return {
        (one.what, place)
        for one in frame.left
        for first, last in zip(one.ranges[::2], one.ranges[1::2], strict=True)
        for place in range(first, last + 1)
    }


@pytest.mark.parametrize(
    ("slug", "config"), CASES, ids=[f"{s}-{len(c)}-{k}" for k, (s, c) in enumerate(CASES)]
)
def test_no_frame_is_larger_than_a_room_sends_and_what_it_lacks_is_told_when_asked(
    slug: str, config: dict[str, Any]
) -> None:
    session = Session(slug, config)
    few, all_of_it = subscribed(session), subscribed(session, most=None)
    steps = len(session.graph().steps)
    for step in sorted({1, steps // 3, steps // 2, steps - 2, steps - 1}):
        frame = pulled(session, few, step)
        assert len(encode_frame(frame)) <= ROOM, f"{slug}, step {step}"
        all_of_it.ack(session.revision)
        whole = the(Frame, all_of_it.pull(session))
        held = {(tensor.what, tensor.index) for tensor in frame.tensors}
        left = spread(frame)
        assert not held & left
        there = {(tensor.what, tensor.index) for tensor in whole.tensors if tensor.what != "map"}
        assert (held | left) - {(what, k) for what, k in held if what == "map"} == there
        if step != steps - 1:
            continue
        told = asked(session, few, frame)
        assert told.seq == frame.seq
        assert {(tensor.what, tensor.index) for tensor in told.tensors} == left
        expected = {(tensor.what, tensor.index): tensor for tensor in whole.tensors}
        for tensor in told.tensors:
            same = expected[tensor.what, tensor.index]
            if (same.summary is None) != (tensor.summary is None) and config.get("depth", 0) > 20:
                # What is told whole of a graph that is too large for all of it depends on what is told besides.
                summary = same.summary or tensor.summary
                data = np.asarray(same.data if tensor.data is None else tensor.data)
                assert summary is not None
                np.testing.assert_allclose(data.min(), summary.minimum, rtol=1e-6)
                continue
            assert tensor.summary == same.summary
            if tensor.data is not None:
                np.testing.assert_array_equal(
                    np.asarray(tensor.data, dtype=tensor.dtype), np.asarray(same.data)
                )


def test_a_small_frame_is_sent_as_it_is() -> None:
    session = make("playground")
    viewer, other = subscribed(session), subscribed(session, most=None)
    frame, whole = pulled(session, viewer, 25), the(Frame, other.pull(session))
    assert frame.left == []
    kept = [[one for one in told.tensors if one.what != "map"] for told in (frame, whole)]
    assert len(kept[0]) == len(kept[1])


def test_each_frame_has_its_thumbnails_and_can_be_drawn_without_the_one_before() -> None:
    session = make("playground")
    viewer = subscribed(session)
    for step in (3, 4):
        maps = [tensor for tensor in pulled(session, viewer, step).tensors if tensor.what == "map"]
        assert len(maps) == 4


def test_sizes_of_many_layers_are_told_by_kind_and_are_the_same() -> None:
    session = Session("vanishing-and-exploding", {"depth": 50})
    viewer, other = subscribed(session), subscribed(session, most=None)
    for step in (1, 200, len(session.graph().steps) - 1):
        frame = pulled(session, viewer, step)
        other.ack(session.revision)
        whole = the(Frame, other.pull(session))
        assert [len(run.layers) for run in frame.runs] == [0] * 4
        for few, run in zip(frame.runs, whole.runs, strict=True):
            assert run.columns is None and len(run.layers) == 51
            assert few.columns is not None
            for name, told in few.columns:
                expected = [getattr(layer, name) for layer in run.layers]
                assert [one is None for one in told] == [one is None for one in expected]
                known = [(a, b) for a, b in zip(told, expected, strict=True) if b is not None]
                np.testing.assert_allclose([a for a, _ in known], [b for _, b in known], rtol=1e-8)


def test_pictures_of_a_large_network_are_coarser_between_the_same_ends() -> None:
    session = Session("playground", {"hidden": [16] * 8})
    viewer, other = subscribed(session), subscribed(session, most=None)
    other.sent.forget()
    frame, whole = pulled(session, viewer, 3), the(Frame, other.pull(session))
    for what, size in (("map", 6), ("surface", 14)):
        few = next(tensor for tensor in frame.tensors if tensor.what == what)
        full = next(tensor for tensor in whole.tensors if tensor.what == what)
        assert few.shape[1:] == [size, size]
        np.testing.assert_array_equal(np.asarray(few.data), np.asarray(full.data)[:, ::3, ::3])
        assert np.asarray(few.data)[0, -1, -1] == np.asarray(full.data)[0, -1, -1]


def test_numbers_are_those_of_the_frame_that_the_connection_has() -> None:
    session = Session("convolution")
    viewer = subscribed(session)
    frame = pulled(session, viewer, 10)
    send(session, "step", unit="iteration", count=3)
    told = asked(session, viewer, frame)
    assert (told.seq, told.cursor) == (frame.seq, frame.cursor)
    assert asked(session, None, frame).cursor == session.cursor


def test_what_is_withheld_is_not_among_the_numbers() -> None:
    session = make()
    send(session, "predict", on=True)
    viewer = subscribed(session)
    steps = session.graph().steps
    first = next(step.index for step in steps if step.kind == "backward")
    frame = pulled(session, viewer, first)
    assert frame.withheld
    whole = {(tensor.what, tensor.index) for tensor in frame.tensors}
    command = {
        "type": "numbers",
        "of": [
            {"what": w, "ranges": [0, 99]} for w in ("grad", "upstream", "after", "local", "contribution")
        ],
    }
    told = the(NumbersResult, session.handle(CLIENT_MESSAGE.validate_python(command), viewer))
    assert {(tensor.what, tensor.index) for tensor in told.tensors} <= whole


def test_a_companion_and_a_great_many_places_are_no_harm() -> None:
    session = make()
    viewer = subscribed(session)
    assert not [m for m in viewer.pull(session) if isinstance(m, Companion)]
    command = {"type": "numbers", "of": [{"what": "value", "ranges": [0, 10**12]}]}
    told = the(NumbersResult, session.handle(CLIENT_MESSAGE.validate_python(command), viewer))
    assert told.tensors == []
