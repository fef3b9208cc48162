"""What a session's connection has told so far, for those who come later: the latest of each thing, and all metrics."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

WHOLE = ("welcome", "dataset", "configured", "branches", "breakpoints", "playback", "prediction", "graph")
"""Messages each of which takes the place of the one before, in the order in which a newcomer is told them."""

CHUNK = 5_000
"""Iterations in one metrics message."""

_TYPE = re.compile(r'"type":"([a-z_]+)"')
_ID = re.compile(r'"id":"((?:[^"\\]|\\.)*)"')
_SEQ = re.compile(rb'"seq":(\d+)')
_KIND = re.compile(rb'"type":"(frame|companion)"')
_HEAD = 400
"""Characters in which a message says what it is: its revision, id and type come first."""


class Head(NamedTuple):
    """What a message is, without opening it."""

    type: str
    id: str | None = None
    seq: int = 0


def head_of(message: str | bytes) -> Head:
    """Type, and of text the id of what it answers, and of a frame its number."""
    if isinstance(message, bytes):
        # Behind the prefix of a frame begins its header.
        header = message[12:_HEAD]
        seq, kind = _SEQ.search(header), _KIND.search(header)
        return Head(
            kind[1].decode() if kind is not None else "frame", None, int(seq[1]) if seq is not None else 0
        )
    begin = message[:_HEAD]
    kind_of, id_of = _TYPE.search(begin), _ID.search(begin)
    before = id_of is not None and kind_of is not None and id_of.start() < kind_of.start()
    return Head(kind_of[1] if kind_of is not None else "", id_of[1] if before and id_of is not None else None)


class _History:
    """Columns of a branch's own iterations from ``start`` on."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.end = start
        self.columns: dict[str, list[Any]] = {}

    def replace(self, start: int, columns: dict[str, list[Any]]) -> None:
        """What was known from ``start`` on is replaced."""
        if start < self.start:
            self.__init__(start)  # type: ignore[misc]
        before = start - self.start
        length = max((len(column) for column in columns.values()), default=0)
        for name in {**self.columns, **columns}:
            column = self.columns.setdefault(name, [])
            del column[before:]
            column.extend([None] * (before - len(column)))
            column.extend(columns.get(name, [None] * length))
        self.end = start + length


class Latest:
    """What a newcomer is told."""

    def __init__(self) -> None:
        self._whole: dict[str, str] = {}
        self._frames: dict[str, bytes] = {}
        self._histories: dict[int, _History] = {}
        self._metrics: list[str] | None = None
        self._news: dict[int, int] = {}
        self.seq = 0

    def clear(self) -> None:
        """Another session begins."""
        self.__init__()  # type: ignore[misc]

    @property
    def complete(self) -> bool:
        """Whether there is a state to be seen."""
        return "frame" in self._frames

    def take(self, head: Head, message: str | bytes) -> None:
        """Note a message that everyone is sent."""
        if isinstance(message, bytes):
            self._frames[head.type] = message
            self.seq = head.seq
        elif head.type == "metrics":
            told = json.loads(message)
            branch, start = told["branch"], told["start"]
            self._histories.setdefault(branch, _History(start)).replace(start, told["columns"])
            self._metrics = None
            self._news[branch] = min(start, self._news.get(branch, start))
        elif head.type in WHOLE:
            self._whole[head.type] = message
            if head.type == "graph":
                # The frame that belongs to it follows.
                self._frames.clear()
            elif head.type == "branches":
                there = {branch["id"] for branch in json.loads(message)["branches"]}
                for branch in [branch for branch in self._histories if branch not in there]:
                    del self._histories[branch]
                self._metrics = None

    def messages(self) -> list[str | bytes]:
        """All that a newcomer is told, in order."""
        found: list[str | bytes] = [self._whole[kind] for kind in WHOLE if kind in self._whole]
        if self._metrics is None:
            self._metrics = [
                text
                for branch, history in self._histories.items()
                for text in self._told(branch, history.start)
            ]
        return [
            *found,
            *self._metrics,
            *(self._frames[k] for k in ("companion", "frame") if k in self._frames),
        ]

    def news(self) -> list[str]:
        """The metrics that have come since this was asked last, together."""
        news, self._news = self._news, {}
        return [
            text
            for branch, start in news.items()
            if branch in self._histories
            for text in self._told(branch, start)
        ]

    def _told(self, branch: int, start: int) -> list[str]:
        history = self._histories[branch]
        found = []
        for first in range(start, max(history.end, start + 1), CHUNK):
            begin = first - history.start
            columns = {name: column[begin : begin + CHUNK] for name, column in history.columns.items()}
            told = {
                "seq": self.seq,
                "id": None,
                "type": "metrics",
                "branch": branch,
                "start": first,
                "columns": columns,
            }
            found.append(json.dumps(told, separators=(",", ":")))
        return found
