"""A lesson as a recording that needs no server: all of its first steps or its beats, with the numbers behind them.

It is lines of JSON. The first says what was recorded, each other one is a message as a socket would get it, or
``{"asked": …, "answer": …}``: a question that a page may put at a place of the timeline, and its answer.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Generator, Iterator
from itertools import islice, product
from typing import Any

from pydantic import BaseModel

from chainrule.engine.backend import Backend
from chainrule.host import encode
from chainrule.host.problem import to_refusal
from chainrule.host.seam import Session, Viewer
from chainrule.lessons.lesson import find_lesson
from chainrule.protocol import ClientMessage, ServerMessage
from chainrule.protocol.client import ExplainCommand, SeekCommand, SubscribeCommand, SweepCommand
from chainrule.protocol.model import Beat, Graph, Source
from chainrule.protocol.server import ErrorMessage, Explanation, SweepResult

UNLIMITED = float("inf")
MOST_STEPS = 160
"""Up to this many steps all of them are recorded; of more, those at which the beats stand."""
MOST_ELEMENTS = 9
"""Of a tensor with more elements the first is explained."""
MOST_ASKED = 600
"""Numbers of a place that are explained."""
MOST_BYTES = 16_000_000
"""Bytes of explanations. Those of the first beats come first."""

BELOW, ABOVE = 5.0, 7.0
"""How far a curve goes to both sides of the parameter."""

Place = tuple[int, int]


def lines(lesson: str, config: dict[str, Any], seed: int, backend: str | Backend = "numpy") -> Iterator[str]:
    """The recording of a lesson, in one go.

    Raises
    ------
    Refusal
        Of the lesson, its configuration, or the way to one of its beats.
    """
    from chainrule.limits import Limits
    from chainrule.session.session import Session as Real

    made = Real(lesson, config, seed, limits=Limits(answer_seconds=60.0), backend=backend)
    return (line for line in lecture(made, UNLIMITED) if line is not None)


def lecture(session: Session, budget: float) -> Iterator[str | None]:
    """The recording made by a session that nobody else uses, opened or not.

    None after about ``budget`` seconds of work that has not come to a line: others may have their turn.

    Raises
    ------
    Refusal
        Of what made the session, or of the way to a beat.
    """
    while not session.open(budget):
        yield None
    told = session.info(brief=True)
    lesson = find_lesson(told.lesson).info()
    at = _At(session, session.viewer(), budget)
    subscribe = SubscribeCommand(
        type="subscribe", pictures=["units", "surface", "evaluation", "runs", "sample"]
    )
    yield from at.all(subscribe)
    yield from at.all(SeekCommand(type="seek", iteration=0))
    beats = [place for beat in lesson.beats if (place := place_of(beat, session.graph())) is not None]
    steps = len(session.graph().steps)
    head = {
        "lesson": lesson.model_dump(mode="json"),
        "config": session.info(brief=True).config,
        "seed": told.seed,
        "whole": is_whole(beats, steps),
    }
    yield json.dumps(head, ensure_ascii=False, separators=(",", ":"))
    left, curve = MOST_BYTES, lesson.plot
    for iteration, step in places(beats, steps):
        yield from at.all(SeekCommand(type="seek", iteration=iteration, step=step))
        # Each place by itself: nothing of it came with one before.
        at.viewer.anew()
        at.viewer.ack(session.revision)
        yield from at.viewer.ahead(session) or ()
        for message in at.viewer.pull(session):
            yield encode.text(message)
        if curve is not None:
            found = yield from _curve(at, curve)
            if found is not None:
                yield _answer("sweep", found)
                curve = None
        if (iteration, step) in beats and left > 0:
            for line in _explained(at, (iteration, step)):
                if line is not None:
                    left -= len(line)
                    if left < 0:
                        break
                yield line


class _At:
    """A session where it is, and a viewer of it; commands take as many slices as they need."""

    def __init__(self, session: Session, viewer: Viewer, budget: float) -> None:
        self.session = session
        self.viewer = viewer
        self._budget = budget

    def all(
        self, command: ClientMessage, *, refuse: bool = True
    ) -> Generator[None, None, list[ServerMessage]]:
        """The answers, however long they take."""
        found = list(self.session.handle(command, self.viewer))
        while self.session.busy:
            yield
            found.extend(self.session.advance(self._budget))
        for message in found:
            if refuse and isinstance(message, ErrorMessage):
                raise to_refusal(message)
        return found


def _answer(asked: str, answer: Explanation | SweepResult) -> str:
    told = encode.text(answer.model_copy(update={"id": None}))
    return f'{{"asked":{json.dumps(asked, ensure_ascii=False)},"answer":{told}}}'


def is_whole(beats: list[Place], steps: int) -> bool:
    """Whether all steps are recorded up to the end of the last beat's iteration; else the beats' alone."""
    return steps * (_last(beats) + 1) <= MOST_STEPS


def _last(beats: list[Place]) -> int:
    return max([1, *[iteration for iteration, _ in beats]])


def places(beats: list[Place], steps: int) -> list[Place]:
    """What is recorded, in the order of time."""
    if is_whole(beats, steps):
        return list(product(range(_last(beats) + 1), range(steps)))
    return sorted({(0, 0), *beats})


def place_of(beat: Beat, graph: Graph) -> Place | None:
    """Where a beat stands; None where the graph has no such step. As the page finds it."""
    anchor = beat.anchor
    if anchor is None:
        return None

    def named(index: int | None) -> bool:
        return index is not None and anchor.node in (graph.nodes[index].name, graph.nodes[index].label)

    for step in graph.steps:
        edge = None if step.edge is None else graph.edges[step.edge]
        if step.kind != anchor.kind:
            continue
        if anchor.argument is not None and (edge is None or edge.argument != anchor.argument):
            continue
        receives = anchor.argument is None and edge is not None and named(edge.source)
        if anchor.node is None or named(step.node) or receives:
            return anchor.iteration, step.index
    return None


def _explained(at: _At, place: Place) -> Iterator[str | None]:
    """What can be clicked, then what can be clicked in that."""
    waiting = deque(_numbers(at.session.graph()))
    asked: set[str] = set()
    while waiting and len(asked) < MOST_ASKED:
        source = waiting.popleft()
        there = source.place and [source.place.branch, source.place.iteration, source.place.step]
        of = [*place, source.name, source.what, source.index, source.argument, source.symbol, there]
        key = json.dumps(of, ensure_ascii=False, separators=(",", ":"))
        if key in asked:
            continue
        asked.add(key)
        command = ExplainCommand(type="explain", **source.model_dump(exclude={"place"}), place=source.place)
        for answer in (yield from at.all(command, refuse=False)):
            if isinstance(answer, Explanation):
                yield _answer(key, answer)
                waiting.extend(_sources(answer))


def _numbers(graph: Graph) -> Iterator[Source]:
    """Each node's value and gradient, and what it passes on."""
    for node in graph.nodes:
        few = islice(product(*[range(length) for length in node.shape]), MOST_ELEMENTS + 1)
        indices = [list(index) for index in few]
        for index in indices if len(indices) <= MOST_ELEMENTS else indices[:1]:
            yield Source(name=node.name, what="value", index=index)
            yield Source(name=node.name, what="grad", index=index)
    for edge in graph.edges:
        if not graph.nodes[edge.source].shape:
            consumer = graph.nodes[edge.target].name
            yield Source(name=consumer, what="contribution", index=[], argument=edge.argument)


def _sources(found: Any) -> Iterator[Source]:
    """All numbers that are named anywhere in an answer."""
    if isinstance(found, Source):
        yield found
    elif isinstance(found, BaseModel):
        for _, part in found:
            yield from _sources(part)
    elif isinstance(found, list):
        for part in found:
            yield from _sources(part)


def _curve(at: _At, name: str) -> Generator[None, None, SweepResult | None]:
    """The loss over the parameter that the lesson plots, around where it is."""
    value = at.session.state().nodes[name].value
    if not isinstance(value, float):
        return None
    command = SweepCommand(type="sweep", name=name, low=value - BELOW, high=value + ABOVE, count=301)
    answers = yield from at.all(command, refuse=False)
    return next((answer for answer in answers if isinstance(answer, SweepResult)), None)
