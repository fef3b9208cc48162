"""A session: commands in, messages out. Synchronous; knows no sockets."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any, Literal

from chainrule.engine.backend import Backend
from chainrule.lessons.lesson import configured, find_lesson
from chainrule.limits import Limits
from chainrule.protocol.client import ClientMessage
from chainrule.protocol.model import Breakpoint, Cursor, Graph, JournalEntry, Tensor
from chainrule.protocol.rest import (
    BranchesInfo,
    CompanionRecipe,
    CreateSession,
    PlayRecipe,
    SessionInfo,
    StateInfo,
)
from chainrule.protocol.server import Companion, Frame, ServerMessage, Welcome
from chainrule.protocol.whole import History, Whole
from chainrule.session import documents, peek, recording, replay, whole
from chainrule.session.beside import companion_message
from chainrule.session.build import backend_named
from chainrule.session.commands import Commands
from chainrule.session.core import Core
from chainrule.session.jobs import Job, Playing
from chainrule.session.keyframes import Kept, saved
from chainrule.session.news import News
from chainrule.session.view import build_frame
from chainrule.session.viewer import Viewer


class Session:
    """A running lesson with its timeline and cursor: a pure function of lesson, configuration, seed and commands.

    Parameters
    ----------
    lesson, config, seed
        What runs. ``config`` holds the fields that differ from the lesson's defaults.
    journal, cursor
        Commands to be replayed, and where to stand then.
    breakpoints, predict, revealed
        What is switched on there; see :func:`replay.resume`.
    companion
        A run to be held beside it.
    answered
        Marks of commands that led there: repeated, they are answered by where the session stands.
    playing
        Whether it goes on by itself from there.
    history, tips
        All branches of the session that this one is made from, and what could be undone there. They take the place of
        ``journal``, ``companion`` and ``revealed``, unless they take more iterations than one command may compute.
    keyframes
        What :meth:`saved` has saved of the session with that history: what is known of it is not computed again.
    wait
        Whether to do so now; else :meth:`open` does it in slices.

    Raises
    ------
    Refusal
        Of the lesson, its configuration, or a command of the journal.
    """

    def __init__(
        self,
        lesson: str,
        config: dict[str, Any] | None = None,
        seed: int = 7,
        *,
        limits: Limits | None = None,
        backend: str | Backend = "numpy",
        journal: Sequence[JournalEntry] = (),
        cursor: Cursor | None = None,
        breakpoints: Sequence[Breakpoint] = (),
        predict: bool = False,
        revealed: Cursor | None = None,
        companion: CompanionRecipe | None = None,
        answered: Sequence[str] = (),
        playing: PlayRecipe | None = None,
        history: History | None = None,
        tips: Mapping[int, int] | None = None,
        keyframes: bytes | None = None,
        wait: bool = True,
    ) -> None:
        self.limits = limits or Limits()
        found = find_lesson(lesson)
        self.core = Core(
            found,
            configured(found.Config, config or {}),
            seed,
            backend_named(backend) if isinstance(backend, str) else backend,
            self.limits,
        )
        self._opening: Generator[None, None, None] | None
        self._resume = partial(replay.resume, self.core, breakpoints, predict, revealed)
        kept = None if keyframes is None or history is None else Kept(self.core, keyframes, history)
        if history is not None and cursor is not None and whole.fits(history, tips or {}, self.limits, kept):
            self._opening = whole.restore(self.core, history, tips or {}, cursor, kept)
            self._resume = partial(whole.resume, self.core, history, breakpoints, predict)
        else:
            # What was made once may be made again, however long it takes.
            most = None if history is not None else self.limits.max_iterations_per_command
            self._opening = replay.replay(self.core, journal, cursor, companion, most)
        self._play_from = playing
        self._frames: dict[tuple[int, frozenset[str] | None, bool], Frame] = {}
        self._companions: dict[tuple[int, frozenset[str]], Companion | None] = {}
        self._news = News(self)
        self._commands = Commands(self.core, self._news, self.limits, answered)
        self._news.begin()
        if wait:
            self.open(float("inf"))

    def open(self, budget: float) -> bool:
        """Replay the journal for about ``budget`` seconds; True when the session is where it should be.

        Raises
        ------
        Refusal
            Of a command of the journal, or of the cursor.
        """
        deadline = time.monotonic() + budget
        if self._opening is not None:
            for _ in self._opening:
                if time.monotonic() >= deadline:
                    return False
            self._opening = None
            self._resume()
            if self._play_from is not None:
                self._commands.play_on_with(self._play_from.unit, self._play_from.rate)
            self._news.begin()
        return True

    # -- for the host

    @property
    def job(self) -> Job | None:
        """The command under way."""
        return self._commands.job

    @property
    def playing(self) -> Playing | None:
        """How it goes on by itself, if it does."""
        return self._commands.playing

    @property
    def busy(self) -> bool:
        """Whether :meth:`advance` has something to do, now or at ``next_due``."""
        return self._commands.busy

    @property
    def next_due(self) -> float | None:
        """When to call :meth:`advance` (``time.monotonic``); None: at once, if busy."""
        return self._commands.next_due

    @property
    def revision(self) -> int:
        """Counts changes of anything that is sent."""
        return self._news.revision

    @property
    def journal_revision(self) -> int:
        """Counts changes of what makes the session again, but for the cursor."""
        return self._news.journal

    @property
    def changes(self) -> dict[str, int]:
        """The revision at which each aspect of the session last changed; see :meth:`news`."""
        return self._news.changes

    @property
    def cursor(self) -> Cursor:
        """Where the session stands."""
        return self.core.cursor()

    @property
    def answered(self) -> list[str]:
        """Marks of the latest commands that have led here."""
        return self._commands.answered

    def viewer(self) -> Viewer:
        """A new connection's end."""
        return Viewer()

    def recipe(self) -> CreateSession:
        """What makes this session's current branch again."""
        return CreateSession(
            lesson=self.core.lesson.slug,
            config=self.core.initial_config.model_dump(mode="json"),
            seed=self.core.seed,
            journal=[entry for _, entry in self.core.line.journal],
            cursor=self.core.cursor(),
            breakpoints=self.core.breakpoints,
            predict=self.core.prediction.on,
            revealed=self.core.revealed(),
            answered=self.answered,
            playing=None
            if self.playing is None
            else PlayRecipe(unit=self.playing.unit, rate=self.playing.rate),
            companion=self.core.companion_recipe(),
        )

    @classmethod
    def made(
        cls,
        wanted: CreateSession,
        *,
        limits: Limits | None = None,
        backend: str | Backend = "numpy",
        keyframes: bytes | None = None,
        wait: bool = True,
    ) -> Session:
        """The session that a recipe makes, or the whole of one."""
        again = wanted if isinstance(wanted, Whole) else Whole.model_construct(**dict(wanted))
        return cls(
            wanted.lesson,
            wanted.config,
            wanted.seed,
            limits=limits,
            backend=backend,
            journal=wanted.journal,
            cursor=wanted.cursor,
            answered=wanted.answered,
            playing=wanted.playing,
            breakpoints=wanted.breakpoints,
            predict=wanted.predict,
            companion=wanted.companion,
            revealed=wanted.revealed,
            history=again.history,
            tips=again.tips,
            keyframes=keyframes,
            wait=wait,
        )

    @property
    def tips(self) -> dict[int, int]:
        """The last iteration of each branch, as of the last command that was carried out."""
        return self._news.tips

    def whole(self) -> Whole:
        """What makes all of this session again: other branches, and what can be undone."""
        return Whole.model_construct(
            **dict(self.recipe()), history=whole.history(self.core), tips=dict(self.tips)
        )

    @property
    def nbytes(self) -> int:
        """About how much memory the session takes."""
        return 100_000 + self.core.timeline.nbytes

    def saved(self, most: int) -> Callable[[], bytes]:
        """What spares the whole of this session repeated training, in about ``most`` bytes.

        It is gathered now; the bytes are made when what is returned is called, in whatever thread.
        """
        return saved(self.core, most)

    def handle(self, command: ClientMessage, viewer: Viewer | None = None) -> list[ServerMessage]:
        """Carry out a command; never raises for bad input. See :meth:`Commands.handle`."""
        return self._commands.handle(command, viewer)

    def advance(self, budget: float) -> list[ServerMessage]:
        """Work for about ``budget`` seconds; returns the answers to what was finished, each with its command's id."""
        return self._commands.advance(budget)

    # -- what is seen

    def frame(self, viewer: Viewer | None = None) -> Frame:
        """The whole state at the cursor, with arrays as data. The same object while nothing changes."""
        subscribed = None if viewer is None else viewer.subscribed
        only = viewer is not None and viewer.only
        key = (self.revision, subscribed, only)
        frame = self._frames.get(key)
        if frame is None:
            if len(self._frames) >= 8 or any(seq != self.revision for seq, *_ in self._frames):
                self._frames.clear()
            frame = build_frame(self.core.view(), self.revision, self.limits, subscribed, only)
            self._frames[key] = frame
        return frame

    def companion(self, viewer: Viewer | None = None) -> Companion | None:
        """The numbers of the run beside the current one. The same object while nothing changes."""
        named = (None if viewer is None else viewer.subscribed) or frozenset()
        key = (self.revision, named)
        if key not in self._companions:
            if len(self._companions) >= 8 or any(seq != self.revision for seq, _ in self._companions):
                self._companions.clear()
            self._companions[key] = companion_message(self.core, self.revision, named)
        return self._companions[key]

    def welcome(self) -> Welcome:
        """The first message to a connection."""
        return documents.welcome(self.core, self.revision, self.playing is not None)

    def news(self, aspect: str) -> list[ServerMessage]:
        """Messages that tell one aspect of the session as it is now."""
        return self._news.tell(aspect)

    def columns(self, start: int, end: int) -> dict[str, list[float | None]]:
        """The metrics of the iterations ``start`` … ``end`` − 1 of the current branch."""
        return documents.columns(self.core.line, start, end)

    def info(self, *, brief: bool = False) -> SessionInfo:
        """The session in short; if ``brief``, without its parameters."""
        return documents.info(self.core, self.revision, brief=brief)

    def graph(self) -> Graph:
        """The graph of the cursor's iteration."""
        return self.core.graphs.of(self.core.record)

    def state(self) -> StateInfo:
        """Value and gradient of every node."""
        return documents.state(self.core)

    def branches(self) -> BranchesInfo:
        """All branches."""
        return documents.branches(self.core)

    def recording(
        self, first: int | None, last: int | None, left: Sequence[int | None] | None = None
    ) -> Generator[recording.Recorded | None, None, None]:
        """Messages of a stretch of the timeline; ``left`` is what was left of it. See :mod:`recording`."""
        stretch = recording.Stretch(*left) if left is not None else recording.stretch(self.core, first, last)  # type: ignore[arg-type]
        return recording.record(self.core, stretch)

    def peek(self, asked: Mapping[str, Any]) -> Generator[None, None, peek.Peeked]:
        """A number, whether it is to be seen yet or not; see :mod:`peek`."""
        return peek.peek(self.core, peek.Peek.model_validate(asked))

    def tensor(self, name: str, what: Literal["value", "grad"]) -> Tensor:
        """A whole tensor; its data is null where the cursor has not got to it."""
        return documents.tensor(self.core, name, what)
