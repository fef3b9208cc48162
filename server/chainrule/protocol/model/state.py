"""What there is to say of a session at a step: measures, runs, layers, updates, branches."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chainrule.protocol.model.part import Dtype, Part
from chainrule.protocol.model.tensor import Summary
from chainrule.protocol.numbers import Data, Number


class Scores(Part):
    """How a network does on some points."""

    count: int
    loss: Number | None = Field(description="Without penalties; null: of no points.")
    accuracy: Number | None = Field(description="Null where targets are numbers.")
    confusion: list[list[int]] = Field(
        description="Row: the class that a point is of; column: the class that the network says. Empty for numbers."
    )
    map50: Number | None = Field(
        None,
        description="Of a detector: mean average precision at an overlap (IoU) of 0.5, as COCO counts it.",
    )
    map50_95: Number | None = Field(
        None, description="The same, averaged over overlaps of 0.50, 0.55, … 0.95."
    )
    terms: list[Number] = Field(
        [], description="Of a detector: the terms of its loss, times their weights; the loss is their sum."
    )


class LayerHealth(Part):
    """Units of a layer that no longer learn, or hardly; both lists are places among its units."""

    units: int = Field(description="How many have an activation that may flatten.")
    dead: list[int] = Field(
        description="Units whose activation has a slope of exactly 0 at every point that is trained on."
    )
    saturated: list[int] = Field(
        description="Others whose slope is below 0.001 in size at 95 % or more of the points that are trained on."
    )


class Evaluation(Part):
    """How the network does with the parameters at the cursor, in evaluation mode."""

    train: Scores
    test: Scores | None
    health: list[LayerHealth] = Field(
        default_factory=list, description="Of each layer of the graph, the input first."
    )


class RunNumber(Part):
    """A named intermediate of a run's update, for each of its parameters in order."""

    symbol: str = Field(description="LaTeX.")
    formula: str = Field(description="LaTeX.")
    values: list[Number]


Verdict = Literal["diverges", "arrived", "saddle", "plateau", "zigzags", "crawls", "walks"]


class LayerSizes(Part):
    """How large the numbers of a layer are at the cursor: the root of the mean of their squares. Null: not reached yet."""

    activation: Number | None = Field(description="Of what it passes on.")
    grad: Number | None = Field(description="Of the gradient of that, as far as contributions have arrived.")
    complete: bool = Field(description="Whether all contributions to that gradient have arrived.")
    weight_grad: Number | None = Field(description="Of the gradient of its weight.")
    gain: Number | None = Field(
        description="By how much it enlarges the gradient on the way back: that of what the layer before passes on, over "
        "that of its own; null for the first layer, and where both are 0."
    )


class LayerColumns(Part):
    """What :class:`LayerSizes` says of each layer, by kind and to nine digits: as it is told where a frame has to be small."""

    activation: list[Number | None]
    grad: list[Number | None]
    complete: list[bool]
    weight_grad: list[Number | None]
    gain: list[Number | None]


class RunState(Part):
    """How one of several runs is doing at the cursor."""

    name: str
    rate: Number = Field(description="The learning rate of this iteration.")
    numbers: list[RunNumber] = Field(
        description="The arithmetic of its updates in this iteration, in order; empty until they have been."
    )
    verdict: Verdict | None = Field(
        description="Of one that walks on a map; null until its updates have been."
    )
    because: dict[str, Number] = Field(
        default_factory=dict,
        description="The numbers that the verdict rests on: ``gradient`` and ``step`` are lengths; ``height`` is "
        "the loss where the step ended; ``distance`` is that to where the slope would vanish; ``steep`` and ``flat`` are "
        "the largest and the least curvature; ``product`` is the learning rate times ``steep``, and ``limit`` what it must "
        "stay below; ``steps`` would cross the map.",
    )
    layers: list[LayerSizes] = Field(
        default_factory=list, description="Of each layer of the run in the graph."
    )
    columns: LayerColumns | None = Field(
        None, description="In place of ``layers`` where the frame would be larger than was subscribed to."
    )
    product: Number | None = Field(
        None,
        description="The product of all gains: the first layer's gradient over the last one's; null until both are complete.",
    )
    norm: Number | None = Field(
        None,
        description="The norm of all its gradients together, where they are clipped by it; null before they are complete.",
    )


class UpdateDetail(Part):
    """A named intermediate of an update; its number is the tensor ('detail', ``index``) of the frame."""

    index: int
    symbol: str
    formula: str
    rule: str = Field(
        "",
        description="LaTeX of the formula with the numbers in it; empty for the gradient, and for tensors.",
    )


class NodeState(Part):
    """A node at the cursor. Null: not reached yet. ``withheld``: known to the server, held back until guessed."""

    shape: list[int]
    dtype: Dtype
    value: Data | None = None
    grad: Data | None = None
    value_summary: Summary | None = None
    grad_summary: Summary | None = None
    arrived: int = 0
    expected: int = 0
    withheld: bool = False


class Branch(Part):
    """A line of history. It shares iterations before ``fork_iteration`` with its parent."""

    id: int
    parent: int | None
    fork_iteration: int
    cause: str = Field(description="'start', 'edit w', 'configure lr', 'restart', …")
    tip: int = Field(description="The last iteration computed on it.")
