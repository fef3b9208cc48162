"""Where rooms are kept, so that they are there again after a restart."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class RoomStore(Protocol):
    """Contents by key. What :meth:`put` has returned from is not lost with the process."""

    def put(self, key: str, content: bytes) -> None: ...

    def delete(self, key: str) -> None: ...

    def all(self) -> Iterable[tuple[str, bytes]]: ...


class MemoryStore:
    """A store that lives no longer than the process."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def put(self, key: str, content: bytes) -> None:
        self._kept[key] = content

    def delete(self, key: str) -> None:
        self._kept.pop(key, None)

    def all(self) -> Iterable[tuple[str, bytes]]:
        return list(self._kept.items())
