"""Problem documents (RFC 9457): how REST says no, for everything."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from chainrule.errors import Refusal
from chainrule.host.interface import PROBLEM
from chainrule.host.problem import failure, from_refusal, problem
from chainrule.protocol.rest import Problem, ProblemError

GENERIC: dict[int, tuple[str, str, str]] = {
    400: (
        "bad_request",
        "The request cannot be read",
        "Compare it with the OpenAPI document at /api/openapi.json.",
    ),
    404: ("not_found", "There is nothing at this address", "All addresses are in /api/openapi.json."),
    405: (
        "method_not_allowed",
        "This address does not take this method",
        "The header Allow names those that it takes.",
    ),
}


def response(document: Problem, headers: dict[str, str] | None = None) -> Response:
    """An HTTP response that carries a problem document."""
    return Response(
        document.model_dump_json(),
        status_code=document.status,
        media_type=PROBLEM,
        headers={**retry(document.status), **(headers or {})},
    )


def retry(status: int) -> dict[str, str]:
    """When to try again, where trying again helps: seconds."""
    return {503: {"Retry-After": "2"}, 429: {"Retry-After": "60"}}.get(status, {})


def install(app: FastAPI) -> None:
    """Make every error of the app a problem document."""

    async def on_refusal(_: Request, error: Any) -> Response:
        assert isinstance(error, Refusal)
        return response(from_refusal(error))

    async def on_http(_: Request, error: Any) -> Response:
        assert isinstance(error, HTTPException)
        code, title, hint = GENERIC.get(
            error.status_code, ("http_error", str(error.detail), "See /api/openapi.json.")
        )
        headers = dict(error.headers or {})
        return response(problem(code, error.status_code, title, str(error.detail), hint), headers)

    async def on_validation(_: Request, error: Any) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [
            ProblemError(location=list(item["loc"]), code=str(item["type"]), detail=str(item["msg"]))
            for item in error.errors()
        ]
        return response(
            problem(
                "invalid_request",
                422,
                "A parameter of the request is wrong",
                "; ".join(f"{'.'.join(map(str, item.location))}: {item.detail}" for item in errors),
                "The parameters of each address are in /api/openapi.json.",
                errors=errors,
            )
        )

    async def on_failure(_: Request, error: Exception) -> Response:
        return response(from_refusal(failure()))

    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_validation)
    app.add_exception_handler(Exception, on_failure)
