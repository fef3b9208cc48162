"""The graph: nodes, edges, layers, runs, and the program behind it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chainrule.protocol.model.part import Dtype, Form, Part, Step, Text


class GraphNode(Part):
    """One application on the tape, or a leaf."""

    index: int
    name: str = Field(description="Unique: a parameter's path, a variable, or 'scope.op#k'.")
    label: str = Field(
        description="What the picture prints: a variable, a constant's number, or the op's name."
    )
    kind: Literal["parameter", "buffer", "input", "target", "constant", "op"]
    op: str | None = Field(None, description="Name of the op, None for a leaf.")
    glyph: str = Field(description="The op's sign in the picture: ×, +, exp, …; empty for a leaf.")
    scope: str = ""
    shape: list[int]
    dtype: Dtype
    requires_grad: bool
    expected: int = Field(
        description="Contributions it receives before it may fire: its consuming edges that carry one."
    )
    reads: list[int] = Field(description="Nodes whose pinned values its VJPs read.")
    formula: str = Field("", description="The forward formula, LaTeX.")
    loss: bool = False
    editable: bool = False


class GraphEdge(Part):
    """One (node, argument) pair. Data flows ``source`` → ``target``, gradients flow back."""

    index: int
    source: int = Field(description="Node that is the argument.")
    target: int = Field(description="Node that consumes it.")
    argument: int
    carries_grad: bool
    form: Form | None = None
    formula: str = Field("", description="The local derivative, LaTeX.")
    reads: list[int] = Field(
        default_factory=list, description="Nodes whose pinned values this edge's VJP reads."
    )


class Layer(Part):
    """Units side by side: a column of the layers' view. Nodes are given by their index in the graph."""

    name: str = Field(
        description="The scope of its nodes: 'hidden1'; the name of the input for the first layer."
    )
    kind: Literal["input", "hidden", "output"]
    units: int
    labels: list[str] = Field(description="What each unit is called, where it has a name: x, x², sin y.")
    activation: str = Field("", description="The op that bends what was summed; empty: none.")
    weight: int | None = Field(None, description="Parameter of shape (units, units of the layer before).")
    bias: int | None = Field(None, description="Parameter of shape (units,).")
    summed: int | None = Field(None, description="Weighs, sums and adds the bias: (batch, units).")
    output: int = Field(description="What the next layer reads: (batch, units).")


class RunLayer(Part):
    """A layer of a run, whose sizes are followed through the network."""

    name: str = Field(description="The scope of its nodes: 'plain.layer7'.")
    output: int = Field(description="What it passes on: (batch, units).")
    weight: int = Field(description="Its parameter of shape (units, inputs).")
    skip: bool = Field(description="Whether it adds its input: a skip connection around it.")


class Run(Part):
    """One of several networks that are trained side by side. Nodes are given by their index in the graph."""

    name: str = Field(description="Names of its nodes begin with it: 'adam/x', 'adam.mul#0'.")
    title: str = Field(description="What it is called: 'Adam'.")
    parameters: list[int] = Field(description="Of one that walks on a map: those along its axes, x first.")
    loss: int = Field(description="Its own loss; the loss of the graph is the sum of these.")
    layers: list[RunLayer] = Field(
        default_factory=list,
        description="Of a deep network whose gradients are followed: its layers in order.",
    )


class MapArea(Part):
    """The part of a map that is shown at first: x and y of its lowest corner and of its highest."""

    low: list[float]
    high: list[float]


class DetectorGrid(Part):
    """The grid of a detector. Nodes are given by their index in the graph."""

    side: int = Field(description="Pixels of an image along each axis.")
    cells: int = Field(description="Cells of an image along each axis.")
    kinds: list[Text] = Field(description="What is looked for.")
    output: int = Field(description="What all cells say: (batch, numbers, cells, cells).")


class ListingLine(Part):
    """A line of the PyTorch program that does the same."""

    number: int
    code: str


class GraphText(Part):
    """What a network reads and writes. Nodes are given by their index in the graph."""

    characters: list[str] = Field(description="What each token stands for, from 0.")
    context: int = Field(description="Tokens in a window.")
    stages: list[int] = Field(
        description="What is known at each place: the embeddings, then what each block passes on. (windows, places, width)"
    )
    attention: list[int] = Field(
        description="Of each block, how much each place takes from each: (windows, heads, places, places)."
    )
    logits: int = Field(description="(windows, places, characters): the scores of what follows.")


class Graph(Part):
    """Everything that stays the same while values change. Sent once per ``topology``."""

    topology: int
    nodes: list[GraphNode]
    edges: list[GraphEdge]
    scopes: list[str]
    layers: list[Layer] = Field(
        default_factory=list, description="The network as layers, input first; empty where it is none."
    )
    runs: list[Run] = Field(
        default_factory=list, description="Networks that are trained side by side; empty: there is only one."
    )
    area: MapArea | None = Field(None, description="Where its runs walk on one surface.")
    grid: DetectorGrid | None = Field(None, description="Of a detector.")
    text: GraphText | None = Field(None, description="Of a network that reads text.")
    steps: list[Step]
    listing: list[ListingLine]
