"""Conditions that stop playing and long steps."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import pairwise
from typing import NamedTuple, assert_never
from weakref import WeakKeyDictionary

from chainrule.engine.backend import host
from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.protocol.model import (
    Because,
    Breakpoint,
    Condition,
    DeadCondition,
    GradCondition,
    MetricCondition,
    NonFiniteCondition,
    RisingCondition,
    StalledCondition,
    StepCondition,
)
from chainrule.protocol.numbers import to_json
from chainrule.session.documents import columns
from chainrule.session.progress import standstill
from chainrule.session.units import Unit, dead_units
from chainrule.session.view import non_finite_steps
from chainrule.timeline import Line, Timeline
from chainrule.timeline.branch import measured, watched
from chainrule.trace import Record


class Past(NamedTuple):
    """What conditions compare an iteration with."""

    timeline: Timeline
    line: Line

    def before(self, record: Record) -> Generator[None, None, Record | None]:
        """The iteration before; None before the first."""
        if record.iteration == 0:
            return None
        return (yield from self.timeline.reach(self.line, record.iteration - 1))

    def losses(self, first: int, end: int) -> list[float | None]:
        """The losses of the iterations ``first`` … ``end`` − 1."""
        return columns(self.line, first, end)["loss"]


class Hit(NamedTuple):
    """A step at which a condition holds, and the numbers that say so."""

    step: int
    because: Because


Looking = Generator[None, None, Hit | None]
"""A search under way: pauses where an iteration has to be computed again."""


def first_hit(
    breakpoints: Sequence[Breakpoint], record: Record, after: int, before: int, past: Past
) -> Generator[None, None, tuple[Hit, Breakpoint] | None]:
    """The first step after ``after`` and before ``before`` at which a condition holds, and whose it is."""
    found: tuple[Hit, Breakpoint] | None = None
    for candidate in breakpoints:
        if candidate.on:
            end = before if found is None else found[0].step
            hit = yield from _first(candidate.condition, record, after, end, past)
            if hit is not None and after < hit.step < end:
                found = hit, candidate
    return found


def _first(condition: Condition, record: Record, after: int, before: int, past: Past) -> Looking:
    match condition:
        case StepCondition():
            return _first_step(condition, record, after, before)
        case NonFiniteCondition():
            steps = non_finite_steps(record)
            # A parameter that was not finite from the start has stopped somebody before.
            if steps and steps[0][0] > 0:
                step, place = steps[0]
                return Hit(step, not_finite(record, step, record.nodes[place]))
            return None
        case GradCondition():
            return _first_grad(condition, record, after, before)
        case MetricCondition():
            return (yield from _metric(condition, record, past))
        case RisingCondition():
            return _rising(condition, record, past)
        case StalledCondition():
            return _stalled(condition, record, past)
        case DeadCondition():
            return _dead(record)
        case _:
            assert_never(condition)


def because(record: Record, reason: str, **params: float | str) -> Because:
    """Why a step of an iteration is where one stops."""
    told = {"iteration": record.iteration, **{name: to_json(value) for name, value in params.items()}}
    return Because.model_validate({"reason": reason, "params": told})


# -- steps


def _first_step(condition: StepCondition, record: Record, after: int, before: int) -> Hit | None:
    node = None
    if condition.node is not None:
        try:
            node = record.find(condition.node)
        except Refusal:
            return None
    for step in range(after + 1, min(before, record.layout.total)):
        ref = record.step(step)
        if condition.step_kind is not None and ref.kind != condition.step_kind:
            continue
        receives = ref.contribution is not None and ref.contribution.target is node
        if node is None or ref.node is node or receives:
            at = node if node is not None else ref.node
            return Hit(
                step,
                because(record, "step", kind=ref.kind, **({} if at is None else {"node": str(at.name)})),
            )
    return None


# -- numbers that are not finite


def troubled(record: Record) -> bool:
    """Whether the loss, a leaf's gradient or a parameter of an iteration is not finite.

    Training stands on these; an infinity that an op takes away again (a mask) harms nobody.
    """
    return not record.finite


def first_trouble(record: Record, after: int, before: int) -> int | None:
    """The step of a troubled iteration at which the loss, a gradient or a parameter is first not finite."""
    backend, layout = record.end.regime.backend, record.layout
    totals = [one.total for one in record.contributions]
    values = [change.value for change in record.updates]
    steps = [record.value_step(record.root), *range(layout.forward, layout.total)]
    answers = backend.finite([record.loss, *totals, *values])
    found = [at for at, finite in zip(steps, answers, strict=True) if not finite]
    step = min(found, default=None)
    return step if step is not None and after < step < before else None


def not_finite(record: Record, step: int, node: Node | None = None) -> Because:
    """Which number of a node begins to be NaN or infinite at a step: its value, or what is added to its gradient."""
    ref = record.step(step)
    if node is None:
        node = ref.node if ref.contribution is None else ref.contribution.target
    of = "grad" if ref.phase == "backward" else "value"
    return because(record, "non_finite", of=of, **({} if node is None else {"node": str(node.name)}))


# -- gradients


def _first_grad(condition: GradCondition, record: Record, after: int, before: int) -> Hit | None:
    complete = []
    for node in _asked(condition, record):
        arrivals = record.arrivals.get(node.index)
        if arrivals is not None and after < arrivals.steps[-1] < before:
            complete.append((arrivals.steps[-1], node, arrivals.contributions[-1].total))
    complete.sort(key=lambda one: one[0])
    totals = record.start.regime.backend.to_host([total for _, _, total in complete])
    for (step, node, _), total in zip(complete, totals, strict=True):
        exact = total.astype(host.float64)
        with host.errstate(all="ignore"):
            norm = float(host.sqrt((exact * exact).sum()))
        if _beyond(norm, condition):
            reason = "grad_below" if condition.relation == "<" else "grad_above"
            return Hit(
                step,
                because(record, reason, node=str(node.name), value=norm, threshold=condition.threshold),
            )
    return None


def _asked(condition: GradCondition, record: Record) -> list[Node]:
    if condition.name is None:
        return [node for node in record.nodes if node.kind == "parameter" and node.requires_grad]
    try:
        return [record.find(condition.name)]
    except Refusal:
        return []


def _beyond(number: float, condition: GradCondition | MetricCondition) -> bool:
    return number < condition.threshold if condition.relation == "<" else number > condition.threshold


# -- metrics


def metric(record: Record, name: str) -> float | None:
    """A metric of an iteration, measured if need be; None where the lesson has no such one."""
    own = record.loss if name == "loss" else watched(record).get(name)
    if own is not None:
        return record.start.regime.backend.numbers([own])[0]
    return measured(record, always=True).get(name)


def metric_names(record: Record) -> list[str]:
    """The metrics of an iteration."""
    return ["loss", *watched(record), *measured(record, always=True)]


def _metric(condition: MetricCondition, record: Record, past: Past) -> Looking:
    number = metric(record, condition.metric)
    if number is None or not _beyond(number, condition):
        return None
    earlier = yield from past.before(record)
    if earlier is not None:
        was = metric(earlier, condition.metric)
        if was is not None and _beyond(was, condition):
            return None
    reason = "metric_below" if condition.relation == "<" else "metric_above"
    told = because(record, reason, metric=condition.metric, value=number, threshold=condition.threshold)
    return Hit(_measured_at(record, condition.metric), told)


def _measured_at(record: Record, metric: str) -> int:
    """The step at which a metric is known."""
    if metric == "loss":
        return record.value_step(record.root)
    # The others are those of the parameters that the iteration begins with. One stands on the first step already.
    return 0 if record.iteration else 1


def _rising(condition: RisingCondition, record: Record, past: Past) -> Hit | None:
    count, end = condition.iterations, record.iteration + 1
    first = end - count - 1
    if first < 0:
        return None
    losses = past.losses(max(0, first - 1), end)
    rises = [
        before is not None and after is not None and before < after for before, after in pairwise(losses)
    ]
    # One more before that: it stops once, however long the rise goes on.
    if not all(rises[-count:]) or (len(rises) > count and rises[0]):
        return None
    begin, last = losses[-count - 1], losses[-1]
    assert begin is not None and last is not None
    told = because(record, "rising", iterations=count, first=begin, value=last)
    return Hit(record.value_step(record.root), told)


def _stalled(condition: StalledCondition, record: Record, past: Past) -> Hit | None:
    name, at = condition.metric, record.iteration
    found = standstill(past.line, name, condition.margin, condition.iterations, at)
    if found is None:
        return None
    told = because(record, "stalled", metric=name, iterations=found.iterations, best=found.best)
    return Hit(_measured_at(record, name), told)


# -- units


_died: WeakKeyDictionary[Record, list[Unit]] = WeakKeyDictionary()


def died(record: Record) -> list[Unit]:
    """The units that are dead with the parameters that an iteration ends with, and were not with those before."""
    found = _died.get(record)
    if found is None:
        found = dead_units(record.end.regime, record.end.values)
        # In the first iteration those that were dead from the start have not been told yet.
        if found and record.iteration:
            were = dead_units(record.start.regime, record.start.values)
            found = [unit for unit in found if unit not in were]
        _died[record] = found
    return found


def _dead(record: Record) -> Hit | None:
    units = died(record)
    if not units:
        return None
    told = because(record, "dead", node=units[0].node, unit=units[0].place, count=len(units))
    return Hit(record.layout.total - 1, told)
