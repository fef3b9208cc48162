"""What travels between the API and a worker process: length-prefixed frames over a socket pair.

A frame is u32 length of what follows, u8 kind, u64 channel, payload; little endian. A channel is a request or a
connection; its number is chosen by the API. Payloads of requests and responses are a JSON head and the bytes that were
sent or are to be sent.
"""

from __future__ import annotations

import asyncio
import json
import struct
from enum import IntEnum
from typing import Any, NamedTuple

_HEAD = struct.Struct("<IBQ")
_LENGTH = struct.Struct("<I")


class Kind(IntEnum):
    """What a frame is."""

    READY = 1  # worker → API: sessions can be taken
    FAILED = 2  # worker → API: cannot start, and why (one line of text)
    REQUEST = 3  # API → worker
    RESPONSE = 4  # worker → API
    CONNECT = 5  # API → worker: a follower joins; payload: JSON head
    TEXT = 6  # both ways, on a connection
    BINARY = 7  # both ways, on a connection
    CLOSE = 8  # both ways: the connection has ended; payload: JSON [code, reason]
    RECIPE = 9  # worker → API: what makes a session anew
    CURSOR = 10  # worker → API: where a session stands
    GONE = 11  # worker → API: a session failed and is there no more
    PING = 12  # API → worker, and back: it still listens


class Packet(NamedTuple):
    """One frame, read."""

    kind: Kind
    channel: int
    payload: bytes


def pack(kind: Kind, channel: int = 0, payload: bytes = b"") -> bytes:
    """One frame, to be written."""
    return _HEAD.pack(len(payload) + _HEAD.size - _LENGTH.size, kind, channel) + payload


def join(head: Any, body: bytes = b"") -> bytes:
    """A payload of a JSON head and bytes."""
    text = json.dumps(head, separators=(",", ":")).encode()
    return _LENGTH.pack(len(text)) + text + body


def split(payload: bytes) -> tuple[Any, bytes]:
    """The head and the bytes of a payload made by :func:`join`."""
    (size,) = _LENGTH.unpack_from(payload)
    return json.loads(payload[_LENGTH.size : _LENGTH.size + size]), payload[_LENGTH.size + size :]


async def read(reader: asyncio.StreamReader) -> Packet | None:
    """The next frame; None where the other side has gone."""
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        data = await reader.readexactly(length)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    (channel,) = struct.unpack_from("<Q", data, 1)
    return Packet(Kind(data[0]), channel, data[9:])
