"""One union of all of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, TypeAdapter

from chainrule.protocol.server.answer import (
    ArrowsResult,
    DifferencesResult,
    Explanation,
    GradcheckResult,
    NudgeResult,
    NumbersResult,
    PytorchResult,
    SampleResult,
    SweepResult,
    Unfolded,
)
from chainrule.protocol.server.message import (
    Branches,
    Breakpoints,
    Companion,
    Configured,
    Dataset,
    Done,
    ErrorMessage,
    Fired,
    Frame,
    GraphMessage,
    Metrics,
    Moved,
    Playback,
    Prediction,
    Progress,
    Welcome,
)
from chainrule.protocol.server.picture import (
    DetectResult,
    FilterResult,
    MapResult,
    PrecisionResult,
    SceneResult,
    TokenResult,
    UsesResult,
    Written,
)

ServerMessage = Annotated[
    Welcome
    | GraphMessage
    | Frame
    | Companion
    | Dataset
    | Moved
    | Done
    | Progress
    | Playback
    | Configured
    | Branches
    | Metrics
    | Breakpoints
    | Explanation
    | GradcheckResult
    | PytorchResult
    | SweepResult
    | SampleResult
    | ArrowsResult
    | Unfolded
    | MapResult
    | SceneResult
    | DetectResult
    | PrecisionResult
    | FilterResult
    | UsesResult
    | NumbersResult
    | DifferencesResult
    | TokenResult
    | Written
    | NudgeResult
    | Fired
    | Prediction
    | ErrorMessage,
    Field(discriminator="type"),
]

SERVER_MESSAGE: TypeAdapter[ServerMessage] = TypeAdapter(ServerMessage)

SERVER_MESSAGES: TypeAdapter[list[ServerMessage]] = TypeAdapter(list[ServerMessage])
