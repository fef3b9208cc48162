"""Any sequence of commands: no fault of the program, and a refused command changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.host import encode
from chainrule.protocol.frames import decode_frame, encode_frame
from chainrule.protocol.server import ErrorMessage, Frame
from chainrule.session import Limits
from support.commands import COMMANDS
from support.examples import examples
from support.sessions import fingerprint, make, send

LIMITS = Limits(
    max_iterations=30,
    max_iterations_per_command=25,
    max_branches=6,
    max_undo=4,
    max_breakpoints=3,
    keyframe_bytes=8_000,
    record_bytes=20_000,
    answer_seconds=60.0,
)


@pytest.mark.parametrize("lesson", ["one-weight", "test-matrix", "circuit", "playground"])
@examples(60)
@given(commands=st.lists(COMMANDS, max_size=20))
def test_no_sequence_of_commands_breaks_a_session(lesson: str, commands: list[dict[str, Any]]) -> None:
    session = make(lesson, LIMITS)
    viewer = session.viewer()
    for fields in commands:
        made = session.branches(), session.info().journal
        shown = fingerprint(session), session.revision
        # Its move is brought to an end first, whatever the command is.
        moving = session.playing is not None and session.playing.ahead(session.core)
        answers = send(session, viewer=viewer if len(commands) % 2 else None, **fields)
        encode.messages(answers)
        if any(isinstance(message, ErrorMessage) for message in answers):
            assert answers[0].type == "error"
            assert answers[0].code != "internal_error"
            assert 400 <= answers[0].status < 500
            assert (session.branches(), session.info().journal) == made
            assert moving or (fingerprint(session), session.revision) == shown
        session.advance(0.0)
        for message in viewer.pull(session):
            encode.wire(message)
            if isinstance(message, Frame):
                assert len(decode_frame(encode_frame(message)).tensors) == len(message.tensors)
                viewer.ack(message.seq)
        assert len(session.branches().branches) <= LIMITS.max_branches + 1
        encode.part(session.info())
        encode.part(session.state())
        encode.part(session.graph())
    frame = session.frame()
    assert (frame.cursor, frame.step.index) == (session.cursor, session.cursor.step)
