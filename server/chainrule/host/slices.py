"""Answers that take long, made in slices: each yields None where others may have a turn, and its response at the end."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from pydantic import BaseModel

from chainrule.host import encode
from chainrule.host.interface import LINES, Response
from chainrule.protocol import ServerMessage

Sliced: TypeAlias = Iterator[Response | None]


def traced(work: Iterable[tuple[Sequence[ServerMessage], Any] | None], most: int) -> Sliced:
    """A part of a recording of the timeline, of about ``most`` bytes; ``more`` is what is left of it."""
    lines: list[bytes] = []
    size = 0
    for part in work:
        if part is not None:
            messages, left = part
            lines.extend(encode.text(message).encode() + b"\n" for message in messages)
            size += sum(map(len, lines[-len(messages) :]))
            if left is None or size >= most:
                yield Response(200, b"".join(lines), LINES, left)
        yield None


def recorded(work: Iterable[str | None], number: int, most: int) -> Sliced:
    """A part of a recording of a lesson, of about ``most`` bytes; ``more`` is its number, unless it is the last one."""
    lines: list[bytes] = []
    size = 0
    for line in work:
        if line is not None:
            lines.append(line.encode() + b"\n")
            size += len(lines[-1])
            if size >= most:
                yield Response(200, b"".join(lines), LINES, number)
        yield None
    yield Response(200, b"".join(lines), LINES)


def peeked(work: Generator[None, None, BaseModel]) -> Sliced:
    """A number that is not to be seen yet."""
    found = yield from work
    yield Response(200, encode.part(found))
