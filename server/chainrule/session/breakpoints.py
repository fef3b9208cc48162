"""Conditions that stop playing and long steps."""

from __future__ import annotations

from chainrule.engine.backend import host
from chainrule.errors import Refusal
from chainrule.protocol.model import Breakpoint, Condition, GradCondition, NonFiniteCondition, StepCondition
from chainrule.session.view import non_finite_steps
from chainrule.trace import Record


def first_hit(
    breakpoints: list[Breakpoint], record: Record, after: int, before: int
) -> tuple[int, Breakpoint] | None:
    """The first step after ``after`` and before ``before`` at which a condition holds, and whose it is."""
    found: tuple[int, Breakpoint] | None = None
    for candidate in breakpoints:
        step = _first(candidate.condition, record, after, before if found is None else found[0])
        if step is not None:
            found = step, candidate
    return found


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


def _first(condition: Condition, record: Record, after: int, before: int) -> int | None:
    if isinstance(condition, StepCondition):
        return _first_step(condition, record, after, before)
    if isinstance(condition, NonFiniteCondition):
        steps = non_finite_steps(record)
        # A parameter that was not finite from the start has stopped somebody before.
        if steps and max(after, 0) < steps[0][0] < before:
            return steps[0][0]
        return None
    return _first_grad(condition, record, after, before)


def _first_step(condition: StepCondition, record: Record, after: int, before: int) -> int | None:
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
            return step
    return None


def _first_grad(condition: GradCondition, record: Record, after: int, before: int) -> int | None:
    try:
        node = record.find(condition.name)
    except Refusal:
        return None
    arrivals = record.arrivals.get(node.index)
    if arrivals is None:
        return None
    near = [k for k, step in enumerate(arrivals.steps) if after < step < before]
    totals = node.backend.to_host([arrivals.contributions[k].total for k in near])
    for k, total in zip(near, totals, strict=True):
        exact = total.astype(host.float64)
        with host.errstate(all="ignore"):
            norm = float(host.sqrt((exact * exact).sum()))
        if norm < condition.threshold if condition.relation == "<" else norm > condition.threshold:
            return arrivals.steps[k]
    return None
