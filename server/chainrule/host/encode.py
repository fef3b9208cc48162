"""Messages and documents → bytes, in the process that holds the session; the API relays them unopened."""

from __future__ import annotations

import io
from collections.abc import Sequence

from pydantic import BaseModel
from pydantic_core import to_json as to_json_bytes

from chainrule.engine.backend import host
from chainrule.errors import Refusal
from chainrule.host.interface import NPY, Response
from chainrule.host.seam import Session
from chainrule.protocol import SERVER_MESSAGES, ServerMessage
from chainrule.protocol.frames import encode_frame
from chainrule.protocol.model import Tensor
from chainrule.protocol.numbers import to_json
from chainrule.protocol.rest import CreateSession
from chainrule.protocol.server import Companion, Frame, Metrics


def part(document: BaseModel) -> bytes:
    """A document as JSON."""
    return document.model_dump_json().encode()


def info(session: Session, name: str, *, brief: bool = False) -> bytes:
    """A session in short, under its id; if ``brief``, without its parameters."""
    return part(session.info(brief=brief).model_copy(update={"id": name}))


def text(message: ServerMessage) -> str:
    """A message as the socket's text."""
    if isinstance(message, Metrics):
        # What ``model_dump_json`` says, which asks of each number by itself how it is written.
        return to_json_bytes(dict(message), inf_nan_mode="strings").decode()
    return message.model_dump_json()


def wire(message: ServerMessage) -> str | bytes:
    """A message as the socket carries it: frames are binary."""
    return encode_frame(message) if isinstance(message, (Frame, Companion)) else text(message)


def messages(answers: Sequence[ServerMessage]) -> bytes:
    """The answers of a command over REST."""
    return SERVER_MESSAGES.dump_json(list(answers))


def tensor(document: Tensor, media_type: str) -> Response:
    """A whole tensor, as JSON or as a NumPy file."""
    if media_type == NPY:
        if document.data is None:
            raise Refusal(
                "not_reached",
                409,
                "There is no number here yet",
                f"The cursor has not reached this place of {document.name}.",
                "Step or seek further; as JSON the data is null until then.",
            )
        buffer = io.BytesIO()
        array = host.asarray(document.data, dtype=document.dtype).reshape(document.shape)
        host.save(buffer, array, allow_pickle=False)
        return Response(200, buffer.getvalue(), NPY)
    data = document.data
    if data is not None:
        data = to_json(host.asarray(data, dtype=document.dtype).tolist())
    return Response(200, part(document.model_copy(update={"data": data})))


def lessons(*, brief: bool = False) -> bytes:
    """All lessons, in the order of learning."""
    from chainrule.lessons import LESSONS

    found = [lesson.brief() if brief else lesson.info() for lesson in LESSONS.values()]
    return b"[" + b",".join(map(part, found)) + b"]"


def lesson(slug: str) -> bytes:
    """One lesson; a refusal ``unknown_lesson`` if there is none."""
    from chainrule.lessons.lesson import find_lesson

    return part(find_lesson(slug).info())


def recipe(wanted: CreateSession) -> bytes:
    """What makes a session, with every default in it: so that it makes the same one after defaults have changed."""
    return to_json_bytes(wanted.model_dump(), inf_nan_mode="strings")
