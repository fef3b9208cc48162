"""The reasons for which the server closes a socket. Stable: add to them, do not renumber."""

from __future__ import annotations

from enum import IntEnum


class CloseCode(IntEnum):
    """The code of a WebSocket's close frame; 1000–1013 as in RFC 6455, the rest our own."""

    NORMAL = 1000
    GOING_AWAY = 1001
    TOO_BIG = 1009
    FORBIDDEN_ORIGIN = 4403
    UNKNOWN_SESSION = 4404
    UNKNOWN_ROOM = 4405
    NOT_JOINED = 4406
    TOO_SLOW = 4408
    SESSION_DELETED = 4410
    ROOM_OVER = 4411
    TOO_MANY_MESSAGES = 4429
    TOO_MANY_FOLLOWERS = 4430
    SESSION_LOST = 4503


CLOSE_REASONS: dict[CloseCode, str] = {
    CloseCode.NORMAL: "The client closed the connection.",
    CloseCode.GOING_AWAY: "The server is shutting down; connect again later.",
    CloseCode.TOO_BIG: "A message was far over the size limit.",
    CloseCode.FORBIDDEN_ORIGIN: "The page that opened the socket was not served from here.",
    CloseCode.UNKNOWN_SESSION: "There is no such session; create it again from the address.",
    CloseCode.UNKNOWN_ROOM: "There is no room with this code.",
    CloseCode.NOT_JOINED: "The first message, join or present, did not come.",
    CloseCode.TOO_SLOW: "Answers were not read; connect again for the latest state.",
    CloseCode.SESSION_DELETED: "The session was deleted, or expired after a long idle time.",
    CloseCode.ROOM_OVER: "The presenter has ended the room, or nobody was in it for a long time.",
    CloseCode.TOO_MANY_MESSAGES: "Messages kept coming faster than the rate limit.",
    CloseCode.TOO_MANY_FOLLOWERS: "The session or room has as many followers as it may have; try again later.",
    CloseCode.SESSION_LOST: "The session's process ended; connect again, or create the session again.",
}
