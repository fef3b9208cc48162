"""What has changed: revisions of the session's aspects, and the messages that tell them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from chainrule.lessons.lesson import PlanePoints
from chainrule.protocol.client import (
    CompareCommand,
    ConfigureCommand,
    EditCommand,
    GuessCommand,
    PredictCommand,
    SeekCommand,
    StepCommand,
    UndoCommand,
)
from chainrule.protocol.server import (
    Branches,
    Breakpoints,
    Configured,
    GraphMessage,
    Moved,
    Playback,
    Prediction,
    ServerMessage,
)
from chainrule.session import documents
from chainrule.session.pictures import dataset, points_of

if TYPE_CHECKING:
    from chainrule.session.jobs import Job
    from chainrule.session.session import Session


SHAPING = (EditCommand, ConfigureCommand, CompareCommand, UndoCommand)
MOVES = (*SHAPING, StepCommand, SeekCommand, PredictCommand, GuessCommand)
"""Commands after which there may be something else to see: their answers hold the frame."""

ASPECTS: dict[type[ServerMessage], str] = {
    Configured: "configured",
    Branches: "branches",
    Breakpoints: "breakpoints",
    Playback: "playback",
    Prediction: "prediction",
}


class News:
    """Compares what could be told with what was told last."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.revision = 0
        self.journal = 0

    def begin(self) -> None:
        """What there is now is known to whoever comes."""
        self.tips = self._tips_now()
        self._told = self._now()
        self._frame_told = self._frame_now()
        self._recipe_told = self._recipe_now()
        self._topology = self.session.graph().topology
        self.changes = dict.fromkeys(self._told, 0)

    def _now(self) -> dict[str, Any]:
        session = self.session
        core = session.core
        playing = session.playing
        # While playing, tips move all the time; the metrics tell how far.
        lines = tuple(
            (
                line.id,
                None if line.parent is None else line.parent.id,
                -1 if playing is not None else line.tip,
            )
            for line in core.timeline.lines.values()
        )
        return {
            "configured": (core.regime().config, bool(core.undo)),
            "branches": (lines, core.line.id, bool(core.undo), core.companion),
            "breakpoints": tuple(core.breakpoints),
            "playback": None if playing is None else (playing.unit, playing.rate),
            "stopped": core.stops,
            "prediction": core.prediction.on,
            "dataset": points_of(core.record),
        }

    def _frame_now(self) -> tuple[Any, ...]:
        core = self.session.core
        return core.cursor(), core.record, core.withheld(), core.companion, core.beside

    def _recipe_now(self) -> tuple[Any, ...]:
        """What makes the session again, but for the cursor."""
        core, playing = self.session.core, self.session.playing
        plays = None if playing is None else (playing.unit, playing.rate)
        revealed = dict(core.prediction.seen) if core.prediction.on else None
        shaped = (list(core.timeline.lines), core.timeline.next_id, list(core.undo), core.last_edit)
        return core.line.journal, core.breakpoints, revealed, core.companion, plays, shaped

    def _tips_now(self) -> dict[int, int]:
        return {line.id: line.tip for line in self.session.core.timeline.lines.values()}

    def publish(self) -> set[str]:
        """Count up if anything has changed; returns the aspects that have."""
        now = self._now()
        changed = {aspect for aspect, value in now.items() if not _equal(value, self._told[aspect])}
        frame = self._frame_now()
        moved = any(not _equal(a, b) for a, b in zip(frame, self._frame_told, strict=True))
        if changed or moved:
            self.revision += 1
        for aspect in changed:
            self.changes[aspect] = self.revision
        recipe = self._recipe_now()
        if any(not _equal(a, b) for a, b in zip(recipe, self._recipe_told, strict=True)):
            self.journal += 1
            self._recipe_told = recipe
        self._told, self._frame_told = now, frame
        if self.session.job is None:
            self.tips = self._tips_now()
        return changed

    def answers(self, job: Job, messages: list[ServerMessage]) -> list[ServerMessage]:
        """The answers to a command: its own messages, and what it has changed.

        Graph and frame are among them where nobody pulls them.
        """
        session, viewer, command = self.session, job.viewer, job.command
        found = list(messages)
        if isinstance(command, SHAPING):
            found.extend(self.tell("branches"))
        if isinstance(command, (ConfigureCommand, UndoCommand)):
            found.extend(self.tell("configured"))
        if isinstance(command, MOVES):
            told = {ASPECTS.get(type(message)) for message in found}
            for aspect in ("configured", "branches"):
                if aspect not in told and self.changes[aspect] == self.revision > 0:
                    found.extend(self.tell(aspect))
        if viewer is not None:
            for message in found:
                aspect_told = ASPECTS.get(type(message))
                if aspect_told is not None:
                    viewer.seen[aspect_told] = self.changes[aspect_told]
        topology = session.graph().topology
        if viewer is None and isinstance(command, MOVES):
            if topology != self._topology:
                found.append(GraphMessage(graph=session.graph()))
            companion = session.companion()
            found.extend([session.frame()] if companion is None else [companion, session.frame()])
        self._topology = topology
        return [message.model_copy(update={"id": command.id, "seq": self.revision}) for message in found]

    def tell(self, aspect: str) -> list[ServerMessage]:
        """The messages that tell an aspect as it is now."""
        core = self.session.core
        seq = self.revision
        if aspect == "configured":
            return [
                Configured(
                    seq=seq,
                    config=documents.config_of(core),
                    from_iteration=core.holds_from(),
                    can_undo=bool(core.undo),
                )
            ]
        if aspect == "branches":
            told = documents.branches(core)
            return [Branches(seq=seq, **dict(told))]
        if aspect == "breakpoints":
            return [Breakpoints(seq=seq, breakpoints=list(core.breakpoints))]
        if aspect == "playback":
            return [self.playback()]
        if aspect == "prediction":
            return [Prediction(seq=seq, on=core.prediction.on)]
        if aspect == "dataset":
            points = dataset(core.record, seq)
            return [] if points is None else [points]
        if aspect == "stopped" and core.stopped_by is not None:
            arrival = core.stopped_by
            return [
                Moved(
                    seq=seq,
                    cursor=core.cursor(),
                    phase=documents.phase(core),
                    reached=arrival.reached,
                    breakpoint=arrival.breakpoint,
                    because=arrival.because,
                )
            ]
        return []

    def playback(self) -> Playback:
        """Whether it plays, and how."""
        playing = self.session.playing
        if playing is None:
            return Playback(seq=self.revision, playing=False)
        return Playback(seq=self.revision, playing=True, unit=playing.unit, rate=playing.rate)


def _equal(a: Any, b: Any) -> bool:
    return a is b or (a.same(b) if isinstance(a, PlanePoints) else bool(a == b))
