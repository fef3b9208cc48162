"""Bytes from a client → commands. Strict: wrong types and unknown fields are refused, never guessed at."""

from __future__ import annotations

from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from chainrule.host.problem import check_json, invalid
from chainrule.protocol import CLIENT_MESSAGE, ClientMessage
from chainrule.protocol.rest import CreateSession
from chainrule.protocol.room import ROOM_CLIENT_MESSAGE, RoomClientMessage
from chainrule.protocol.whole import Whole
from chainrule.room.refusals import presenter_only

_WHOLE: TypeAdapter[Whole] = TypeAdapter(Whole)


def _types(union: Any) -> frozenset[str]:
    members = get_args(get_args(union)[0])
    return frozenset(get_args(member.model_fields["type"].annotation)[0] for member in members)


SESSION_COMMANDS = _types(ClientMessage)
ROOM_COMMANDS = _types(RoomClientMessage)
_CREATE: TypeAdapter[CreateSession] = TypeAdapter(CreateSession)


def command(data: bytes) -> ClientMessage:
    """The command that ``data`` holds; raises ``Refusal`` (malformed_json, invalid_message)."""
    check_json(data)
    try:
        return CLIENT_MESSAGE.validate_json(data, strict=True)
    except ValidationError as error:
        raise invalid(
            error,
            code="invalid_message",
            title="There is no such command",
            hint="The commands and their fields are the schema ClientMessage in /api/openapi.json.",
        ) from None


def room_message(data: bytes) -> RoomClientMessage:
    """The message on a room's socket that ``data`` holds; raises ``Refusal``.

    ``malformed_json``, ``invalid_message``; ``room_presenter_only`` of a command that only the session's own socket takes.
    """
    check_json(data)
    try:
        return ROOM_CLIENT_MESSAGE.validate_json(data, strict=True)
    except ValidationError as error:
        if _type_of(data) in SESSION_COMMANDS - ROOM_COMMANDS:
            raise presenter_only("A room is moved over the presenter's own session.") from None
        raise invalid(
            error,
            code="invalid_message",
            title="There is no such command",
            hint="The messages and their fields are the schema RoomClientMessage in /api/openapi.json.",
        ) from None


def body(adapter: TypeAdapter[Any], data: bytes, schema: str) -> Any:
    """The body of a request as ``schema`` in the description has it; raises ``Refusal``."""
    check_json(data)
    try:
        return adapter.validate_json(data, strict=True)
    except ValidationError as error:
        raise invalid(
            error,
            code="invalid_message",
            title="There is no such command",
            hint=f"The fields are the schema {schema} in /api/openapi.json.",
        ) from None


def _type_of(data: bytes) -> str:
    value = from_json(data, allow_inf_nan=False)
    found = value.get("type") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def creation(data: bytes) -> CreateSession:
    """The session that ``data`` asks for; raises ``Refusal`` (malformed_json, invalid_message)."""
    check_json(data)
    try:
        return _CREATE.validate_json(data, strict=True)
    except ValidationError as error:
        raise invalid(
            error,
            code="invalid_message",
            title="A session cannot be made from this",
            hint='Send {"lesson": "one-weight", "config": {}, "seed": 7}; the fields are the schema CreateSession.',
        ) from None


def whole(data: bytes) -> Whole:
    """The session that a worker has told of; it is trusted."""
    return _WHOLE.validate_json(data)


def id_of(data: str | bytes) -> str | None:
    """The id of a refused message, where it has one, so that the refusal can name it."""
    try:
        value = from_json(data, allow_inf_nan=False)
    except ValueError:
        return None
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) and len(found) <= 64 else None
