"""The journal: deterministic commands that make a branch again."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence

from pydantic import ValidationError

from chainrule.errors import Refusal
from chainrule.protocol.client import CLIENT_MESSAGE, ConfigureCommand, EditCommand, SeekCommand
from chainrule.protocol.model import Breakpoint, Cursor, JournalEntry
from chainrule.protocol.rest import CompanionRecipe
from chainrule.session import edits, travel
from chainrule.session.build import build_regime
from chainrule.session.companion import Companion
from chainrule.session.core import Arrival, Core, Work
from chainrule.timeline import START, Line, Position


def replay(
    core: Core,
    journal: Sequence[JournalEntry],
    cursor: Cursor | None,
    companion: CompanionRecipe | None = None,
    most: int | None = None,
) -> Generator[None, None, None]:
    """Give the commands of a journal at their cursors, then go to ``cursor``, or to (0, 0), with a companion.

    At ``most`` so many iterations are computed; without it, any number.

    The branch in a cursor is of the session that wrote it; here each command goes on from where the last one led.
    Pauses after each iteration computed.

    Raises
    ------
    Refusal
        ``invalid_journal``: a command that is no edit or configure; ``limit_iterations``; or what a command raises.
    """
    allowed = _Allowed(core, most)
    yield from allowed.again(journal)
    if most is None and cursor is not None:
        # A request to go there would be refused if it is far.
        yield from core.arrive(core.line, Position(cursor.iteration, cursor.step))
    else:
        yield from allowed.run(travel.seek(core, _seek(cursor)))
    if companion is None:
        return
    try:
        allowed = _Allowed(core, most)
        line = yield from _beside(core, companion, allowed)
        beside = Companion(line, companion.name, companion.beside)
        alone = core.returning()
        yield from allowed.run(core.arrive(core.line, core.position, companion=beside))
        edits.push(core, alone)
    except Refusal as refusal:
        # Whoever replays may do without it.
        refusal.params["part"] = "companion"
        raise


class _Allowed:
    """Does work that computes no more than so many iterations altogether."""

    def __init__(self, core: Core, most: int | None) -> None:
        self.core = core
        self.most = most
        self.left = math.inf if most is None else most

    def run(self, work: Work) -> Work:
        while True:
            try:
                next(work)
            except StopIteration as stop:
                arrival: Arrival = stop.value
                return arrival
            yield
            self.left -= 1
            if self.left < 0:
                most = self.most
                assert most is not None
                raise Refusal(
                    "limit_iterations",
                    422,
                    "Too many iterations for one command",
                    f"Replaying the journal computes more than {most} iterations.",
                    "Begin further on in the history.",
                    reason="iterations_of_journal",
                    params={"most": most},
                )

    def again(self, journal: Sequence[JournalEntry]) -> Generator[None, None, None]:
        for k, entry in enumerate(journal):
            try:
                yield from self._entry(entry)
            except Refusal as refusal:
                # Whoever replays may do without this one and what follows it.
                refusal.params["entry"] = k
                raise

    def _entry(self, entry: JournalEntry) -> Generator[None, None, None]:
        core, command = self.core, _command(entry)
        if isinstance(command, ConfigureCommand) and edits.rebuilds(core, command):
            yield from self.run(edits.rebuild(core, command))
            return
        yield from self.run(_go(core, entry.cursor))
        if isinstance(command, EditCommand):
            yield from self.run(edits.edit(core, command))
        else:
            yield from self.run(edits.configure(core, command))


def _beside(core: Core, recipe: CompanionRecipe, allowed: _Allowed) -> Generator[None, None, Line]:
    """The companion's branch: from a start of its own, so that nothing of the current one's changes it."""
    journal = recipe.journal
    with core.aside():
        first = _command(journal[0]) if journal else None
        if not (isinstance(first, ConfigureCommand) and edits.rebuilds(core, first)):
            regime = build_regime(core.lesson, core.initial_config, core.seed, core.backend, core.limits)
            yield from allowed.run(core.arrive(core.timeline.root(regime, "start", []), START))
        yield from allowed.again(journal)
        return core.line


def resume(core: Core, breakpoints: Sequence[Breakpoint], predict: bool, revealed: Cursor | None) -> None:
    """Switch on what was switched on; nothing that waited for a guess is told by it.

    With ``predict`` all before the cursor is revealed, and all up to ``revealed``.
    """
    core.breakpoints = list(breakpoints)
    core.next_breakpoint = 1 + max((known.id for known in breakpoints), default=0)
    if predict:
        core.prediction.on = True
        iteration, step = core.position
        known = Position(iteration, step - 1)
        if revealed is not None:
            known = max(known, Position(revealed.iteration, revealed.step))
        core.prediction.reveal(core.line, known)


def _go(core: Core, cursor: Cursor) -> Work:
    """Where a command was given. It may have stood on a step of an edit that a later one replaced."""
    if cursor.iteration >= core.limits.max_iterations:
        raise _invalid(f"There is no iteration {cursor.iteration}.", reason="journal_iteration")
    return core.arrive(core.line, Position(cursor.iteration, cursor.step))


def _seek(cursor: Cursor | None) -> SeekCommand:
    if cursor is None:
        return SeekCommand(type="seek", iteration=0, step=0)
    return SeekCommand(type="seek", iteration=cursor.iteration, step=cursor.step)


def _command(entry: JournalEntry) -> EditCommand | ConfigureCommand:
    try:
        command = CLIENT_MESSAGE.validate_python(entry.command)
    except ValidationError as error:
        raise _invalid(
            f"A command is not valid: {error.errors(include_url=False)[0]['msg']}.", reason="journal_command"
        ) from error
    if not isinstance(command, (EditCommand, ConfigureCommand)):
        raise _invalid(f"A {command.type!r} cannot be replayed.", reason="journal_command")
    return command


def _invalid(detail: str, *, reason: str) -> Refusal:
    return Refusal(
        "invalid_journal",
        422,
        "The journal cannot be replayed",
        detail,
        "Send a journal as the session gave it.",
        reason=reason,
    )
