"""Lessons run without a session: their records, and their PyTorch listings."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from chainrule.engine.backend import Backend, get_backend
from chainrule.language.listing import LOOP
from chainrule.lessons import LESSONS
from chainrule.protocol.model import Beat
from chainrule.trace import Record, Regime, StepRef, initial_carry, run_iteration

PRESETS = [(slug, preset.id, preset.config) for slug, lesson in LESSONS.items() for preset in lesson.presets]
"""Every preset of every lesson: slug, preset, configuration."""
NAMES = [f"{slug}:{preset}" for slug, preset, _ in PRESETS]


def regime(slug: str, backend: Backend | None = None, seed: int = 7, **config: Any) -> Regime:
    """What iterations of a lesson run with."""
    lesson, backend = LESSONS[slug], backend or get_backend()
    settings = lesson.Config.model_validate(config)
    model = lesson.build(settings, seed, backend, settings.dtype)
    return Regime(settings, model, model.optimizer(), backend, settings.dtype)


def records(slug: str, count: int, **config: Any) -> Iterator[Record]:
    """The first iterations of a lesson."""
    carry = initial_carry(regime(slug, **config))
    for iteration in range(count):
        record = run_iteration(carry, iteration)
        carry = record.end
        yield record


def record_of(slug: str, iteration: int = 0, **config: Any) -> Record:
    """One iteration of a lesson."""
    *_, last = records(slug, iteration + 1, **config)
    return last


def code_record(code: str, iteration: int = 0, **config: Any) -> Record:
    """One iteration of typed code."""
    return record_of("circuit", iteration, preset="custom", code=code, **config)


def last_step(record: Record) -> int:
    """The iteration's last step."""
    return record.layout.total - 1


def value(record: Record, name: str, step: int | None = None) -> float:
    """A node's value, at the end of the iteration or after a step."""
    array = record.value_at(record.find(name), last_step(record) if step is None else step)
    assert array is not None
    return float(array)


def grad(record: Record, name: str, step: int | None = None) -> float | None:
    """A node's gradient, at the end of the iteration or after a step."""
    array = record.grad_at(record.find(name), last_step(record) if step is None else step)
    return None if array is None else float(array)


def anchored(record: Record, beat: Beat) -> StepRef:
    """The step that a beat's anchor means; fails if there is none."""
    anchor = beat.anchor
    assert anchor is not None
    node = None if anchor.node is None else record.find(anchor.node)
    for step in record.steps():
        contribution = step.contribution
        if step.kind != anchor.kind:
            continue
        if anchor.argument is not None:
            if contribution is not None and step.node is node and contribution.argument == anchor.argument:
                return step
        elif node is None or step.node is node or (contribution is not None and contribution.target is node):
            return step
    raise AssertionError(f"the anchor of beat {beat.id} is nowhere")


ITERATIONS = 20
"""How often the loop of a listing is run, which has no end of its own."""


def run_listing(code: str, torch: Any) -> dict[str, Any]:
    """Run a listing with a module in the place of PyTorch; the variables that it leaves behind."""
    variables: dict[str, Any] = {}
    code = code.replace(f"\n{LOOP}\n", f"\nfor iteration in range({ITERATIONS}):\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "torch", torch)
        exec(compile(code, "<listing>", "exec"), variables)
    return variables


def listing_text(slug: str, **config: Any) -> str:
    """A lesson's listing as one text."""
    return "\n".join(line.code for line in regime(slug, **config).model.listing)
