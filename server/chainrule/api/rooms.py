"""Rooms over REST: opened, looked up, handed over, ended."""

from __future__ import annotations

import csv
import io
import re
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from pydantic import BaseModel, TypeAdapter

from chainrule.api.addresses import room_address
from chainrule.api.http import accepted, answers, body_of, host_of, problem_answer, read_body, relay
from chainrule.api.openapi import ref
from chainrule.errors import Refusal
from chainrule.host import interface
from chainrule.host.interface import JSON
from chainrule.host.live import LiveRoom
from chainrule.host.parse import body as parse_body
from chainrule.host.rooms import Rooms
from chainrule.protocol.room import (
    CreateRoom,
    HandOver,
    MoveRoom,
    RoomAnswers,
    RoomCreated,
    RoomInfo,
    TakenOver,
    TakeOver,
)
from chainrule.room.refusals import presenter_only
from chainrule.room.room import PIN_SECONDS

router = APIRouter(prefix="/api", tags=["rooms"])

CSV = "text/csv"
Code = Annotated[str, Path(description="As people write it: `ABC-DEF`, `abcdef`.", max_length=64)]
Authorization = Annotated[
    str | None, Header(description="`Bearer` and the presenter's secret.", max_length=400)
]

_CREATE: TypeAdapter[CreateRoom] = TypeAdapter(CreateRoom)
_MOVE: TypeAdapter[MoveRoom] = TypeAdapter(MoveRoom)
_TAKE: TypeAdapter[TakeOver] = TypeAdapter(TakeOver)


def rooms_of(request: Request) -> Rooms:
    rooms: Rooms = request.app.state.rooms
    return rooms


def client_of(request: Request) -> str:
    """The client's address."""
    return request.client.host if request.client else ""


def find(request: Request, code: str) -> LiveRoom:
    """The room with this code; raises ``Refusal``."""
    return rooms_of(request).find(code, client_of(request))


def presented(request: Request, code: str, authorization: str | None) -> LiveRoom:
    """The room with this code, for who proves that they present it; raises ``Refusal``."""
    live = find(request, code)
    scheme, _, secret = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise presenter_only("There is no header Authorization: Bearer with the room's secret.")
    live.room.check(secret.strip())
    return live


def with_address(request: Request, live: LiveRoom) -> RoomInfo:
    """The room as its presenter sees it."""
    server = request.scope.get("server")
    port = server[1] if server and server[1] else request.app.state.settings.port
    host = request.headers.get("host", "")
    join = room_address(request.app.state.settings, request.url.scheme, host, port, live.room.code)
    return live.room.info().model_copy(update={"join": join, "session": live.room.session})


