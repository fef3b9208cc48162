"""Commands that shape a branch: edit, configure, undo; and the journal that makes them again."""

from __future__ import annotations

from typing import Any

from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.protocol.client import ConfigureCommand, EditCommand
from chainrule.protocol.model import JournalEntry
from chainrule.protocol.rest import MAX_JOURNAL
from chainrule.session.build import build_regime, changed_fields
from chainrule.session.core import Appended, Arrival, Core, LastEdit, Undo, Work
from chainrule.session.edited import edited, target
from chainrule.timeline import START, Line, Position
from chainrule.trace import Regime

REBUILD_ITERATIONS = 2_000
"""After a rebuild the cursor keeps its iteration up to here; from further away it starts at iteration 0."""


# -- edit


def edit(core: Core, command: EditCommand) -> Work:
    """Set a leaf or an activation, on a new branch that forks at the cursor's iteration.

    Raises
    ------
    Refusal
        ``unknown_name``; ``edit_refused``: it cannot be edited, or the value has another shape.
    """
    node = target(core.record, command.name)
    name = str(node.name)
    index = None if command.index is None else tuple(command.index)
    start = edited(core.record, node, command)
    iteration = core.position.iteration
    replaced = _replaced(core, name, index) if command.coalesce else None
    entry = JournalEntry(
        cursor=core.cursor(),
        command=command.model_copy(update={"id": None, "coalesce": False, "name": name}).model_dump(
            mode="json", exclude_none=True
        ),
    )
    owner = core.line.owner(iteration)
    if replaced is None:
        make_room(core)
        parent: Line | None = owner
        journal = _path(core)
    else:
        parent = replaced.parent
        journal = replaced.journal
    line = core.timeline.edited(
        parent,
        iteration,
        f"edit {name}",
        start,
        _journalled(journal, iteration, entry),
        _regimes(core),
    )
    before = core.returning()
    arrival = yield from core.arrive(line, _same_step(core, node))
    if replaced is None:
        push(core, before)
    else:
        core.timeline.remove(replaced)
        core.prediction.forget(replaced)
    core.last_edit = LastEdit(line.id, name, index)
    return arrival


def _same_step(core: Core, node: Node) -> Position:
    """Where the cursor's step will be: the first edit of an activation puts y' = y + δ and its backward step in.

    At the step that computed y one comes to see y'.
    """
    record, position = core.record, core.position
    if node.op is None or str(node.name) in record.start.interventions:
        return position
    forward = record.layout.forward
    step = position.step
    shift = int(step >= 2 + record.operations.index(node))
    if any(c.target is node for c in record.contributions):
        passes_on = [
            k for k, c in enumerate(record.contributions) if c.argument >= 0 and c.node.index <= node.index
        ]
        shift += step >= forward + (passes_on[0] if passes_on else len(record.contributions))
    return Position(position.iteration, step + shift)


def _replaced(core: Core, name: str, index: tuple[int, ...] | None) -> Line | None:
    """The branch of the edit just made, if a coalescing edit of the same thing takes its place."""
    line = core.line
    if core.last_edit != LastEdit(line.id, name, index) or core.timeline.has_children(line):
        return None
    return line if line.fork == line.tip == core.position.iteration else None


# -- configure


