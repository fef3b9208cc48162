"""The lessons over REST. A page reads one before anything else, and they never change: compressed once each."""

from __future__ import annotations

import gzip
from dataclasses import replace
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from chainrule.api.http import answers, host_of, relay
from chainrule.api.openapi import ref
from chainrule.api.page import takes_gzip
from chainrule.host import interface
from chainrule.notes import notes_of

router = APIRouter(prefix="/api", tags=["lessons"])


@router.get(
    "/lessons",
    responses=answers(
        {
            "anyOf": [
                {"type": "array", "items": ref("LessonInfo")},
                {"type": "array", "items": ref("LessonBrief")},
            ]
        },
        "All lessons in the order of learning; with `brief` only what a list of them shows.",
        422,
    ),
)
async def lessons(
    request: Request,
    brief: Annotated[bool, Query(description="Slug, order, title and summary only.")] = False,
) -> Response:
    """All lessons: slug, title, summary, configuration schema, beats, presets."""
    return await _answer(request, interface.Request("lessons", arguments={"brief": brief}))


@router.get("/lessons/{slug}", responses=answers(ref("LessonInfo"), "The whole lesson.", 404, 422))
async def lesson(
    request: Request, slug: Annotated[str, Path(description="From GET /api/lessons.", max_length=64)]
) -> Response:
    """One lesson as in the list of all of them: configuration schema, beats, presets."""
    return await _answer(request, interface.Request("lesson", arguments={"slug": slug}))


@router.get(
    "/lessons/{slug}/notes", responses=answers(ref("LessonNotes"), "What to say, and what to ask.", 404, 422)
)
async def lesson_notes(
    slug: Annotated[str, Path(description="From GET /api/lessons.", max_length=64)],
) -> Response:
    """A teacher's notes: for each beat what to say, a question with its answer, where classes stumble, and minutes."""
    notes = notes_of(slug).model_dump_json(exclude_none=False)
    return Response(notes, media_type="application/json")


async def _answer(request: Request, asked: interface.Request) -> Response:
    answer = await host_of(request).call(asked)
    if answer.status != 200 or not takes_gzip(request.headers.get("accept-encoding", "")):
        return relay(answer, {"Vary": "Accept-Encoding"})
    headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return relay(replace(answer, body=_compressed(answer.body)), headers)


@lru_cache(maxsize=64)
def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
