"""A session as data, and the same session made from it: all branches under their numbers, and what leads back.

Each iteration of a branch is computed once, as it was the first time; what a branch starts from is made from its parent.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chainrule.lessons.lesson import LessonConfig, configured
from chainrule.limits import Limits
from chainrule.protocol.client import CLIENT_MESSAGE, EditCommand
from chainrule.protocol.model import Breakpoint, Cursor, JournalEntry
from chainrule.protocol.whole import (
    Beside,
    Effect,
    History,
    Journal,
    WholeAppended,
    WholeBranch,
    WholeEdit,
    WholeUndo,
)
from chainrule.session import replay
from chainrule.session.build import build_regime, changed_fields
from chainrule.session.companion import Companion
from chainrule.session.core import Appended, Core, LastEdit, Undo
from chainrule.session.edited import edited, target
from chainrule.timeline import Line, Position, with_regime
from chainrule.trace import Carry, Regime, initial_carry, run_iteration

if TYPE_CHECKING:
    from chainrule.session.keyframes import Kept

Entries = list[tuple[int, JournalEntry]]

# -- a session as data


def history(core: Core) -> History:
    """All branches of a session, and what leads back."""
    lines = core.timeline.lines
    edit = core.last_edit
    return History.model_construct(
        branches=[_branch(core, line) for line in lines.values()],
        next_branch=core.timeline.next_id,
        undo=[_undo(core, undo) for undo in core.undo if undo.line in lines],
        companion=_beside(core, core.companion),
        revealed=dict(core.prediction.seen),
        last_edit=None
        if edit is None
        else WholeEdit.model_construct(branch=edit.line, name=edit.name, element=edit.element),
    )


def _branch(core: Core, line: Line) -> WholeBranch:
    parent, first = line.parent, line.start.regime
    regimes = {}
    if line.regimes:
        before = first if parent is None else parent.owner(line.fork - 1).regime(line.fork - 1)
        for iteration, regime in sorted(line.regimes.items()):
            regimes[iteration] = _differs(before, regime)
            before = regime
    return WholeBranch.model_construct(
        id=line.id,
        parent=None if parent is None else parent.id,
        fork=line.fork,
        tip=line.tip,
        cause=line.cause,
        config=_fields(core.initial_config, first.config) if parent is None else {},
        regimes=regimes,
        journal=_journal(line.journal, [] if parent is None else parent.journal),
    )


def _undo(core: Core, undo: Undo) -> WholeUndo:
    appended, line = undo.appended, core.timeline.lines[undo.line]
    return WholeUndo.model_construct(
        branch=undo.line,
        place=undo.position,
        companion=_beside(core, undo.companion),
        appended=None
        if appended is None
        else WholeAppended.model_construct(
            iteration=appended.iteration,
            regime=None if appended.regime is None else _fields(core.initial_config, appended.regime.config),
            journal=_journal(appended.journal, line.journal),
            cause=appended.cause,
        ),
    )


def _beside(core: Core, companion: Companion | None) -> Beside | None:
    if companion is None or companion.line.id not in core.timeline.lines:
        return None
    return Beside.model_construct(branch=companion.line.id, name=companion.name, beside=companion.beside)


def _journal(journal: Entries, other: Entries) -> Journal:
    low, high = 0, min(len(journal), len(other))
    # Slices are compared by identity, and in no time; mostly all of one journal begins the other.
    middle = high
    while low < high:
        if journal[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
        middle = (low + high + 1) // 2
    return Journal.model_construct(shared=low, own=journal[low:])


def _fields(before: LessonConfig, after: LessonConfig) -> dict[str, Any]:
    """The fields of a configuration that another one has not."""
    if after is before:
        return {}
    told = after.model_dump(mode="json")
    return {name: told[name] for name in changed_fields(before, after)}


def _differs(before: Regime, after: Regime) -> dict[str, Any]:
    return _fields(before.config, after.config)


# -- the session made from it


def fits(history: History, tips: Mapping[int, int], limits: Limits, kept: Kept | None = None) -> bool:
    """Whether it is made again with no more iterations than one command may compute."""
    count = 0
    for branch in history.branches:
        tip = _tip(branch, tips)
        known = None if kept is None else kept.tip(branch.id, tip)
        count += tip - (branch.fork - 1 if known is None else known)
    return count <= limits.max_iterations_per_command


def _tip(branch: WholeBranch, tips: Mapping[int, int]) -> int:
    return tips.get(branch.id, branch.tip)


def restore(
    core: Core, history: History, tips: Mapping[int, int], cursor: Cursor, kept: Kept | None = None
) -> Generator[None, None, None]:
    """Make a session just begun the one that ``history`` is of, at ``cursor``. Pauses after each iteration computed.

    What is ``kept`` of a branch is not computed.
    """
    timeline = core.timeline
    for line in list(timeline.lines.values()):
        timeline.remove(line)
    again = _Again(core, kept)
    waiting = list(history.branches)
    while waiting:
        # A split leaves children with a parent that is younger than they are.
        ready = [one for one in waiting if one.parent is None or one.parent in timeline.lines]
        waiting = [one for one in waiting if one.parent is not None and one.parent not in timeline.lines]
        for branch in ready:
            yield from again.branch(branch, _tip(branch, tips))
    timeline.lines = dict(sorted(timeline.lines.items()))
    timeline.next_id = history.next_branch
    core.undo = [again.undo(undo) for undo in history.undo]
    edit = history.last_edit
    if edit is not None:
        core.last_edit = LastEdit(edit.branch, edit.name, edit.element)
    place = Position(cursor.iteration, cursor.step)
    yield from core.arrive(timeline.line(cursor.branch), place, companion=again.companion(history.companion))


def resume(core: Core, history: History, breakpoints: Sequence[Breakpoint], predict: bool) -> None:
    """Switch on what was switched on, and reveal what was revealed."""
    replay.resume(core, breakpoints, False, None)
    core.prediction.on = predict
    core.prediction.seen = {branch: Position(*place) for branch, place in history.revealed.items()}


class _Again:
    """Makes branches again, those that others need first."""

    def __init__(self, core: Core, kept: Kept | None) -> None:
        self.core = core
        self.kept = kept
        self._regimes: dict[str, Regime] = {}
        self._starts: dict[tuple[Any, ...], Carry] = {}

    def branch(self, told: WholeBranch, tip: int) -> Generator[None, None, None]:
        """A branch whose parent there is already, up to its tip."""
        core, fork = self.core, told.fork
        timeline = core.timeline
        parent = None if told.parent is None else timeline.line(told.parent)
        journal = self._journal(told.journal, [] if parent is None else parent.journal)
        if parent is None:
            first = self._regime(core.initial_config.merged(told.config))
        elif fork == 0:
            first = parent.lineage()[0].start.regime
        else:
            first = parent.owner(fork - 1).regime(fork - 1)
        regimes, config = {}, first.config
        for iteration, fields in told.regimes.items():
            config = config.merged(fields)
            regimes[iteration] = self._regime(config)
        edits = [entry for effect, entry in journal if effect == fork and entry.command["type"] == "edit"]
        known = None if self.kept is None else self.kept.tip(told.id, tip)
        if self.kept is not None and known is not None:
            # What was edited is edited under the configuration that holds from there.
            start = self.kept.start(told.id, regimes.get(fork, first) if edits else first)
        elif parent is None or fork == 0:
            start = initial_carry(first)
        else:
            start = (yield from timeline.reach(parent, fork - 1)).end
        if edits and known is None:
            assert parent is not None
            before = parent.owner(fork - 1)
            start = yield from self._edited(before, fork, start, regimes.get(fork), edits)
        line = Line(told.id, parent, fork, told.cause, start, journal)
        line.regimes.update(regimes)
        if self.kept is not None and known is not None:
            self.kept.fill(line)
        timeline.restored(line)
        yield from timeline.extend(line, tip)

    def _edited(
        self, before: Line, fork: int, ended: Carry, regime: Regime | None, edits: Sequence[JournalEntry]
    ) -> Generator[None, None, Carry]:
        """What iteration ``fork`` starts from: how the one ``before`` it ended, and what was edited then.

        Branches that fork from one another at one iteration share the way there.
        """
        keys = [(before.id, fork, id(regime), *map(id, edits[:k])) for k in range(len(edits) + 1)]
        done = next((k for k in range(len(edits), 0, -1) if keys[k] in self._starts), 0)
        start = self._starts[keys[done]] if done else ended if regime is None else with_regime(ended, regime)
        for k in range(done, len(edits)):
            record = run_iteration(start, fork, max_nodes=self.core.limits.max_nodes)
            command = CLIENT_MESSAGE.validate_python(edits[k].command)
            assert isinstance(command, EditCommand)
            start = edited(record, target(record, command.name), command)
            self._starts[keys[k + 1]] = start
            yield
        return start

    def undo(self, told: WholeUndo) -> Undo:
        """Where an undo returns to."""
        appended, line = told.appended, self.core.timeline.line(told.branch)
        before = None
        if appended is not None:
            fields = appended.regime
            before = Appended(
                appended.iteration,
                None if fields is None else self._regime(self.core.initial_config.merged(fields)),
                self._journal(appended.journal, line.journal),
                appended.cause,
            )
        return Undo(told.branch, Position(*told.place), self.companion(told.companion), before)

    def companion(self, told: Beside | None) -> Companion | None:
        """A run beside the current one."""
        if told is None:
            return None
        return Companion(self.core.timeline.line(told.branch), told.name, told.beside)

    def _journal(self, told: Journal, other: Entries) -> list[Effect]:
        return [*other[: told.shared], *told.own]

    def _regime(self, config: LessonConfig) -> Regime:
        """The model of a configuration: of equal ones the same."""
        core, key = self.core, json.dumps(config.model_dump(mode="json"))
        found = self._regimes.get(key)
        if found is None:
            config = configured(core.lesson.Config, config.model_dump(mode="json"))
            found = self._regimes[key] = build_regime(
                core.lesson, config, core.seed, core.backend, core.limits
            )
        return found