def configure(core: Core, command: ConfigureCommand) -> Work:
    """Change fields of the configuration: at the tip it holds from the next iteration, behind it forks there.

    Fields that apply on ``rebuild`` start a new root branch, and so does any after which parameters have other shapes.

    Raises
    ------
    Refusal
        ``invalid_config``, or what the lesson refuses.
    """
    before = core.regime().config
    config = before.merged(command.config)
    changed = changed_fields(before, config)
    if not changed and not command.restart:
        return (yield from core.arrive(core.line, core.position))
    if not changed and all(effect < 0 for effect, _ in core.line.journal):
        # This branch is as it would be after a restart.
        return (yield from core.arrive(core.line, START))
    regime = build_regime(core.lesson, config, core.seed, core.backend, core.limits)
    anew = any(name in _rebuilding(core) for name in changed) or not core.regime().carries_to(regime)
    if anew or command.restart:
        there = core.position
        if command.restart:
            there = START
        elif there.iteration > REBUILD_ITERATIONS:
            there = Position(0, there.step)
        undo = core.returning()
        line = root(core, regime, _rebuilt(changed))
        arrival = yield from core.arrive(line, there)
        push(core, undo)
        return arrival
    cause = f"configure {', '.join(changed)}"
    start = core.position.iteration + 1
    line = core.line
    # What is configured from here on is told beside the configuration of this iteration, however it came about.
    since = changed_fields(core.record.start.regime.config, config)
    entry = _entry(core, {name: config.model_dump(mode="json")[name] for name in since})
    if core.at_tip():
        journal = _configured(line.journal, start, entry)
        # Nothing that is seen moves, so there is nothing that could be refused after this.
        appended = Appended(start, line.regimes.pop(start, None), line.journal, cause)
        if since:
            line.regimes[start] = regime
        line.journal = journal
        push(core, core.returning(appended))
        return Arrival()
    make_room(core)
    owner = line.owner(core.position.iteration)
    journal = _configured(_path(core), start, entry)
    fork = core.timeline.reconfigured(
        owner, start, cause, core.record.end, regime if since else None, journal
    )
    undo = core.returning()
    arrival = yield from core.arrive(fork, core.position)
    push(core, undo)
    return arrival


def _rebuilding(core: Core) -> frozenset[str]:
    """The fields that need the model to be built anew."""
    applies = {field.name: field.applies for field in core.lesson.fields}
    return frozenset(
        name for name in core.lesson.Config.model_fields if applies.get(name) != "next_iteration"
    )


def rebuilds(core: Core, command: ConfigureCommand) -> bool:
    """Whether an entry of the journal is a rebuild: only then does it name a field that needs one."""
    return not _rebuilding(core).isdisjoint(command.config)


def rebuild(core: Core, command: ConfigureCommand) -> Work:
    """A new root branch, from its start: what a replayed rebuild needs."""
    before = core.regime().config
    config = before.merged(command.config)
    regime = build_regime(core.lesson, config, core.seed, core.backend, core.limits)
    line = root(core, regime, _rebuilt(changed_fields(before, config)))
    return (yield from core.arrive(line, START))


def _rebuilt(changed: list[str]) -> str:
    return f"configure {', '.join(changed)}" if changed else "restart"


def root(core: Core, regime: Regime, cause: str) -> Line:
    """A new branch from the start."""
    # All that came before is gone with the old model. The entry has all fields, so that it needs nothing before it.
    same = not changed_fields(core.initial_config, regime.config)
    journal = [] if same else [(-1, _entry(core, regime.config.model_dump(mode="json")))]
    make_room(core)
    return core.timeline.root(regime, cause, journal)


def _entry(core: Core, config: dict[str, Any]) -> JournalEntry:
    return JournalEntry(cursor=core.cursor(), command={"type": "configure", "config": config})


# -- undo


def undo(core: Core) -> Work:
    """Return to the branch, configuration and cursor before the last edit or configure.

    What was computed under an appended configuration lives on as a branch of its own.
    """
    while core.undo and core.undo[-1].line not in core.timeline.lines:
        core.undo.pop()
    if not core.undo:
        raise Refusal(
            "nothing_to_undo",
            409,
            "There is nothing to undo",
            "Nothing has been changed.",
            "Edit something first.",
        )
    last = core.undo[-1]
    line, appended, companion = core.timeline.lines[last.line], last.appended, last.companion
    if companion is not None and companion.line.id not in core.timeline.lines:
        companion = None
    ended = None
    if appended is not None:
        ended = (yield from core.timeline.reach(line, appended.iteration - 1)).end
    arrival = yield from core.arrive(line, last.position, companion=companion)
    core.undo.pop()
    core.last_edit = None
    if appended is not None and ended is not None:
        other = core.timeline.split(line, appended.iteration, ended, appended.cause)
        if other is not None:
            core.prediction.moved(line, other)
        if appended.regime is not None:
            line.regimes[appended.iteration] = appended.regime
        line.journal = appended.journal
    return arrival


