"""The API's reference as a page of plain HTML, made from the OpenAPI document: no script, nothing from elsewhere."""

from __future__ import annotations

import json
import re
from html import escape
from typing import Any

STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem 1.5rem 4rem; }
h2 { margin-top: 3rem; border-bottom: 1px solid #8886; }
h3 { margin: 2rem 0 0.25rem; }
p { margin: 0.25rem 0; }
code { font: 0.9em ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
td, th { padding: 0.15rem 1rem 0.15rem 0; text-align: left; vertical-align: top; }
td:first-child code { white-space: nowrap; }
tr + tr { border-top: 1px solid #8884; }
"""


def page(document: dict[str, Any]) -> str:
    """The reference of an OpenAPI document."""
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(document['info']['title'])}: API</title>",
        '<link rel="stylesheet" href="/api/docs.css">',
        f"<h1>{escape(document['info']['title'])}: API</h1>",
        _prose(document["info"]["description"]),
        '<p>For programs: <a href="/api/openapi.json">openapi.json</a>.</p>',
        "<h2>Addresses</h2>",
    ]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            parts.append(_operation(method, path, operation))
    parts.append("<h2>Types</h2>")
    for name, schema in document["components"]["schemas"].items():
        parts.append(_schema(name, schema))
    return "\n".join(parts) + "\n</html>\n"


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    rows = [
        (
            parameter["name"],
            _type(parameter["schema"]),
            parameter.get("description", ""),
            f"In the {parameter['in']}.",
        )
        for parameter in operation.get("parameters", ())
    ]
    bodies = (operation.get("requestBody") or {}).get("content", {}).values()
    rows.extend(("body", _type(content["schema"]), "", "") for content in bodies)
    for status, response in operation["responses"].items():
        kinds = [_type(content["schema"]) for content in response.get("content", {}).values()]
        rows.append((str(status), ", ".join(dict.fromkeys(kinds)), response["description"], ""))
    return (
        f'<h3 id="{escape(operation["operationId"])}"><code>{method.upper()} {escape(path)}</code></h3>'
        + _prose(operation.get("description", ""))
        + _table(
            (name, kind, f"{_inline(text)} {_inline(place)}".strip()) for name, kind, text, place in rows
        )
    )


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    rows = []
    for field, kind in schema.get("properties", {}).items():
        optional = field not in required and kind.get("default") is not None
        default = f" Default: <code>{escape(json.dumps(kind['default']))}</code>." if optional else ""
        rows.append((field, _type(kind), _inline(kind.get("description", "")) + default))
    body = _table(rows) if rows else f"<p>{_type(schema)}</p>"
    return f'<h3 id="{escape(name)}">{escape(name)}</h3>' + _prose(schema.get("description", "")) + body


def _table(rows: Any) -> str:
    lines = [
        f"<tr><td><code>{escape(name)}</code></td><td>{kind}</td><td>{text}</td></tr>"
        for name, kind, text in rows
    ]
    return f"<table>{''.join(lines)}</table>" if lines else ""


def _type(schema: dict[str, Any]) -> str:
    """A schema in one line of HTML, with links to the types that have a name."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#{name}">{name}</a>'
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return " | ".join(_type(option) for option in schema[key])
    if "const" in schema:
        return f"<code>{escape(repr(schema['const']))}</code>"
    if "enum" in schema:
        return " | ".join(f"<code>{escape(repr(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}[]"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"object of {_type(schema['additionalProperties'])}"
    return escape(str(schema.get("type", "any")))


def _prose(text: str) -> str:
    return "".join(f"<p>{_inline(part)}</p>" for part in re.split(r"\n\s*\n", text.strip()) if part)


def _inline(text: str) -> str:
    return re.sub(r"``?([^`]+)``?", r"<code>\1</code>", escape(text, quote=False))
