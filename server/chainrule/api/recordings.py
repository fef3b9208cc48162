"""A lesson as a recording: the page with it in one file, or its lines. Workers make it; this relays it as it comes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import lru_cache
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from chainrule.api.http import SessionId, accepted, host_of, problem_answer, relay
from chainrule.api.settings import Settings
from chainrule.api.single import NotBuiltError, around, inside
from chainrule.errors import Refusal
from chainrule.host import interface
from chainrule.host.interface import LINES

router = APIRouter(prefix="/api")

PAGE = "text/html"


@lru_cache(1)
def _document(folder: Path, _: int) -> tuple[bytes, bytes]:
    before, after = around(folder)
    return before.encode(), after.encode()


async def _around(settings: Settings) -> tuple[bytes, bytes]:
    """What stands before and after the recording in the file; made in a thread, and once."""
    try:
        built = (settings.static / "index.html").stat().st_mtime_ns
        return await asyncio.to_thread(_document, settings.static, built)
    except (OSError, NotBuiltError):
        raise Refusal(
            "not_acceptable",
            406,
            "There is no such form of it",
            "The page is not built, and so cannot be put into a file.",
            f"Accept {LINES}, or build the page.",
        ) from None


@router.get(
    "/sessions/{id}/recording",
    response_class=Response,
    responses={
        200: {
            "description": "The page with the recording, or the recording's lines.",
            "content": {PAGE: {"schema": {"type": "string"}}, LINES: {"schema": {"type": "string"}}},
        },
        **{error: problem_answer(error) for error in (404, 406, 409, 410, 422, 503)},
    },
    tags=["sessions"],
)
async def session_recording(request: Request, id: SessionId) -> Response:  # noqa: A002
    """The session's lesson from its beginning, as `chainrule record` writes it: a file that opens without a server.

    Of a short lesson it has all steps of the first iterations, of a long one the places of its beats alone, and what
    explains the numbers at the beats. With `Accept: application/x-ndjson` its lines: the first says what was recorded,
    others are messages as a socket gets them, or answers to what may be asked at a place.
    """
    form = accepted(request, PAGE, LINES)
    before, after = await _around(request.app.state.settings) if form == PAGE else (b"", b"")
    host = host_of(request)
    answer = await host.call(interface.Request("recording", id))
    if answer.status != 200:
        return relay(answer)

    async def parts(part: interface.Response) -> AsyncIterator[bytes]:
        yield before
        while True:
            yield inside(part.body) if form == PAGE else part.body
            if part.more is None:
                break
            part = await host.call(interface.Request("recording", id, {"left": part.more}))
            if part.status != 200:
                # The connection breaks off, so that nobody takes what there is for the whole.
                raise ConnectionError("the session went away while its lesson was recorded")
        yield after

    name = "lesson.html" if form == PAGE else "lesson.jsonl"
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'attachment; filename="{name}"',
        "Vary": "Accept",
    }
    return StreamingResponse(parts(answer), media_type=form, headers=headers)
