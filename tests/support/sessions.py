"""Driving a session in tests, and everything that one can see of it as bytes."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar, cast

from chainrule.engine.backend import Backend, on_host
from chainrule.protocol import CLIENT_MESSAGE, ServerMessage
from chainrule.protocol.server import ErrorMessage, Frame, Message, Moved
from chainrule.session import Limits, Session, Viewer

M = TypeVar("M", bound=Message)

SMALL = Limits(keyframe_bytes=6_000, record_bytes=1)
"""Hardly any memory: nearly everything has to be computed again."""


def make(
    lesson: str = "one-weight",
    limits: Limits | None = None,
    seed: int = 7,
    backend: str | Backend = "numpy",
    **config: Any,
) -> Session:
    return Session(lesson, config, seed, limits=limits or Limits(answer_seconds=60.0), backend=backend)


def send(session: Session, type: str, viewer: Viewer | None = None, **fields: Any) -> list[ServerMessage]:  # noqa: A002
    """Give a command and wait for its answers, however long they take."""
    messages = session.handle(CLIENT_MESSAGE.validate_python({"type": type, **fields}), viewer)
    while session.job is not None:
        messages = session.advance(0.05)
    return messages


def the(kind: type[M], messages: list[ServerMessage]) -> M:
    """The only message of a kind."""
    found = [message for message in messages if isinstance(message, kind)]
    assert len(found) == 1, [type(message).__name__ for message in messages]
    return found[0]


def refused(messages: list[ServerMessage]) -> ErrorMessage:
    assert len(messages) == 1
    assert isinstance(messages[0], ErrorMessage), messages
    return messages[0]


def moved(session: Session, type: str, **fields: Any) -> Moved:  # noqa: A002
    return the(Moved, send(session, type, **fields))


def place(session: Session) -> tuple[int, int]:
    return session.cursor.iteration, session.cursor.step


def tensors(frame: Frame, what: str) -> dict[int, Any]:
    data: dict[int, Any] = {t.index: t.data for t in frame.tensors if t.what == what}
    return {index: array.tolist() if hasattr(array, "tolist") else array for index, array in data.items()}


def value(session: Session, name: str) -> Any:
    return cast(Any, session.tensor(name, "value").data)


def grad(session: Session, name: str) -> Any:
    return cast(Any, session.tensor(name, "grad").data)


def fingerprint(session: Session) -> str:
    """A digest of all that can be seen at the cursor, to the last bit; not of names of branches."""
    core = session.core
    view = core.view()
    digest = hashlib.sha256()
    digest.update(repr((core.position, view.withheld, session.graph().topology)).encode())
    digest.update(repr(core.regime().config).encode())
    for node in core.record.nodes:
        for array in (view.value(node), view.grad(node)):
            digest.update(b"-" if array is None else on_host(array).tobytes())
    carry = core.record.end
    for name, array in carry.values.items():
        digest.update(name.encode() + on_host(array).tobytes())
    for name, slot in carry.slots.items():
        digest.update(repr((name, slot.updates)).encode())
        for key in sorted(slot.state):
            digest.update(key.encode() + core.backend.to_numpy(slot.state[key]).tobytes())
    return digest.hexdigest()


def evict(session: Session) -> None:
    """Drop what is recorded, the cursor's own iteration too."""
    core = session.core
    core.timeline.evict()
    work = core.timeline.reach(core.line, core.position.iteration)
    while True:
        try:
            next(work)
        except StopIteration as stop:
            core.record = stop.value
            return
