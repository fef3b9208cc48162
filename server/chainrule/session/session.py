"""A session: commands in, messages out. Synchronous; knows no sockets."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, assert_never, get_args

from chainrule.engine.backend import Backend
from chainrule.errors import Refusal
from chainrule.lessons.lesson import configured, find_lesson
from chainrule.limits import Limits
from chainrule.protocol.client import (
    AckCommand,
    BreakpointCommand,
    CancelCommand,
    ClientMessage,
    CompareCommand,
    ConfigureCommand,
    EditCommand,
    ExplainCommand,
    GuessCommand,
    PauseCommand,
    PingCommand,
    PlayCommand,
    PredictCommand,
    Search,
    SeekCommand,
    StepCommand,
    SubscribeCommand,
    UndoCommand,
)
from chainrule.protocol.model import Breakpoint, Cursor, Graph, JournalEntry, Tensor, Unit
from chainrule.protocol.rest import (
    BranchesInfo,
    CompanionRecipe,
    CreateSession,
    PlayRecipe,
    SessionInfo,
    StateInfo,
)
from chainrule.protocol.server import Companion, Done, Frame, Moved, Progress, ServerMessage, Welcome
from chainrule.protocol.whole import History, Whole
from chainrule.session import asking, documents, edits, peek, recording, replay, travel, whole
from chainrule.session.answers import Answers
from chainrule.session.beside import companion_message
from chainrule.session.build import backend_named
from chainrule.session.compare import compare
from chainrule.session.core import Arrival, Core, Work
from chainrule.session.jobs import Answering, Job, Playing, error_message
from chainrule.session.keyframes import Kept, saved
from chainrule.session.news import MOVES, News
from chainrule.session.view import build_frame
from chainrule.session.viewer import Viewer
from chainrule.timeline import Position

log = logging.getLogger(__name__)

MOVING = (StepCommand, SeekCommand)
CHANGING = (
    StepCommand,
    SeekCommand,
    PlayCommand,
    ConfigureCommand,
    CompareCommand,
    EditCommand,
    UndoCommand,
    BreakpointCommand,
    PredictCommand,
    GuessCommand,
    *get_args(Search),
)
"""Commands that wait for the one under way: they would change what it works on, or take long themselves."""

LOOKING = Search | ExplainCommand
"""Commands that only look. Long ones make way for any other, and begin again where it has led."""

MOST_WAITING = 16
"""Questions and single moves that may wait in a session."""

STOPPING = (*MOVING, UndoCommand, PredictCommand)
"""Commands that end playing."""


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
        self.job: Job | None = None
        self.playing: Playing | None = None
        self._play_from = playing
        self._outbox: list[ServerMessage] = []
        self._waiting: list[tuple[ClientMessage, Viewer | None]] = []
        self._answers = Answers(self.limits.max_answers, answered)
        self._frames: dict[tuple[int, frozenset[str] | None, bool], Frame] = {}
        self._companions: dict[tuple[int, frozenset[str]], Companion | None] = {}
        self._news = News(self)
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
                self._play_on_with(self._play_from.unit, self._play_from.rate)
            self._news = News(self)
        return True

    # -- for the host

    @property
    def busy(self) -> bool:
        """Whether :meth:`advance` has something to do, now or at ``next_due``."""
        working = self.job is not None or bool(self._waiting)
        return working or self.playing is not None or bool(self._outbox)

    @property
    def next_due(self) -> float | None:
        """When to call :meth:`advance` (``time.monotonic``); None: at once, if busy."""
        if self.job is not None or self._waiting or self._outbox:
            return None
        if self.playing is None or self.playing.rate is None:
            return None
        return None if self.playing.work is not None else self.playing.due

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
        return self._answers.marks

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

    # -- commands

    def handle(self, command: ClientMessage, viewer: Viewer | None = None) -> list[ServerMessage]:
        """Carry out a command; never raises for bad input.

        The answers; or a Progress where it takes longer, and the answers come from :meth:`advance`. To a viewer,
        graph and frame are not answered: it pulls them. A refused command changes nothing.
        """
        if isinstance(command, AckCommand):
            if viewer is not None:
                viewer.ack(command.seq)
            return []
        if isinstance(command, SubscribeCommand) and viewer is not None:
            # Of the connection, not of the session: who comes back repeats it, and means it.
            viewer.subscribe(command.names, command.pictures, row=command.row, only=command.only)
        if isinstance(command, PingCommand | SubscribeCommand):
            return [Done(seq=self.revision, id=command.id)]
        given = self._answers.get(command)
        if given is not None:
            return given
        if self._answers.given_before(command):
            return self._again(command)
        if self.job is not None and command.id is not None and self.job.command == command:
            return [self.job.progress(self.revision)]
        if self.job is not None and len(self._waiting) < MOST_WAITING:
            # Repeated after a loss of the connection, it waits once.
            known = command.id is not None and any(one == command for one, _ in self._waiting)
            if isinstance(command, Search) and not known:
                self._waiting.append((command, viewer))
            elif isinstance(command, StepCommand) and isinstance(self.job.command, MOVING) and not known:
                # Keys are pressed faster than a large iteration is computed: each counts, and before any question.
                self._waiting.insert(self._steps_waiting(), (command, viewer))
            elif not known:
                return self._start(command, viewer, time.monotonic() + self.limits.answer_seconds)
            return [Progress(seq=self.revision, id=command.id, done=0, total=1)]
        return self._start(command, viewer, time.monotonic() + self.limits.answer_seconds)

    def _again(self, command: ClientMessage) -> list[ServerMessage]:
        """The answers to a command that was carried out before this session was made again: how things are now."""
        found: list[ServerMessage] = [Done()]
        if isinstance(command, MOVES):
            found = [Moved(cursor=self.core.cursor(), phase=documents.phase(self.core))]
        for aspect in ("branches", "configured", "breakpoints", "playback"):
            found.extend(self._news.tell(aspect))
        return [message.model_copy(update={"id": command.id, "seq": self.revision}) for message in found]

    def _start(self, command: ClientMessage, viewer: Viewer | None, deadline: float) -> list[ServerMessage]:
        checkpoint = self.core.checkpoint()
        try:
            self._clear_the_way(command)
            work = self._work(command)
            total = travel.iterations(self.core, command) if isinstance(command, MOVING) else 1
        except Refusal as refusal:
            return [error_message(refusal, self.revision, command.id)]
        job = Job(command, viewer, work, checkpoint, total)
        messages = self._drive(job, deadline)
        if messages is None and self.job is not None:
            # An explanation that has to look far back; most are given while something else is under way.
            job.work.close()
            if len(self._waiting) >= MOST_WAITING:
                return [error_message(_busy(self.job.command.type), self.revision, command.id)]
            self._waiting.append((command, viewer))
        elif messages is None:
            self.job = job
        return [job.progress(self.revision)] if messages is None else messages

    def advance(self, budget: float) -> list[ServerMessage]:
        """Work for about ``budget`` seconds; returns the answers to what was finished, each with its command's id."""
        deadline = time.monotonic() + budget
        found, self._outbox = self._outbox, []
        job = self.job
        if job is not None:
            messages = self._drive(job, deadline)
            if messages is not None:
                found.extend(messages)
            elif job.overdue():
                found.append(job.progress(self.revision))
            # At once, so that no command comes between moves that were asked for one after the other.
            while self.job is None and self._steps_waiting():
                found.extend(self._start(*self._waiting.pop(0), deadline))
        elif self._waiting:
            found.extend(self._start(*self._waiting.pop(0), deadline))
        elif self.playing is not None:
            found.extend(self._play_on(self.playing, deadline))
        return found

    def _steps_waiting(self) -> int:
        """How many moves wait for the one under way; they stand before all questions."""
        return sum(isinstance(command, StepCommand) for command, _ in self._waiting)

    def _play_on(self, playing: Playing, deadline: float) -> list[ServerMessage]:
        checkpoint = self.core.checkpoint()
        found: list[ServerMessage] = []
        try:
            if playing.drive(self.core, deadline) is not None:
                self.playing = None
        except Refusal as refusal:
            self.playing = None
            self.core.restore(checkpoint)
            found.append(error_message(refusal, self.revision, None))
        except Exception:
            log.exception("playing failed")
            self.playing = None
            self.core.restore(checkpoint)
            found.append(error_message(_internal(), self.revision, None))
        self._news.publish()
        return found

    def _clear_the_way(self, command: ClientMessage) -> None:
        """Stop what the command takes the place of; refuse it where it has to wait."""
        if self.job is not None and isinstance(command, CHANGING):
            if isinstance(self.job.command, LOOKING) and not isinstance(command, LOOKING):
                self.job.work.close()
                self._waiting.insert(0, (self.job.command, self.job.viewer))
                self.job = None
                return
            if not (isinstance(command, SeekCommand) and isinstance(self.job.command, MOVING)):
                raise _busy(self.job.command.type)
            self._cancel(self.job)
        if self.playing is not None:
            # What it has computed on its way stays; the way itself begins again.
            self.playing.work = None

    def _drive(self, job: Job, deadline: float) -> list[ServerMessage] | None:
        """Work on a command until the deadline; its answers when it is finished."""
        try:
            try:
                while True:
                    next(job.work)
                    job.done += 1
                    if time.monotonic() >= deadline:
                        return None
            except StopIteration as stop:
                messages: list[ServerMessage] = stop.value
            self._end(job)
            if isinstance(job.command, STOPPING):
                self.playing = None
            self._news.publish()
            messages = self._news.answers(job, messages)
            self._answers.put(job.command, messages)
            return messages
        except Refusal as refusal:
            self.core.restore(job.checkpoint)
            self._end(job)
            self._news.publish()
            return [error_message(refusal, self.revision, job.command.id)]
        except Exception:
            log.exception("the command %s failed", job.command.type)
            self.core.restore(job.checkpoint)
            self._end(job)
            self._news.publish()
            return [error_message(_internal(), self.revision, job.command.id)]

    def _end(self, job: Job) -> None:
        if self.job is job:
            self.job = None

    def _cancel(self, job: Job) -> None:
        """End the command under way, and the moves that wait for it.

        A move ends at the last place that was computed; others change nothing.
        """
        job.work.close()
        self.job = None
        core = self.core
        line = core.line
        _, before, _ = job.checkpoint.ends[line.id]
        tip = core.common_tip()
        if isinstance(job.command, MOVING) and tip > before:
            last = core.timeline.layout(line, tip).total - 1
            work = core.arrive(line, Position(tip, last), "cancelled")
        else:
            core.restore(job.checkpoint)
            work = core.arrive(core.line, core.position, "cancelled")
        moved = Job(job.command, job.viewer, self._moving(work), job.checkpoint, 1)
        self._outbox.extend(self._drive(moved, float("inf")) or ())
        self._dismiss(self._waiting[: self._steps_waiting()])

    def _work(self, command: ClientMessage) -> Answering:
        """How each command is carried out."""
        core = self.core
        if isinstance(command, asking.Asked):
            return asking.ask(core, command)
        match command:
            case StepCommand():
                return self._moving(travel.step(core, command.unit, command.count))
            case SeekCommand():
                return self._moving(travel.seek(core, command))
            case EditCommand():
                return self._moving(edits.edit(core, command))
            case ConfigureCommand():
                return self._moving(edits.configure(core, command))
            case CompareCommand():
                return self._moving(compare(core, command))
            case UndoCommand():
                return self._moving(edits.undo(core))
            case PlayCommand():
                return self._play(command)
            case PauseCommand():
                return self._pause()
            case CancelCommand():
                return self._cancelling(command)
            case AckCommand() | PingCommand() | SubscribeCommand():
                raise AssertionError("answered before")
            case _:
                assert_never(command)

    def _moving(self, work: Work) -> Answering:
        arrival: Arrival = yield from work
        phase = self.core.record.step(self.core.position.step).phase
        return [
            Moved(
                cursor=self.core.cursor(),
                phase=phase,
                reached=arrival.reached,
                breakpoint=arrival.breakpoint,
                because=arrival.because,
            )
        ]

    def _play(self, command: PlayCommand) -> Answering:
        yield from ()
        self._play_on_with(command.unit, command.rate)
        return [self._news.playback()]

    def _play_on_with(self, unit: Unit, rate: float | None) -> None:
        due = time.monotonic() + (1 / rate if rate is not None else 0.0)
        self.playing = Playing(unit, rate, due)

    def _pause(self) -> Answering:
        yield from ()
        self.playing = None
        return [self._news.playback()]

    def _cancelling(self, command: CancelCommand) -> Answering:
        yield from ()
        if self.job is not None and command.command in (None, self.job.command.id):
            self._cancel(self.job)
        else:
            self._dismiss([one for one in self._waiting if one[0].id == command.command is not None])
        return [Done()]

    def _dismiss(self, waiting: list[tuple[ClientMessage, Viewer | None]]) -> None:
        """Answer commands that have not begun: they will not."""
        phase = self.core.record.step(self.core.position.step).phase
        for one in waiting:
            self._waiting.remove(one)
            self._outbox.append(
                Moved(
                    seq=self.revision,
                    id=one[0].id,
                    cursor=self.core.cursor(),
                    phase=phase,
                    reached="cancelled",
                )
            )

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

    def info(self) -> SessionInfo:
        """The session in short."""
        return documents.info(self.core, self.revision)

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


def _busy(command: str) -> Refusal:
    return Refusal(
        "busy",
        409,
        "A long command is under way",
        f"A {command!r} has not been finished yet.",
        "Wait for its answer, or cancel it.",
    )


def _internal() -> Refusal:
    return Refusal(
        "internal_error",
        500,
        "The program made a mistake",
        "The command could not be carried out. Nothing has changed.",
        "Try something else; if it happens again, please report it.",
    )
