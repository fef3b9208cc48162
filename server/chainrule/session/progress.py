"""Whether a metric still gets better: its best so far, and since when nothing has beaten it."""

from __future__ import annotations

from typing import Literal, NamedTuple
from weakref import WeakKeyDictionary

from chainrule.session.documents import columns
from chainrule.timeline import Line


class Standstill(NamedTuple):
    """A metric has not got better for some iterations."""

    best: float
    iterations: int


class _Seen(NamedTuple):
    """What the iterations up to one say. ``held``: the last that was measured."""

    cuts: int
    iteration: int
    best: float | None
    since: int
    held: int
    answer: Standstill | None


# Branches only grow, or are cut: each iteration is looked at once.
_seen: WeakKeyDictionary[Line, dict[tuple[str, float, int], _Seen]] = WeakKeyDictionary()


def better(metric: str) -> Literal["<", ">"] | None:
    """Which way a metric gets better; None where it has no such way (a watched leaf)."""
    if metric.endswith("loss"):
        return "<"
    return ">" if "accuracy" in metric or "map50" in metric else None


def standstill(line: Line, metric: str, margin: float, iterations: int, at: int) -> Standstill | None:
    """Whether a metric has, at iteration ``at``, not got better for ``iterations`` iterations, or twice as many, ….

    Better is what beats the best so far by more than ``margin``, a share of it. What is measured in some iterations
    only is looked at in those. A number that is not finite is no better than any.
    """
    known, asked = _seen.setdefault(line, {}), (metric, margin, iterations)
    cuts = sum(len(one.cuts) for one in line.lineage())
    seen = known.get(asked)
    if seen is None or seen.cuts != cuts or seen.iteration > at:
        seen = _Seen(cuts, -1, None, 0, 0, None)
    if seen.iteration < at:
        seen = known[asked] = _further(
            seen, columns(line, seen.iteration + 1, at + 1).get(metric, []), at, asked
        )
    return seen.answer


def _further(seen: _Seen, numbers: list[float | None], at: int, asked: tuple[str, float, int]) -> _Seen:
    metric, margin, iterations = asked
    cuts, first, best, since, held, _ = seen
    upwards = better(metric) == ">"
    answer = None
    for iteration, number in enumerate(numbers, first + 1):
        answer = None
        if number is None:
            continue
        enough = margin * abs(best or 0.0)
        if best is None or (number > best + enough if upwards else number < best - enough):
            best, since = number, iteration
        elif (iteration - since) // iterations > (max(held, since) - since) // iterations:
            answer = Standstill(best, iteration - since)
        held = iteration
    return _Seen(cuts, at, best, since, held, answer)
