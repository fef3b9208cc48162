"""The OpenAPI document: the routes of the app, and every type of the protocol, the socket's unions included.

FastAPI describes the routes; the schemas come from one run of pydantic over the protocol, so that each type has one
name whether it travels over REST or over the socket.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from chainrule.protocol import CLIENT_MESSAGE, PROTOCOL_VERSION, SERVER_MESSAGE
from chainrule.protocol.close import CLOSE_REASONS, CloseCode
from chainrule.protocol.model import Graph, LessonBrief, LessonInfo, Tensor
from chainrule.protocol.notes import LessonNotes
from chainrule.protocol.numbers import DATA_SCHEMA, NUMBER_SCHEMA
from chainrule.protocol.rest import (
    BranchesInfo,
    CreateSession,
    Health,
    Live,
    Problem,
    SessionInfo,
    Snapshot,
    StateInfo,
)
from chainrule.protocol.room import (
    ROOM_CLIENT_MESSAGE,
    ROOM_SERVER_MESSAGE,
    CreateRoom,
    HandOver,
    MoveRoom,
    RoomAnswers,
    RoomCreated,
    RoomInfo,
    TakenOver,
    TakeOver,
)

PREFIX = "#/components/schemas/"

ADAPTERS: dict[str, tuple[str, TypeAdapter[Any]]] = {
    "ClientMessage": ("validation", CLIENT_MESSAGE),
    "CreateSession": ("validation", TypeAdapter(CreateSession)),
    "ServerMessage": ("serialization", SERVER_MESSAGE),
    "RoomClientMessage": ("validation", ROOM_CLIENT_MESSAGE),
    "RoomServerMessage": ("serialization", ROOM_SERVER_MESSAGE),
    **{model.__name__: ("validation", TypeAdapter(model)) for model in (CreateRoom, MoveRoom, TakeOver)},
    **{
        model.__name__: ("serialization", TypeAdapter(model))
        for model in (
            BranchesInfo,
            Graph,
            HandOver,
            Health,
            LessonBrief,
            LessonInfo,
            Live,
            LessonNotes,
            Problem,
            RoomAnswers,
            RoomCreated,
            RoomInfo,
            SessionInfo,
            Snapshot,
            StateInfo,
            TakenOver,
            Tensor,
        )
    },
}
UNIONS = ("ClientMessage", "ServerMessage", "RoomClientMessage", "RoomServerMessage")


def ref(name: str) -> dict[str, Any]:
    """A reference to a schema of the protocol."""
    return {"$ref": PREFIX + name}


def components() -> dict[str, Any]:
    """All schemas of the protocol by name."""
    inputs: list[Any] = [(name, mode, adapter) for name, (mode, adapter) in ADAPTERS.items()]
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=PREFIX + "{model}")
    result: dict[str, Any] = {name: _tidy(schema) for name, schema in definitions["$defs"].items()}
    for (name, _), schema in schemas.items():
        if name in UNIONS:
            result[name] = _tidy(dict(schema))
    result["Number"] = {"description": "A number; NaN and the infinities as strings.", **NUMBER_SCHEMA}
    result["Data"] = {
        "description": DATA_SCHEMA["description"],
        "anyOf": [*NUMBER_SCHEMA["anyOf"], {"type": "array", "items": ref("Data")}],
    }
    result["CloseCode"] = {
        "description": "Why the server closed a socket:\n"
        + "\n".join(f"{code.value} {code.name}: {CLOSE_REASONS[code]}" for code in CloseCode),
        "type": "integer",
        "enum": [code.value for code in CloseCode],
        "x-enum-varnames": [code.name for code in CloseCode],
    }
    return dict(sorted(result.items()))


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the app with the protocol's types in it."""
    result = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    result["info"]["x-protocol-version"] = PROTOCOL_VERSION
    for path in result["paths"].values():
        for operation in path.values():
            # FastAPI adds its own form of 422 where a route has parameters; ours is the problem document.
            for response in operation.get("responses", {}).values():
                for media, content in list(response.get("content", {}).items()):
                    if content.get("schema", {}).get("$ref", "").endswith("HTTPValidationError"):
                        del response["content"][media]
                        response["content"]["application/problem+json"] = {"schema": ref("Problem")}
    result["components"] = {"schemas": components()}
    return result


def _tidy(schema: Any, *, keep_title: bool = False) -> Any:
    """Names for the two number types, and no titles that only repeat a field's name."""
    if isinstance(schema, list):
        return [_tidy(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    result = {
        key: ({name: _tidy(value) for name, value in item.items()} if key == "properties" else _tidy(item))
        for key, item in schema.items()
        if keep_title or key != "title" or not isinstance(item, str)
    }
    for name, alternatives in (("Data", DATA_SCHEMA["anyOf"]), ("Number", NUMBER_SCHEMA["anyOf"])):
        found = result.get("anyOf", [])
        if len(found) >= len(alternatives) and found[: len(alternatives)] == alternatives:
            rest = found[len(alternatives) :]
            if name == "Data" and result.get("description") == DATA_SCHEMA["description"]:
                del result["description"]
            if rest:
                result["anyOf"] = [ref(name), *rest]
            else:
                del result["anyOf"]
                result = {**ref(name), **result}
    return result
