"""What a teacher says with a lesson."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chainrule.protocol.model import Part, Text


class NoteCheck(Part):
    """A number that a note names: the engine's, at the end of the phase of the beat's iteration that makes it."""

    node: str
    what: Literal["value", "grad"]
    value: float


class BeatNote(Part):
    """What to say at a beat, what to ask there, and where classes stumble."""

    id: str = Field(description="The beat's.")
    minutes: float = Field(description="How long it takes, of about ten in all.")
    say: Text
    ask: Text | None = None
    answer: Text | None = Field(None, description="The right answer to what is asked.")
    stumble: Text | None = Field(None, description="What is often misunderstood here.")
    check: NoteCheck | None = None


class LessonNotes(Part):
    """A teacher's notes for a lesson, as a plan of about ten minutes."""

    plan: Text = Field(description="The ten minutes in short.")
    beats: list[BeatNote]
