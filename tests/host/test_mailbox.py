from __future__ import annotations

import asyncio

import pytest

from chainrule.host.interface import Closed
from chainrule.host.mailbox import Mailbox, closed
from chainrule.protocol.close import CLOSE_REASONS, CloseCode

pytestmark = pytest.mark.anyio


class Ends:
    """A mailbox and what happened at its ends."""

    def __init__(self, limit: int = 4, limit_bytes: int = 1000) -> None:
        self.forwarded: list[str | bytes] = []
        self.left = 0
        self.box = Mailbox(
            limit=limit, limit_bytes=limit_bytes, forward=self.forwarded.append, leave=self._leave
        )

    def _leave(self) -> None:
        self.left += 1


async def test_messages_come_in_order_and_the_end_last() -> None:
    ends = Ends()
    ends.box.put("a")
    ends.box.put(b"b")
    ends.box.end(closed(CloseCode.GOING_AWAY))
    ends.box.put("too late")
    assert [await ends.box.receive() for _ in range(3)] == ["a", b"b", closed(CloseCode.GOING_AWAY)]
    assert ends.left == 0


async def test_a_reader_that_waits_is_woken() -> None:
    ends = Ends()
    waiting = asyncio.create_task(ends.box.receive())
    await asyncio.sleep(0)
    ends.box.put("a")
    assert await waiting == "a"


@pytest.mark.parametrize(("limit", "limit_bytes", "message"), [(4, 1000, "x"), (100, 10, "12345678")])
async def test_a_reader_that_never_reads_is_closed(limit: int, limit_bytes: int, message: str) -> None:
    ends = Ends(limit, limit_bytes)
    for _ in range(5):
        ends.box.put(message)
    assert await ends.box.receive() == closed(CloseCode.TOO_SLOW)
    assert ends.left == 1


async def test_one_message_may_be_larger_than_the_limit() -> None:
    ends = Ends(4, 10)
    ends.box.put(b"x" * 100)
    assert await ends.box.receive() == b"x" * 100


async def test_who_does_not_read_is_not_listened_to() -> None:
    ends = Ends()
    await ends.box.ready()
    for _ in range(3):
        ends.box.put("a")
    waiting = asyncio.create_task(ends.box.ready())
    await asyncio.sleep(0)
    assert not waiting.done()
    await ends.box.receive()
    await asyncio.wait_for(waiting, 5)


async def test_what_is_said_after_the_end_goes_nowhere() -> None:
    ends = Ends()
    ends.box.send("before")
    ends.box.close()
    ends.box.close()
    ends.box.send("after")
    assert (ends.forwarded, ends.left) == (["before"], 1)
    assert isinstance(await ends.box.receive(), Closed)


def test_every_reason_to_close_is_explained_and_fits_into_a_close_frame() -> None:
    assert set(CLOSE_REASONS) == set(CloseCode)
    assert all(len(reason.encode()) <= 123 for reason in CLOSE_REASONS.values())