def told(document: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A document as an answer."""
    return relay(interface.Response(status, document.model_dump_json().encode()), headers)


@router.post(
    "/rooms",
    status_code=201,
    responses=answers(
        ref("RoomCreated"),
        "The new room; its address is in Location.",
        400,
        404,
        410,
        413,
        415,
        422,
        429,
        status=201,
    ),
    openapi_extra=body_of("CreateRoom"),
)
async def create_room(request: Request) -> Response:
    """Open a room that shows a session. The presenter's secret is told here alone: keep it, and put it in no address."""
    wanted = parse_body(_CREATE, await read_body(request), "CreateRoom")
    live, secret = await rooms_of(request).open(wanted.session, wanted.view, client_of(request))
    document = RoomCreated(**dict(with_address(request, live)), secret=secret)
    return told(document, 201, {"Location": f"/api/rooms/{live.room.code}"})


@router.get("/rooms/{code}", responses=answers(ref("RoomInfo"), "The room in short.", 403, 404, 422, 429))
async def room_info(request: Request, code: Code, authorization: Authorization = None) -> Response:
    """A room in short. With the secret: the addresses under which others join it, and its session, too."""
    if authorization is None:
        return told(find(request, code).room.info())
    return told(with_address(request, presented(request, code, authorization)))


@router.post(
    "/rooms/{code}/session",
    responses=answers(ref("RoomInfo"), "The room as it is now.", 400, 403, 404, 410, 413, 415, 422, 429),
    openapi_extra=body_of("MoveRoom"),
)
async def move_room(request: Request, code: Code, authorization: Authorization = None) -> Response:
    """Have the room show another session. The presenter's."""
    wanted = parse_body(_MOVE, await read_body(request), "MoveRoom")
    live = presented(request, code, authorization)
    await rooms_of(request).show(live, wanted.session, wanted.view)
    return told(with_address(request, live))


@router.post(
    "/rooms/{code}/copy",
    status_code=201,
    responses=answers(
        ref("SessionInfo"),
        "A session of one's own; its address is in Location.",
        404,
        409,
        410,
        422,
        429,
        status=201,
    ),
)
async def copy_room(request: Request, code: Code) -> Response:
    """Leave the path: a session of one's own, where the room's is now. What is withheld there is withheld here.

    Not while a question is open.
    """
    live = find(request, code)
    asked = live.room.question
    if asked is not None and asked.state == "open":
        raise Refusal(
            "room_question_open",
            409,
            "The class is being asked",
            "An own session could tell the answer.",
            "Answer first; when it has been revealed, explore on your own.",
        )
    session, answer = await host_of(request).copy(live.room.session, client_of(request))
    return relay(answer, {"Location": f"/api/sessions/{session}"} if answer.status == 201 else {})


@router.post(
    "/rooms/{code}/handover",
    responses=answers(ref("HandOver"), "A number to be said to the next presenter.", 403, 404, 422, 429),
)
async def hand_over(request: Request, code: Code, authorization: Authorization = None) -> Response:
    """A number that makes who says it the presenter, once. The presenter's."""
    live = presented(request, code, authorization)
    return told(HandOver(pin=live.hand_over(), expires_in=PIN_SECONDS))


@router.post(
    "/rooms/{code}/presenter",
    responses=answers(ref("TakenOver"), "One presents now.", 400, 403, 404, 413, 415, 422, 429),
    openapi_extra=body_of("TakeOver"),
)
async def take_over(request: Request, code: Code) -> Response:
    """Present from now on. The secret before is void, and who presented with it follows."""
    wanted = parse_body(_TAKE, await read_body(request), "TakeOver")
    live = find(request, code)
    secret = live.take_over(wanted.pin)
    document = TakenOver(**dict(with_address(request, live)), secret=secret)
    return told(document)


export_answers = answers(ref("RoomAnswers"), "All answers.", 403, 404, 406, 422, 429)
export_answers[200]["content"][CSV] = {"schema": {"type": "string"}}


@router.get("/rooms/{code}/answers", responses=export_answers)
async def room_answers(request: Request, code: Code, authorization: Authorization = None) -> Response:
    """All answers of the room: JSON, or a table with Accept: text/csv. The presenter's; nothing of it is kept when the room is over."""
    media = accepted(request, JSON, CSV)
    live = presented(request, code, authorization)
    found = live.room.answers()
    if media == JSON:
        return told(found, headers={"Vary": "Accept"})
    headers = {
        "Vary": "Accept",
        "Content-Disposition": f'attachment; filename="answers-{live.room.code}.csv"',
    }
    return relay(interface.Response(200, table(found), f"{CSV}; charset=utf-8"), headers)


@router.delete(
    "/rooms/{code}",
    status_code=204,
    responses={
        204: {"description": "It is over."},
        **{e: problem_answer(e) for e in (403, 404, 422, 429, 503)},
    },
)
async def end_room(request: Request, code: Code, authorization: Authorization = None) -> Response:
    """End a room, for everyone in it. The presenter's."""
    live = presented(request, code, authorization)
    rooms_of(request).end(live)
    return Response(status_code=204)


@router.get(
    "/rooms/{code}/ws",
    status_code=101,
    responses={
        101: {"description": "The WebSocket is open."},
        **{e: problem_answer(e) for e in (422, 426)},
    },
    openapi_extra={
        "x-websocket": {
            "receives": ref("RoomClientMessage"),
            "sends": {"anyOf": [ref("RoomServerMessage"), ref("ServerMessage")]},
            "closes": ref("CloseCode"),
        }
    },
)
async def room_socket(request: Request, code: Code) -> Response:
    """Follow or present a room over a WebSocket.

    The first message is `join` or `present`; nothing is sent before. Then come `joined`, `room`, and, for those who follow, the
    session's own messages and frames as its socket sends them: the latest of each at once. A follower that is slow skips
    frames; one that does not read is closed (`TOO_SLOW`), and may come back.
    """
    raise Refusal(
        "upgrade_required",
        426,
        "This address takes WebSocket connections only",
        "The request does not ask for an upgrade.",
        "Open it with ws:// or wss://.",
    )


_PLAIN = re.compile(r"[+-]?\d+([.,]\d+)?(e[+-]?\d+)?", re.IGNORECASE)


def cell(value: Any) -> str:
    """A cell that no program takes for a formula (OWASP, CSV injection); numbers stay numbers."""
    text = "" if value is None else str(value)
    if text[:1] in (
        "=",
        "+",
        "-",
        "@",
        "\t",
        "\r",
        "\n",
        "|",
        "%",
        "＝",
        "＋",
        "－",
        "＠",
    ) and not _PLAIN.fullmatch(text):
        return f"'{text}"
    return text


def table(found: RoomAnswers) -> bytes:
    """The answers as comma-separated values (RFC 4180), with a mark by which spreadsheets know UTF-8."""
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow(["question", "asked", "kind", "correct", "name", "answer", "verdict"])
    for one in found.answers:
        row = (one.question + 1, one.asked, one.kind, one.correct, one.name, one.answer, one.verdict)
        writer.writerow([cell(value) for value in row])
    return ("\ufeff" + lines.getvalue()).encode()
