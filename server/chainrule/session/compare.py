"""The command that holds a run beside the current one, and how that run is begun."""

from __future__ import annotations

from chainrule.errors import Refusal
from chainrule.protocol.client import CLIENT_MESSAGE, CompareCommand, EditCommand
from chainrule.protocol.model import JournalEntry, Param
from chainrule.session import edits
from chainrule.session.build import build_regime, changed_fields
from chainrule.session.companion import LONGEST, Companion, names
from chainrule.session.core import Arrival, Core, Work
from chainrule.timeline import START, Line, Position


def compare(core: Core, command: CompareCommand) -> Work:
    """Hold another run beside the current one, or none; it is computed as far as the current one's iteration.

    Raises
    ------
    Refusal
        ``compare_refused``: the two would be the same run; ``unknown_branch``; ``invalid_config``, or what the lesson
        refuses; ``limit_iterations``: it would have to be computed too far.
    """
    before = core.returning()
    companion = None
    if command.config is not None:
        companion = _new(core, command)
    elif command.branch is not None:
        companion = _known(core, command.branch, command.name)
    elif core.companion is None:
        return Arrival()
    arrival = yield from core.arrive(core.line, core.position, companion=companion)
    edits.push(core, before)
    return arrival


def _new(core: Core, command: CompareCommand) -> Companion:
    here = core.regime().config
    there = here.merged(command.config or {})
    changed = changed_fields(here, there)
    if not changed:
        raise _refused(
            "The other run would have the same configuration.",
            "Name a field, and a value that it does not have.",
            reason="compare_same",
        )
    regime = build_regime(core.lesson, there, core.seed, core.backend, core.limits)
    begun = [entry for effect, entry in core.line.journal if effect == 0 and entry.command["type"] == "edit"]
    line = _edited(core, edits.root(core, regime, f"compare {', '.join(changed)}"), begun)
    _check_count(core, line)
    beside, name = names(here, there, changed)
    return Companion(line, command.name or name, _apart(beside, command.name))


def _edited(core: Core, line: Line, entries: list[JournalEntry]) -> Line:
    """What was edited at the very start of the current run is edited on the other one as well, where it has it."""
    with core.aside():
        _now(core.arrive(line, START))
        for entry in entries:
            command = CLIENT_MESSAGE.validate_python(entry.command)
            assert isinstance(command, EditCommand)
            _now(core.arrive(core.line, Position(0, entry.cursor.step)))
            try:
                _now(edits.edit(core, command))
            except Refusal:
                # Another network has no such node, or has it in another shape.
                continue
        return core.line


def _now(work: Work) -> None:
    """Do it at once: nothing here goes beyond the first iteration."""
    for _ in work:
        pass


def _known(core: Core, branch: int, name: str | None) -> Companion:
    line = core.timeline.line(branch)
    if line is core.line:
        raise _refused(
            f"Branch {branch} is the current one.",
            "Name another branch, or fields of a configuration.",
            reason="compare_itself",
            branch=branch,
        )
    _check_count(core, line)
    here, there = core.regime().config, core.regime(line).config
    beside, other = names(here, there, changed_fields(here, there))
    return Companion(
        line, name or other or f"branch-{line.id}", _apart(beside or f"branch-{core.line.id}", name)
    )


def _apart(beside: str, name: str | None) -> str:
    """What the current run is called, where somebody has chosen what the other one is called."""
    return beside if beside != name else f"{beside[: LONGEST - 2]}-1"


def _check_count(core: Core, line: Line) -> None:
    iterations, most = core.position.iteration - line.tip, core.limits.max_iterations_per_command
    if iterations > most:
        raise Refusal(
            "limit_iterations",
            422,
            "Too many iterations for one command",
            f"It would compute {iterations} iterations; {most} are allowed.",
            "Compare at an earlier place, and go on from there.",
            reason="iterations_of_command",
            params={"wanted": iterations, "most": most},
        )


def _refused(detail: str, hint: str, *, reason: str, **params: Param) -> Refusal:
    return Refusal(
        "compare_refused", 422, "There is nothing to compare", detail, hint, reason=reason, params=params
    )
