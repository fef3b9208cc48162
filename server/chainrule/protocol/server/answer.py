"""What is answered to questions that any lesson may be asked."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chainrule.protocol.model import (
    Cursor,
    Explained,
    FrameTensor,
    Graph,
    Own,
    Part,
    Source,
    Term,
    UnfoldedCell,
    UnfoldedPart,
    What,
)
from chainrule.protocol.numbers import Data, Number
from chainrule.protocol.server.message import Frame, Message


class Explanation(Message):
    """The numbers that made a number: ``value`` = the sum of the terms (or ``rule`` where it is not a sum)."""

    type: Literal["explanation"] = "explanation"
    cursor: Cursor = Field(description="The place that is explained.")
    name: str
    what: Explained
    index: list[int]
    argument: int | None = None
    symbol: str | None = None
    own: Own | None = Field(
        None, description="Whose own loss it is the gradient of; null: that of the batch."
    )
    shape: list[int]
    value: Number | None = Field(description="Null: not reached yet.")
    formula: str = Field(description="LaTeX with symbols.")
    rule: str = Field(description="LaTeX of the rule with the numbers in it.")
    terms: list[Term]
    convention: str | None = Field(
        None, description="Code of the convention that chose a value at a kink or a tie."
    )
    python: str = Field(description="The PyTorch line that holds the same number.")
    path: str = Field(description="The REST path under /api/sessions/{id} that returns it.")
    began: Source | None = Field(
        None,
        description="Where the NaN or infinity in this number began: the number that is not finite though all that "
        "it was made of is, or that was given so. Null for a finite number.",
    )


class GradcheckResult(Message):
    """A gradient beside central differences, both in float64."""

    type: Literal["gradcheck_result"] = "gradcheck_result"
    name: str
    epsilon: float
    analytic: Data
    numeric: Data
    max_relative_error: Number
    passed: bool
    kink: bool = Field(description="A kink lies within epsilon: the two may differ rightly.")


class PytorchResult(Message):
    """The same number from PyTorch; ``value`` is null where PyTorch is not installed."""

    type: Literal["pytorch_result"] = "pytorch_result"
    name: str
    what: What
    code: str
    installed: bool
    value: Data | None = None


class SweepResult(Message):
    """The loss over one leaf."""

    type: Literal["sweep_result"] = "sweep_result"
    name: str
    cursor: Cursor
    xs: list[Number]
    losses: list[Number]


Reduction = Literal["mean", "sum"]
"""How the own loss terms of the samples make the loss of the batch."""


class SampleResult(Message):
    """One sample of a batch by itself. Tensors with more elements than a frame would hold are left out."""

    type: Literal["sample_result"] = "sample_result"
    cursor: Cursor
    row: int
    count: int = Field(description="How many samples the batch has.")
    reduction: Reduction
    loss: Number = Field(description="Its own loss term: not divided by the number of samples, no penalties.")
    values: dict[str, Data] = Field(description="Its row of each node that has an axis of samples.")
    deltas: dict[str, Data] = Field(description="Its row of the gradient of its own term by such a node.")
    grads: dict[str, Data] = Field(description="The gradient of its own term by each parameter.")


class ArrowsResult(Message):
    """The own gradients of all samples by two elements of a parameter (by one, where there is one).

    ``batch`` = ``together`` + ``penalty``, up to rounding.
    """

    type: Literal["arrows_result"] = "arrows_result"
    cursor: Cursor
    name: str
    first: list[int]
    second: list[int] | None
    reduction: Reduction
    losses: list[Number] = Field(description="The own loss term of each sample.")
    samples: list[list[Number]] = Field(
        description="For each sample its gradient by the first and the second."
    )
    together: list[Number] = Field(description="The mean of these, or the sum.")
    penalty: list[Number] = Field(description="The gradient of the penalties.")
    batch: list[Number] = Field(description="The gradient of the loss.")


class Unfolded(Message):
    """A unit as its scalar circuit for one sample: a graph of numbers, and a frame of what has been computed so far.

    The graph's steps are those of the iteration; ``parts`` say what each of them does here, ``cells`` what its nodes
    are. Contributions are those to the gradient of the batch: where its loss is a mean, 1/N is in each of them. Of the
    frame's tensors, ``local`` is there for all edges that have brought their contribution, and ``before``, ``after`` and
    ``detail`` (what the learning rate is multiplied by) for each node that an update changes.
    """

    type: Literal["unfolded"] = "unfolded"
    cursor: Cursor
    layer: str
    unit: int
    source: int | None
    row: int
    count: int = Field(description="How many samples the batch has.")
    graph: Graph
    frame: Frame
    cells: list[UnfoldedCell]
    parts: list[UnfoldedPart]


class NumbersResult(Message):
    """Tensors of the frame that has the same ``seq``, as it would have held them."""

    type: Literal["numbers_result"] = "numbers_result"
    cursor: Cursor
    tensors: list[FrameTensor]


class RunDifferences(Part):
    """The gradient of one run by finite differences, beside that by backpropagation."""

    name: str = Field(description="Empty where there is only one.")
    parameters: list[str]
    loss: Number
    nudged: list[Number] = Field(
        description="The loss where one number is larger by its ``steps``, for each of them."
    )
    steps: list[Number]
    slopes: list[Number]
    gradients: list[Number]
    passes: int = Field(description="Forward passes that the slopes took.")


class DifferencesResult(Message):
    """Gradients by finite differences: slope = (nudged − loss) / step. Parameters' elements in order."""

    type: Literal["differences_result"] = "differences_result"
    cursor: Cursor
    runs: list[RunDifferences]
    backward_passes: int = Field(description="Backward passes that all ``gradients`` took together.")
    largest: Number = Field(description="The largest difference between a slope and its gradient.")


class NudgeResult(Message):
    """What one number does to the loss: (``nudged`` − ``loss``) / ``h`` = ``slope``, beside the ``gradient``."""

    type: Literal["nudge_result"] = "nudge_result"
    cursor: Cursor
    name: str
    index: list[int]
    h: Number = Field(description="By how much it is larger: what the sum could hold of what was asked for.")
    value: Number
    loss: Number
    nudged: Number
    slope: Number
    gradient: Number
