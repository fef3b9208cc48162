from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainrule.protocol.model import Unit
from chainrule.timeline.stops import Position, back, forward, stops_in
from chainrule.trace import Layout

T = TypeVar("T")
UNITS: tuple[Unit, ...] = ("step", "phase", "iteration", "epoch")
LAYOUTS = st.lists(
    st.builds(Layout, st.integers(2, 4), st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=7
)


def result(work: Generator[None, None, T]) -> T:
    while True:
        try:
            next(work)
        except StopIteration as stop:
            found: T = stop.value
            return found


def all_stops(layouts: list[Layout], unit: Unit, per_epoch: int) -> list[Position]:
    """By the words of the definition."""
    found = {Position(0, 0)}
    for i, layout in enumerate(layouts):
        if unit == "step":
            found |= {Position(i, s) for s in range(layout.total)}
        elif unit == "phase":
            at = -1
            for size in layout:
                at += size
                if size:
                    found.add(Position(i, at))
        elif unit == "iteration" or i % per_epoch == per_epoch - 1:
            found.add(Position(i, layout.total - 1))
    return sorted(found)


@given(LAYOUTS, st.sampled_from(UNITS), st.integers(1, 3), st.integers(1, 20), st.data())
def test_the_nth_stop_after_and_before(
    layouts: list[Layout], unit: Unit, per_epoch: int, count: int, data: Any
) -> None:
    iteration = data.draw(st.integers(0, len(layouts) - 1))
    here = Position(iteration, data.draw(st.integers(0, layouts[iteration].total - 1)))
    stops = all_stops(layouts, unit, per_epoch)

    def layout(at: int) -> Generator[None, None, Layout]:
        yield
        return layouts[at]

    after = [stop for stop in stops if stop > here]
    last = Position(len(layouts) - 1, layouts[-1].total - 1)
    found = result(forward(here, unit, count, per_epoch, len(layouts), layout))
    assert found == ((after[count - 1], False) if len(after) >= count else (last, True))

    before = [stop for stop in stops if stop < here]
    found = result(back(here, unit, count, per_epoch, layouts.__getitem__))
    assert found == ((before[-count], False) if len(before) >= count else (Position(0, 0), True))


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("step", list(range(10))), ("phase", [0, 4, 8, 9]), ("iteration", [0, 9]), ("epoch", [0, 9])],
)
def test_the_stops_of_one_weight(unit: Unit, expected: list[int]) -> None:
    assert list(stops_in(Layout(5, 4, 1), unit, 0, 1)) == expected


def test_later_iterations_have_no_stop_at_their_beginning() -> None:
    assert list(stops_in(Layout(5, 4, 1), "phase", 3, 1)) == [4, 8, 9]
    assert list(stops_in(Layout(5, 4, 1), "epoch", 3, 3)) == []
