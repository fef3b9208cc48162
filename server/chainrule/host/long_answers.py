"""Answers that take long: made a slice at a time, in their session's turns."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from chainrule.errors import Refusal
from chainrule.host import slices
from chainrule.host.interface import Request, Response
from chainrule.host.lecture import lecture
from chainrule.host.problem import unknown_session
from chainrule.host.seam import Make
from chainrule.host.turns import Recorded, Slot
from chainrule.protocol.rest import CreateSession

PART_BYTES = 256_000
"""About how much of a recording is sent at a time."""

RECORDING_SECONDS = 60.0
"""After which nobody is expected to ask for the next part."""

T = TypeVar("T")


class Turn(Protocol):
    """Does something when it is a session's turn."""

    def __call__(self, slot: Slot, work: Callable[[], T], /) -> Awaitable[T]: ...


class LongAnswers:
    """Stretches of the timeline, recordings of lessons, and numbers of iterations that are computed again."""

    def __init__(self, make: Make, turn: Turn, slice_seconds: float) -> None:
        self._make = make
        self._turn = turn
        self._slice = slice_seconds
        self._count = itertools.count()

    async def trace(self, slot: Slot, request: Request) -> Response:
        """A part of a recording of the timeline; ``more`` says what is left."""
        first, last, left = (request.arguments.get(name) for name in ("first", "last", "left"))
        return await self._sliced(
            slot, lambda: slices.traced(slot.session.recording(first, last, left), PART_BYTES)
        )

    async def recording(self, slot: Slot, left: int | None) -> Response:
        """A part of a recording of the session's lesson; ``more`` is its number, under which the next part is asked for.

        A session makes one at a time: a new one takes the place of one that nobody has asked the rest of.
        """

        def begin() -> Recorded:
            if slot.gone:
                raise unknown_session()
            whole = slot.session.whole()
            if whole.predict:
                raise Refusal(
                    "withheld",
                    409,
                    "Answers are withheld",
                    "A recording would tell what waits for a guess.",
                    "Switch prediction off, and ask again.",
                )
            made = self._make(
                CreateSession(
                    lesson=whole.lesson, config=whole.config, seed=whole.seed, journal=whole.journal
                ),
                None,
            )
            return Recorded(next(self._count), made, lecture(made, self._slice))

        if left is None:
            slot.recorded = await self._turn(slot, begin)
        recorded = slot.recorded
        if recorded is None or left not in (None, recorded.number):
            raise unknown_session()
        recorded.asked += 1
        asked = recorded.asked

        def forget() -> None:
            # Whoever asked for it has gone: it is made no further, and takes no memory.
            if slot.recorded is recorded and recorded.asked == asked:
                slot.recorded = None

        def part() -> slices.Sliced:
            for response in slices.recorded(recorded.lines, recorded.number, PART_BYTES):
                if slot.recorded is not recorded:
                    raise unknown_session()
                yield response

        try:
            response = await self._sliced(slot, part)
        except BaseException:
            forget()
            raise
        if response.more is None:
            forget()
        else:
            asyncio.get_running_loop().call_later(RECORDING_SECONDS, forget)
        return response

    async def peek(self, slot: Slot, request: Request) -> Response:
        """A number that is not to be seen yet; its iteration may have to be computed again."""
        return await self._sliced(slot, lambda: slices.peeked(slot.session.peek(request.arguments)))

    async def _sliced(self, slot: Slot, begin: Callable[[], slices.Sliced]) -> Response:
        """An answer that takes long, a slice in each turn of the session."""
        work: slices.Sliced | None = None

        def go_on() -> Response | None:
            nonlocal work
            if slot.gone:
                raise unknown_session()
            deadline = time.monotonic() + self._slice
            work = work or begin()
            for response in work:
                if response is not None or time.monotonic() >= deadline:
                    return response
            raise AssertionError("its last part is an answer")

        while True:
            response = await self._turn(slot, go_on)
            if response is not None:
                return response
