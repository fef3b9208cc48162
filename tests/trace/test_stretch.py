"""Iterations in rows: a record that is made anew is the one that was made first, to the last bit."""

from __future__ import annotations

from typing import Any

import pytest

from chainrule.trace import Record, Regime, initial_carry, run_iteration
from chainrule.trace.stretch import Stretch, stretch
from support.lesson_runs import regime
from support.records import agree, same


def run(here: Regime, count: int) -> list[Record]:
    found: list[Record] = []
    for iteration in range(count):
        found.append(run_iteration(found[-1].end if found else initial_carry(here), iteration))
    return found


def begun(records: list[Record], rows: int) -> Stretch:
    """A stretch of all records from the first one that a stretch can begin with."""
    for k, record in enumerate(records):
        found = stretch(record, rows, 1 << 20)
        if found is not None:
            assert k < 5
            assert all(found.add(later) for later in records[k + 1 :])
            return found
    raise AssertionError("no stretch")


def playground(**config: Any) -> Regime:
    return regime("playground", hidden=[3, 2], batch_size=4, **config)


def started_alike(a: Record, b: Record) -> None:
    for part in ("values", "grads"):
        mine, theirs = getattr(a.start, part), getattr(b.start, part)
        assert mine.keys() == theirs.keys()
        for name in mine:
            same(mine[name], theirs[name])
    assert {name: slot.updates for name, slot in a.start.slots.items()} == {
        name: slot.updates for name, slot in b.start.slots.items()
    }


@pytest.mark.parametrize("rows", [4, 7, 100])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_every_record_can_be_made_again(optimizer: str, rows: int) -> None:
    records = run(playground(optimizer=optimizer, dropout=0.25), 20)
    found = begun(records, rows)
    assert found.last == 19
    # One row of a full stretch only tells the next one what it started with.
    assert found.first == 20 - rows + 1 if rows < 10 else found.first < 5
    for iteration in range(found.first, 20):
        again = found.record(iteration)
        agree(again, records[iteration])
        started_alike(again, records[iteration])


def test_what_is_not_the_next_iteration_is_refused() -> None:
    records = run(playground(), 12)
    found = begun(records[:8], 100)
    assert not found.add(records[9])
    assert not found.add(run_iteration(records[7].end, 8, trace=True))
    other = regime("playground", hidden=[3], batch_size=4)
    assert not found.add(run(other, 9)[-1])
    assert found.last == 7
    assert found.add(records[8])


@pytest.mark.parametrize("rows", [4, 100])
def test_what_is_cut_off_is_forgotten_and_may_come_again(rows: int) -> None:
    records = run(playground(optimizer="adam"), 16)
    found = begun(records[:12], rows)
    first = found.first
    found.cut(10)
    assert (found.first, found.last) == (first, 9)
    agree(found.record(9), records[9])
    end = found.record(9).end
    for iteration in range(10, 16):
        record = run_iteration(end, iteration)
        assert found.add(record)
        end = record.end
    for iteration in range(found.first, 16):
        agree(found.record(iteration), records[iteration])


def test_a_row_is_not_changed_by_who_has_a_record_of_it() -> None:
    records = run(playground(), 10)
    found = begun(records, 100)
    once = found.record(8)
    for name in once.end.values:
        once.end.values[name][...] = 0.0
    once.nodes[-1].value[...] = 0.0
    agree(found.record(8), records[8])


def test_large_iterations_and_few_rows_make_no_stretch() -> None:
    large = run(regime("playground", hidden=[16, 16], batch_size=50), 6)
    assert all(stretch(record, 100, 1 << 30) is None for record in large)
    small = run(playground(), 6)
    assert stretch(small[-1], 100, 1 << 20) is not None
    assert stretch(small[-1], 100, 2000) is None
    assert stretch(run(playground(optimizer="adam"), 1)[0], 100, 1 << 20) is None
