"""What is at hand of a timeline: how much of it, what it takes in memory, and that it is what was computed."""

from __future__ import annotations

import gc
import tracemalloc
from itertools import pairwise
from typing import Any

import pytest

from chainrule.engine.backend import host
from chainrule.limits import Limits
from chainrule.timeline import Line, Timeline
from chainrule.timeline.records import KEPT, NEAR
from chainrule.trace import Record, Regime, initial_carry, run_iteration
from support.lesson_runs import regime
from support.records import agree

SMALL: dict[str, Any] = {"hidden": [4, 2], "batch_size": 10}


def trained(here: Regime, iterations: int, limits: Limits | None = None) -> tuple[Timeline, Line]:
    """A timeline all of whose iterations were asked for, one after another."""
    timeline = Timeline(limits or Limits())
    line = timeline.root(here, "start", [])
    for iteration in range(1, iterations):
        reach(timeline, line, iteration)
    return timeline, line


def reach(timeline: Timeline, line: Line, iteration: int) -> Record:
    work = timeline.reach(line, iteration)
    while True:
        try:
            next(work)
        except StopIteration as stop:
            record: Record = stop.value
            return record


def traced(here: Regime, iterations: int) -> list[Record]:
    found: list[Record] = []
    for iteration in range(iterations):
        start = found[-1].end if found else initial_carry(here)
        found.append(run_iteration(start, iteration, trace=True))
    return found


def arrays(record: Record) -> int:
    """Bytes of the values, contributions, gradients and updated parameters of an iteration; those of two arrays count once."""
    found = [node.value for node in record.nodes if node.op is not None] + [*record.end.values.values()]
    for c in record.contributions:
        found += [c.value, c.total]
    bounds = sorted(map(host.lib.array_utils.byte_bounds, found))
    ends = [0, *(max(end for _, end in bounds[: k + 1]) for k in range(len(bounds)))]
    return sum(max(0, end - max(begin, passed)) for (begin, end), passed in zip(bounds, ends, strict=False))


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_iterations_at_hand_take_hardly_more_than_their_arrays(optimizer: str) -> None:
    here = regime("playground", optimizer=optimizer, **SMALL)
    trained(here, 5)
    gc.collect()
    tracemalloc.start()
    timeline, line = trained(here, 90)
    count, said = len(timeline.records.held(line.id)), timeline.records.nbytes
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    timeline.evict()
    gc.collect()
    taken = before - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert count >= KEPT
    record = reach(timeline, line, 89)
    each = arrays(record)
    for slot in record.end.slots.values():
        each += sum(array.nbytes for array in slot.state.values())
    # Neither is the last iteration's end given back, from which the next one starts, nor do keyframes hold rows.
    assert 0.95 * count * each <= taken <= 1.15 * count * each
    assert 0.9 * taken <= said <= 1.2 * taken


@pytest.mark.parametrize("slug", ["one-weight", "circuit", "playground", "map-and-hiker"])
def test_what_is_at_hand_is_what_was_computed(slug: str) -> None:
    here = regime(slug, **(SMALL if slug == "playground" else {}))
    timeline, line = trained(here, 100)
    expected = traced(here, 100)
    held = sorted(timeline.records.held(line.id))
    assert len(held) >= KEPT
    for iteration in held:
        record = timeline.peek(line, iteration)
        assert record is not None
        assert timeline.peek(line, iteration) is record, "who looks again sees the same one"
        agree(record, expected[iteration])
    for iteration in (3, 60, 20, 99):
        agree(reach(timeline, line, iteration), expected[iteration])


def test_a_record_that_was_looked_at_stays_as_it_is() -> None:
    timeline, line = trained(regime("playground", **SMALL), 40)
    record = reach(timeline, line, 40)
    assert record.nodes
    unseen = reach(timeline, line, 41)
    reach(timeline, line, 42)
    reach(timeline, line, 43)
    assert timeline.peek(line, 40) is record
    assert timeline.peek(line, 41) is not unseen


def test_branches_and_what_is_undone_leave_nothing_behind() -> None:
    here = regime("playground", optimizer="adam", **SMALL)
    timeline, line = trained(here, 40)
    expected = traced(here, 60)
    ended = reach(timeline, line, 24).end
    fork = timeline.reconfigured(line, 25, "configure", ended, None, [])
    for iteration in (25, 30, 45):
        agree(reach(timeline, fork, iteration), expected[iteration])
    other = timeline.split(line, 30, reach(timeline, line, 29).end, "undo")
    assert other is not None
    assert max(timeline.records.held(line.id)) == 29
    for iteration in (29, 30, 59, 10):
        agree(reach(timeline, line, iteration), expected[iteration])
        agree(reach(timeline, other, iteration), expected[iteration])
        agree(reach(timeline, fork, iteration), expected[iteration])
    timeline.remove(fork)
    assert not timeline.records.held(fork.id)


@pytest.mark.parametrize("batch_size", [149, 80, 60, 16])
def test_the_last_batch_of_an_epoch_may_be_smaller(batch_size: int) -> None:
    here = regime("playground", hidden=[4, 2], batch_size=batch_size)
    timeline, line = trained(here, 100)
    expected = traced(here, 100)
    held = timeline.records.held(line.id)
    assert held >= {*range(99 - NEAR, 100)}
    for iteration in sorted(held, reverse=True):
        agree(reach(timeline, line, iteration), expected[iteration])


@pytest.mark.parametrize("most", [1, 5_000, 40_000, 200_000])
def test_the_budget_holds(most: int) -> None:
    here = regime("playground", optimizer="adam", **SMALL)
    timeline, line = trained(here, 50, Limits(record_bytes=most))
    two = sum(reach(timeline, line, at).nbytes for at in (48, 49))
    for iteration in (49, 48, 3, 47, 20, 21, 49):
        reach(timeline, line, iteration)
        assert timeline.records.nbytes <= max(most, 1.1 * two)
    assert len(timeline.records.held(line.id)) >= 2


def test_of_iterations_in_between_only_the_last_ones_are_at_hand() -> None:
    here = regime("playground", hidden=[64, 64], batch_size=50)
    timeline, line = trained(here, 80)
    held = sorted(timeline.records.held(line.id))
    assert held[-1] == 79
    assert NEAR <= len(held) < KEPT, "they take more than a cache has, and no time to be computed again"
    assert all(b == a + 1 for a, b in pairwise(held[1:]))
    record: Any = timeline.peek(line, held[-2])
    agree(record, run_iteration(record.start, held[-2], trace=True))
