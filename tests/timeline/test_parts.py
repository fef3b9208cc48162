"""Iterations that take long are left and gone on with: they give the same bits, whatever happens meanwhile."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

from chainrule.detection.precision import through
from chainrule.limits import Limits
from chainrule.protocol import CLIENT_MESSAGE
from chainrule.timeline import store
from chainrule.timeline.branch import measured, measured_in_parts
from chainrule.trace import Carry, Record, initial_carry, run_in_parts, run_iteration
from support.lesson_runs import regime
from support.sessions import make, send

SLOW = ("detection", "convolution", "next-token", "playground")


def after(record: Record) -> dict[str, Any]:
    return {name: np.asarray(value) for name, value in record.end.values.items()}


@pytest.mark.parametrize("keep", [True, False])
@pytest.mark.parametrize("slug", SLOW)
def test_an_iteration_in_parts_gives_the_same_bits(slug: str, keep: bool) -> None:
    config: dict[str, Any] = {"scenes": 16} if slug == "detection" else {}
    whole = parts = initial_carry(regime(slug, **config))
    pauses = []
    for iteration in range(3):
        expected = run_iteration(whole, iteration)
        whole = expected.end
        work = run_in_parts(parts, iteration, keep=keep, seconds=0.0)
        count = 0
        while True:
            try:
                next(work)
            except StopIteration as stop:
                record: Record = stop.value
                break
            count += 1
            # Others compute meanwhile, with the same plan.
            if count == 3:
                run_iteration(parts, iteration)
        pauses.append(count)
        parts = record.end
        assert record.computed.number == expected.computed.number
        for name, value in after(expected).items():
            np.testing.assert_array_equal(after(record)[name], value)
        for got, wanted in zip(record.contributions, expected.contributions, strict=True):
            np.testing.assert_array_equal(np.asarray(got.value), np.asarray(wanted.value))
    sheet = slug == "playground"
    assert pauses[-1] == 0 if sheet else pauses[-1] > 10, "a sheet is not left in the middle"


def test_what_is_measured_in_parts_is_the_same() -> None:
    record = run_iteration(initial_carry(regime("detection", scenes=16)), 0)
    work = measured_in_parts(record)
    assert through(work) == measured(record)
    assert len(list(measured_in_parts(record))) > 10


def test_an_iteration_that_was_left_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "takes_long", lambda _regime: True)
    begun: list[int] = []
    whole = store._whole

    def noted(start: Carry, at: int, most: int, keep: bool) -> Any:
        begun.append(at)
        return whole(start, at, most, keep)

    monkeypatch.setattr(store, "_whole", noted)
    monkeypatch.setattr(store, "run_in_parts", partial(run_in_parts, seconds=0.0))
    session = make("convolution")
    send(session, "step", unit="iteration", count=3)
    timeline, line = session.core.timeline, session.core.line
    begun.clear()
    tip = line.tip
    rounds = 0
    while line.tip == tip:
        # Each one gives up after a pause, as playing does whenever something is asked.
        work = timeline.extend(line, tip + 1)
        next(work, None)
        work.close()
        assert not timeline.midway
        rounds += 1
    assert rounds > 1
    assert begun == [tip + 1]


def test_a_change_of_what_it_starts_from_begins_it_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "takes_long", lambda _regime: True)
    sessions = [make("convolution"), make("convolution")]
    for session in sessions:
        send(session, "step", unit="iteration", count=3)
    left, straight = sessions
    line = left.core.line
    work = left.core.timeline.extend(line, line.tip + 1)
    next(work)
    work.close()
    for session in sessions:
        send(session, "configure", config={"lr": 0.5})
        send(session, "step", unit="iteration", count=3)
    a, b = (session.core.record.end.values for session in (left, straight))
    for name, value in b.items():
        np.testing.assert_array_equal(np.asarray(a[name]), np.asarray(value))


def test_progress_counts_iterations_and_not_their_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "takes_long", lambda _regime: True)
    monkeypatch.setattr(store, "run_in_parts", partial(run_in_parts, seconds=0.0))
    session = make("convolution", Limits(answer_seconds=0.0))
    send(session, "step", unit="iteration", count=2)
    session.handle(CLIENT_MESSAGE.validate_python({"type": "step", "unit": "iteration", "count": 4}))
    seen, parts = [], 0
    while session.job is not None:
        seen.append(session.job.done)
        parts += session.core.timeline.midway
        session.advance(0.0)
    assert parts > len(set(seen))
    assert max(seen) in (3, 4)
