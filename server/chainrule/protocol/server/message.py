"""What is sent of a session: its graph, its frames, where it is, what it does."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from chainrule.protocol.model import (
    Because,
    Branch,
    Breakpoint,
    Cursor,
    Evaluation,
    FrameTensor,
    Graph,
    Param,
    Part,
    Phase,
    Place,
    Places,
    RunName,
    RunState,
    Step,
    Unit,
    UpdateDetail,
)
from chainrule.protocol.numbers import Number

Reached = Literal["start", "end", "withheld", "breakpoint", "cancelled", "non_finite"]


class Message(Part):
    """Base of all messages. ``seq`` is the session's revision; ``id`` that of the command it answers."""

    seq: int = 0
    id: str | None = None


class Welcome(Message):
    """The first message on a socket: everything that a page needs apart from graph and frame, which follow."""

    type: Literal["welcome"] = "welcome"
    protocol: int
    lesson: str
    config: dict[str, Any]
    seed: int
    cursor: Cursor
    branches: list[Branch]
    breakpoints: list[Breakpoint]
    predict: bool
    playing: bool
    can_undo: bool
    pytorch_installed: bool
    companion: int | None = Field(None, description="The branch of the run beside the current one.")


class GraphMessage(Message):
    """The topology at the cursor, sent when it is not the one sent last."""

    type: Literal["graph"] = "graph"
    graph: Graph


class Frame(Message):
    """The whole state at the cursor: never half a step, never a difference.

    On the socket it travels as a binary frame whose JSON header is this message.
    """

    type: Literal["frame"] = "frame"
    topology: int
    cursor: Cursor
    phase: Phase
    step: Step
    arrived: list[int] = Field(description="Contributions that have arrived, per node.")
    withheld: bool = Field(
        description="This step's gradient waits for a guess; none of its numbers are here."
    )
    tensors: list[FrameTensor]
    update: list[UpdateDetail] = Field(description="The arithmetic of an update step, in order.")
    non_finite: list[int] = Field(
        description="Nodes whose value or gradient has NaN or infinity, first cause first."
    )
    loss: Number | None = None
    batch: list[int] = Field(
        default_factory=list,
        description="Which points of the dataset this iteration is about, in the order of its rows; empty until they are loaded.",
    )
    evaluation: Evaluation | None = Field(None, description="Where it was subscribed to.")
    runs: list[RunState] = Field(default_factory=list, description="Where they were subscribed to.")
    left: list[Places] = Field(
        default_factory=list,
        description="Tensors that there are, and that would have made the frame larger than was subscribed to: ask for their numbers.",
    )


class Dataset(Message):
    """The points that the cursor's iteration is from. Sent again when they change."""

    type: Literal["dataset"] = "dataset"
    inputs: list[list[Number]] = Field(description="(n, 2): x and y; those held out come first.")
    targets: list[Number] = Field(description="The class of each, from 0; or its number.")
    classes: int = Field(description="How many classes there are; 0 where targets are numbers.")
    held_out: int = Field(description="How many are not trained on, but tested with.")
    low: float = Field(description="The least x and y of a picture.")
    high: float
    says: Literal["probability", "number", "probabilities"] = Field(
        description="What the surface holds: the probability of class 1, a number, or each class's probability."
    )


class Companion(Message):
    """The run beside the current one, at the same iteration. Sent before each frame, with its ``seq``.

    At the same step where both runs have the same steps, else at the last end of a phase that the cursor has reached.
    On the socket it travels as a binary frame whose JSON header is this message. Of its tensors, ``index`` is a place in
    ``names`` for value and grad.
    """

    type: Literal["companion"] = "companion"
    name: RunName
    beside: RunName = Field(description="What the current run is called.")
    cursor: Cursor
    phase: Phase
    config: dict[str, Any]
    differs: list[str] = Field(
        description="The fields in which the configurations of the two runs differ here."
    )
    loss: Number | None
    evaluation: Evaluation | None = None
    runs: list[RunState] = Field(default_factory=list, description="Where they were subscribed to.")
    names: list[str]
    tensors: list[FrameTensor]


class Moved(Message):
    """The answer to a command that moves the cursor. ``reached`` says why it went less far than asked.

    Where a ``breakpoint`` was hit, or NaN or infinity began, ``because`` has the numbers.
    """

    type: Literal["moved"] = "moved"
    cursor: Cursor
    phase: Phase
    reached: Reached | None = None
    breakpoint: Breakpoint | None = None
    because: Because | None = None


class Done(Message):
    """The answer to a command that only needs a yes."""

    type: Literal["done"] = "done"


class Progress(Message):
    """A long command is under way: ``done`` of ``total`` iterations. ``cancel`` stops it."""

    type: Literal["progress"] = "progress"
    done: int
    total: int


class Playback(Message):
    """Playing started or stopped."""

    type: Literal["playback"] = "playback"
    playing: bool
    unit: Unit = "step"
    rate: float | None = None


class Configured(Message):
    """The configuration in force at the cursor, and from which iteration a change holds."""

    type: Literal["configured"] = "configured"
    config: dict[str, Any]
    from_iteration: int
    can_undo: bool


class Branches(Message):
    """All branches; the cursor is on ``current``."""

    type: Literal["branches"] = "branches"
    branches: list[Branch]
    current: int
    can_undo: bool
    companion: int | None = Field(None, description="The branch of the run beside the current one.")


class Metrics(Message):
    """Columns of a branch's own iterations, from ``start`` on. Replaces what was known of it from there on.

    A branch owns the iterations from its fork on; those before are its parent's, and come as the parent's. Told are
    the current branch, all that its history needs, and a few others that may be drawn beside it.
    """

    type: Literal["metrics"] = "metrics"
    branch: int
    start: int
    columns: dict[str, list[Number | None]]


class Breakpoints(Message):
    """All breakpoints."""

    type: Literal["breakpoints"] = "breakpoints"
    breakpoints: list[Breakpoint]


class Fired(Message):
    """Whether a node may send its gradient on, and which contributions are still missing."""

    type: Literal["fired"] = "fired"
    name: str
    fired: bool
    arrived: int
    expected: int
    missing: list[str] = Field(description="Names of the consumers that have not contributed yet.")


class Prediction(Message):
    """Whether answers are withheld; after a guess, how close it was."""

    type: Literal["prediction"] = "prediction"
    on: bool
    guess: Number | None = None
    actual: Number | None = None
    relative_error: Number | None = None
    verdict: Literal["exact", "close", "sign", "wrong"] | None = None


class ErrorMessage(Message):
    """A refused command. Nothing changed. ``code`` is stable; ``hint`` says what to do."""

    type: Literal["error"] = "error"
    code: str
    status: int
    title: str
    detail: str
    hint: str
    place: Place | None = None
    reason: str | None = Field(
        None, description="Which of the ways in which this code comes about: stable, as the code is."
    )
    params: dict[str, Param] = Field(
        default_factory=dict, description="What the reason speaks of, by name; iterations and steps from 0."
    )
