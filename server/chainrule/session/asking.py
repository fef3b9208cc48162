"""Commands that ask: they move nothing and change no history."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import assert_never

from chainrule.engine.tape import Node
from chainrule.errors import Refusal
from chainrule.explain import History, began, explain
from chainrule.guesses import judge
from chainrule.protocol.client import (
    ArrowsCommand,
    BreakpointCommand,
    DetectCommand,
    DifferencesCommand,
    ExplainCommand,
    FilterCommand,
    FireCommand,
    GradcheckCommand,
    GuessCommand,
    MapCommand,
    NudgeCommand,
    NumbersCommand,
    PrecisionCommand,
    PredictCommand,
    PytorchCommand,
    Question,
    SampleCommand,
    SceneCommand,
    SweepCommand,
    TokenCommand,
    UnfoldCommand,
    UsesCommand,
    WriteCommand,
)
from chainrule.protocol.model import (
    Breakpoint,
    Condition,
    Cursor,
    DeadCondition,
    MetricCondition,
    Param,
    StalledCondition,
)
from chainrule.protocol.server import Breakpoints, Explanation, Fired, Prediction, ServerMessage
from chainrule.session.batch import batch_of
from chainrule.session.beside import find, prefixed
from chainrule.session.breakpoints import metric_names
from chainrule.session.checks import consumers_missing, gradcheck, nudge, sweep
from chainrule.session.core import Core
from chainrule.session.detection import detect, precision, scene
from chainrule.session.differences import differences
from chainrule.session.documents import withheld
from chainrule.session.filters import answers_to
from chainrule.session.progress import better
from chainrule.session.pytorch import pytorch
from chainrule.session.runs import surface_map
from chainrule.session.samples import arrows, asked, sample
from chainrule.session.term import told
from chainrule.session.thinned import numbers
from chainrule.session.tokens import token, write
from chainrule.session.unfolding import unfolded
from chainrule.session.uses import uses
from chainrule.session.view import View
from chainrule.timeline import Line, Position
from chainrule.trace import Record

Asked = Question | BreakpointCommand | PredictCommand | GuessCommand


def ask(core: Core, command: Asked) -> Generator[None, None, list[ServerMessage]]:
    """Carry out a question; its answers."""
    match command:
        case BreakpointCommand():
            return [_breakpoint(core, command)]
        case ExplainCommand():
            return [(yield from _explain(core, command))]
        case GradcheckCommand():
            _require_revealed(core, core.record.find(command.name))
            return [(yield from gradcheck(core, command))]
        case PytorchCommand():
            if command.what == "grad":
                _require_revealed(core, core.record.find(command.name))
            return [pytorch(core, command)]
        case SweepCommand():
            # The slope of the curve is the gradient.
            _require_revealed(core, core.record.find(command.name))
            return [(yield from sweep(core, command))]
        case SampleCommand():
            return [sample(core, command)]
        case ArrowsCommand():
            return [(yield from arrows(core, command))]
        case UnfoldCommand():
            return [unfolded(core, command)]
        case MapCommand():
            return [surface_map(core, command)]
        case SceneCommand():
            return [scene(core, command)]
        case DetectCommand():
            return [(yield from detect(core, command))]
        case PrecisionCommand():
            return [(yield from precision(core, command))]
        case FilterCommand():
            return [(yield from answers_to(core, command))]
        case UsesCommand():
            return [uses(core, command)]
        case DifferencesCommand():
            for name in core.record.start.regime.trained:
                _require_revealed(core, core.record.find(name))
            return [(yield from differences(core))]
        case TokenCommand():
            return [token(core, command)]
        case WriteCommand():
            return [(yield from write(core, command))]
        case NudgeCommand():
            _require_revealed(core, core.record.find(command.name))
            return [(yield from nudge(core, command))]
        case NumbersCommand():
            return [numbers(core.view(), command, 0, core.limits)]
        case FireCommand():
            return [_fire(core, command)]
        case PredictCommand():
            core.prediction.switch(command.on, core.line, core.position)
            return [Prediction(on=core.prediction.on)]
        case GuessCommand():
            return [_guess(core, command)]
        case _:
            assert_never(command)


def _breakpoint(core: Core, command: BreakpointCommand) -> Breakpoints:
    if command.action == "add":
        if command.condition is None:
            raise Refusal(
                "invalid_message",
                422,
                "The breakpoint has no condition",
                "A breakpoint to be added needs a condition.",
                "Send 'condition' with a kind: step, non_finite, grad, metric, rising, stalled or dead.",
            )
        if len(core.breakpoints) >= core.limits.max_breakpoints:
            raise Refusal(
                "limit_breakpoints",
                422,
                "Too many breakpoints",
                f"There are {len(core.breakpoints)} already.",
                "Remove some.",
            )
        _require_possible(core, command.condition)
        core.breakpoints = [
            *core.breakpoints,
            Breakpoint(id=core.next_breakpoint, condition=command.condition),
        ]
        core.next_breakpoint += 1
    elif command.action == "clear":
        core.breakpoints = []
    else:
        if all(known.id != command.breakpoint for known in core.breakpoints):
            raise Refusal(
                "unknown_breakpoint",
                404,
                "No such breakpoint",
                f"There is no breakpoint {command.breakpoint}.",
                "Use an id from the list of breakpoints.",
            )
        if command.action == "remove":
            core.breakpoints = [known for known in core.breakpoints if known.id != command.breakpoint]
        else:
            switched = {"on": command.action == "on"}
            core.breakpoints = [
                known.model_copy(update=switched) if known.id == command.breakpoint else known
                for known in core.breakpoints
            ]
    return Breakpoints(breakpoints=list(core.breakpoints))


def _require_possible(core: Core, condition: Condition) -> None:
    """Refuse what can never come to pass in this lesson as it is."""
    record = core.record
    name = getattr(condition, "name", None) or getattr(condition, "node", None)
    if name is not None:
        record.find(name)
    if isinstance(condition, (MetricCondition, StalledCondition)):
        known = metric_names(record)
        if isinstance(condition, StalledCondition):
            known = [name for name in known if better(name)]
        if condition.metric not in known:
            raise _impossible(
                f"There is no metric {condition.metric[:64]!r} here: there are {', '.join(known)}.",
                "Choose one of these.",
                reason="breakpoint_metric",
                metric=condition.metric[:64],
                known=", ".join(known),
            )
    if isinstance(condition, DeadCondition) and record.start.regime.answers is None:
        raise _impossible(
            "This lesson has no units that could die.",
            "Choose another condition.",
            reason="breakpoint_units",
        )


def _impossible(detail: str, hint: str, *, reason: str, **params: Param) -> Refusal:
    return Refusal(
        "invalid_breakpoint",
        422,
        "This breakpoint would never stop",
        detail,
        hint,
        reason=reason,
        params=params,
    )


def _explain(core: Core, command: ExplainCommand) -> Generator[None, None, Explanation]:
    view, line, prefix, name = find(core, command.name)
    command = command.model_copy(update={"name": name})
    record, shown = view.record, None
    place = command.place or view.cursor
    if place == view.cursor:
        shown = view.shown
        _require_shown(view, command)
    else:
        record = yield from _past(core, line, view.cursor, place)
    history = History(core.timeline, line)
    own = None
    if command.own is not None:
        batch = asked(core, view) if shown is not None else batch_of(record)
        record = own = batch.own(command.own)
    found = explain(record, place, command, shown=shown, history=history)
    if found.value is None or math.isfinite(found.value):
        return prefixed(found if own is None else told(own, found), prefix)
    node = record.find(found.name)
    beginning = yield from began(
        history,
        record,
        place.step if shown is None else shown,
        found.what,
        node,
        tuple(found.index),
        argument=found.argument,
        symbol=found.symbol,
    )
    found = found.model_copy(update={"began": beginning})
    return prefixed(found if own is None else told(own, found), prefix)


def _require_shown(view: View, command: ExplainCommand) -> None:
    """Refuse the numbers of a step that waits for a guess."""
    waiting = view.waiting
    if waiting is None:
        return
    contribution = view.record.step(view.cursor.step).contribution
    node = view.record.find(command.name)
    asked = command.what == "contribution" and contribution is not None and node is contribution.node
    if command.what == "grad" and node is waiting:
        raise withheld(command.name)
    if asked and contribution is not None and command.argument in (None, contribution.argument):
        raise withheld(command.name)


def _past(core: Core, line: Line, cursor: Cursor, place: Cursor) -> Generator[None, None, Record]:
    """The iteration of a place that lies before the cursor; refuses others: they may not have been seen yet."""
    other = core.timeline.line(place.branch)
    there, here = Position(place.iteration, place.step), Position(cursor.iteration, cursor.step)
    if there > here or other.owner(place.iteration) is not line.owner(place.iteration):
        raise _not_before(place)
    record = yield from core.timeline.reach(line, place.iteration)
    if place.step >= record.layout.total:
        raise _not_before(place)
    return record


def _not_before(place: Cursor) -> Refusal:
    return Refusal(
        "place_not_reached",
        422,
        "There is nothing to explain there",
        f"Step {place.step} of iteration {place.iteration} does not lie before the cursor on this branch.",
        "Use a place that an explanation gave, or go there first.",
    )


def _require_revealed(core: Core, node: Node) -> None:
    """Refuse what would tell a gradient of this iteration that waits for a guess."""
    waiting = core.prediction.first_waiting(core.line, core.record)
    arrivals = core.record.arrivals.get(node.index)
    if waiting is not None and (arrivals is None or arrivals.steps[-1] >= waiting):
        raise withheld(str(node.name))


def _fire(core: Core, command: FireCommand) -> Fired:
    view = core.view()
    node = core.record.find(command.name)
    expected = core.record.expected(node)
    arrived = core.record.arrived(node, view.shown)
    return Fired(
        name=str(node.name),
        fired=0 < expected == arrived,
        arrived=arrived,
        expected=expected,
        missing=consumers_missing(core.record, node, view.shown),
    )


def _guess(core: Core, command: GuessCommand) -> Prediction:
    contribution = core.record.step(core.position.step).contribution
    if not core.withheld() or contribution is None:
        raise Refusal(
            "nothing_to_guess",
            409,
            "There is nothing to guess here",
            "No gradient is withheld at this step.",
            "Switch prediction on, and step on to the next gradient.",
        )
    actual = float(core.backend.to_numpy(contribution.value).item())
    judged = judge(command.value, actual)
    core.prediction.reveal(core.line, core.position)
    return Prediction(
        on=True,
        guess=judged.guess,
        actual=actual,
        relative_error=judged.relative_error,
        verdict=judged.verdict,
    )
