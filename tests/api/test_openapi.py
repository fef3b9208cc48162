from __future__ import annotations

import json
import typing
from typing import Any

import pytest

import generate_types
from chainrule.api.app import create_app
from chainrule.protocol import client, server
from chainrule.protocol.close import CloseCode


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app().openapi()


def members(union: Any) -> set[str]:
    return {member.__name__ for member in typing.get_args(typing.get_args(union)[0])}


@pytest.mark.parametrize(
    ("name", "union"), [("ClientMessage", client.ClientMessage), ("ServerMessage", server.ServerMessage)]
)
def test_both_unions_are_in_the_document(document: dict[str, Any], name: str, union: Any) -> None:
    schema = document["components"]["schemas"][name]
    named = {option["$ref"].rpartition("/")[2] for option in schema["oneOf"]}
    assert named == members(union)
    assert set(schema["discriminator"]["mapping"].values()) == {option["$ref"] for option in schema["oneOf"]}
    assert named <= set(document["components"]["schemas"])


def test_rest_and_socket_speak_of_the_same_types(document: dict[str, Any]) -> None:
    commands = document["paths"]["/api/sessions/{id}/commands"]["post"]
    assert commands["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/ClientMessage"
    }
    answers = commands["responses"]["200"]["content"]["application/json"]["schema"]
    assert answers == {"type": "array", "items": {"$ref": "#/components/schemas/ServerMessage"}}
    socket = document["paths"]["/api/sessions/{id}/ws"]["get"]["x-websocket"]
    assert socket["receives"]["$ref"].endswith("/ClientMessage")
    assert socket["sends"]["$ref"].endswith("/ServerMessage")


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]

    def walk(item: Any) -> None:
        if isinstance(item, dict):
            if isinstance(reference := item.get("$ref"), str):
                assert reference.removeprefix("#/components/schemas/") in schemas
            for value in item.values():
                walk(value)
        elif isinstance(item, list):
            for value in item:
                walk(value)

    walk(document)


def test_one_name_for_each_type(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if "-" in name] == []


def test_fields_with_defaults_are_always_sent(document: dict[str, Any]) -> None:
    frame = document["components"]["schemas"]["Frame"]
    assert set(frame["required"]) == set(frame["properties"])
    assert set(document["components"]["schemas"]["StepCommand"]["required"]) == {"type"}


def test_every_error_is_a_problem_document(document: dict[str, Any]) -> None:
    for path in document["paths"].values():
        for operation in path.values():
            assert operation["description"]
            for status, response in operation["responses"].items():
                assert response["description"]
                if int(status) >= 400:
                    assert set(response["content"]) == {"application/problem+json"}, operation["operationId"]


def test_the_surface_is_the_one_of_the_design(document: dict[str, Any]) -> None:
    assert {(method.upper(), path) for path, item in document["paths"].items() for method in item} >= {
        ("GET", "/api/health"),
        ("GET", "/api/lessons"),
        ("GET", "/api/lessons/{slug}"),
        ("POST", "/api/sessions"),
        ("GET", "/api/sessions/{id}"),
        ("GET", "/api/sessions/{id}/graph"),
        ("GET", "/api/sessions/{id}/state"),
        ("GET", "/api/sessions/{id}/branches"),
        ("GET", "/api/sessions/{id}/tensors/{name}"),
        ("POST", "/api/sessions/{id}/commands"),
        ("DELETE", "/api/sessions/{id}"),
        ("GET", "/api/sessions/{id}/ws"),
        ("POST", "/api/snapshots"),
        ("GET", "/api/snapshots/{id}"),
    }


def test_the_reasons_to_close_are_in_the_document(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["CloseCode"]["enum"] == [code.value for code in CloseCode]


def test_the_document_is_json(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document, allow_nan=False)) == document


def test_the_page_has_the_types_of_this_schema(document: dict[str, Any]) -> None:
    assert generate_types.TARGET.read_text(encoding="utf-8") == generate_types.generate(document), (
        "frontend/src/protocol.gen.ts is not what the schema says: run `make types`"
    )
