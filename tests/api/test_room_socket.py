from __future__ import annotations

import asyncio

import pytest

from chainrule.api.room_socket import begin

pytestmark = pytest.mark.anyio


async def test_work_that_waits_for_nothing_is_done_at_once() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(1)

    assert begin(work()) is None
    assert done == [1]


async def test_work_that_waits_is_finished_by_who_awaits_it() -> None:
    first, second = asyncio.Event(), asyncio.Event()
    done: list[int] = []

    async def work() -> None:
        await first.wait()
        done.append(1)
        await second.wait()
        done.append(2)

    rest = begin(work())
    assert rest is not None

    async def finish() -> None:
        assert rest is not None
        await rest

    task = asyncio.create_task(finish())
    await asyncio.sleep(0.01)
    assert done == []
    first.set()
    await asyncio.sleep(0.01)
    assert done == [1]
    second.set()
    await asyncio.wait_for(task, 5)
    assert done == [1, 2]


async def test_who_gives_up_waiting_ends_the_work() -> None:
    ended: list[int] = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    rest = begin(work())
    assert rest is not None

    async def finish() -> None:
        assert rest is not None
        await rest

    task = asyncio.create_task(finish())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == [1]


async def test_what_goes_wrong_is_told() -> None:
    async def work() -> None:
        await asyncio.sleep(0)
        raise ValueError("no")

    rest = begin(work())
    assert rest is not None
    with pytest.raises(ValueError, match="no"):
        await rest
