"""A session's timeline as JSON lines: what ``chainrule trace`` writes and the page's replay plays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chainrule.engine.backend import Backend
from chainrule.host import encode
from chainrule.host.problem import to_refusal
from chainrule.limits import Limits
from chainrule.protocol import ServerMessage
from chainrule.protocol.client import StepCommand
from chainrule.protocol.server import ErrorMessage, Frame, GraphMessage, Metrics
from chainrule.session.session import Session

UNLIMITED = float("inf")


def lines(
    lesson: str, config: dict[str, Any], seed: int, iterations: int, backend: str | Backend = "numpy"
) -> Iterator[str]:
    """Welcome, graph, a frame with its numbers for each step, metrics at the end of each iteration."""
    session = Session(lesson, config, seed, limits=Limits(), backend=backend)
    yield encode.text(session.welcome())
    yield encode.text(GraphMessage(seq=session.revision, graph=session.graph()))
    yield encode.text(session.frame())
    while True:
        before = session.cursor
        last = before.step == len(session.graph().steps) - 1
        if last:
            columns = session.columns(before.iteration, before.iteration + 1)
            yield encode.text(
                Metrics(seq=session.revision, branch=before.branch, start=before.iteration, columns=columns)
            )
            if before.iteration == iterations - 1:
                return
        for message in _step(session):
            if isinstance(message, ErrorMessage):
                raise to_refusal(message)
            if isinstance(message, (Frame, GraphMessage)):
                yield encode.text(message)


def _step(session: Session) -> list[ServerMessage]:
    """The answers to one step, however long it takes."""
    messages = session.handle(StepCommand(type="step"))
    while session.busy:
        messages.extend(session.advance(UNLIMITED))
    return messages
