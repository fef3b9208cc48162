"""Breakpoints: what they wait for, and why one has stopped."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from chainrule.protocol.model.part import Part, StepKind

RunName = Annotated[str, Field(pattern=r"^[^/\s]{1,40}$")]
"""What one of two runs is called: before a slash it says whose number a name means."""


class _Condition(Part):
    """What a breakpoint waits for."""

    # A condition travels both ways: one schema for both, hence optional fields in both.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)


Relation = Literal["<", ">"]

Threshold = Annotated[float, Field(allow_inf_nan=False)]


class StepCondition(_Condition):
    """Stop when a step of this kind, or at this node, is reached."""

    kind: Literal["step"]
    step_kind: StepKind | None = None
    node: str | None = None


class NonFiniteCondition(_Condition):
    """Stop when a value or gradient becomes NaN or infinite."""

    kind: Literal["non_finite"]


class GradCondition(_Condition):
    """Stop when a gradient is complete and its norm (the root of the sum of squares) is beyond a threshold.

    Without ``name`` it is the gradient of any parameter.
    """

    kind: Literal["grad"]
    name: str | None = None
    relation: Relation
    threshold: Threshold


class MetricCondition(_Condition):
    """Stop where a metric begins to be beyond a threshold: it is in this iteration, and was not in the one before.

    Any column of the metrics: ``loss``, a watched leaf, ``test_loss``, ``accuracy``, ``test_accuracy``. What is
    otherwise measured every k iterations is measured in each while such a breakpoint is on.
    """

    kind: Literal["metric"]
    metric: Annotated[str, Field(min_length=1, max_length=200)]
    relation: Relation
    threshold: Threshold


class RisingCondition(_Condition):
    """Stop when the loss has risen from each iteration to the next, this many times in a row."""

    kind: Literal["rising"]
    iterations: Annotated[int, Field(ge=1, le=1000)] = 3


class StalledCondition(_Condition):
    """Stop when a metric has not got better for this many iterations, and again after as many more.

    Better is what beats the best so far by more than ``margin``, a share of it: below it for a loss, above it for an
    accuracy or a mean average precision. What is measured every k iterations is looked at in those.
    """

    kind: Literal["stalled"]
    metric: Annotated[str, Field(min_length=1, max_length=200)] = "loss"
    iterations: Annotated[int, Field(ge=1, le=100_000)] = 300
    margin: Annotated[float, Field(ge=0, lt=1)] = 0.01


class DeadCondition(_Condition):
    """Stop when a unit dies: from then on no point of the whole training set gets a gradient through it.

    A unit is dead where the slope of its activation is exactly zero for every point that is trained on, in evaluation
    mode. It is looked for with the parameters that an iteration ends with.
    """

    kind: Literal["dead"]


Condition = (
    StepCondition
    | NonFiniteCondition
    | GradCondition
    | MetricCondition
    | RisingCondition
    | StalledCondition
    | DeadCondition
)


class Breakpoint(Part):
    """A condition that stops playing and long steps, while it is ``on``."""

    # It travels both ways, as its condition does.
    model_config = ConfigDict(json_schema_serialization_defaults_required=False)
    id: int
    condition: Condition = Field(discriminator="kind")
    on: bool = True


class Because(Part):
    """Why one has stopped: a stable ``reason``, and the names and numbers that its sentence speaks of.

    Numbers that are not finite are strings, as everywhere. ``iteration`` is among the parameters of each.
    """

    reason: Literal[
        "step",
        "non_finite",
        "grad_below",
        "grad_above",
        "metric_below",
        "metric_above",
        "rising",
        "stalled",
        "dead",
    ]
    params: dict[str, int | float | str]
