from __future__ import annotations

import threading

from chainrule.engine.backend import host
from chainrule.engine.ops.scratch import LARGEST, scratch


def test_the_same_memory_comes_again_in_any_shape_and_type() -> None:
    first = scratch(90, (6, 4), host.float32)
    first[...] = 1.0
    again = scratch(90, (6, 4), host.float32)
    other = scratch(90, (3,), host.float64)
    assert again is first
    assert other.shape == (3,)
    assert other.dtype == host.float64
    assert host.shares_memory(first, other)
    assert scratch(90, (6, 4), host.float32).shape == (6, 4)
    assert not host.shares_memory(first, scratch(91, (6, 4), host.float32))
    larger = scratch(90, (100, 100), host.float32)
    assert larger.flags.c_contiguous
    assert larger.flags.writeable


def test_threads_do_not_share_it() -> None:
    mine = scratch(92, (8,), host.float32)
    theirs: list[object] = []
    thread = threading.Thread(target=lambda: theirs.append(scratch(92, (8,), host.float32)))
    thread.start()
    thread.join()
    assert not host.shares_memory(mine, theirs[0])


def test_what_is_large_is_not_kept() -> None:
    size = LARGEST // 4 + 1
    assert not host.shares_memory(scratch(93, (size,), host.float32), scratch(93, (size,), host.float32))
