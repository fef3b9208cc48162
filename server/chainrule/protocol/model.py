"""What messages are made of: cursor, steps, the graph, tensors, branches."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from chainrule.protocol.numbers import Data, Number

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


class Summary(Part):
    """What stands for a tensor too large to send unasked."""

    minimum: Number
    maximum: Number
    mean: Number
    norm: Number
    zeros: int
    non_finite: int
    histogram: list[int]
    thumbnail: list[list[Number]]


class Tensor(Part):
    """A named array in JSON. ``data`` is null where only a ``summary`` is sent, or where nothing is known yet."""

    name: str
    shape: list[int]
    dtype: Dtype
    data: Data | None = None
    summary: Summary | None = None


FrameWhat = Literal[
    "value",
    "grad",
    "contribution",
    "local",
    "upstream",
    "before",
    "after",
    "detail",
    "change",
    "map",
    "surface",
    "own_value",
    "own_grad",
]
FrameDtype = Literal["float32", "float64", "int8"]
PictureOf = Literal["units", "surface", "evaluation", "sample", "runs"]
"""What is sent with frames where it was subscribed to; the first two are of a network on points of the plane."""


class FrameTensor(Part):
    """A tensor of a frame.

    ``index`` is a node for value and grad, an edge for contribution and local. ``upstream``, ``before`` and
    ``after`` belong to the step itself (its node), ``detail`` is the k-th intermediate of an update.
    ``change`` is by how much updates have changed a parameter in this iteration.
    ``map`` is what the units of the layer ``index`` say over the plane, (units, n, n) in 8 bits: element · scale / 127,
    for thumbnails; sent when it has changed. ``surface`` is what the network says, (outputs, n, n). Row 0 has the least
    y, column 0 the least x; both ends of the dataset's range are among the places.
    ``own_value`` and ``own_grad`` are one sample's part of a node, without the axis of samples.
    In a binary frame ``offset`` (bytes into the payload) takes the place of ``data``.
    """

    what: FrameWhat
    index: int
    dtype: FrameDtype
    shape: list[int]
    scale: list[Number] | None = Field(None, description="Of a map: per unit, what 127 stands for.")
    offset: int | None = None
    data: Data | None = None
    summary: Summary | None = None


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
        description="The numbers that the verdict rests on: ``gradient`` and ``step`` are lengths; ``distance`` is that to "
        "where the slope would vanish; ``steep`` and ``flat`` are the largest and the least curvature; ``product`` is the "
        "learning rate times ``steep``, and ``limit`` what it must stay below; ``steps`` would cross the map.",
    )
    layers: list[LayerSizes] = Field(
        default_factory=list, description="Of each layer of the run in the graph."
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


class DeadCondition(_Condition):
    """Stop when a unit dies: from then on no point of the whole training set gets a gradient through it.

    A unit is dead where the slope of its activation is exactly zero for every point that is trained on, in evaluation
    mode. It is looked for with the parameters that an iteration ends with.
    """

    kind: Literal["dead"]


Condition = (
    StepCondition | NonFiniteCondition | GradCondition | MetricCondition | RisingCondition | DeadCondition
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
        "step", "non_finite", "grad_below", "grad_above", "metric_below", "metric_above", "rising", "dead"
    ]
    params: dict[str, int | float | str]


class Text(Part):
    """The same sentence in each language of the interface."""

    en: str
    vi: str


class BeatAnchor(Part):
    """A place on the timeline by meaning: the first step of ``kind`` that touches ``node``.

    With ``argument``, the backward step of that edge of ``node``: the one through which it passes its gradient on.
    """

    iteration: int = 0
    kind: StepKind
    node: str | None = None
    argument: int | None = None


class Beat(Part):
    """A paragraph of a lesson's narrative. Its text may hold {w.value} and {w.grad}: numbers at the cursor."""

    id: str
    title: Text
    body: Text
    anchor: BeatAnchor | None = None


class Preset(Part):
    """A configuration with a name and one sentence."""

    id: str
    title: Text
    summary: Text
    config: dict[str, Any]
    works: bool | None = Field(
        None,
        description="Whether it trains well, or fails as its sentence says; null where that is not the point.",
    )
    beats: list[Beat] = Field(
        default_factory=list, description="The narrative under this preset; empty: that of the lesson."
    )


