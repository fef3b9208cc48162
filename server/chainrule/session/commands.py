"""Commands to a session: carried out at once, in slices, or one after the other; and playing."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Sequence
from typing import assert_never

from chainrule.errors import Refusal
from chainrule.limits import Limits
from chainrule.protocol.client import (
    AckCommand,
    CancelCommand,
    ClientMessage,
    CompareCommand,
    ConfigureCommand,
    EditCommand,
    NumbersCommand,
    PauseCommand,
    PingCommand,
    PlayCommand,
    PredictCommand,
    SeekCommand,
    StepCommand,
    SubscribeCommand,
    UndoCommand,
)
from chainrule.protocol.model import Unit
from chainrule.protocol.server import Done, Moved, Progress, ServerMessage
from chainrule.session import asking, documents, edits, travel
from chainrule.session.answers import Answers
from chainrule.session.compare import compare
from chainrule.session.core import Arrival, Core, Work
from chainrule.session.jobs import Answering, Job, Playing, error_message
from chainrule.session.news import MOVES, News
from chainrule.session.queue import CHANGING, LOOKING, MOVING, Queue
from chainrule.session.thinned import numbers
from chainrule.session.viewer import Viewer
from chainrule.timeline import Position

log = logging.getLogger(__name__)

STOPPING = (*MOVING, UndoCommand, PredictCommand)
"""Commands that end playing."""


class Commands:
    """What a session was told to do, and how far it is.

    Attributes
    ----------
    core
        What is worked on.
    news
        Told when anything may have changed.
    job
        The command under way.
    playing
        How it goes on by itself, if it does.
    """

    def __init__(self, core: Core, news: News, limits: Limits, answered: Sequence[str]) -> None:
        self.core = core
        self.news = news
        self.limits = limits
        self.job: Job | None = None
        self.playing: Playing | None = None
        self._outbox: list[ServerMessage] = []
        self._queue = Queue(self._called_off)
        self._answers = Answers(limits.max_answers, answered)

    @property
    def busy(self) -> bool:
        """Whether :meth:`advance` has something to do, now or at ``next_due``."""
        working = self.job is not None or len(self._queue) > 0
        return working or self.playing is not None or bool(self._outbox)

    @property
    def next_due(self) -> float | None:
        """When to call :meth:`advance` (``time.monotonic``); None: at once, if busy."""
        if self.job is not None or self._queue or self._outbox:
            return None
        if self.playing is None or self.playing.rate is None:
            return None
        return None if self.playing.work is not None else self.playing.due

    @property
    def answered(self) -> list[str]:
        """Marks of the latest commands that were carried out."""
        return self._answers.marks

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
            viewer.subscribe(
                command.names, command.pictures, row=command.row, only=command.only, most=command.most
            )
        if isinstance(command, PingCommand | SubscribeCommand):
            return [Done(seq=self.news.revision, id=command.id)]
        if isinstance(command, NumbersCommand) and viewer is not None and viewer.shown is not None:
            # Of the frame that this connection has, wherever the session is now.
            seq, view = viewer.shown
            return [numbers(view, command, seq, self.limits)]
        given = self._answers.get(command)
        if given is not None:
            return given
        if self._answers.given_before(command):
            return self._again(command)
        if self.job is not None and command.id is not None and self.job.command == command:
            return [self.job.progress(self.news.revision)]
        if self.job is not None and self._queue.take(command, viewer, self.job.command):
            return [Progress(seq=self.news.revision, id=command.id, done=0, total=1)]
        return self._start(command, viewer, time.monotonic() + self.limits.answer_seconds)

    def _again(self, command: ClientMessage) -> list[ServerMessage]:
        """The answers to a command that was carried out before this session was made again: how things are now."""
        found: list[ServerMessage] = [Done()]
        if isinstance(command, MOVES):
            found = [Moved(cursor=self.core.cursor(), phase=documents.phase(self.core))]
        for aspect in ("branches", "configured", "breakpoints", "playback"):
            found.extend(self.news.tell(aspect))
        return [message.model_copy(update={"id": command.id, "seq": self.news.revision}) for message in found]

    def _start(self, command: ClientMessage, viewer: Viewer | None, deadline: float) -> list[ServerMessage]:
        try:
            self._clear_the_way(command)
            # What playing, or the move before, has come to stays, even where this command is refused.
            checkpoint = self.core.checkpoint()
            work = self._work(command)
            total = travel.iterations(self.core, command) if isinstance(command, MOVING) else 1
        except Refusal as refusal:
            return [error_message(refusal, self.news.revision, command.id)]
        job = Job(command, viewer, work, checkpoint, total)
        messages = self._drive(job, deadline)
        if messages is None and self.job is not None:
            # An explanation that has to look far back; most are given while something else is under way.
            job.work.close()
            if self._queue.full:
                return [error_message(_busy(self.job.command.type), self.news.revision, command.id)]
            self._queue.append(command, viewer)
        elif messages is None:
            self.job = job
        return [job.progress(self.news.revision)] if messages is None else messages

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
                found.append(job.progress(self.news.revision))
            # At once, so that no command comes between moves that were asked for one after the other.
            while self.job is None and self._queue.changes:
                found.extend(self._start(*self._queue.pop(), deadline))
        elif self._queue:
            found.extend(self._start(*self._queue.pop(), deadline))
        elif self.playing is not None:
            found.extend(self._play_on(self.playing, deadline))
        return found

    def _play_on(self, playing: Playing, deadline: float, *, last: bool = False) -> list[ServerMessage]:
        checkpoint = self.core.checkpoint()
        found: list[ServerMessage] = []
        try:
            if playing.drive(self.core, deadline, last=last) is not None:
                self.playing = None
        except Refusal as refusal:
            self.playing = None
            self.core.restore(checkpoint)
            found.append(error_message(refusal, self.news.revision, None))
        except Exception:
            log.exception("playing failed")
            self.playing = None
            self.core.restore(checkpoint)
            found.append(error_message(_internal(), self.news.revision, None))
        self.news.publish()
        return found

    def _clear_the_way(self, command: ClientMessage) -> None:
        """Stop what the command takes the place of; refuse it where it has to wait."""
        if self.job is not None and isinstance(command, CHANGING):
            if isinstance(self.job.command, LOOKING) and not isinstance(command, LOOKING):
                self.job.work.close()
                self._queue.put_back(self.job.command, self.job.viewer)
                self.job = None
                return
            if not (isinstance(command, SeekCommand) and isinstance(self.job.command, MOVING)):
                raise _busy(self.job.command.type)
            self._cancel(self.job)
        if self.playing is not None and self.playing.ahead(self.core):
            # One stands where one has trained to: what is changed now holds from there, on the same branch.
            self._outbox.extend(self._play_on(self.playing, math.inf, last=True))
        if self.playing is not None:
            # What it has computed on its way stays; the way itself begins again.
            self.playing.work = None

    def _drive(self, job: Job, deadline: float) -> list[ServerMessage] | None:
        """Work on a command until the deadline; its answers when it is finished."""
        try:
            try:
                while True:
                    next(job.work)
                    # It is iterations that are counted.
                    job.done += not self.core.timeline.midway
                    if time.monotonic() >= deadline:
                        return None
            except StopIteration as stop:
                messages: list[ServerMessage] = stop.value
            self._end(job)
            if isinstance(job.command, STOPPING):
                self.playing = None
            self.news.publish()
            messages = self.news.answers(job, messages)
            self._answers.put(job.command, messages)
            return messages
        except Refusal as refusal:
            self.core.restore(job.checkpoint)
            self._end(job)
            self.news.publish()
            return [error_message(refusal, self.news.revision, job.command.id)]
        except Exception:
            log.exception("the command %s failed", job.command.type)
            self.core.restore(job.checkpoint)
            self._end(job)
            self.news.publish()
            return [error_message(_internal(), self.news.revision, job.command.id)]

    def _end(self, job: Job) -> None:
        if self.job is job:
            self.job = None

    def _cancel(self, job: Job) -> None:
        """End the command under way, and the moves and changes that wait for it, and playing.

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
        self._outbox.extend(self._drive(moved, math.inf) or ())
        self._queue.call_off(lambda waiting: not isinstance(waiting, LOOKING))

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
        self.play_on_with(command.unit, command.rate)
        return [self.news.playback()]

    def play_on_with(self, unit: Unit, rate: float | None) -> None:
        due = time.monotonic() + (1 / rate if rate is not None else 0.0)
        self.playing = Playing(unit, rate, due)

    def _pause(self) -> Answering:
        yield from ()
        self.playing = None
        self._queue.call_off(lambda waiting: isinstance(waiting, PlayCommand))
        return [self.news.playback()]

    def _cancelling(self, command: CancelCommand) -> Answering:
        yield from ()
        if self.job is not None and command.command in (None, self.job.command.id):
            self._cancel(self.job)
        elif command.command is not None:
            self._queue.call_off(lambda waiting: waiting.id == command.command)
        return [Done()]

    def _called_off(self, command: ClientMessage) -> None:
        seq, core = self.news.revision, self.core
        if not isinstance(command, (*MOVING, PlayCommand, LOOKING)):
            self._outbox.append(error_message(_not_done(), seq, command.id))
            return
        phase = core.record.step(core.position.step).phase
        told = Moved(seq=seq, id=command.id, cursor=core.cursor(), phase=phase, reached="cancelled")
        self._outbox.append(told)


def _busy(command: str) -> Refusal:
    return Refusal(
        "busy",
        409,
        "A long command is under way",
        f"A {command!r} has not been finished yet.",
        "Wait for its answer, or cancel it.",
    )


def _not_done() -> Refusal:
    return Refusal(
        "called_off",
        409,
        "It was not done",
        "The command before it was cancelled, and with it what waited.",
        "Give it again.",
    )


def _internal() -> Refusal:
    return Refusal(
        "internal_error",
        500,
        "The program made a mistake",
        "The command could not be carried out. Nothing has changed.",
        "Try something else; if it happens again, please report it.",
    )