def push(core: Core, undo: Undo) -> None:
    """Remember how to return to where one was."""
    core.undo.append(undo)
    del core.undo[: -core.limits.max_undo]
    core.last_edit = None


# -- branches and the journal


def _path(core: Core) -> list[tuple[int, JournalEntry]]:
    """The commands that shaped the history up to the cursor's iteration, and the configuration of the next."""
    iteration = core.position.iteration
    return [
        (effect, entry)
        for effect, entry in core.line.journal
        if effect <= iteration or (effect == iteration + 1 and entry.command["type"] == "configure")
    ]


def _journalled(
    journal: list[tuple[int, JournalEntry]], effect: int, entry: JournalEntry
) -> list[tuple[int, JournalEntry]]:
    """A journal with one more edit, which takes the place of those that it makes void.

    Raises
    ------
    Refusal
        ``limit_journal``: it is longer than one that a session can be made from.
    """
    name, index = entry.command["name"], entry.command.get("index")
    # One element of an activation is edited among others, which are what all edits before have made them.
    reading = [
        k for k, (_, old) in enumerate(journal) if "index" in old.command and old.command["name"] != name
    ]
    kept = 1 + max(reading, default=-1)
    found, place = journal[:kept], None
    for at, old in journal[kept:]:
        same = at == effect and old.command.get("name") == name
        if not (same and index in (None, old.command.get("index"))):
            found.append((at, old))
        elif place is None:
            place = len(found)
            found.append((at, old.model_copy(update={"command": entry.command})))
    return _within_limit(found if place is not None else [*found, (effect, entry)])


def _configured(
    journal: list[tuple[int, JournalEntry]], effect: int, entry: JournalEntry
) -> list[tuple[int, JournalEntry]]:
    """A journal in which ``entry`` is all that is configured from ``effect`` on; nothing if it has no fields."""
    found = [(at, old) for at, old in journal if at != effect or old.command["type"] != "configure"]
    return _within_limit([*found, (effect, entry)] if entry.command["config"] else found)


def _within_limit(journal: list[tuple[int, JournalEntry]]) -> list[tuple[int, JournalEntry]]:
    if len(journal) > MAX_JOURNAL:
        raise Refusal(
            "limit_journal",
            422,
            "Too many changes",
            f"This branch has been edited and configured in {MAX_JOURNAL} places.",
            "Begin a new session from where this one stands.",
            reason="changes_of_branch",
            params={"most": MAX_JOURNAL},
        )
    return journal


def _regimes(core: Core) -> dict[int, Regime]:
    """The configurations that begin in the cursor's iteration or the next: a branch that forks here keeps them."""
    found = {}
    for iteration in (core.position.iteration, core.position.iteration + 1):
        regime = core.line.owner(iteration).regimes.get(iteration)
        if regime is not None:
            found[iteration] = regime
    return found


def make_room(core: Core) -> None:
    """Forget the oldest branch that nothing leads to, where there are as many as may be."""
    lines = core.timeline.lines
    if len(lines) < core.limits.max_branches:
        return
    needed = {line.id for line in core.line.lineage()} | {entry.line for entry in core.undo} | {*core.anchors}
    if core.companion is not None:
        needed.add(core.companion.line.id)
    for line in list(lines.values()):
        if line.id not in needed and not core.timeline.has_children(line):
            core.timeline.remove(line)
            core.prediction.forget(line)
            return
    raise Refusal(
        "limit_branches",
        422,
        "Too many branches",
        f"There are {len(lines)} branches already.",
        "Undo some edits, or begin a new session.",
    )
