"""What all messages are made of: their base, cursors and steps."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Phase = Literal["forward", "backward", "update"]

StepKind = Literal["zero_grad", "load", "forward", "seed", "backward", "update"]

Unit = Literal["step", "phase", "iteration", "epoch"]

What = Literal["value", "grad"]

Form = Literal["elementwise", "contraction", "routing", "spread", "dense"]

Dtype = Literal["float32", "float64"]


class Part(BaseModel):
    """Base of all that is sent by the server: unknown fields are a programming error."""

    # What the server sends always has all its fields: the generated types do not make them optional.
    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_serialization_defaults_required=True)


class Cursor(Part):
    """A place on the timeline: the state *after* step ``step`` of iteration ``iteration``."""

    branch: int = Field(ge=0)
    iteration: int = Field(ge=0)
    step: int = Field(ge=0)


class Step(Part):
    """One step of an iteration, as laid out on the timeline.

    ``node`` is the node that a forward step computes, that a backward step passes its gradient through, or
    that an update changes; ``edge`` is the edge of a backward step; ``line`` the line of the listing.
    """

    index: int
    kind: StepKind
    phase: Phase
    label: str = Field(description="Short, as printed on the timeline: 'mul', 'mul → w'.")
    node: int | None = None
    edge: int | None = None
    line: int | None = None


class Text(Part):
    """The same sentence in each language of the interface."""

    en: str
    vi: str


class Place(Part):
    """Where in a text an error is: lines and columns from 1, ``end_column`` exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


Param = int | float | str | list[str]
"""What the sentence of a refusal speaks of."""


class JournalEntry(Part):
    """A command that shaped the current branch, with the cursor it was given at. Replayed in order, it gives the same session."""

    cursor: Cursor
    command: dict[str, Any]
