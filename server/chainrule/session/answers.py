"""Answers that have been given, so that a repeated command changes nothing."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence

from chainrule.protocol.client import (
    ANONYMOUS,
    Command,
    Question,
)
from chainrule.protocol.rest import MAX_ANSWERED
from chainrule.protocol.server import Branches, Frame, ServerMessage

BYTES = 8_000_000
"""Memory for remembered answers, about."""


class Answers:
    """The latest answers by command. A command is recognised by its id together with what it asked."""

    def __init__(self, count: int, before: Sequence[str] = ()) -> None:
        self.count = count
        self.nbytes = 0
        self._before = frozenset(before)
        self._carried_out = list(before)
        self._found: OrderedDict[str, tuple[list[ServerMessage], int]] = OrderedDict()

    def get(self, command: Command) -> list[ServerMessage] | None:
        """The answers to this command, if it was given before."""
        found = self._found.get(_key(command)) if command.id is not None else None
        return None if found is None else list(found[0])

    def given_before(self, command: Command) -> bool:
        """Whether the session that this one was made from has carried it out; the answer itself is not known."""
        return command.id is not None and _mark(command) in self._before

    @property
    def marks(self) -> list[str]:
        """The latest commands carried out, for a session made from this one."""
        return list(self._carried_out)

    def put(self, command: Command, messages: list[ServerMessage]) -> None:
        """Remember answers; the oldest ones are forgotten."""
        if command.id is None or command.id.startswith(ANONYMOUS) or isinstance(command, Question):
            return
        self._carried_out.append(_mark(command))
        del self._carried_out[:-MAX_ANSWERED]
        size = 500 + sum(_size(message) for message in messages)
        self._found[_key(command)] = (list(messages), size)
        self.nbytes += size
        while len(self._found) > self.count or (self.nbytes > BYTES and len(self._found) > 1):
            _, (_, dropped) = self._found.popitem(last=False)
            self.nbytes -= dropped


def _key(command: Command) -> str:
    return f"{command.id} {type(command).__name__} {command!r}"


def _mark(command: Command) -> str:
    return hashlib.blake2b(_key(command).encode("utf-8", "replace"), digest_size=9).hexdigest()


def _size(message: ServerMessage) -> int:
    if isinstance(message, Branches):
        return 1_000 + 1_100 * len(message.branches)
    if not isinstance(message, Frame):
        return 1_000
    return 1_000 + sum(300 + (0 if t.data is None else t.data.nbytes) for t in message.tensors)