class ConfigField(Part):
    """How one field of a lesson's configuration is shown and when a change of it takes effect."""

    name: str
    title: Text
    applies: Literal["next_iteration", "rebuild"]
    control: Literal["number", "choice", "several", "switch", "layers", "points", "text", "code", "none"] = (
        Field(
            description="``several``: any of the choices, a list; ``layers``: units of each layer, a list that is also "
            "read from one line such as 4, 2; ``points``: a list of [x, y, class]; ``text``: one line."
        )
    )
    group: Text | None = Field(None, description="The heading that it stands under.")
    folded: bool = Field(
        False, description="Shown only where its group is opened, or where its value is not the default."
    )
    note: Text | None = Field(None, description="Said of it where its value is not the default.")
    choices: list[str] = Field(default_factory=list)
    pictures: dict[str, list[list[Number]]] = Field(
        default_factory=dict,
        description="Of choices that are data of the plane: x, y and class or number of some points.",
    )
    only: dict[str, dict[str, list[str]]] = Field(
        default_factory=dict,
        description="Choices that are offered only where these other fields have one of these values.",
    )
    minimum: float | None = None
    maximum: float | None = None
    leaf: str | None = Field(
        None, description="The leaf that this field sets, which is edited in place on the graph."
    )
    when: dict[str, list[str]] = Field(
        default_factory=dict, description="Shown only where these other fields have one of these values."
    )
    presets: dict[str, str] = Field(
        default_factory=dict, description="What a null of this field stands for, by the value of ``preset``."
    )


class LessonBrief(Part):
    """What a list of lessons shows of one."""

    slug: str
    order: int
    title: Text
    summary: Text
    outcome: Text = Field(description="What one can say afterwards, as one would say it.")


class LessonInfo(LessonBrief):
    """A lesson: texts, configuration schema, beats, presets."""

    config_schema: dict[str, Any] = Field(description="JSON Schema of the configuration.")
    fields: list[ConfigField]
    defaults: dict[str, Any]
    beats: list[Beat]
    presets: list[Preset]
    plot: str | None = Field(None, description="The parameter over which the loss is drawn as a curve.")
    pace: float | None = Field(
        1.0, description="Units a second at which it is played at first; null: trained as fast as possible."
    )
    unit: Unit = Field("step", description="By which it is played at first.")


class Place(Part):
    """Where in a text an error is: lines and columns from 1, ``end_column`` exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


Param = int | float | str | list[str]
"""What the sentence of a refusal speaks of."""


Explained = Literal["value", "grad", "contribution", "detail"]
"""What is explained: a value, a gradient, what an edge contributes, an intermediate of a parameter's update."""


class Source(Part):
    """A number that one can click next.

    An element of a value or gradient, of an edge's contribution (``argument``), or of an intermediate of a
    parameter's update (``symbol``). ``place`` is where it was made, if not at the place that is explained.
    """

    name: str
    what: Explained
    index: list[int]
    argument: int | None = None
    symbol: str | None = None
    place: Cursor | None = None


class Factor(Part):
    """One number of a product, with where it came from (null for a constant of the formula)."""

    label: str = Field(description="LaTeX.")
    value: Number
    source: Source | None = None


class Term(Part):
    """One addend: the product of its factors is ``value``."""

    label: str = Field(
        description="For people: the nodes it is made of; or 'seed', 'before', 'step', 'decayed', 'edit', "
        "'initial', 'update'; or 'reads' for a number of a rule that is no sum."
    )
    factors: list[Factor]
    value: Number


CellRole = Literal[
    "input",
    "parameter",
    "given",
    "product",
    "sum",
    "function",
    "consumer",
    "outgoing",
    "loss",
    "samples",
    "units",
    "inputs",
    "penalty",
]


class UnfoldedCell(Part):
    """What a node of an unfolded unit's graph is, beside what its :class:`GraphNode` says."""

    role: CellRole = Field(
        description="``input``: what the layer before gives; ``given``: a mask, a target, a constant; ``consumer``: what "
        "reads the unit, ``outgoing`` the weight that it is read with; ``samples``, ``units``, ``inputs``, ``penalty``: "
        "all others of these, gathered."
    )
    name: str | None = Field(description="The node of the tape that it is an element of; null: of none.")
    place: list[int] | None = Field(description="Which element.")
    count: int = Field(description="How many it stands for.")
    mixed: bool = Field(description="Other samples took part in its value, so that it is no function of one.")
    layer: int | None = Field(
        description="The layer of the unit that it belongs to, by its place in the graph."
    )
    unit: int | None = None
    shares: list[Number] | None = Field(
        description="Of a parameter: what each sample of the batch adds to its gradient; null: not reached yet."
    )


class UnfoldedPart(Part):
    """What a step of the iteration does to one number: it is computed or updated, or an edge brings a contribution.

    Of several in one step, those of a lower ``level`` come first.
    """

    step: int
    level: int
    node: int
    edge: int | None


class JournalEntry(Part):
    """A command that shaped the current branch, with the cursor it was given at. Replayed in order, it gives the same session."""

    cursor: Cursor
    command: dict[str, Any]
