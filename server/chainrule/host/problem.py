"""From refusals and pydantic's errors to problem documents and error messages: one wording for REST and socket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import from_json

from chainrule.errors import Refusal
from chainrule.host.interface import PROBLEM, Response
from chainrule.protocol.model import Param, Place
from chainrule.protocol.rest import Problem, ProblemError
from chainrule.protocol.server import ErrorMessage

MAX_ERRORS = 20
"""Errors named in one answer; a body can be wrong in thousands of places."""


def problem(
    code: str,
    status: int,
    title: str,
    detail: str,
    hint: str,
    place: Place | None = None,
    errors: Sequence[ProblemError] = (),
    reason: str | None = None,
    params: Mapping[str, Param] | None = None,
) -> Problem:
    """A problem document; its type is made from the code."""
    return Problem(
        type=f"urn:chainrule:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        hint=hint,
        place=place,
        reason=reason,
        params=dict(params or {}),
        errors=list(errors),
    )


def from_refusal(refusal: Refusal) -> Problem:
    """The problem document of a refusal."""
    return problem(
        refusal.code,
        refusal.status,
        refusal.title,
        refusal.detail,
        refusal.hint,
        refusal.place,
        errors_of(refusal),
        refusal.reason,
        refusal.params,
    )


def from_message(message: ErrorMessage) -> Problem:
    """The problem document of an error message."""
    return from_refusal(to_refusal(message))


def to_refusal(message: ErrorMessage) -> Refusal:
    """The refusal that an error message tells of."""
    return Refusal(
        message.code,
        message.status,
        message.title,
        message.detail,
        message.hint,
        message.place,
        reason=message.reason,
        params=message.params,
    )


def to_message(refusal: Refusal, *, seq: int, id: str | None = None) -> ErrorMessage:  # noqa: A002 - the field's name
    """The error message of a refusal."""
    return ErrorMessage(
        seq=seq,
        id=id,
        code=refusal.code,
        status=refusal.status,
        title=refusal.title,
        detail=refusal.detail,
        hint=refusal.hint,
        place=refusal.place,
        reason=refusal.reason,
        params=refusal.params,
    )


def answer(document: Problem) -> Response:
    """A response that carries a problem document."""
    return Response(document.status, document.model_dump_json().encode(), PROBLEM)


class InvalidBody(Refusal):
    """A body or message that has the wrong form; knows every place where it is wrong."""

    errors: tuple[ProblemError, ...] = ()


def errors_of(refusal: Refusal) -> tuple[ProblemError, ...]:
    """What a refusal knows about several places."""
    return refusal.errors if isinstance(refusal, InvalidBody) else ()


def check_json(data: bytes) -> None:
    """Raise a refusal if ``data`` is no JSON text: NaN literals, deep nesting and lone surrogates included."""
    try:
        from_json(data, allow_inf_nan=False)
    except ValueError as error:
        raise Refusal(
            code="malformed_json",
            status=400,
            title="This is not JSON",
            detail=str(error)[:300],
            hint='Send one JSON value in UTF-8; NaN and infinities are the strings "NaN", "Infinity" and "-Infinity".',
        ) from None


def invalid(error: ValidationError, *, code: str, title: str, hint: str) -> InvalidBody:
    """The refusal that stands for pydantic's errors; says where and what, and repeats nothing of what was sent."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    errors = tuple(
        ProblemError(
            location=list(item["loc"]),
            code=item["type"],
            detail=item["msg"].removeprefix("Value error, "),
        )
        for item in found[:MAX_ERRORS]
    )
    detail = "; ".join(
        f"{'.'.join(map(str, item.location)) or 'the whole'}: {item.detail}" for item in errors[:5]
    )
    refusal = InvalidBody(code, 422, title, detail + (" …" if len(found) > 5 else ""), hint)
    refusal.errors = errors
    return refusal


def unknown_session() -> Refusal:
    """The refusal of an id that belongs to no session."""
    return Refusal(
        "unknown_session",
        404,
        "There is no such session",
        "It was never made, was deleted, or expired after a long idle time.",
        "Make a session with POST /api/sessions; the page makes it again from its address.",
    )


def failure() -> Refusal:
    """What is said of a fault of the program."""
    return Refusal(
        "internal_error",
        500,
        "Something went wrong in the program",
        "This is a fault of the program, not of the request.",
        "Try again; if it happens again, report it with what you sent.",
    )
