from __future__ import annotations

import asyncio
import time

import pytest

from chainrule.host.bus import Counts, Inbox, LocalBus
from chainrule.host.interface import Closed
from chainrule.protocol.close import CloseCode

pytestmark = pytest.mark.anyio


def inbox(counts: Counts | None = None, *, limit: int = 8, limit_bytes: int = 1000, window: int = 2) -> Inbox:
    return Inbox(counts or Counts(), limit=limit, limit_bytes=limit_bytes, window=window)


async def drained(one: Inbox) -> list[str | bytes | Closed]:
    found = []
    while len(one):
        found.append(await one.receive())
    return found


async def test_what_has_been_overtaken_is_not_sent() -> None:
    counts = Counts()
    one = inbox(counts)
    for k in range(5):
        one.put(f"control {k}")
        one.put(b"frame %d" % k, latest="frame", frame=k)
    found = await drained(one)
    assert found == ["control 0", "control 1", "control 2", "control 3", "control 4", b"frame 4"]
    assert (counts.coalesced, counts.frames, counts.messages) == (4, 1, 6)
    assert counts.bytes == sum(len(message) for message in found if not isinstance(message, Closed))


async def test_a_graph_comes_before_the_frames_that_belong_to_it() -> None:
    one = inbox()
    one.put(b"old", latest="frame", frame=1)
    one.put("graph")
    one.put(b"beside", latest="companion", frame=2)
    one.put(b"new", latest="frame", frame=2)
    assert await drained(one) == ["graph", b"beside", b"new"]


async def test_all_get_the_same_object_and_nobody_waits_for_anybody() -> None:
    bus = LocalBus()
    quick, slow = inbox(bus.counts), inbox(bus.counts)
    for one in (quick, slow):
        bus.follow("room", one)
    frames = [b"%d" % k for k in range(100)]
    for k, frame in enumerate(frames):
        bus.publish("room", frame, latest="frame", frame=k)
        assert await quick.receive() is frame
    assert len(slow) == 1
    assert await slow.receive() is frames[-1]
    bus.leave("room", slow)
    bus.publish("room", "more")
    assert (len(quick), len(slow)) == (1, 0)


async def test_who_acknowledges_gets_no_more_than_it_paints_and_ends_on_the_latest() -> None:
    one = inbox(window=2)
    for k in range(3):
        one.put(b"%d" % k, latest="frame", frame=k)
        assert await one.receive() == b"%d" % k
        # From its first acknowledgement on it is paced by them.
        one.ack(0)
    one.put(b"3", latest="frame", frame=3)
    one.put("control")
    assert await one.receive() == "control"
    waiting = asyncio.ensure_future(one.receive())
    await asyncio.sleep(0)
    assert not waiting.done()
    one.put(b"4", latest="frame", frame=4)
    one.ack(2)
    assert await asyncio.wait_for(waiting, 5) == b"4"


@pytest.mark.parametrize(("limit", "limit_bytes"), [(3, 1000), (100, 30)])
async def test_a_queue_is_bounded(limit: int, limit_bytes: int) -> None:
    counts = Counts()
    one = inbox(counts, limit=limit, limit_bytes=limit_bytes)
    for _ in range(20):
        one.put("0123456789")
    end = await one.receive()
    assert isinstance(end, Closed)
    assert (end.code, counts.too_slow, len(one)) == (CloseCode.TOO_SLOW, 1, 0)


async def test_who_does_not_read_is_known() -> None:
    one = inbox()
    assert one.stalled(time.monotonic() + 100) == 0
    one.put("a")
    one.put("b")
    await one.receive()
    # It is being sent, for as long as nothing else is asked for.
    assert one.stalled(time.monotonic() + 100) > 99
    await one.receive()
    waiting = asyncio.ensure_future(one.receive())
    await asyncio.sleep(0)
    assert one.stalled(time.monotonic() + 100) == 0
    waiting.cancel()


async def test_what_waits_is_still_sent_before_the_end() -> None:
    one = inbox()
    one.put("last words")
    one.end(Closed(CloseCode.ROOM_OVER, "over"))
    one.put("too late")
    assert await one.receive() == "last words"
    assert await one.receive() == Closed(CloseCode.ROOM_OVER, "over")


async def test_what_can_be_sent_at_once_is() -> None:
    sent: list[str | bytes] = []
    blocked: asyncio.Future[None] | None = None

    def sink(message: str | bytes) -> asyncio.Future[None] | None:
        sent.append(message)
        return blocked

    counts = Counts()
    one = inbox(counts)
    one.sink = sink
    # Nobody reads yet: it waits.
    one.put("first")
    assert (sent, await one.receive()) == ([], "first")
    reading = asyncio.ensure_future(one.receive())
    await asyncio.sleep(0)
    one.put("second")
    blocked = asyncio.get_running_loop().create_future()
    one.put(b"third", latest="frame", frame=3)
    # The other side is not ready for more: what comes now waits behind it, and is overtaken.
    for k in range(4, 7):
        one.put(b"%d" % k, latest="frame", frame=k)
    await asyncio.sleep(0)
    assert one.stalled(time.monotonic() + 100) > 99
    assert (sent, reading.done()) == (["second", b"third"], False)
    blocked.set_result(None)
    assert await asyncio.wait_for(reading, 5) == b"6"
    assert (counts.messages, counts.frames, counts.coalesced) == (4, 2, 2)


async def test_who_acknowledges_is_not_sent_more_at_once_than_it_paints() -> None:
    sent: list[str | bytes] = []
    one = inbox(window=1)
    one.sink = sent.append
    one.ack(0)
    reading = asyncio.ensure_future(one.receive())
    await asyncio.sleep(0)
    for k in range(1, 4):
        one.put(b"%d" % k, latest="frame", frame=k)
    assert sent == [b"1"]
    one.ack(1)
    assert await asyncio.wait_for(reading, 5) == b"3"
