"""A session that counts: what the hub and the host do with sessions can be seen without an engine."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel

from chainrule.errors import Refusal
from chainrule.host.delivery import Outlet
from chainrule.host.hub import Hub
from chainrule.protocol import ClientMessage, ServerMessage
from chainrule.protocol.client import (
    AckCommand,
    EditCommand,
    PauseCommand,
    PlayCommand,
    SeekCommand,
    StepCommand,
)
from chainrule.protocol.model import Cursor, Graph, JournalEntry, Step, Tensor
from chainrule.protocol.rest import BranchesInfo, CreateSession, SessionInfo, StateInfo
from chainrule.protocol.server import Done, ErrorMessage, Frame, Moved, Playback, Progress
from chainrule.protocol.whole import Whole


class FakeViewer:
    """One frame in flight at most; the latest one follows when it has been acknowledged."""

    def __init__(self) -> None:
        self.sent = -1
        self.acked = -1

    def ahead(self, session: FakeSession) -> Iterator[None] | None:
        return None if self.acked < self.sent or self.sent == session.revision else session.ahead()

    def pull(self, session: FakeSession) -> Sequence[ServerMessage]:
        if self.acked < self.sent or self.sent == session.revision:
            return []
        self.sent = session.revision
        return [session.frame()]

    def ack(self, seq: int) -> None:
        self.acked = max(self.acked, seq)

    def anew(self) -> None:
        self.sent = -1


class FakeSession:
    """``seek`` is long: one iteration a slice. An edit of 'boom' is a fault of the program.

    What the lesson 'painting' shows takes thirty slices to make, once.
    """

    def __init__(self, wanted: CreateSession, log: list[str]) -> None:
        if wanted.lesson == "missing":
            raise Refusal("unknown_lesson", 404, "There is no such lesson", "missing", "See /api/lessons.")
        self.wanted = wanted
        self.log = log
        self.revision = 0
        self.journal: list[JournalEntry] = list(wanted.journal)
        self.cursor = wanted.cursor or Cursor(branch=0, iteration=0, step=0)
        self.answered = list(wanted.answered)
        self.playing = self.painted = False
        self.target: tuple[str | None, int] | None = None

    @property
    def journal_revision(self) -> int:
        return len(self.journal)

    @property
    def busy(self) -> bool:
        return self.playing or self.target is not None

    @property
    def next_due(self) -> float | None:
        return None

    def ahead(self) -> Iterator[None] | None:
        if self.wanted.lesson != "painting" or self.painted:
            return None
        return self._paint()

    def _paint(self) -> Iterator[None]:
        for _ in range(30):
            self.log.append(f"{self.wanted.seed} stroke")
            time.sleep(0.002)
            yield
        self.painted = True

    def frame(self) -> Frame:
        step = Step(index=self.cursor.step, kind="forward", phase="forward", label="")
        return Frame(
            seq=self.revision,
            topology=0,
            cursor=self.cursor,
            phase="forward",
            step=step,
            arrived=[],
            withheld=False,
            tensors=[],
            update=[],
            non_finite=[],
        )

    def _move(self, **to: int) -> None:
        self.cursor = self.cursor.model_copy(update=to)
        self.revision += 1

    def _moved(self, key: str | None) -> Moved:
        return Moved(seq=self.revision, id=key, cursor=self.cursor, phase="forward")

    def open(self, budget: float) -> bool:
        return True

    def handle(self, command: ClientMessage, viewer: Any = None) -> Sequence[ServerMessage]:
        self.log.append(f"{self.wanted.seed} {command.type}")
        match command:
            case StepCommand():
                self._move(step=self.cursor.step + command.count)
                return [self._moved(command.id), self.frame()]
            case SeekCommand():
                self.target = (command.id, command.iteration)
                return [Progress(seq=self.revision, id=command.id, done=0, total=command.iteration)]
            case PlayCommand():
                self.playing = True
                return [Playback(seq=self.revision, id=command.id, playing=True)]
            case PauseCommand():
                self.playing = False
                return [Playback(seq=self.revision, id=command.id, playing=False)]
            case EditCommand(name="boom"):
                raise ZeroDivisionError("a fault of the program")
            case EditCommand():
                self.journal.append(JournalEntry(cursor=self.cursor, command={"type": "edit"}))
                self.revision += 1
                return [Done(seq=self.revision, id=command.id)]
            case AckCommand():
                if viewer is not None:
                    viewer.acked = max(viewer.acked, command.seq)
                return []
            case _:
                refused = {"code": "edit_refused", "status": 422, "title": "No", "detail": "", "hint": ""}
                return [ErrorMessage(seq=self.revision, id=command.id, **refused)]

    def advance(self, budget: float) -> Sequence[ServerMessage]:
        self.log.append(f"{self.wanted.seed} slice")
        if self.target is None:
            self._move(step=self.cursor.step + 1)
            return []
        key, goal = self.target
        self._move(iteration=self.cursor.iteration + 1)
        if self.cursor.iteration < goal:
            return [Progress(seq=self.revision, id=key, done=self.cursor.iteration, total=goal)]
        self.target = None
        return [self._moved(key), self.frame()]

    def viewer(self) -> FakeViewer:
        return FakeViewer()

    @property
    def tips(self) -> dict[int, int]:
        return {0: self.cursor.iteration}

    @property
    def nbytes(self) -> int:
        return 1_000_000

    def saved(self, most: int) -> Callable[[], bytes]:
        return lambda: b""

    def whole(self) -> Whole:
        made = {**dict(self.wanted), "journal": self.journal, "cursor": self.cursor, "tips": self.tips}
        return Whole(**made)

    def info(self, *, brief: bool = False) -> SessionInfo:
        return SessionInfo(
            lesson=self.wanted.lesson,
            config={},
            initial_config={},
            seed=self.wanted.seed,
            seq=self.revision,
            cursor=self.cursor,
            phase="forward",
            parameters={},
            metrics={},
            journal=self.journal,
        )

    def graph(self) -> Graph:
        return Graph(topology=0, nodes=[], edges=[], scopes=[], steps=[], listing=[])

    def state(self) -> StateInfo:
        return StateInfo(cursor=self.cursor, phase="forward", parameters={}, nodes={})

    def branches(self) -> BranchesInfo:
        return BranchesInfo(branches=[], current=0, can_undo=False)

    def recording(
        self, first: int | None, last: int | None, left: Sequence[int | None] | None = None
    ) -> Iterator[Any]:
        yield [self.frame()], None

    def peek(self, asked: Mapping[str, Any]) -> Generator[None, None, BaseModel]:
        yield
        return self.cursor

    def tensor(self, name: str, what: Literal["value", "grad"]) -> Tensor:
        if name != "w":
            raise Refusal("unknown_name", 404, "There is no such node", name, "See the graph.")
        return Tensor(name=name, shape=[2], dtype="float32", data=[1.0, float("nan")])


def fake_hub(
    outlet: Outlet, log: list[str] | None = None, *, command_timeout: float = 30.0, **options: Any
) -> Hub:
    """A hub of sessions that count; what they do is written into ``log``."""
    written = [] if log is None else log
    return Hub(
        lambda wanted, keyframes: FakeSession(wanted, written),
        outlet,
        slice_seconds=0.001,
        command_timeout=command_timeout,
        max_followers=3,
        **options,
    )


async def until(condition: Any, what: str) -> None:
    """Let others run until something holds; bounded, so that a failure says what was waited for."""
    for _ in range(20_000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError(f"waited in vain: {what}")
