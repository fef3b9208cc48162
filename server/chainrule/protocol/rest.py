"""What only REST sends: the bodies of requests and answers that are no messages of the socket."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chainrule.protocol.model import (
    Branch,
    Breakpoint,
    Cursor,
    JournalEntry,
    NodeState,
    Param,
    Part,
    Phase,
    Place,
    RunName,
    Unit,
)
from chainrule.protocol.numbers import Number

DEFAULT_SEED = 7
MAX_SEED = 2**53 - 1
"""The largest seed: the largest integer that JavaScript holds exactly."""

MAX_JOURNAL = 10_000
"""Entries of a journal."""

MAX_ANSWERED = 64
"""Commands by which a session that was made again knows that they have been carried out."""

Seed = Annotated[int, Field(ge=0, le=MAX_SEED, strict=True)]


class CompanionRecipe(BaseModel):
    """What makes the run beside the current one: its journal starts from the session's configuration."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: RunName
    beside: RunName
    journal: list[JournalEntry] = Field(default_factory=list, max_length=MAX_JOURNAL)


class PlayRecipe(BaseModel):
    """Going on by one unit at a time, ``rate`` units a second (null: as fast as possible)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    unit: Unit
    rate: float | None = Field(gt=0, le=1000)


class CreateSession(BaseModel):
    """What makes a session. The same things always make the same session."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    lesson: Annotated[str, Field(min_length=1, max_length=64)]
    config: dict[str, Any] = Field(
        default_factory=dict, description="Fields that differ from the lesson's defaults."
    )
    seed: Seed = DEFAULT_SEED
    journal: list[JournalEntry] = Field(
        default_factory=list,
        max_length=MAX_JOURNAL,
        description="Edits and configurations to replay, in order.",
    )
    companion: CompanionRecipe | None = Field(None, description="A run to be held beside it.")
    cursor: Cursor | None = Field(None, description="Where to stand at first; (0, 0) if not given.")
    breakpoints: list[Breakpoint] = Field(default_factory=list, max_length=100)
    predict: bool = Field(False, description="Begin with *predict, then reveal* switched on.")
    revealed: Cursor | None = Field(
        None, description="With ``predict``: all up to here is revealed. If not given, all before the cursor."
    )
    answered: list[Annotated[str, Field(max_length=64)]] = Field(
        default_factory=list,
        max_length=MAX_ANSWERED,
        description="Commands that are part of this already, as the service notes them: repeated, they do nothing.",
    )
    playing: PlayRecipe | None = Field(None, description="Begin playing.")


class CompanionInfo(Part):
    """The run beside the current one, in short."""

    name: RunName
    beside: RunName = Field(description="What the current run is called.")
    cursor: Cursor
    phase: Phase
    config: dict[str, Any]
    metrics: dict[str, Number | None]
    journal: list[JournalEntry] = Field(description="What made its branch, from initial_config on.")


class SessionInfo(Part):
    """A session in short."""

    id: str = Field("", description="A capability: who knows it may drive the session.")
    lesson: str
    config: dict[str, Any] = Field(
        description="In force at the cursor; at a branch's tip, for the next iteration."
    )
    initial_config: dict[str, Any] = Field(
        description="What the session began with; the journal starts from it."
    )
    seed: int
    seq: int = Field(description="The session's revision.")
    cursor: Cursor
    phase: Phase
    parameters: dict[str, NodeState]
    metrics: dict[str, Number | None] = Field(description="At the cursor's iteration; null: not reached yet.")
    journal: list[JournalEntry] = Field(
        description="What made the current branch; create a session with it and initial_config to get the same."
    )
    companion: CompanionInfo | None = None


class CompanionState(Part):
    """Value and gradient of every node of the run beside the current one, under their names in it: `adam/w`."""

    name: RunName
    cursor: Cursor
    phase: Phase
    parameters: dict[str, NodeState]
    nodes: dict[str, NodeState]


class StateInfo(Part):
    """Value and gradient of every node at the cursor; large ones as summaries."""

    cursor: Cursor
    phase: Phase
    parameters: dict[str, NodeState]
    nodes: dict[str, NodeState]
    companion: CompanionState | None = None


class BranchesInfo(Part):
    """All branches; the cursor is on ``current``."""

    branches: list[Branch]
    current: int
    can_undo: bool
    companion: int | None = Field(None, description="The branch of the run beside the current one.")


class Snapshot(Part):
    """What makes a session, kept by the server under a short address. It never changes."""

    id: str = Field(description="Made from the content: what makes the same session has the same id.")
    url: str = Field(description="Where the page opens it, from the server's root: `/one-weight?s=…`.")


class Health(Part):
    """Whether the service can take sessions."""

    status: Literal["ok"]
    version: str
    protocol: int
    backend: str = Field(description="The array library that sessions compute with: numpy, torch or cupy.")
    device: str = Field(description="The device that it computes on: cpu, cuda:0, mps.")
    workers: int
    lasting: bool = Field(
        description="Whether sessions and rooms outlive the service; if not, its log says why, and they end with it."
    )


class Live(Part):
    """That the service answers."""

    status: Literal["ok"]


class ProblemError(Part):
    """One thing that is wrong with a request, and where in its body or parameters."""

    location: list[str | int]
    code: str
    detail: str


class Problem(Part):
    """A problem document (RFC 9457). ``code`` is stable; ``hint`` says what to do."""

    type: str = Field(description="'urn:chainrule:problem:' and the code.")
    title: str
    status: int
    detail: str
    code: str
    hint: str
    place: Place | None = None
    reason: str | None = Field(
        None, description="Which of the ways in which this code comes about: stable, as the code is."
    )
    params: dict[str, Param] = Field(
        default_factory=dict, description="What the reason speaks of, by name; iterations and steps from 0."
    )
    errors: list[ProblemError] = Field(default_factory=list)
