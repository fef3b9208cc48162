"""The page about lessons: its example is a lesson, and its modules are there."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from chainrule.lessons import LESSONS
from chainrule.lessons.lesson import Lesson
from chainrule.session import Session
from support.sessions import send

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")


@pytest.fixture
def lesson(monkeypatch: pytest.MonkeyPatch) -> Lesson[Any]:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    module = ModuleType("line")
    # Where pydantic looks annotations up.
    monkeypatch.setitem(sys.modules, "line", module)
    exec(compile(code, "docs/lessons.md", "exec"), module.__dict__)
    made: Lesson[Any] = module.__dict__["LESSON"]
    monkeypatch.setitem(LESSONS, made.slug, made)
    return made


def test_the_example_is_a_lesson_that_learns(lesson: Lesson[Any]) -> None:
    assert lesson.order == sum(not slug.startswith("test-") for slug in LESSONS)
    session = Session("line")
    send(session, "step", unit="phase", count=2)
    parameters = session.info().parameters
    # (1/3) Σ 2 (y − target) x, and the same without x, where y is 0.
    assert parameters["a"].grad == pytest.approx(-2 / 3 * (1 * 3 + 2 * 5))
    assert parameters["b"].grad == pytest.approx(-2 / 3 * (1 + 3 + 5))
    send(session, "seek", iteration=300)
    values = session.info().parameters
    assert values["a"].value == pytest.approx(2.0, abs=1e-3)
    assert values["b"].value == pytest.approx(1.0, abs=1e-3)


def test_each_node_of_the_example_has_its_line(lesson: Lesson[Any]) -> None:
    graph = Session("line").graph()
    code = {line.number: line.code.strip() for line in graph.listing}
    lines = [(step.kind, code[step.line]) for step in graph.steps if step.line is not None]
    assert len(lines) == len(graph.steps)
    forward = [line for kind, line in lines if kind == "forward"]
    # What is not called anything is on its way to the loss.
    loss = "loss = ((y - target) ** 2).mean()"
    assert forward == ["s = a * x", "y = s + b", loss, loss, loss]
    assert {line for kind, line in lines if kind == "update"} == {"optimizer.step()"}


def test_presets_do_what_they_say(lesson: Lesson[Any]) -> None:
    for preset in lesson.presets:
        session = Session("line", preset.config)
        send(session, "step", unit="iteration", count=50)
        loss = session.info().metrics["loss"]
        assert isinstance(loss, float)
        assert (loss < 0.1) == preset.works


def test_its_modules_are_all_that_lessons_share() -> None:
    lessons = ROOT / "server" / "chainrule" / "lessons"
    shared = {
        path.name
        for path in lessons.glob("*.py")
        if path.stem != "__init__" and path.stem.replace("_", "-") not in LESSONS
    }
    table = "\n".join(line for line in PAGE.splitlines() if line.startswith("| `"))
    assert {Path(name).name for name in re.findall(r"`([\w/]+\.py)`", table)} == shared
