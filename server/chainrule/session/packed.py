"""Arrays and what names them, as bytes with a checksum, and back. Nothing in the bytes is ever executed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from chainrule.engine.backend import Array, Backend, HostArray, host

MAGIC = b"chainrule keyframes 1\n"
DIGEST = 32
KINDS = "biuf"
"""Kinds of element types that are read: bool, integers and floats."""


class DamagedError(Exception):
    """The bytes are not what was written."""


class Packer:
    """Collects arrays; each is written once, however often it is named."""

    def __init__(self) -> None:
        self.nbytes = 0
        self._places: dict[int, int] = {}
        self._arrays: list[tuple[Backend | None, Array]] = []

    def add(self, array: Array, backend: Backend | None = None) -> int:
        """The number by which an array is found again; ``backend`` is None for those of the host."""
        place = self._places.get(id(array))
        if place is None:
            # Kept: only so long is its id its own.
            place = self._places[id(array)] = len(self._arrays)
            self._arrays.append((backend, array))
        return place

    def pack(self, head: Mapping[str, Any]) -> bytes:
        """All of it. May be called in another thread: no array is ever changed."""
        told, parts, at = [], [], 0
        for backend, array in self._arrays:
            data: HostArray = host.asarray(array if backend is None else backend.to_numpy(array))
            turned = data.ndim > 1 and data.flags.f_contiguous and not data.flags.c_contiguous
            part = (data.T if turned else data).tobytes()
            told.append([data.dtype.str, list(data.shape), at, turned])
            parts.append(part)
            at += len(part)
        text = json.dumps({"arrays": told, **head}, separators=(",", ":")).encode()
        body = b"".join([len(text).to_bytes(8, "little"), text, *parts])
        return MAGIC + blake2b(body, digest_size=DIGEST).digest() + body


class Unpacked:
    """What :meth:`Packer.pack` has written.

    Raises
    ------
    DamagedError
    """

    def __init__(self, content: bytes) -> None:
        start = len(MAGIC) + DIGEST
        body = memoryview(content)[start:]
        if (
            content[: len(MAGIC)] != MAGIC
            or blake2b(body, digest_size=DIGEST).digest() != content[len(MAGIC) : start]
        ):
            raise DamagedError
        size = int.from_bytes(body[:8], "little")
        self.head: dict[str, Any] = json.loads(bytes(body[8 : 8 + size]))
        self._body = body[8 + size :]
        self._arrays: Sequence[Any] = self.head.pop("arrays")
        self._made: dict[int, HostArray] = {}

    def array(self, place: int) -> HostArray:
        """An array by its number; the same object each time."""
        made = self._made.get(place)
        if made is None:
            name, shape, at, turned = self._arrays[place]
            dtype: Any = host.dtype(name)
            assert dtype.kind in KINDS
            count = 1
            for length in shape:
                count *= length
            flat = host.frombuffer(self._body, dtype, count, at).copy()
            made = self._made[place] = flat.reshape(shape[::-1]).T if turned else flat.reshape(shape)
        return made
